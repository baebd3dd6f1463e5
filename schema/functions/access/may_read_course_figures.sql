-- Whether row security would let the caller read a row of course_summary; see
-- may_read_learner_figures.
-- depends: functions/caller_role functions/session_institutions functions/session_taught_courses
CREATE OR REPLACE FUNCTION may_read_course_figures(p_course_id uuid) RETURNS boolean
LANGUAGE plpgsql
STABLE PARALLEL RESTRICTED
SET search_path FROM CURRENT
AS $$
DECLARE
    v_role CONSTANT name := caller_role();
BEGIN
    -- without a person, comparisons are NULL
    RETURN coalesce(
        -- current_user is the owner: a definer calls this
        pg_has_role(v_role, current_user, 'USAGE')
        OR pg_has_role(v_role, 'lms_service', 'USAGE')
        OR (
            pg_has_role(v_role, 'lms_instructor', 'USAGE')
            AND p_course_id = ANY(session_taught_courses())
        )
        OR (
            pg_has_role(v_role, 'lms_registrar', 'USAGE')
            AND EXISTS (
                SELECT FROM educational_courses AS c
                WHERE c.id = p_course_id AND c.institution_id = ANY(session_institutions())
            )
        ),
        FALSE
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION may_read_course_figures(uuid) FROM public;

COMMENT ON FUNCTION may_read_course_figures(uuid) IS
'Whether the caller of course_figures may read those of this course: one that they teach, or of an '
'institution that they administer; the owner and lms_service all.';
