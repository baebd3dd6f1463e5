-- Courses that a learner may enroll in without being asked: the rule of
-- check_enrollment_institution, for those that are published.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION session_open_courses() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT c.id
        FROM learners AS l
        INNER JOIN educational_courses AS c
            ON coalesce(l.institution_id = c.institution_id, TRUE)
        WHERE l.id = (SELECT session_person()) AND c.status = 'published'
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_open_courses() FROM public;

COMMENT ON FUNCTION session_open_courses() IS
'Published courses that the learner behind the session may enroll in: those of the own institution '
'and of none; of a learner without an institution all. For policies: called once a statement.';
