-- Keys of the advisory locks between who enrolls a learner and who writes progress or attempts of
-- one who is not enrolled. So many at most, since a transaction cannot hold a lock for each learner
-- of a bulk load; in order, so that nobody deadlocks.
CREATE OR REPLACE FUNCTION enrollment_lock_keys(p_learner_ids uuid[]) RETURNS SETOF integer
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT uuid_hash(l.id) & 255 AS key
    FROM unnest(p_learner_ids) AS l (id)
    ORDER BY key;
END;

REVOKE EXECUTE ON FUNCTION enrollment_lock_keys(uuid[]) FROM public;

COMMENT ON FUNCTION enrollment_lock_keys(uuid[]) IS
'Distinct keys, 0 to 255, of the locks that stand for these learners, in order.';
