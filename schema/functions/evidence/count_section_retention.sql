-- Writes what derive_section_retention says of the learners in a course. Only rows that differ: the
-- writers of events would wait for each.
-- depends: functions/derive_section_retention
CREATE OR REPLACE FUNCTION count_section_retention(
    p_course_id uuid,
    p_learner_ids uuid[]
) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- one learner and all of a course want plans of their own
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    UPDATE section_progress AS sp SET
        measures_version = sp.measures_version + 1,
        retention_n = n.retention_n,
        retention_sum = n.retention_sum
    FROM (
        SELECT
            o.id,
            coalesce(d.retention_n, 0) AS retention_n,
            coalesce(d.retention_sum, 0) AS retention_sum
        FROM section_progress AS o
        LEFT JOIN derive_section_retention(
            ARRAY(SELECT s.id FROM learning_sections AS s WHERE s.course_id = p_course_id),
            p_learner_ids
        ) AS d
            ON o.learner_id = d.learner_id AND o.section_id = d.section_id
        WHERE
            o.course_id = p_course_id
            AND (p_learner_ids IS NULL OR o.learner_id = ANY(p_learner_ids))
    ) AS n
    WHERE
        sp.id = n.id
        AND (sp.retention_n, sp.retention_sum)
        IS DISTINCT FROM (n.retention_n, n.retention_sum);
END;
$$;

REVOKE EXECUTE ON FUNCTION count_section_retention(uuid, uuid[]) FROM public;

COMMENT ON FUNCTION count_section_retention(uuid, uuid[]) IS
'Counts the evidence of retention of these learners (NULL: all) in the sections of a course anew, '
'and writes the progress rows where it differs.';
