-- Written from src/lms_schema/measures by make generate.
-- Appends the progress rows that a statement inserted or deleted to the queue of the analytics;
-- what it updated is for follow_section_progress, which looks at the same rows for more. A definer,
-- because nobody else writes the queue: a writer could forge figures.
CREATE OR REPLACE FUNCTION append_section_progress_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
DECLARE
    v_rows section_progress_delta[];
BEGIN
    -- gathered before they are stored: Citus sends an INSERT on, where no transition table is
    CASE TG_OP
        WHEN 'INSERT' THEN
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, r.course_id, count(*),
                        coalesce(sum(100 * r.comprehension_score), 0), count(r.comprehension_score),
                        coalesce(sum(100 * r.retention_score), 0), count(r.retention_score),
                        coalesce(sum(100 * r.application_score), 0), count(r.application_score),
                        sum(r.interaction_count), sum(r.meaningful_interactions)
                    )::section_progress_delta
                FROM new_rows AS r
                GROUP BY
                    r.learner_id, r.course_id
            );
        ELSE
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, r.course_id, -count(*),
                        -coalesce(sum(100 * r.comprehension_score), 0),
                        -count(r.comprehension_score), -coalesce(sum(100 * r.retention_score), 0),
                        -count(r.retention_score), -coalesce(sum(100 * r.application_score), 0),
                        -count(r.application_score), -sum(r.interaction_count),
                        -sum(r.meaningful_interactions)
                    )::section_progress_delta
                FROM old_rows AS r
                GROUP BY
                    r.learner_id, r.course_id
            );
    END CASE;
    INSERT INTO section_progress_delta (
        learner_id, course_id, progress_rows, comprehension_sum, comprehension_count, retention_sum,
        retention_count, application_sum, application_count, interactions_sum, meaningful_sum
    )
    SELECT
        r.learner_id, r.course_id, r.progress_rows, r.comprehension_sum, r.comprehension_count,
        r.retention_sum, r.retention_count, r.application_sum, r.application_count,
        r.interactions_sum, r.meaningful_sum
    FROM unnest(v_rows) AS r;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_section_progress_delta() FROM public;

COMMENT ON FUNCTION append_section_progress_delta() IS
'Trigger: appends signed measures of the progress rows that were inserted or deleted to '
'section_progress_delta.';
