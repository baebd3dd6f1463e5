-- Evidence follows what is corrected in the events; record_interaction and rebuild_section_progress
-- count what is new. A section that is gone itself was renamed, with its progress, or took its
-- progress along: nothing is to count.
-- A definer, because the writer need not be able to write progress.
-- depends: functions/count_section_evidence functions/count_section_retention
-- depends: functions/is_erased_learner functions/lock_section_progress
CREATE OR REPLACE FUNCTION follow_corrected_interactions() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- the plan that is kept must suit a table that grows
SET enable_seqscan = off
AS $$
DECLARE
    v_pairs record;
BEGIN
    CASE TG_OP
        WHEN 'DELETE' THEN
            SELECT
                array_agg(k.learner_id) AS learner_ids,
                array_agg(k.section_id) AS section_ids,
                array_agg(FALSE) AS is_wanted
            INTO v_pairs
            FROM (
                SELECT DISTINCT o.learner_id, o.section_id
                FROM old_rows AS o
                WHERE
                    o.section_id IS NOT NULL
                    AND o.interaction_type IN ('knowledge_check', 'practice_activity')
            ) AS k;
        WHEN 'TRUNCATE' THEN
            -- nothing is queued of it
            PERFORM count_section_retention(
                array_agg(k.learner_id), array_agg(k.course_id)
            )
            FROM (
                SELECT DISTINCT sp.learner_id, sp.course_id
                FROM section_progress AS sp
                WHERE sp.retention_n > 0
            ) AS k;
            SELECT
                array_agg(sp.learner_id) AS learner_ids,
                array_agg(sp.section_id) AS section_ids,
                array_agg(FALSE) AS is_wanted
            INTO v_pairs
            FROM section_progress AS sp
            WHERE sp.comprehension_n > 0 OR sp.application_n > 0;
        ELSE
            -- erase_learner gives all to a stub, the progress, too
            IF is_erased_learner((SELECT o.learner_id FROM old_rows AS o LIMIT 1)) THEN
                RETURN NULL;
            END IF;
            SELECT
                array_agg(k.learner_id) AS learner_ids,
                array_agg(k.section_id) AS section_ids,
                array_agg(k.is_wanted) AS is_wanted
            INTO v_pairs
            FROM (
                SELECT
                    c.learner_id,
                    c.section_id,
                    -- of a learner who has the event of another now, progress may follow
                    bool_or(c.is_new AND c.sides = 2) AS is_wanted
                FROM (
                    -- what stands there once is old or new
                    SELECT
                        r.learner_id,
                        r.section_id,
                        bool_or(r.is_new) AS is_new,
                        count(*) OVER (PARTITION BY r.id, r.learner_id) AS sides
                    FROM (
                        SELECT
                            o.id, o.learner_id, o.section_id, o.interaction_type, o.outcome,
                            FALSE AS is_new
                        FROM old_rows AS o
                        UNION ALL
                        SELECT
                            n.id, n.learner_id, n.section_id, n.interaction_type, n.outcome,
                            TRUE
                        FROM new_rows AS n
                    ) AS r
                    GROUP BY r.id, r.learner_id, r.section_id, r.interaction_type, r.outcome
                    HAVING count(*) = 1
                ) AS c
                WHERE c.section_id IS NOT NULL
                GROUP BY c.learner_id, c.section_id
            ) AS k;
    END CASE;
    SELECT
        array_agg(k.learner_id) AS learner_ids,
        array_agg(k.section_id) AS section_ids,
        array_agg(k.is_wanted) AS is_wanted
    INTO v_pairs
    FROM unnest(v_pairs.learner_ids, v_pairs.section_ids, v_pairs.is_wanted)
        AS k (learner_id, section_id, is_wanted)
    INNER JOIN learning_sections AS s ON k.section_id = s.id;
    IF v_pairs.learner_ids IS NOT NULL THEN
        PERFORM lock_section_progress(v_pairs.learner_ids, v_pairs.section_ids, v_pairs.is_wanted);
        PERFORM count_section_evidence(v_pairs.learner_ids, v_pairs.section_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_corrected_interactions() FROM public;

COMMENT ON FUNCTION follow_corrected_interactions() IS
'Trigger: keeps the evidence of section_progress where events are updated, deleted or truncated. '
'Locks these rows until the transaction ends.';
