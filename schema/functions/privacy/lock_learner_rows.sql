-- The rows that an erasure is going to change, locked in the order in which triggers lock them:
-- enrollments follow progress and attempts.
-- depends: functions/erasure_statements
CREATE OR REPLACE FUNCTION lock_learner_rows(p_learner_id uuid, p_until timestamptz) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_statement text;
BEGIN
    FOR v_statement IN
        SELECT s.statement FROM erasure_statements() AS s
        WHERE s.step = 'lock'
        ORDER BY
            s.table_name::regclass = 'course_enrollments'::regclass, s.table_name, s.column_name
    LOOP
        EXECUTE v_statement USING p_learner_id;
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
END;
$$;

REVOKE EXECUTE ON FUNCTION lock_learner_rows(uuid, timestamptz) FROM public;

COMMENT ON FUNCTION lock_learner_rows(uuid, timestamptz) IS
'Locks the rows of a learner that erase_learner changes, and what their triggers lock. Raises '
'55P03 when somebody holds one for lock_timeout, and when somebody waits for the caller after '
'p_until. For erase_learner.';
