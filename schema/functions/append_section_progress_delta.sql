-- Appends what a statement changed in section_progress to the queue of the analytics. UPDATE is
-- followed by row, so that a trigger's WHEN can pass over updates of anything else.
-- A definer, because nobody else writes the queue: a writer could forge figures.
CREATE OR REPLACE FUNCTION append_section_progress_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO section_progress_delta (
                learner_id, course_id, progress_rows, comprehension_sum,
                comprehension_count, retention_sum, retention_count,
                application_sum, application_count, interactions_sum,
                meaningful_sum
            )
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
            FROM new_rows AS r
            GROUP BY r.learner_id, r.course_id;
        WHEN 'DELETE' THEN
            INSERT INTO section_progress_delta (
                learner_id, course_id, progress_rows, comprehension_sum,
                comprehension_count, retention_sum, retention_count,
                application_sum, application_count, interactions_sum,
                meaningful_sum
            )
            SELECT
                r.learner_id,
                r.course_id,
                -count(*),
                -coalesce(sum(100 * r.comprehension_score), 0),
                -count(r.comprehension_score),
                -coalesce(sum(100 * r.retention_score), 0),
                -count(r.retention_score),
                -coalesce(sum(100 * r.application_score), 0),
                -count(r.application_score),
                -sum(r.interaction_count),
                -sum(r.meaningful_interactions)
            FROM old_rows AS r
            GROUP BY r.learner_id, r.course_id;
        ELSE
            INSERT INTO section_progress_delta (
                learner_id, course_id, progress_rows, comprehension_sum,
                comprehension_count, retention_sum, retention_count,
                application_sum, application_count, interactions_sum,
                meaningful_sum
            )
            SELECT
                r.learner_id,
                r.course_id,
                sum(r.sign),
                sum(r.sign * coalesce(100 * r.comprehension_score, 0)),
                sum(r.sign * (r.comprehension_score IS NOT NULL)::integer),
                sum(r.sign * coalesce(100 * r.retention_score, 0)),
                sum(r.sign * (r.retention_score IS NOT NULL)::integer),
                sum(r.sign * coalesce(100 * r.application_score, 0)),
                sum(r.sign * (r.application_score IS NOT NULL)::integer),
                sum(r.sign * r.interaction_count),
                sum(r.sign * r.meaningful_interactions)
            FROM (
                SELECT
                    -1 AS sign,
                    old.learner_id,
                    old.course_id,
                    old.comprehension_score,
                    old.retention_score,
                    old.application_score,
                    old.interaction_count,
                    old.meaningful_interactions
                UNION ALL
                SELECT
                    1,
                    new.learner_id,
                    new.course_id,
                    new.comprehension_score,
                    new.retention_score,
                    new.application_score,
                    new.interaction_count,
                    new.meaningful_interactions
            ) AS r
            GROUP BY r.learner_id, r.course_id;
    END CASE;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_section_progress_delta() FROM public;

COMMENT ON FUNCTION append_section_progress_delta() IS
'Trigger: appends signed measures of the progress rows that were inserted, updated or deleted '
'to section_progress_delta.';
