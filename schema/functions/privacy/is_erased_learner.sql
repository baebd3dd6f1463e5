-- Whom erase_learner takes out of the records is told by the ledger, which it alone writes, and
-- before it changes a row. The address of a stub would not do: whoever may write learners can give
-- it to anybody.
CREATE OR REPLACE FUNCTION is_erased_learner(p_learner_id uuid) RETURNS boolean
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN EXISTS (SELECT FROM erasures AS e WHERE e.learner_id = p_learner_id);
END;
$$;

REVOKE EXECUTE ON FUNCTION is_erased_learner(uuid) FROM public;

COMMENT ON FUNCTION is_erased_learner(uuid) IS
'Whether erase_learner erased the learner of this id, or is about to.';
