-- Writes what derive_section_retention says, where it differs: others write these rows all the
-- time, and would wait. All that differs is locked before the first row is written, in the order in
-- which everybody locks these rows: nobody deadlocks with a batch of events.
-- depends: functions/derive_section_retention
CREATE OR REPLACE FUNCTION count_section_retention(
    p_learner_ids uuid[],
    p_course_ids uuid[]
) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- one learner and all of a course want plans of their own
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_course record;
    v_part jsonb;
    v_changes jsonb := '[]';
BEGIN
    FOR v_course IN
        SELECT
            k.course_id AS id,
            -- of more, the whole course is read faster
            CASE WHEN count(*) <= 1000 THEN array_agg(k.learner_id) END AS learner_ids
        FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
        GROUP BY k.course_id
    LOOP
        SELECT jsonb_agg(n.*) INTO v_part
        FROM (
            SELECT
                sp.learner_id,
                sp.section_id,
                coalesce(d.retention_n, 0) AS retention_n,
                coalesce(d.retention_sum, 0) AS retention_sum
            FROM section_progress AS sp
            LEFT JOIN derive_section_retention(
                ARRAY(SELECT s.id FROM learning_sections AS s WHERE s.course_id = v_course.id),
                v_course.learner_ids
            ) AS d
                ON sp.learner_id = d.learner_id AND sp.section_id = d.section_id
            WHERE
                sp.course_id = v_course.id
                AND (v_course.learner_ids IS NULL OR sp.learner_id = ANY(v_course.learner_ids))
                AND (sp.retention_n, sp.retention_sum)
                IS DISTINCT FROM (coalesce(d.retention_n, 0), coalesce(d.retention_sum, 0))
        ) AS n;
        v_changes := v_changes || coalesce(v_part, '[]');
    END LOOP;
    IF v_changes = '[]' THEN
        RETURN;
    END IF;

    PERFORM FROM jsonb_to_recordset(v_changes) AS n (learner_id uuid, section_id uuid)
    INNER JOIN section_progress AS sp
        ON n.learner_id = sp.learner_id AND n.section_id = sp.section_id
    ORDER BY sp.learner_id, sp.section_id
    FOR NO KEY UPDATE OF sp;

    UPDATE section_progress AS sp SET
        measures_version = sp.measures_version + 1,
        retention_n = n.retention_n,
        retention_sum = n.retention_sum
    FROM jsonb_to_recordset(v_changes) AS n (
        learner_id uuid, section_id uuid, retention_n integer, retention_sum bigint
    )
    WHERE sp.learner_id = n.learner_id AND sp.section_id = n.section_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION count_section_retention(uuid[], uuid[]) FROM public;

COMMENT ON FUNCTION count_section_retention(uuid[], uuid[]) IS
'For distinct pairs of learner and course: counts the evidence of retention anew, and writes the '
'progress rows where it differs, which stay locked until the transaction ends.';
