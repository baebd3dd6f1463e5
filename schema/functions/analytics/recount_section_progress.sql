-- Written from src/lms_schema/measures by make generate.
-- section_progress counted from the table: grain and measures of section_progress_delta.
CREATE OR REPLACE FUNCTION recount_section_progress() RETURNS TABLE (
    learner_id uuid,
    course_id uuid,
    progress_rows bigint,
    comprehension_sum bigint,
    comprehension_count bigint,
    retention_sum bigint,
    retention_count bigint,
    application_sum bigint,
    application_count bigint,
    interactions_sum bigint,
    meaningful_sum bigint
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
        coalesce(sum(100 * r.comprehension_score), 0),
        count(r.comprehension_score),
        coalesce(sum(100 * r.retention_score), 0),
        count(r.retention_score),
        coalesce(sum(100 * r.application_score), 0),
        count(r.application_score),
        sum(r.interaction_count),
        sum(r.meaningful_interactions)
    FROM section_progress AS r
    GROUP BY
        r.learner_id, r.course_id;
$$;

REVOKE EXECUTE ON FUNCTION recount_section_progress() FROM public;

COMMENT ON FUNCTION recount_section_progress() IS
'What the analytics hold of section_progress when nothing is queued, counted from the table: what '
'rebuild_learning_analytics starts from and check_learning_analytics compares with.';
