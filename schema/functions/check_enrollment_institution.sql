-- Learner and course of an enrollment are of one institution. At READ COMMITTED this needs no lock
-- of its own: institution_id is part of a unique index of both, so that changing it conflicts with
-- the key-share lock that the foreign keys of an uncommitted enrollment hold.
-- A definer, because the rule counts also rows that the writer may not see.
CREATE OR REPLACE FUNCTION check_enrollment_institution() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a session keeps its plans: one made while the table was empty must not scan a full one
SET enable_seqscan = off
AS $$
DECLARE
    v_enrollment record;
BEGIN
    -- one statement, and so one index, for each table that the trigger is on
    CASE TG_ARGV[0]
        WHEN 'enrollment' THEN
            SELECT
                e.learner_id,
                e.course_id,
                l.institution_id AS learner_institution_id,
                c.institution_id AS course_institution_id
            INTO v_enrollment
            FROM course_enrollments AS e
            INNER JOIN learners AS l ON e.learner_id = l.id
            INNER JOIN educational_courses AS c ON e.course_id = c.id
            WHERE e.id = new.id AND l.institution_id <> c.institution_id;
        WHEN 'learner' THEN
            SELECT
                e.learner_id,
                e.course_id,
                l.institution_id AS learner_institution_id,
                c.institution_id AS course_institution_id
            INTO v_enrollment
            FROM learners AS l
            INNER JOIN course_enrollments AS e ON l.id = e.learner_id
            INNER JOIN educational_courses AS c ON e.course_id = c.id
            WHERE l.id = new.id AND l.institution_id <> c.institution_id
            LIMIT 1;
        ELSE
            SELECT
                e.learner_id,
                e.course_id,
                l.institution_id AS learner_institution_id,
                c.institution_id AS course_institution_id
            INTO v_enrollment
            FROM educational_courses AS c
            INNER JOIN course_enrollments AS e ON c.id = e.course_id
            INNER JOIN learners AS l ON e.learner_id = l.id
            WHERE c.id = new.id AND l.institution_id <> c.institution_id
            LIMIT 1;
    END CASE;

    IF FOUND THEN
        RAISE check_violation USING
            MESSAGE = format(
                'learner %s of institution %s cannot be enrolled in course %s of institution %s',
                v_enrollment.learner_id, v_enrollment.learner_institution_id,
                v_enrollment.course_id, v_enrollment.course_institution_id
            ),
            HINT = 'A learner or a course that is open to all institutions has none.',
            CONSTRAINT = 'course_enrollments_institution_check',
            TABLE = 'course_enrollments', SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_enrollment_institution() FROM public;

COMMENT ON FUNCTION check_enrollment_institution() IS
'Constraint trigger: raises 23514 when an enrollment joins a learner and a course of different '
'institutions. Its argument says which of the three the trigger is on: enrollment, learner or '
'course. Without an institution, a learner may enroll anywhere and a course takes anyone. '
'Two concurrent transactions at REPEATABLE READ can break the rule; SERIALIZABLE ones cannot.';
