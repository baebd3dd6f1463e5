-- Written from src/lms_schema/measures by make generate.
-- learning_sessions counted from the table: grain and measures of learning_sessions_delta.
CREATE OR REPLACE FUNCTION recount_learning_sessions() RETURNS TABLE (
    learner_id uuid,
    course_id uuid,
    is_derivation boolean,
    sessions bigint,
    duration_sum bigint,
    duration_count bigint,
    level_sum bigint,
    level_count bigint,
    focus_sum bigint,
    focus_count bigint,
    productivity_sum bigint,
    productivity_count bigint
)
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- a string: on Citus no function may record a dependency on a table
AS $$
    SELECT
        r.learner_id,
        r.course_id,
        r.derived AND current_setting('lms_schema.is_derivation', TRUE) IS NOT DISTINCT FROM 'on',
        count(*),
        coalesce(sum(r.duration_minutes), 0),
        count(r.duration_minutes),
        coalesce(sum(engagement_rank(r.engagement_level, r.derived, r.supplied)), 0),
        count(engagement_rank(r.engagement_level, r.derived, r.supplied)),
        coalesce(sum(100 * r.focus_score), 0),
        count(r.focus_score),
        coalesce(sum(100 * r.productivity_score), 0),
        count(r.productivity_score)
    FROM learning_sessions AS r
    GROUP BY
        r.learner_id, r.course_id,
        r.derived AND current_setting('lms_schema.is_derivation', TRUE) IS NOT DISTINCT FROM 'on';
$$;

REVOKE EXECUTE ON FUNCTION recount_learning_sessions() FROM public;

COMMENT ON FUNCTION recount_learning_sessions() IS
'What the analytics hold of learning_sessions when nothing is queued, counted from the table: what '
'rebuild_learning_analytics starts from and check_learning_analytics compares with.';
