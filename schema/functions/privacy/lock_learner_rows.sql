-- The rows that an erasure is going to change, locked in the order in which triggers lock them:
-- enrollments follow progress and attempts. They are counted on the way: that stays their number.
-- depends: functions/erasure_statements
CREATE OR REPLACE FUNCTION lock_learner_rows(p_learner_id uuid, p_until timestamptz) RETURNS jsonb
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_part record;
    v_count bigint;
    v_rows jsonb := '{}';
BEGIN
    FOR v_part IN
        SELECT s.* FROM erasure_statements() AS s
        WHERE s.step = 'lock'
        ORDER BY
            s.table_name::regclass = 'course_enrollments'::regclass, s.table_name, s.column_name
    LOOP
        EXECUTE v_part.statement USING p_learner_id;
        GET DIAGNOSTICS v_count = ROW_COUNT;
        v_rows := v_rows || jsonb_build_object(
            v_part.table_name, coalesce((v_rows ->> v_part.table_name)::bigint, 0) + v_count
        );
        -- who waits for us may hold what we are going to wait for
        IF clock_timestamp() > p_until
            AND EXISTS (
                SELECT FROM pg_locks AS l
                WHERE NOT l.granted AND pg_backend_pid() = ANY(pg_blocking_pids(l.pid))
            )
        THEN
            RAISE lock_not_available USING
                MESSAGE = format('others are writing records of learner %s', p_learner_id);
        END IF;
    END LOOP;
    -- what the triggers of these rows lock
    PERFORM FROM learner_courses AS lc
    INNER JOIN course_structure AS cs ON lc.course_id = cs.course_id
    INNER JOIN educational_courses AS c ON lc.course_id = c.id
    WHERE lc.learner_id = p_learner_id
    FOR UPDATE OF lc
    FOR KEY SHARE OF cs, c;
    RETURN v_rows;
END;
$$;

REVOKE EXECUTE ON FUNCTION lock_learner_rows(uuid, timestamptz) FROM public;

COMMENT ON FUNCTION lock_learner_rows(uuid, timestamptz) IS
'Locks the rows of a learner that erase_learner changes, and what their triggers lock; returns how '
'many rows by table. Raises 55P03 when somebody holds one for lock_timeout, and when somebody '
'waits for the caller after p_until. For erase_learner.';
