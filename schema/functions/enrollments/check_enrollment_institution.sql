-- Learner and course of an enrollment are of one institution. At READ COMMITTED this needs no lock
-- of its own: institution_id is part of a unique index of both, so that changing it conflicts with
-- the key-share lock that the foreign keys of an uncommitted enrollment hold.
-- What a statement inserted is checked at once, what it updated by row: that may be deferred.
-- A definer, because the rule counts also rows that the writer may not see.
-- depends: functions/refuse_other_institution
CREATE OR REPLACE FUNCTION check_enrollment_institution() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a session keeps its plans: one made while the tables were empty must not scan full ones
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_learner_ids uuid[];
    v_course_ids uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(n.learner_id), array_agg(n.course_id) INTO v_learner_ids, v_course_ids
        FROM new_rows AS n;
    ELSE
        -- the row as it is now: the trigger may be deferred
        SELECT ARRAY[e.learner_id], ARRAY[e.course_id] INTO v_learner_ids, v_course_ids
        FROM course_enrollments AS e
        WHERE e.id = new.id;
    END IF;
    PERFORM refuse_other_institution(
        v_learner_ids, v_course_ids, TG_TABLE_SCHEMA, TG_TABLE_NAME,
        'course_enrollments_institution_check'
    );
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_enrollment_institution() FROM public;

COMMENT ON FUNCTION check_enrollment_institution() IS
'Trigger: raises 23514 when an enrollment joins a learner and a course of different '
'institutions. Without an institution, a learner may enroll anywhere and a course takes anyone. '
'Two concurrent transactions at REPEATABLE READ can break the rule; SERIALIZABLE ones cannot.';
