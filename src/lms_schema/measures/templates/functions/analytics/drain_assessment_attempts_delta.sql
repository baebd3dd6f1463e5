{% from "base/drain.sql" import added, added_to_pair, summed %}
{% set source = sources.assessment_attempts %}
-- Moves what changed in assessment_attempts into the summaries, in one statement and so in one
-- snapshot. A maximum is not additive: the pairs of learner and assessment that the queue names are
-- counted anew, through the unique index that begins with them, and what they last counted for is
-- taken back. In a snapshot every change is either counted or queued, so that this is as exact as
-- adding. An assessment that moved takes all its pairs along; a pair that is not yet known has its
-- own entry.
-- depends: functions/recount_assessment_attempts
CREATE OR REPLACE FUNCTION drain_assessment_attempts_delta() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made for an empty queue must not walk a full one
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- a parameter: on Citus, now() would be that of the node which a statement is sent to
    v_now CONSTANT timestamptz := now();
    v_is_done boolean;
BEGIN
    WITH drained AS (
        DELETE FROM assessment_attempts_delta
        RETURNING *
    ),

    touched AS (
        SELECT
            d.learner_id,
            d.assessment_id
        FROM drained AS d
        WHERE d.learner_id IS NOT NULL
        UNION
        SELECT
            s.learner_id,
            s.assessment_id
        FROM learner_assessment_summary AS s
        WHERE
            s.assessment_id IN (
                SELECT d.assessment_id FROM drained AS d
                WHERE d.learner_id IS NULL
            )
    ),

    counted AS MATERIALIZED (
        SELECT r.*
        FROM (
            SELECT
                array_agg(k.learner_id) AS learner_ids,
                array_agg(k.assessment_id) AS assessment_ids
            FROM touched AS k
        ) AS a
        CROSS JOIN LATERAL recount_assessment_attempts(a.learner_ids, a.assessment_ids) AS r
    ),

    -- read before it is written: Citus runs the parts one after another
    change AS MATERIALIZED (
        SELECT
            m.learner_id,
            m.course_id,
{{ summed(source.columns, "m") }}
        FROM (
            SELECT
                c.learner_id,
                c.course_id,
                c.attempts,
                (c.best IS NOT NULL)::integer AS best_count,
                coalesce(c.best, 0) AS best_sum
            FROM counted AS c
            WHERE c.attempts > 0
            UNION ALL
            SELECT
                o.learner_id,
                o.course_id,
                -o.attempts,
                -(o.best IS NOT NULL)::integer,
                -coalesce(o.best, 0)
            FROM touched AS k
            INNER JOIN learner_assessment_summary AS o
                ON k.assessment_id = o.assessment_id AND k.learner_id = o.learner_id
        ) AS m
        GROUP BY m.learner_id, m.course_id
    ),

    removed AS (
        DELETE FROM learner_assessment_summary AS s
        USING counted AS c
        WHERE
            s.assessment_id = c.assessment_id
            AND s.learner_id = c.learner_id
            AND c.attempts = 0
    ),

    kept AS (
        INSERT INTO learner_assessment_summary AS s (
            learner_id, assessment_id, course_id, attempts, best
        )
        SELECT
            c.learner_id,
            c.assessment_id,
            c.course_id,
            c.attempts,
            c.best
        FROM counted AS c
        WHERE c.attempts > 0
        ON CONFLICT (assessment_id, learner_id) DO UPDATE SET
            course_id = excluded.course_id,
            attempts = excluded.attempts,
            best = excluded.best
    ),

{{ added_to_pair(source.columns) }},

    learner_change AS (
        SELECT
            c.learner_id,
{{ summed(source.held("learner"), "c") }}
        FROM change AS c
        GROUP BY c.learner_id
    ),

{{ added("learner_summary", "learner_id", "learner", "learner_change", source.held("learner"),
source.shown("learner") | names) }},

    course_change AS (
        SELECT
            c.course_id,
{{ summed(source.held("course"), "c") }}
        FROM change AS c
        INNER JOIN pair AS p ON c.learner_id = p.learner_id AND c.course_id = p.course_id
        WHERE p.enrollments = 1
        GROUP BY c.course_id
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
{{ added("course_summary", "course_id", "summed", "course_change", source.held("course"),
source.shown("course") | names) }}

    SELECT TRUE INTO v_is_done;
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_assessment_attempts_delta() FROM public;

COMMENT ON FUNCTION drain_assessment_attempts_delta() IS
'Counts the queued attempts in learner_assessment_summary, learner_course_summary, '
'learner_summary and course_summary and empties the queue. For refresh_learning_analytics, '
'which sees to it that one runs at a time.';
