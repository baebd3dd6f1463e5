-- Whether the analytics are true. Each sum that a summary holds, with what is queued, is compared
-- with what the tables add up to, courses and learners with the finer sums that they are made of,
-- the views with the summaries; and the triggers that all of it rests on are looked for. Everything
-- is read in one snapshot, that of the calling statement, so that writers may go on.
-- depends: functions/is_meaningful_interaction functions/require_snapshot
CREATE OR REPLACE FUNCTION check_learning_analytics() RETURNS TABLE (
    checked name,
    row_key text,
    measure text,
    stored text,
    counted text
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    v_view record;
BEGIN
    PERFORM require_snapshot();

    RETURN QUERY
    WITH event AS MATERIALIZED (
        SELECT r.* FROM recount_learning_interactions() AS r
    ),

    enrollment AS MATERIALIZED (
        SELECT r.* FROM recount_course_enrollments() AS r
    ),

    progress AS MATERIALIZED (
        SELECT r.* FROM recount_section_progress() AS r
    ),

    side (summary, key, is_counted, measures) AS (
        -- a learner in a course: enrollment and progress; attempts as the pairs of learner and
        -- assessment have them
        SELECT
            'learner_course_summary'::name, concat_ws(' ', s.learner_id, s.course_id), FALSE,
            to_jsonb(s)
        FROM learner_course_summary AS s
        UNION ALL
        SELECT
            'learner_course_summary', concat_ws(' ', d.learner_id, d.course_id), FALSE,
            to_jsonb(d)
        FROM course_enrollments_delta AS d
        UNION ALL
        SELECT
            'learner_course_summary', concat_ws(' ', d.learner_id, d.course_id), FALSE,
            to_jsonb(d)
        FROM section_progress_delta AS d
        UNION ALL
        SELECT
            'learner_course_summary', concat_ws(' ', r.learner_id, r.course_id), TRUE,
            to_jsonb(r)
        FROM enrollment AS r
        UNION ALL
        SELECT
            'learner_course_summary', concat_ws(' ', r.learner_id, r.course_id), TRUE,
            to_jsonb(r)
        FROM progress AS r
        UNION ALL
        SELECT
            'learner_course_summary', concat_ws(' ', s.learner_id, s.course_id), TRUE,
            jsonb_build_object(
                'attempts', s.attempts,
                'best_count', (s.best IS NOT NULL)::integer,
                'best_sum', coalesce(s.best, 0)
            )
        FROM learner_assessment_summary AS s

        UNION ALL

        -- a course: enrollments; progress and attempts of those who are known as enrolled
        SELECT 'course_summary', s.course_id::text, FALSE, to_jsonb(s)
        FROM course_summary AS s
        UNION ALL
        SELECT 'course_summary', d.course_id::text, FALSE, to_jsonb(d)
        FROM course_enrollments_delta AS d
        UNION ALL
        SELECT 'course_summary', r.course_id::text, TRUE, to_jsonb(r)
        FROM enrollment AS r
        UNION ALL
        SELECT 'course_summary', s.course_id::text, TRUE, to_jsonb(s) - 'enrollments'
        FROM learner_course_summary AS s
        WHERE s.enrollments > 0

        UNION ALL

        -- a learner: enrollments, progress, sessions, events; attempts as the pairs have them
        SELECT 'learner_summary', s.learner_id::text, FALSE, to_jsonb(s)
        FROM learner_summary AS s
        UNION ALL
        SELECT 'learner_summary', d.learner_id::text, FALSE, to_jsonb(d)
        FROM course_enrollments_delta AS d
        UNION ALL
        SELECT 'learner_summary', d.learner_id::text, FALSE, to_jsonb(d)
        FROM section_progress_delta AS d
        UNION ALL
        SELECT 'learner_summary', d.learner_id::text, FALSE, to_jsonb(d)
        FROM learning_sessions_delta AS d
        UNION ALL
        SELECT
            'learner_summary', d.learner_id::text, FALSE,
            to_jsonb(d) || jsonb_build_object(d.interaction_type, d.interactions)
        FROM learning_interactions_delta AS d
        UNION ALL
        SELECT 'learner_summary', r.learner_id::text, TRUE, to_jsonb(r)
        FROM enrollment AS r
        UNION ALL
        SELECT 'learner_summary', r.learner_id::text, TRUE, to_jsonb(r)
        FROM progress AS r
        UNION ALL
        SELECT 'learner_summary', r.learner_id::text, TRUE, to_jsonb(r)
        FROM recount_learning_sessions() AS r
        UNION ALL
        SELECT
            'learner_summary', r.learner_id::text, TRUE,
            to_jsonb(r) || jsonb_build_object(r.interaction_type, r.interactions)
        FROM event AS r
        UNION ALL
        SELECT
            'learner_summary', s.learner_id::text, TRUE,
            jsonb_build_object(
                'attempts', s.attempts,
                'best_count', (s.best IS NOT NULL)::integer,
                'best_sum', coalesce(s.best, 0)
            )
        FROM learner_assessment_summary AS s

        UNION ALL

        -- a learner in a course on a day: events
        SELECT
            'learner_day_summary', concat_ws(' ', s.course_id, s.utc_day, s.learner_id), FALSE,
            to_jsonb(s)
        FROM learner_day_summary AS s
        UNION ALL
        SELECT
            'learner_day_summary', concat_ws(' ', e.course_id, e.utc_day, e.learner_id),
            e.is_counted,
            jsonb_build_object(
                'interactions', e.interactions,
                'meaningful_interactions',
                is_meaningful_interaction(e.interaction_type)::integer * e.interactions,
                'seconds_sum', e.seconds_sum
            )
        FROM (
            SELECT
                d.course_id,
                d.utc_day,
                d.learner_id,
                d.interaction_type,
                d.interactions,
                d.seconds_sum,
                FALSE AS is_counted
            FROM learning_interactions_delta AS d
            UNION ALL
            SELECT
                r.course_id,
                r.utc_day,
                r.learner_id,
                r.interaction_type,
                r.interactions,
                r.seconds_sum,
                TRUE
            FROM event AS r
        ) AS e
        WHERE e.course_id IS NOT NULL
    )

    SELECT
        s.summary,
        s.key,
        a.attname::text,
        coalesce(sum((s.measures -> a.attname)::bigint) FILTER (WHERE NOT s.is_counted), 0)::text,
        coalesce(sum((s.measures -> a.attname)::bigint) FILTER (WHERE s.is_counted), 0)::text
    FROM side AS s
    -- what a summary does not hold, it need not agree on
    INNER JOIN pg_attribute AS a
        ON
            s.summary::regclass = a.attrelid
            AND a.attnum > 0
            AND a.atttypid = 'bigint'::regtype
            AND s.measures ? a.attname
    GROUP BY s.summary, s.key, a.attname
    HAVING
        sum((s.measures -> a.attname)::bigint * CASE WHEN s.is_counted THEN 1 ELSE -1 END) <> 0;

    -- pairs of learner and assessment; those that are queued will be counted anew
    RETURN QUERY
    WITH counted AS (
        SELECT r.*
        FROM (
            SELECT
                array_agg(p.learner_id) AS learner_ids,
                array_agg(p.assessment_id) AS assessment_ids
            FROM (SELECT DISTINCT learner_id, assessment_id FROM assessment_attempts) AS p
        ) AS t
        CROSS JOIN LATERAL recount_assessment_attempts(t.learner_ids, t.assessment_ids) AS r
    )

    SELECT
        'learner_assessment_summary'::name,
        concat_ws(' ', learner_id, assessment_id),
        'course_id, attempts, best',
        (s.course_id, s.attempts, s.best)::text,
        (c.course_id, c.attempts, c.best)::text
    FROM learner_assessment_summary AS s
    FULL JOIN counted AS c USING (learner_id, assessment_id)
    WHERE
        (s.course_id, s.attempts, s.best) IS DISTINCT FROM (c.course_id, c.attempts, c.best)
        AND NOT EXISTS (
            SELECT FROM assessment_attempts_delta AS d
            WHERE
                d.assessment_id = coalesce(s.assessment_id, c.assessment_id)
                AND coalesce(d.learner_id = coalesce(s.learner_id, c.learner_id), TRUE)
        );

    -- the view's own query says what it should show
    FOR v_view IN
        SELECT
            v.*,
            rtrim(pg_get_viewdef(c.oid), ';') AS query
        FROM (
            VALUES
            ('learning_analytics_dashboard', 'course_id'),
            ('learner_progress_analytics', 'learner_id')
        ) AS v (name, key)
        INNER JOIN pg_class AS c ON v.name::regclass = c.oid
        WHERE c.relispopulated
    LOOP
        RETURN QUERY EXECUTE format(
            $sql$
            SELECT
                %1$L::name,
                coalesce(shown.key, found.key)::text,
                'row',
                shown.row::text,
                found.row::text
            -- each JSON by itself: to join what is on different nodes, Citus takes along only
            -- the columns that are named
            FROM (SELECT v.%2$I AS key, to_jsonb(v) AS row FROM %1$I AS v) AS shown
            FULL JOIN (SELECT q.%2$I AS key, to_jsonb(q) AS row FROM (%3$s) AS q) AS found
                ON shown.key = found.key
            WHERE shown.row IS DISTINCT FROM found.row
            $sql$,
            v_view.name, v_view.key, v_view.query
        );
    END LOOP;

    RETURN QUERY
    SELECT
        e.source::regclass::text::name,
        e.trigger,
        'trigger',
        CASE g.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'in replicas only' ELSE 'missing' END,
        'enabled'
    FROM (
        SELECT
            s.source,
            format('%s_delta_%s', t.name, o.event) AS trigger
        FROM (
            VALUES
            ('course_enrollments'), ('section_progress'), ('learning_interactions'),
            ('learning_sessions'), ('assessment_attempts')
        ) AS t (name)
        CROSS JOIN (VALUES ('insert'), ('update'), ('delete'), ('truncate')) AS o (event)
        CROSS JOIN LATERAL (
            SELECT t.name::regclass::oid AS source
            UNION ALL
            SELECT i.inhrelid FROM pg_inherits AS i WHERE i.inhparent = t.name::regclass
        ) AS s
        UNION ALL
        SELECT
            'educational_assessments'::regclass::oid,
            format('educational_assessments_delta_%s', o.event)
        FROM (VALUES ('update'), ('delete')) AS o (event)
    ) AS e
    LEFT JOIN pg_trigger AS g ON e.source = g.tgrelid AND e.trigger = g.tgname
    WHERE coalesce(g.tgenabled, 'D') IN ('D', 'R');
END;
$$;

REVOKE EXECUTE ON FUNCTION check_learning_analytics() FROM public;

COMMENT ON FUNCTION check_learning_analytics() IS
'One row for each sum of the analytics that differs from what the tables add up to: where, the ids '
'of the row, the measure, what is stored (with what is queued) and what it should be; likewise for '
'each row of the views that differs from the summaries, and each trigger that is missing or '
'disabled. No row means that all is true; rebuild_learning_analytics() mends sums. Reads all '
'tables, and every event. On Citus raises 25000 outside of a REPEATABLE READ transaction.';
