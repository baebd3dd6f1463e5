-- Written from src/lms_schema/measures by make generate.
-- Moves the queue of section_progress into the summaries, in one statement and so in one snapshot.
-- Every learner's progress counts for the learner; for the course, that of whom
-- learner_course_summary knows as enrolled.
CREATE OR REPLACE FUNCTION drain_section_progress_delta() RETURNS TABLE (
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
    IF NOT EXISTS (SELECT FROM section_progress_delta) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH drained AS (
        DELETE FROM section_progress_delta
        RETURNING *
    ),

    change AS (
        SELECT
            d.learner_id,
            d.course_id,
            sum(d.progress_rows)::bigint AS progress_rows,
            sum(d.comprehension_sum)::bigint AS comprehension_sum,
            sum(d.comprehension_count)::bigint AS comprehension_count,
            sum(d.retention_sum)::bigint AS retention_sum,
            sum(d.retention_count)::bigint AS retention_count,
            sum(d.application_sum)::bigint AS application_sum,
            sum(d.application_count)::bigint AS application_count,
            sum(d.interactions_sum)::bigint AS interactions_sum,
            sum(d.meaningful_sum)::bigint AS meaningful_sum
        FROM drained AS d
        -- others tell whose sessions are to be derived
        WHERE
            d.progress_rows <> 0
            OR d.comprehension_sum <> 0
            OR d.comprehension_count <> 0
            OR d.retention_sum <> 0
            OR d.retention_count <> 0
            OR d.application_sum <> 0
            OR d.application_count <> 0
            OR d.interactions_sum <> 0
            OR d.meaningful_sum <> 0
        GROUP BY d.learner_id, d.course_id
    ),

    pair AS (
        INSERT INTO learner_course_summary AS s (
            learner_id, course_id, progress_rows, comprehension_sum, comprehension_count,
            retention_sum, retention_count, application_sum, application_count, interactions_sum,
            meaningful_sum
        )
        SELECT
            c.learner_id,
            c.course_id,
            c.progress_rows,
            c.comprehension_sum,
            c.comprehension_count,
            c.retention_sum,
            c.retention_count,
            c.application_sum,
            c.application_count,
            c.interactions_sum,
            c.meaningful_sum
        FROM change AS c
        WHERE
            c.progress_rows <> 0
            OR c.comprehension_sum <> 0
            OR c.comprehension_count <> 0
            OR c.retention_sum <> 0
            OR c.retention_count <> 0
            OR c.application_sum <> 0
            OR c.application_count <> 0
            OR c.interactions_sum <> 0
            OR c.meaningful_sum <> 0
        ON CONFLICT (learner_id, course_id) DO UPDATE
            SET
                progress_rows = s.progress_rows + excluded.progress_rows,
                comprehension_sum = s.comprehension_sum + excluded.comprehension_sum,
                comprehension_count = s.comprehension_count + excluded.comprehension_count,
                retention_sum = s.retention_sum + excluded.retention_sum,
                retention_count = s.retention_count + excluded.retention_count,
                application_sum = s.application_sum + excluded.application_sum,
                application_count = s.application_count + excluded.application_count,
                interactions_sum = s.interactions_sum + excluded.interactions_sum,
                meaningful_sum = s.meaningful_sum + excluded.meaningful_sum
    ),

    learner_change AS (
        SELECT
            c.learner_id,
            sum(c.progress_rows)::bigint AS progress_rows,
            sum(c.comprehension_sum)::bigint AS comprehension_sum,
            sum(c.comprehension_count)::bigint AS comprehension_count,
            sum(c.retention_sum)::bigint AS retention_sum,
            sum(c.retention_count)::bigint AS retention_count,
            sum(c.application_sum)::bigint AS application_sum,
            sum(c.application_count)::bigint AS application_count
        FROM change AS c
        GROUP BY c.learner_id
    ),

    learner AS (
        INSERT INTO learner_summary AS s (
            learner_id, changed_at, progress_rows, comprehension_sum, comprehension_count,
            retention_sum, retention_count, application_sum, application_count
        )
        SELECT
            c.learner_id,
            v_now,
            coalesce(o.progress_rows, 0) + c.progress_rows,
            coalesce(o.comprehension_sum, 0) + c.comprehension_sum,
            coalesce(o.comprehension_count, 0) + c.comprehension_count,
            coalesce(o.retention_sum, 0) + c.retention_sum,
            coalesce(o.retention_count, 0) + c.retention_count,
            coalesce(o.application_sum, 0) + c.application_sum,
            coalesce(o.application_count, 0) + c.application_count
        FROM learner_change AS c
        LEFT JOIN learner_summary AS o ON c.learner_id = o.learner_id
        WHERE
            c.progress_rows <> 0
            OR c.comprehension_sum <> 0
            OR c.comprehension_count <> 0
            OR c.retention_sum <> 0
            OR c.retention_count <> 0
            OR c.application_sum <> 0
            OR c.application_count <> 0
        ON CONFLICT (learner_id) DO UPDATE SET
            progress_rows = excluded.progress_rows,
            comprehension_sum = excluded.comprehension_sum,
            comprehension_count = excluded.comprehension_count,
            retention_sum = excluded.retention_sum,
            retention_count = excluded.retention_count,
            application_sum = excluded.application_sum,
            application_count = excluded.application_count,
            changed_at = CASE
                WHEN (
                    s.overall_comprehension, s.overall_retention, s.overall_application
                ) IS DISTINCT FROM (
                    excluded.overall_comprehension, excluded.overall_retention,
                    excluded.overall_application
                ) THEN excluded.changed_at
                ELSE s.changed_at
            END
    ),

    course_change AS (
        SELECT
            c.course_id,
            sum(c.progress_rows)::bigint AS progress_rows,
            sum(c.comprehension_sum)::bigint AS comprehension_sum,
            sum(c.comprehension_count)::bigint AS comprehension_count,
            sum(c.retention_sum)::bigint AS retention_sum,
            sum(c.retention_count)::bigint AS retention_count,
            sum(c.application_sum)::bigint AS application_sum,
            sum(c.application_count)::bigint AS application_count,
            sum(c.interactions_sum)::bigint AS interactions_sum,
            sum(c.meaningful_sum)::bigint AS meaningful_sum
        FROM change AS c
        INNER JOIN learner_course_summary AS o
            ON c.learner_id = o.learner_id AND c.course_id = o.course_id
        WHERE o.enrollments = 1
        GROUP BY c.course_id
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
    summed AS (
        INSERT INTO course_summary AS s (
            course_id, changed_at, progress_rows, comprehension_sum, comprehension_count,
            retention_sum, retention_count, application_sum, application_count, interactions_sum,
            meaningful_sum
        )
        SELECT
            c.course_id,
            v_now,
            coalesce(o.progress_rows, 0) + c.progress_rows,
            coalesce(o.comprehension_sum, 0) + c.comprehension_sum,
            coalesce(o.comprehension_count, 0) + c.comprehension_count,
            coalesce(o.retention_sum, 0) + c.retention_sum,
            coalesce(o.retention_count, 0) + c.retention_count,
            coalesce(o.application_sum, 0) + c.application_sum,
            coalesce(o.application_count, 0) + c.application_count,
            coalesce(o.interactions_sum, 0) + c.interactions_sum,
            coalesce(o.meaningful_sum, 0) + c.meaningful_sum
        FROM course_change AS c
        LEFT JOIN course_summary AS o ON c.course_id = o.course_id
        WHERE
            c.progress_rows <> 0
            OR c.comprehension_sum <> 0
            OR c.comprehension_count <> 0
            OR c.retention_sum <> 0
            OR c.retention_count <> 0
            OR c.application_sum <> 0
            OR c.application_count <> 0
            OR c.interactions_sum <> 0
            OR c.meaningful_sum <> 0
        ON CONFLICT (course_id) DO UPDATE SET
            progress_rows = excluded.progress_rows,
            comprehension_sum = excluded.comprehension_sum,
            comprehension_count = excluded.comprehension_count,
            retention_sum = excluded.retention_sum,
            retention_count = excluded.retention_count,
            application_sum = excluded.application_sum,
            application_count = excluded.application_count,
            interactions_sum = excluded.interactions_sum,
            meaningful_sum = excluded.meaningful_sum,
            changed_at = CASE
                WHEN (
                    s.average_comprehension, s.average_retention, s.average_application,
                    s.average_interactions_per_section, s.average_meaningful_interactions
                ) IS DISTINCT FROM (
                    excluded.average_comprehension, excluded.average_retention,
                    excluded.average_application, excluded.average_interactions_per_section,
                    excluded.average_meaningful_interactions
                ) THEN excluded.changed_at
                ELSE s.changed_at
            END
    )

    SELECT DISTINCT
        d.learner_id,
        d.course_id
    FROM drained AS d
    INNER JOIN educational_courses AS c ON d.course_id = c.id
    WHERE c.derive_sessions;
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_section_progress_delta() FROM public;

COMMENT ON FUNCTION drain_section_progress_delta() IS
'Adds what is queued of progress to learner_course_summary, learner_summary and course_summary and '
'empties the queue. Returns whose sessions are to be derived again. For '
'refresh_learning_analytics, which sees to it that one runs at a time.';
