-- Takes partitions out of all that is counted from events, and ends holding the locks under which
-- they can be dropped in the same transaction.
-- Adding up takes as long as there are events, so it is done before writers are locked out; under
-- the lock only a fingerprint is compared. It holds no lock that a deadlock could be made of:
-- it waits for less than deadlock_timeout, and not at all while somebody waits for it, so that the
-- one who gives up is never a writer.
-- depends: functions/interaction_partitions functions/retract_interaction_partition
-- depends: functions/derive_section_retention functions/derive_sessions functions/outcome_evidence
-- depends: functions/recalculate_course_metrics functions/is_meaningful_interaction
-- depends: functions/is_partition_held functions/metrics_window
CREATE OR REPLACE FUNCTION retire_interaction_partitions(p_partitions regclass[]) RETURNS TABLE (
    partition_name text,
    lower_bound timestamptz,
    upper_bound timestamptz,
    interactions bigint
)
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_lock_timeout text := current_setting('lock_timeout');
    v_longest integer;
    v_partition record;
    v_course_id uuid;
    v_course record;
    v_fingerprint text;
    v_fingerprints text[];
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE invalid_transaction_state USING
            MESSAGE = 'events expire in a READ COMMITTED transaction only',
            HINT = 'Another one could not see what others commit meanwhile.';
    END IF;
    -- against others who make or drop partitions, and autovacuum; writers go on
    LOCK TABLE ONLY learning_interactions IN SHARE UPDATE EXCLUSIVE MODE;
    -- nobody places a hold meanwhile
    LOCK TABLE legal_holds IN SHARE MODE;
    IF EXISTS (
        SELECT FROM interaction_partitions() AS p
        WHERE p.partition = ANY(p_partitions) AND is_partition_held(p.partition)
    ) THEN
        RAISE serialization_failure USING
            MESSAGE = 'a legal hold was placed on expiring events',
            HINT = 'Try again: nothing was changed.';
    END IF;

    FOR v_partition IN
        SELECT
            p.partition,
            format(
                'SELECT (count(*), sum(age(xmin)), sum(hashtid(ctid)))::text FROM ONLY %s', p.partition
            ) AS fingerprint,
            p.lower_bound,
            p.upper_bound
        FROM interaction_partitions() AS p
        WHERE p.partition = ANY(p_partitions)
        ORDER BY p.upper_bound
    LOOP
        EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', v_partition.partition);
        EXECUTE v_partition.fingerprint INTO v_fingerprint;
        v_fingerprints := v_fingerprints || v_fingerprint;

        -- metrics that are still of a time at which these events counted
        FOR v_course_id IN
            EXECUTE format(
                'SELECT c.id FROM educational_courses AS c '
                'WHERE c.metrics_as_of < $1 '
                'AND EXISTS (SELECT FROM ONLY %s AS i WHERE i.course_id = c.id) ORDER BY c.id',
                v_partition.partition
            )
            USING v_partition.upper_bound + metrics_window()
        LOOP
            PERFORM recalculate_course_metrics(v_course_id);
        END LOOP;

        -- sessions that the next refresh would derive, when these events are gone
        FOR v_course IN
            SELECT
                c.id,
                CASE
                    WHEN count(*) = count(d.learner_id) THEN array_agg(DISTINCT d.learner_id)
                END AS learner_ids
            FROM (
                SELECT q.course_id, q.learner_id
                FROM learning_interactions_delta AS q
                WHERE q.utc_day < (v_partition.upper_bound AT TIME ZONE 'UTC')::date
                UNION ALL
                -- the application's sessions take events away, and give them back
                SELECT q.course_id, q.learner_id
                FROM learning_sessions_delta AS q
                WHERE NOT q.is_derivation
                UNION ALL
                -- everybody, after a TRUNCATE in all courses
                SELECT k.id, NULL
                FROM analytics_rebuild_request AS r
                INNER JOIN educational_courses AS k ON coalesce(r.course_id, k.id) = k.id
            ) AS d
            INNER JOIN educational_courses AS c ON d.course_id = c.id
            WHERE c.derive_sessions
            GROUP BY c.id
            ORDER BY c.id
        LOOP
            PERFORM derive_sessions(v_course.id, p_learner_ids => v_course.learner_ids);
        END LOOP;

        PERFORM retract_interaction_partition(v_partition.partition);
        EXECUTE format(
            $sql$
            INSERT INTO expired_interaction_totals AS t (
                learner_id, section_id, course_id, first_accessed, last_accessed,
                total_time_spent, active_learning_time,
                interaction_count, meaningful_interactions, help_requests,
                comprehension_n, comprehension_sum, application_n, application_sum
            )
            SELECT
                i.learner_id, i.section_id, i.course_id, min(i.timestamp), max(i.timestamp),
                coalesce(sum(i.duration_seconds), 0),
                coalesce(
                    sum(i.duration_seconds)
                    FILTER (WHERE is_meaningful_interaction(i.interaction_type)),
                    0
                ),
                count(*),
                count(*) FILTER (WHERE is_meaningful_interaction(i.interaction_type)),
                count(*) FILTER (WHERE i.interaction_type = 'help_request'),
                count(outcome_evidence(i.outcome))
                    FILTER (WHERE i.interaction_type = 'knowledge_check'),
                coalesce(
                    sum(outcome_evidence(i.outcome))
                    FILTER (WHERE i.interaction_type = 'knowledge_check'),
                    0
                ),
                count(outcome_evidence(i.outcome))
                    FILTER (WHERE i.interaction_type = 'practice_activity'),
                coalesce(
                    sum(outcome_evidence(i.outcome))
                    FILTER (WHERE i.interaction_type = 'practice_activity'),
                    0
                )
            FROM ONLY %s AS i
            WHERE i.section_id IS NOT NULL
            GROUP BY i.learner_id, i.section_id, i.course_id
            ORDER BY i.learner_id, i.section_id
            ON CONFLICT (learner_id, section_id) DO UPDATE SET
                first_accessed = least(t.first_accessed, excluded.first_accessed),
                last_accessed = greatest(t.last_accessed, excluded.last_accessed),
                total_time_spent = t.total_time_spent + excluded.total_time_spent,
                active_learning_time = t.active_learning_time + excluded.active_learning_time,
                interaction_count = t.interaction_count + excluded.interaction_count,
                meaningful_interactions
                = t.meaningful_interactions + excluded.meaningful_interactions,
                help_requests = t.help_requests + excluded.help_requests,
                comprehension_n = t.comprehension_n + excluded.comprehension_n,
                comprehension_sum = t.comprehension_sum + excluded.comprehension_sum,
                application_n = t.application_n + excluded.application_n,
                application_sum = t.application_sum + excluded.application_sum
            $sql$,
            v_partition.partition
        );
        EXECUTE format(
            $sql$
            UPDATE expired_interaction_totals AS t SET
                retention_n = d.retention_n,
                retention_sum = d.retention_sum,
                last_tested = d.last_tested,
                was_successful = d.was_successful
            FROM (
                SELECT DISTINCT i.learner_id, i.section_id
                FROM ONLY %1$s AS i
                WHERE
                    i.section_id IS NOT NULL
                    AND i.interaction_type IN ('knowledge_check', 'practice_activity')
            ) AS k
            INNER JOIN derive_section_retention(
                ARRAY(
                    SELECT DISTINCT i.section_id FROM ONLY %1$s AS i
                    WHERE i.section_id IS NOT NULL
                ),
                p_before => $1
            ) AS d ON k.learner_id = d.learner_id AND k.section_id = d.section_id
            WHERE t.learner_id = d.learner_id AND t.section_id = d.section_id
            $sql$,
            v_partition.partition
        )
        USING v_partition.upper_bound;

        partition_name := v_partition.partition::text;
        lower_bound := v_partition.lower_bound;
        upper_bound := v_partition.upper_bound;
        interactions := substring(v_fingerprint FROM '[0-9]+');
        INSERT INTO retention_log (what, lower_bound, upper_bound, rows_gone)
        VALUES ('learning_interactions', lower_bound, upper_bound, interactions);
        RETURN NEXT;
    END LOOP;

    IF cardinality(v_fingerprints) IS DISTINCT FROM cardinality(p_partitions) THEN
        RAISE undefined_table USING
            MESSAGE = format('not all partitions of learning_interactions: %s', p_partitions);
    END IF;
    -- Somebody who waits for a row of ours may hold what we are going to wait for. Who waits for the
    -- table itself is about to make or drop partitions, too.
    IF EXISTS (
        SELECT FROM pg_locks AS l
        WHERE
            NOT l.granted
            AND l.relation IS DISTINCT FROM 'learning_interactions'::regclass
            AND pg_backend_pid() = ANY(pg_blocking_pids(l.pid))
    ) THEN
        RAISE serialization_failure USING
            MESSAGE = 'others wait for rows of expiring events',
            HINT = 'Try again: nothing was changed.';
    END IF;

    SELECT least(d.setting::integer / 2, nullif(l.setting::integer, 0)) INTO v_longest
    FROM pg_settings AS d
    INNER JOIN pg_settings AS l ON d.name = 'deadlock_timeout' AND l.name = 'lock_timeout';
    PERFORM set_config('lock_timeout', v_longest || 'ms', TRUE);
    LOCK TABLE ONLY learning_interactions IN ACCESS EXCLUSIVE MODE;
    FOR v_partition IN
        SELECT
            format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', p.partition) AS statement,
            format(
                'SELECT (count(*), sum(age(xmin)), sum(hashtid(ctid)))::text FROM ONLY %s', p.partition
            ) AS fingerprint,
            p.partition,
            v_fingerprints[row_number() OVER (ORDER BY p.upper_bound)] AS earlier
        FROM interaction_partitions() AS p
        WHERE p.partition = ANY(p_partitions)
        ORDER BY p.upper_bound
    LOOP
        EXECUTE v_partition.statement;
        EXECUTE v_partition.fingerprint INTO v_fingerprint;
        IF v_fingerprint <> v_partition.earlier THEN
            RAISE serialization_failure USING
                MESSAGE = format('events of %s changed while they were counted', v_partition.partition),
                HINT = 'Try again: nothing was changed.';
        END IF;
    END LOOP;
    PERFORM set_config('lock_timeout', v_lock_timeout, TRUE);
END;
$$;

REVOKE EXECUTE ON FUNCTION retire_interaction_partitions(regclass[]) FROM public;

COMMENT ON FUNCTION retire_interaction_partitions(regclass[]) IS
'For the transaction that drops these partitions of learning_interactions next: derives the '
'sessions that are still queued, adds the events to expired_interaction_totals, takes them out of '
'the analytics, and returns each partition with its bounds and number of events, which '
'retention_log keeps. Raises 40001 or 55P03 when others are in the way, and under a legal hold: '
'try again. Locks: SHARE UPDATE EXCLUSIVE, at the end ACCESS EXCLUSIVE, on the event table and the '
'partitions, for the latter of which it waits half of deadlock_timeout at most; SHARE on '
'legal_holds.';
