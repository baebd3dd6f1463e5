-- Who rates a course is enrolled in it, whatever the status: whoever leaves at the same time is
-- waited for. A rating that was left behind may pass to another learner, as erase_learner has it.
-- A definer, because a learner's policies are no business of the rule.
CREATE OR REPLACE FUNCTION check_rating_enrollment() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM FROM course_enrollments AS e
    WHERE e.learner_id = new.learner_id AND e.course_id = new.course_id
    FOR KEY SHARE;
    IF NOT FOUND
        AND (
            TG_OP = 'INSERT'
            OR new.course_id <> old.course_id
            OR EXISTS (
                SELECT FROM course_enrollments AS e
                WHERE e.learner_id = old.learner_id AND e.course_id = old.course_id
            )
        )
    THEN
        RAISE check_violation USING
            MESSAGE = format(
                'learner %s cannot rate course %s without an enrollment in it',
                new.learner_id, new.course_id
            ),
            HINT = 'Enroll the learner first: INSERT INTO course_enrollments.',
            CONSTRAINT = 'course_ratings_enrollment_check',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_rating_enrollment() FROM public;

COMMENT ON FUNCTION check_rating_enrollment() IS
'Trigger: raises 23514 for a rating of a course in which the learner is not enrolled; one whose '
'learner left may be given to another. Locks the key of the enrollment until the transaction '
'ends.';
