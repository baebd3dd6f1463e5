-- Appends whose attempts a statement changed to the queue of the analytics. UPDATE is followed by
-- row, so that a trigger's WHEN can pass over updates of anything else.
-- A definer, because nobody else writes the queue.
CREATE OR REPLACE FUNCTION append_assessment_attempts_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    CASE
        WHEN TG_TABLE_NAME = 'educational_assessments' THEN
            INSERT INTO assessment_attempts_delta (learner_id, assessment_id)
            VALUES (NULL, new.id);
        WHEN TG_OP = 'INSERT' THEN
            INSERT INTO assessment_attempts_delta (learner_id, assessment_id)
            SELECT DISTINCT r.learner_id, r.assessment_id
            FROM new_rows AS r;
        WHEN TG_OP = 'DELETE' THEN
            INSERT INTO assessment_attempts_delta (learner_id, assessment_id)
            SELECT DISTINCT r.learner_id, r.assessment_id
            FROM old_rows AS r;
        ELSE
            INSERT INTO assessment_attempts_delta (learner_id, assessment_id)
            SELECT old.learner_id, old.assessment_id
            UNION
            SELECT new.learner_id, new.assessment_id;
    END CASE;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_assessment_attempts_delta() FROM public;

COMMENT ON FUNCTION append_assessment_attempts_delta() IS
'Trigger: appends the pairs of learner and assessment whose attempts were inserted, updated or '
'deleted, and the assessments that moved to another course, to assessment_attempts_delta.';
