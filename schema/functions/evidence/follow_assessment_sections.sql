-- Evidence follows an assessment that is deleted, or gets another section or format. It is counted
-- for everybody who has evidence in these sections, since the attempts may be gone by now. Where a
-- section is gone, it was renamed or deleted together with its progress: nothing is to be counted.
-- A definer, because the writer need not be able to write progress.
-- depends: functions/count_section_evidence functions/lock_section_progress
CREATE OR REPLACE FUNCTION follow_assessment_sections() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_assessment_ids uuid[];
    v_section_ids uuid[];
    v_pairs record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        v_section_ids := ARRAY(SELECT DISTINCT o.section_id FROM old_rows AS o);
    ELSE
        -- a row found once is old or new, a row found twice did not change
        SELECT array_agg(k.id), array_agg(k.section_id) INTO v_assessment_ids, v_section_ids
        FROM (
            SELECT r.id, r.section_id
            FROM (
                SELECT o.id, o.section_id, o.format FROM old_rows AS o
                UNION ALL
                SELECT n.id, n.section_id, n.format FROM new_rows AS n
            ) AS r
            GROUP BY r.id, r.section_id, r.format
            HAVING count(*) = 1
        ) AS k;
        SELECT array_agg(DISTINCT k.id), array_agg(DISTINCT k.section_id)
        INTO v_assessment_ids, v_section_ids
        FROM (
            SELECT p.id, p.section_id, count(*) OVER (PARTITION BY p.id) AS sides
            FROM unnest(v_assessment_ids, v_section_ids) AS p (id, section_id)
            LEFT JOIN learning_sections AS s ON p.section_id = s.id
            WHERE p.section_id IS NULL OR s.id IS NOT NULL
        ) AS k
        WHERE k.sides = 2;
    END IF;
    SELECT
        array_agg(k.learner_id) AS learner_ids,
        array_agg(k.section_id) AS section_ids,
        array_agg(k.is_wanted) AS is_wanted
    INTO v_pairs
    FROM (
        SELECT
            p.learner_id,
            p.section_id,
            bool_or(p.is_wanted) AS is_wanted
        FROM (
            SELECT
                sp.learner_id,
                sp.section_id,
                FALSE AS is_wanted
            FROM section_progress AS sp
            INNER JOIN learning_sections AS s ON sp.section_id = s.id
            WHERE
                sp.section_id = ANY(v_section_ids)
                AND (sp.comprehension_n > 0 OR sp.application_n > 0)
            UNION ALL
            SELECT
                t.learner_id,
                a.section_id,
                TRUE
            FROM educational_assessments AS a
            INNER JOIN assessment_attempts AS t ON a.id = t.assessment_id
            WHERE a.id = ANY(v_assessment_ids) AND a.section_id IS NOT NULL
        ) AS p
        GROUP BY p.learner_id, p.section_id
    ) AS k;
    IF v_pairs.learner_ids IS NOT NULL THEN
        PERFORM lock_section_progress(v_pairs.learner_ids, v_pairs.section_ids, v_pairs.is_wanted);
        PERFORM count_section_evidence(v_pairs.learner_ids, v_pairs.section_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_assessment_sections() FROM public;

COMMENT ON FUNCTION follow_assessment_sections() IS
'Trigger: keeps the evidence of section_progress in the sections that an assessment leaves or '
'comes to, and where its format changes. Locks these rows until the transaction ends.';
