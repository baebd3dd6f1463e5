-- A stub is told from a learner by the address that erasure_statements gives it.
-- depends: functions/erased_address
CREATE OR REPLACE FUNCTION is_erased_learner(p_learner_id uuid) RETURNS boolean
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM learners AS l
        WHERE l.id = p_learner_id AND l.email = erased_address(l.id)
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION is_erased_learner(uuid) FROM public;

COMMENT ON FUNCTION is_erased_learner(uuid) IS
'Whether a learner is the stub that erase_learner left in the place of one.';
