-- Whether row security would let the caller read a row of learner_summary: the same rule, for a
-- definer, to which row security does not apply.
-- depends: functions/caller_role functions/session_institutions functions/session_person
-- depends: functions/session_wards
CREATE OR REPLACE FUNCTION may_read_learner_figures(p_learner_id uuid) RETURNS boolean
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
        OR (pg_has_role(v_role, 'lms_learner', 'USAGE') AND p_learner_id = session_person())
        OR (pg_has_role(v_role, 'lms_guardian', 'USAGE') AND p_learner_id = ANY(session_wards()))
        OR (
            pg_has_role(v_role, 'lms_registrar', 'USAGE')
            AND EXISTS (
                SELECT FROM learners AS l
                WHERE l.id = p_learner_id AND l.institution_id = ANY(session_institutions())
            )
        ),
        FALSE
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION may_read_learner_figures(uuid) FROM public;

COMMENT ON FUNCTION may_read_learner_figures(uuid) IS
'Whether the caller of learner_figures may read those of this learner: their own, of a ward, of a '
'learner of an institution that they administer; the owner and lms_service all.';
