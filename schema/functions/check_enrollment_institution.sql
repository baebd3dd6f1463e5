-- Learner and course of an enrollment are of one institution. At READ COMMITTED this needs no lock
-- of its own: institution_id is part of a unique index of both, so that changing it conflicts with
-- the key-share lock that the foreign keys of an uncommitted enrollment hold.
-- A definer, because the rule counts also rows that the writer may not see.
CREATE OR REPLACE FUNCTION check_enrollment_institution() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a session keeps its plans: one made while the tables were empty must not scan full ones
SET enable_seqscan = off
AS $$
DECLARE
    v_enrollment record;
BEGIN
    -- The row as it is now: the trigger may be deferred. Each table by its key alone, in one
    -- statement: a join of the three, planned while they are empty, would read a whole course for
    -- each row of a load.
    SELECT
        e.learner_id,
        e.course_id,
        (SELECT l.institution_id FROM learners AS l WHERE l.id = e.learner_id)
            AS learner_institution_id,
        (SELECT c.institution_id FROM educational_courses AS c WHERE c.id = e.course_id)
            AS course_institution_id
    INTO v_enrollment
    FROM course_enrollments AS e
    WHERE e.id = new.id;
    IF v_enrollment.learner_institution_id <> v_enrollment.course_institution_id THEN
        RAISE check_violation USING
            MESSAGE = format(
                'learner %s of institution %s cannot be enrolled in course %s of institution %s',
                v_enrollment.learner_id, v_enrollment.learner_institution_id,
                v_enrollment.course_id, v_enrollment.course_institution_id
            ),
            HINT = 'A learner or a course that is open to all institutions has none.',
            CONSTRAINT = 'course_enrollments_institution_check',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_enrollment_institution() FROM public;

COMMENT ON FUNCTION check_enrollment_institution() IS
'Constraint trigger: raises 23514 when an enrollment joins a learner and a course of different '
'institutions. Without an institution, a learner may enroll anywhere and a course takes anyone. '
'Two concurrent transactions at REPEATABLE READ can break the rule; SERIALIZABLE ones cannot.';
