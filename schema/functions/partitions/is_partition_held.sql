-- A month goes whole or not at all: one row of a learner who is held keeps it.
CREATE OR REPLACE FUNCTION is_partition_held(p_partition regclass) RETURNS boolean
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    v_is_held boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM legal_holds AS h INNER JOIN ONLY %s AS i USING (learner_id) '
        'WHERE coalesce(h.held_until > now(), TRUE))',
        p_partition
    )
    INTO v_is_held;
    RETURN v_is_held;
END;
$$;

REVOKE EXECUTE ON FUNCTION is_partition_held(regclass) FROM public;

COMMENT ON FUNCTION is_partition_held(regclass) IS
'Whether a partition, of a table with a learner_id, holds a row of a learner under a legal hold '
'that is in force.';
