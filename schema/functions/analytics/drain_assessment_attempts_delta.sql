-- Written from src/lms_schema/measures by make generate.
-- Moves what changed in assessment_attempts into the summaries, in one statement and so in one
-- snapshot. A maximum is not additive: the pairs of learner and assessment that the queue names are
-- counted anew, through the unique index that begins with them, and what they last counted for is
-- taken back. In a snapshot every change is either counted or queued, so that this is as exact as
-- adding. An assessment that moved takes all its pairs along; a pair that is not yet known has its
-- own entry.
-- depends: functions/recount_assessment_attempts
CREATE OR REPLACE FUNCTION drain_assessment_attempts_delta() RETURNS TABLE (
    due_learner_id uuid,
    due_course_id uuid
)
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made for an empty queue must not walk a full one
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- a parameter: on Citus, now() would be that of the node which a statement is sent to
    v_now CONSTANT timestamptz := now();
BEGIN
    -- to plan what follows takes a millisecond or two
    IF NOT EXISTS (SELECT FROM assessment_attempts_delta) THEN
        RETURN;
    END IF;
    RETURN QUERY
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
            -- the function is planned anew for each call
            HAVING count(*) > 0
        ) AS a
        CROSS JOIN LATERAL recount_assessment_attempts(a.learner_ids, a.assessment_ids) AS r
    ),

    -- read before it is written: Citus runs the parts one after another
    change AS MATERIALIZED (
        SELECT
            m.learner_id,
            m.course_id,
            sum(m.attempts)::bigint AS attempts,
            sum(m.best_sum)::bigint AS best_sum,
            sum(m.best_count)::bigint AS best_count
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

    pair AS (
        INSERT INTO learner_course_summary AS s (
            learner_id, course_id, attempts, best_sum, best_count
        )
        SELECT
            c.learner_id,
            c.course_id,
            c.attempts,
            c.best_sum,
            c.best_count
        FROM change AS c
        WHERE
            c.attempts <> 0
            OR c.best_sum <> 0
            OR c.best_count <> 0
        ON CONFLICT (learner_id, course_id) DO UPDATE
            SET
                attempts = s.attempts + excluded.attempts,
                best_sum = s.best_sum + excluded.best_sum,
                best_count = s.best_count + excluded.best_count
    ),

    learner_change AS (
        SELECT
            c.learner_id,
            sum(c.attempts)::bigint AS attempts,
            sum(c.best_sum)::bigint AS best_sum,
            sum(c.best_count)::bigint AS best_count
        FROM change AS c
        GROUP BY c.learner_id
    ),

    learner AS (
        INSERT INTO learner_summary AS s (
            learner_id, changed_at, attempts, best_sum, best_count
        )
        SELECT
            c.learner_id,
            v_now,
            coalesce(o.attempts, 0) + c.attempts,
            coalesce(o.best_sum, 0) + c.best_sum,
            coalesce(o.best_count, 0) + c.best_count
        FROM learner_change AS c
        LEFT JOIN learner_summary AS o ON c.learner_id = o.learner_id
        WHERE
            c.attempts <> 0
            OR c.best_sum <> 0
            OR c.best_count <> 0
        ON CONFLICT (learner_id) DO UPDATE SET
            attempts = excluded.attempts,
            best_sum = excluded.best_sum,
            best_count = excluded.best_count,
            changed_at = CASE
                WHEN (
                    s.attempts, s.average_assessment_performance
                ) IS DISTINCT FROM (
                    excluded.attempts, excluded.average_assessment_performance
                ) THEN excluded.changed_at
                ELSE s.changed_at
            END
    ),

    course_change AS (
        SELECT
            c.course_id,
            sum(c.attempts)::bigint AS attempts,
            sum(c.best_sum)::bigint AS best_sum,
            sum(c.best_count)::bigint AS best_count
        FROM change AS c
        INNER JOIN learner_course_summary AS o
            ON c.learner_id = o.learner_id AND c.course_id = o.course_id
        WHERE o.enrollments = 1
        GROUP BY c.course_id
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
    summed AS (
        INSERT INTO course_summary AS s (
            course_id, changed_at, attempts, best_sum, best_count
        )
        SELECT
            c.course_id,
            v_now,
            coalesce(o.attempts, 0) + c.attempts,
            coalesce(o.best_sum, 0) + c.best_sum,
            coalesce(o.best_count, 0) + c.best_count
        FROM course_change AS c
        LEFT JOIN course_summary AS o ON c.course_id = o.course_id
        WHERE
            c.attempts <> 0
            OR c.best_sum <> 0
            OR c.best_count <> 0
        ON CONFLICT (course_id) DO UPDATE SET
            attempts = excluded.attempts,
            best_sum = excluded.best_sum,
            best_count = excluded.best_count,
            changed_at = CASE
                WHEN (
                    s.attempts, s.average_assessment_score
                ) IS DISTINCT FROM (
                    excluded.attempts, excluded.average_assessment_score
                ) THEN excluded.changed_at
                ELSE s.changed_at
            END
    )

    SELECT DISTINCT
        d.learner_id,
        d.course_id
    FROM change AS d
    INNER JOIN educational_courses AS c ON d.course_id = c.id
    WHERE c.derive_sessions;
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_assessment_attempts_delta() FROM public;

COMMENT ON FUNCTION drain_assessment_attempts_delta() IS
'Counts the queued attempts in learner_assessment_summary, learner_course_summary, learner_summary '
'and course_summary and empties the queue. Returns whose sessions are to be derived again. For '
'refresh_learning_analytics, which sees to it that one runs at a time.';
