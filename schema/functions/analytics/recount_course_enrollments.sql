-- Written from src/lms_schema/measures by make generate.
-- course_enrollments counted from the table: grain and measures of course_enrollments_delta.
CREATE OR REPLACE FUNCTION recount_course_enrollments() RETURNS TABLE (
    learner_id uuid,
    course_id uuid,
    enrollments bigint,
    completed bigint,
    progress_sum bigint,
    time_sum bigint,
    engagement_sum bigint,
    engagement_count bigint
)
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- a string: on Citus no function may record a dependency on a table
AS $$
    SELECT
        r.learner_id,
        r.course_id,
        count(*),
        count(*) FILTER (WHERE r.completion_status = 'completed'),
        sum(100 * r.overall_progress),
        sum(r.total_time_spent),
        coalesce(sum(100 * r.engagement_score), 0),
        count(r.engagement_score)
    FROM course_enrollments AS r
    GROUP BY
        r.learner_id, r.course_id;
$$;

REVOKE EXECUTE ON FUNCTION recount_course_enrollments() FROM public;

COMMENT ON FUNCTION recount_course_enrollments() IS
'What the analytics hold of course_enrollments when nothing is queued, counted from the table: '
'what rebuild_learning_analytics starts from and check_learning_analytics compares with.';
