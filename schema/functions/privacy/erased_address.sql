-- The address by which a stub is told from a learner, in one place for who gives it and who asks.
CREATE OR REPLACE FUNCTION erased_address(p_learner_id uuid) RETURNS text
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
RETURN format('erased-%s@erased.invalid', p_learner_id);

REVOKE EXECUTE ON FUNCTION erased_address(uuid) FROM public;

COMMENT ON FUNCTION erased_address(uuid) IS
'E-mail address of the stub with this id that erase_learner leaves in the place of a learner.';
