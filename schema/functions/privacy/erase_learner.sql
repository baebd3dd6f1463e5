-- Takes a person out of the records and leaves the facts, which courses and items are judged by, to
-- a stub. Whatever it needs it locks beforehand, in less than deadlock_timeout, or it steps back
-- and tries again, so that nobody who writes is cancelled for a deadlock. From the lock of the
-- learner on nobody can add a row of theirs: a foreign key waits, and then fails.
-- A definer, because nobody else may change all of that.
-- depends: functions/require_data_subject functions/erasure_statements
-- depends: functions/lock_learner_rows functions/refresh_learning_analytics
CREATE OR REPLACE FUNCTION erase_learner(p_learner_id uuid) RETURNS jsonb
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a session keeps its plans: one made while the tables were empty must not scan full ones
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_stub_id CONSTANT uuid := gen_random_uuid();
    v_tables text;
    v_lock_timeout CONSTANT text := current_setting('lock_timeout');
    v_patience CONSTANT integer := (
        SELECT s.setting::integer / 4 FROM pg_settings AS s WHERE s.name = 'deadlock_timeout'
    );
    v_start timestamptz;
    v_is_locked boolean := FALSE;
    v_part record;
    v_count bigint;
    v_parts oid[];
    v_changed oid[] := '{}';
    v_rows jsonb;
    v_erasure erasures;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE invalid_transaction_state USING
            MESSAGE = 'a learner is erased in a READ COMMITTED transaction only',
            HINT = 'Another one could not see what others commit meanwhile.';
    END IF;
    PERFORM require_data_subject(p_learner_id);

    -- against others who analyze, and those who make or drop partitions; and against a refresh
    SELECT string_agg(DISTINCT s.table_name, ', ') INTO v_tables
    FROM erasure_statements() AS s
    WHERE s.step IN ('stub', 'erase');
    EXECUTE format('LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE', v_tables);
    PERFORM pg_advisory_xact_lock(
        hashtext('refresh_learning_analytics'), 'learning_analytics_dashboard'::regclass::oid::int
    );

    -- Of the ways in which others lock the learner and the rows of theirs, one is met by the odd
    -- tries, the other one by the even ones. Of a try that fails no lock is left.
    FOR v_try IN 1..20 LOOP
        BEGIN
            PERFORM set_config('lock_timeout', v_patience || 'ms', TRUE);
            v_start := clock_timestamp();
            IF v_try % 2 = 1 THEN
                PERFORM lock_learner_rows(p_learner_id, v_start + v_patience * interval '1 ms');
            END IF;
            PERFORM FROM learners AS l WHERE l.id = p_learner_id FOR UPDATE;
            v_rows := lock_learner_rows(p_learner_id, v_start + v_patience * interval '1 ms');
            v_is_locked := TRUE;
            EXIT;
        EXCEPTION
            WHEN lock_not_available THEN NULL; -- which let go of all that was locked
        END;
        PERFORM pg_sleep(0.05);
    END LOOP;
    PERFORM set_config('lock_timeout', v_lock_timeout, TRUE);
    IF NOT v_is_locked THEN
        RAISE lock_not_available USING
            MESSAGE = format('others are writing records of learner %s', p_learner_id),
            HINT = 'Try again: nothing was changed.';
    END IF;
    PERFORM require_data_subject(p_learner_id); -- somebody may have been faster
    SELECT h.* INTO v_part
    FROM legal_holds AS h
    WHERE h.learner_id = p_learner_id AND coalesce(h.held_until > now(), TRUE)
    ORDER BY h.id
    LIMIT 1;
    IF FOUND THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('learner %s is under legal hold %s', p_learner_id, v_part.id),
            DETAIL = format(
                'Placed at %s until %s: %s', v_part.placed_at,
                coalesce(v_part.held_until::text, 'it is released'), v_part.reason
            ),
            HINT = 'Set held_until of its row of legal_holds to now() once it is released.';
    END IF;

    -- first, so that the audit log knows what changes by it
    INSERT INTO erasures AS e (learner_id, erased_rows)
    VALUES (p_learner_id, v_rows || '{"learners": 1}')
    RETURNING e.* INTO v_erasure;
    -- progress before enrollments: one that lost it could be completed when it comes back
    FOR v_part IN
        SELECT s.* FROM erasure_statements() AS s
        WHERE s.step IN ('stub', 'erase')
        ORDER BY
            s.step = 'erase', s.table_name::regclass <> 'section_progress'::regclass,
            s.table_name, s.column_name
    LOOP
        EXECUTE format(
            'WITH changed AS (%s RETURNING tableoid) '
            'SELECT array_agg(DISTINCT c.tableoid) FROM changed AS c',
            v_part.statement
        )
        INTO v_parts
        USING p_learner_id, v_stub_id;
        v_changed := v_changed || v_parts;
    END LOOP;
    DELETE FROM learners AS l WHERE l.id = p_learner_id;
    PERFORM refresh_learning_analytics();

    FOR v_part IN SELECT s.* FROM erasure_statements() AS s WHERE s.step = 'prove' LOOP
        EXECUTE v_part.statement INTO v_count USING p_learner_id;
        IF v_count > 0 THEN
            RAISE data_exception USING
                MESSAGE = format(
                    '%s rows of %s still name learner %s in %s',
                    v_count, v_part.table_name, p_learner_id, v_part.column_name
                ),
                HINT = 'Nothing was changed. Run rebuild_learning_analytics(), and try again.';
        END IF;
    END LOOP;
    -- Statistics hold samples of names and texts, which pg_dump --statistics prints: those of the
    -- partitions with rows of theirs, and of the tables above these, which before 18 are analyzed
    -- with all of their partitions only. Without a list of columns, which would leave out the
    -- expression of learners_email_lower_key.
    SELECT
        string_agg(
            DISTINCT CASE
                WHEN current_setting('server_version_num')::integer < 180000
                    THEN coalesce(pg_partition_root(r.oid), r.oid)::regclass::text
                ELSE format('ONLY %s', r.oid::regclass)
            END, ', '
        )
    INTO v_tables
    FROM (
        SELECT c.oid FROM unnest(v_changed) AS c (oid)
        UNION
        SELECT a.relid
        FROM unnest(v_changed) AS c (oid)
        CROSS JOIN LATERAL pg_partition_ancestors(c.oid) AS a
    ) AS r;
    EXECUTE format('ANALYZE %s', v_tables);
    RETURN to_jsonb(v_erasure) || jsonb_build_object('format', 1, 'rows_left', 0);
END;
$$;

REVOKE EXECUTE ON FUNCTION erase_learner(uuid) FROM public;

COMMENT ON FUNCTION erase_learner(uuid) IS
'Erases a learner, as data_map says for each column: what they did is kept as that of a new stub '
'learner without name, address and content, so that no figure of a course, an assessment or an '
'item changes; their guardian links, staff links, sessions and past holds are deleted; the '
'analytics are refreshed and planner statistics taken anew. Checks that no row names the learner '
'any more, and returns what is written into erasures: learner_id, erased_at, erased_by, '
'erased_rows by table; format (1) and rows_left (0). Ledgers keep the id. Raises P0002 for a '
'learner who does not exist, 55000 under a legal hold, while unmapped_columns() finds one, and '
'for a line of data_map_entries that is of no table of the owner, 55P03 when others write their '
'records without a pause, 25000 in another transaction than READ COMMITTED. '
'Locks: SHARE UPDATE EXCLUSIVE on the tables of learners, which readers and writers do not wait '
'for, and the learner''s rows, until the transaction ends. For lms_privacy.';
