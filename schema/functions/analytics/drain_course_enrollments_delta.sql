-- Written from src/lms_schema/measures by make generate.
-- Moves the queue of course_enrollments into the summaries, in one statement and so in one
-- snapshot. The dashboard counts progress and attempts of enrolled learners: who enrolls brings
-- along what learner_course_summary holds, who leaves takes it away.
CREATE OR REPLACE FUNCTION drain_course_enrollments_delta() RETURNS TABLE (
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
    IF NOT EXISTS (SELECT FROM course_enrollments_delta) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH drained AS (
        DELETE FROM course_enrollments_delta
        RETURNING *
    ),

    change AS (
        SELECT
            d.learner_id,
            d.course_id,
            sum(d.enrollments)::bigint AS enrollments,
            sum(d.completed)::bigint AS completed,
            sum(d.progress_sum)::bigint AS progress_sum,
            sum(d.time_sum)::bigint AS time_sum,
            sum(d.engagement_sum)::bigint AS engagement_sum,
            sum(d.engagement_count)::bigint AS engagement_count
        FROM drained AS d
        GROUP BY d.learner_id, d.course_id
    ),

    pair AS (
        INSERT INTO learner_course_summary AS s (
            learner_id, course_id, enrollments
        )
        SELECT
            c.learner_id,
            c.course_id,
            c.enrollments
        FROM change AS c
        WHERE c.enrollments <> 0
        ON CONFLICT (learner_id, course_id) DO UPDATE
            SET
                enrollments = s.enrollments + excluded.enrollments
    ),

    learner_change AS (
        SELECT
            c.learner_id,
            sum(c.enrollments)::bigint AS enrollments,
            sum(c.completed)::bigint AS completed,
            sum(c.progress_sum)::bigint AS progress_sum,
            sum(c.time_sum)::bigint AS time_sum
        FROM change AS c
        GROUP BY c.learner_id
    ),

    learner AS (
        INSERT INTO learner_summary AS s (
            learner_id, changed_at, enrollments, completed, progress_sum, time_sum
        )
        SELECT
            c.learner_id,
            v_now,
            coalesce(o.enrollments, 0) + c.enrollments,
            coalesce(o.completed, 0) + c.completed,
            coalesce(o.progress_sum, 0) + c.progress_sum,
            coalesce(o.time_sum, 0) + c.time_sum
        FROM learner_change AS c
        LEFT JOIN learner_summary AS o ON c.learner_id = o.learner_id
        WHERE
            c.enrollments <> 0
            OR c.completed <> 0
            OR c.progress_sum <> 0
            OR c.time_sum <> 0
        ON CONFLICT (learner_id) DO UPDATE SET
            enrollments = excluded.enrollments,
            completed = excluded.completed,
            progress_sum = excluded.progress_sum,
            time_sum = excluded.time_sum,
            changed_at = CASE
                WHEN (
                    s.enrollments, s.completed, s.average_course_progress, s.time_sum
                ) IS DISTINCT FROM (
                    excluded.enrollments, excluded.completed, excluded.average_course_progress,
                    excluded.time_sum
                ) THEN excluded.changed_at
                ELSE s.changed_at
            END
    ),

    -- enrollments is 0 or 1, and its change -1, 0 or 1: what a learner brings along, or takes away
    course_change AS (
        SELECT
            c.course_id,
            sum(c.enrollments)::bigint AS enrollments,
            sum(c.completed)::bigint AS completed,
            sum(c.progress_sum)::bigint AS progress_sum,
            sum(c.time_sum)::bigint AS time_sum,
            sum(c.engagement_sum)::bigint AS engagement_sum,
            sum(c.engagement_count)::bigint AS engagement_count,
            coalesce(sum(c.enrollments * o.progress_rows), 0)::bigint AS progress_rows,
            coalesce(sum(c.enrollments * o.comprehension_sum), 0)::bigint AS comprehension_sum,
            coalesce(sum(c.enrollments * o.comprehension_count), 0)::bigint AS comprehension_count,
            coalesce(sum(c.enrollments * o.retention_sum), 0)::bigint AS retention_sum,
            coalesce(sum(c.enrollments * o.retention_count), 0)::bigint AS retention_count,
            coalesce(sum(c.enrollments * o.application_sum), 0)::bigint AS application_sum,
            coalesce(sum(c.enrollments * o.application_count), 0)::bigint AS application_count,
            coalesce(sum(c.enrollments * o.interactions_sum), 0)::bigint AS interactions_sum,
            coalesce(sum(c.enrollments * o.meaningful_sum), 0)::bigint AS meaningful_sum,
            coalesce(sum(c.enrollments * o.attempts), 0)::bigint AS attempts,
            coalesce(sum(c.enrollments * o.best_sum), 0)::bigint AS best_sum,
            coalesce(sum(c.enrollments * o.best_count), 0)::bigint AS best_count
        FROM change AS c
        LEFT JOIN learner_course_summary AS o
            ON c.learner_id = o.learner_id AND c.course_id = o.course_id
        GROUP BY c.course_id
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
    summed AS (
        INSERT INTO course_summary AS s (
            course_id, changed_at, enrollments, completed, progress_sum, time_sum, engagement_sum,
            engagement_count, progress_rows, comprehension_sum, comprehension_count, retention_sum,
            retention_count, application_sum, application_count, interactions_sum, meaningful_sum,
            attempts, best_sum, best_count
        )
        SELECT
            c.course_id,
            v_now,
            coalesce(o.enrollments, 0) + c.enrollments,
            coalesce(o.completed, 0) + c.completed,
            coalesce(o.progress_sum, 0) + c.progress_sum,
            coalesce(o.time_sum, 0) + c.time_sum,
            coalesce(o.engagement_sum, 0) + c.engagement_sum,
            coalesce(o.engagement_count, 0) + c.engagement_count,
            coalesce(o.progress_rows, 0) + c.progress_rows,
            coalesce(o.comprehension_sum, 0) + c.comprehension_sum,
            coalesce(o.comprehension_count, 0) + c.comprehension_count,
            coalesce(o.retention_sum, 0) + c.retention_sum,
            coalesce(o.retention_count, 0) + c.retention_count,
            coalesce(o.application_sum, 0) + c.application_sum,
            coalesce(o.application_count, 0) + c.application_count,
            coalesce(o.interactions_sum, 0) + c.interactions_sum,
            coalesce(o.meaningful_sum, 0) + c.meaningful_sum,
            coalesce(o.attempts, 0) + c.attempts,
            coalesce(o.best_sum, 0) + c.best_sum,
            coalesce(o.best_count, 0) + c.best_count
        FROM course_change AS c
        LEFT JOIN course_summary AS o ON c.course_id = o.course_id
        WHERE
            c.enrollments <> 0
            OR c.completed <> 0
            OR c.progress_sum <> 0
            OR c.time_sum <> 0
            OR c.engagement_sum <> 0
            OR c.engagement_count <> 0
            OR c.progress_rows <> 0
            OR c.comprehension_sum <> 0
            OR c.comprehension_count <> 0
            OR c.retention_sum <> 0
            OR c.retention_count <> 0
            OR c.application_sum <> 0
            OR c.application_count <> 0
            OR c.interactions_sum <> 0
            OR c.meaningful_sum <> 0
            OR c.attempts <> 0
            OR c.best_sum <> 0
            OR c.best_count <> 0
        ON CONFLICT (course_id) DO UPDATE SET
            enrollments = excluded.enrollments,
            completed = excluded.completed,
            progress_sum = excluded.progress_sum,
            time_sum = excluded.time_sum,
            engagement_sum = excluded.engagement_sum,
            engagement_count = excluded.engagement_count,
            progress_rows = excluded.progress_rows,
            comprehension_sum = excluded.comprehension_sum,
            comprehension_count = excluded.comprehension_count,
            retention_sum = excluded.retention_sum,
            retention_count = excluded.retention_count,
            application_sum = excluded.application_sum,
            application_count = excluded.application_count,
            interactions_sum = excluded.interactions_sum,
            meaningful_sum = excluded.meaningful_sum,
            attempts = excluded.attempts,
            best_sum = excluded.best_sum,
            best_count = excluded.best_count,
            changed_at = CASE
                WHEN (
                    s.enrollments, s.completed, s.average_progress, s.average_time_spent_minutes,
                    s.average_engagement_score, s.average_comprehension, s.average_retention,
                    s.average_application, s.average_interactions_per_section,
                    s.average_meaningful_interactions, s.attempts, s.average_assessment_score
                ) IS DISTINCT FROM (
                    excluded.enrollments, excluded.completed, excluded.average_progress,
                    excluded.average_time_spent_minutes, excluded.average_engagement_score,
                    excluded.average_comprehension, excluded.average_retention,
                    excluded.average_application, excluded.average_interactions_per_section,
                    excluded.average_meaningful_interactions, excluded.attempts,
                    excluded.average_assessment_score
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

REVOKE EXECUTE ON FUNCTION drain_course_enrollments_delta() FROM public;

COMMENT ON FUNCTION drain_course_enrollments_delta() IS
'Adds what is queued of enrollments to learner_course_summary, learner_summary and course_summary '
'and empties the queue. Returns whose sessions are to be derived again. For '
'refresh_learning_analytics, which sees to it that one runs at a time.';
