-- Appends whose attempts a statement changed to the queue of the analytics. UPDATE is followed by
-- row, so that a trigger's WHEN can pass over updates of anything else.
-- A definer, because nobody else writes the queue.
CREATE OR REPLACE FUNCTION append_assessment_attempts_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
DECLARE
    v_learner_ids uuid[];
    v_assessment_ids uuid[];
    v_course_id uuid;
BEGIN
    -- gathered before they are stored: Citus sends an INSERT on, where no transition table is
    CASE
        -- by an argument: on Citus, TG_TABLE_NAME is the name of a shard
        WHEN tg_argv[0] = 'assessment' THEN
            v_assessment_ids := ARRAY[old.id]; -- of all learners
            v_course_id := old.course_id;
        WHEN TG_OP = 'INSERT' THEN
            SELECT array_agg(n.learner_id), array_agg(n.assessment_id)
            INTO v_learner_ids, v_assessment_ids
            FROM new_rows AS n;
        WHEN TG_OP = 'DELETE' THEN
            SELECT array_agg(o.learner_id), array_agg(o.assessment_id)
            INTO v_learner_ids, v_assessment_ids
            FROM old_rows AS o;
        ELSE
            v_learner_ids := ARRAY[old.learner_id, new.learner_id];
            v_assessment_ids := ARRAY[old.assessment_id, new.assessment_id];
    END CASE;
    INSERT INTO assessment_attempts_delta (learner_id, assessment_id, course_id)
    SELECT DISTINCT k.learner_id, k.assessment_id, v_course_id
    FROM unnest(v_learner_ids, v_assessment_ids) AS k (learner_id, assessment_id);
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_assessment_attempts_delta() FROM public;

COMMENT ON FUNCTION append_assessment_attempts_delta() IS
'Trigger: appends the pairs of learner and assessment whose attempts were inserted, updated or '
'deleted, and the assessments that left a course, to assessment_attempts_delta.';
