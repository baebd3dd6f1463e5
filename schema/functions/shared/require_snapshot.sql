-- A statement of PostgreSQL is one snapshot. One that Citus takes apart is not, unless all of the
-- transaction is.
CREATE OR REPLACE FUNCTION require_snapshot() RETURNS void
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
    IF current_setting('transaction_isolation') IN ('read uncommitted', 'read committed')
        AND EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
    THEN
        RAISE invalid_transaction_state USING
            MESSAGE = 'on Citus, this needs a REPEATABLE READ transaction',
            HINT = 'BEGIN ISOLATION LEVEL REPEATABLE READ, and call it first. Nothing was changed.';
    END IF;
END;
$$;

REVOKE EXECUTE ON FUNCTION require_snapshot() FROM public;

COMMENT ON FUNCTION require_snapshot() IS
'Raises 25000 where statements of this transaction are not each one snapshot: on Citus, in a READ '
'COMMITTED transaction. For check_learning_analytics and rebuild_learning_analytics.';
