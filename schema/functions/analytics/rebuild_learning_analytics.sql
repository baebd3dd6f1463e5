-- Counts everything anew, without a lock against writers: the summaries are emptied, and each queue
-- is replaced by the sums of its table, in one statement and so in one snapshot. What is written
-- meanwhile is in neither, and queued by its own transaction. From there on it is a refresh.
-- Rows whose figures come out as the views show them keep the time of their last change.
-- depends: functions/drain_analytics_queues functions/publish_learning_analytics
-- depends: functions/require_snapshot
CREATE OR REPLACE FUNCTION rebuild_learning_analytics() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_started_at timestamptz := clock_timestamp();
    v_summary record;
    v_queue record;
    v_is_done boolean;
BEGIN
    PERFORM require_snapshot();
    -- shared with refresh_learning_analytics; one at work is waited for
    PERFORM pg_advisory_xact_lock(
        hashtext('refresh_learning_analytics'), 'learning_analytics_dashboard'::regclass::oid::int
    );
    DELETE FROM analytics_rebuild_request AS r WHERE r.course_id IS NULL;
    DELETE FROM learner_course_summary;
    DELETE FROM learner_assessment_summary;
    DELETE FROM learner_day_summary;
    FOR v_summary IN
        -- every bigint of these two is a sum
        SELECT
            c.oid::regclass AS name,
            string_agg(format('%I = DEFAULT', a.attname), ', ') AS zeros
        FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON c.oid = a.attrelid
        WHERE
            c.oid IN ('course_summary'::regclass, 'learner_summary'::regclass)
            AND a.atttypid = 'bigint'::regtype
            AND a.attnum > 0
        GROUP BY c.oid
    LOOP
        EXECUTE format('UPDATE %s SET %s, changed_at = $1', v_summary.name, v_summary.zeros)
        USING now();
    END LOOP;

    -- a queue and its recount have the same columns
    FOR v_queue IN
        SELECT
            t.name,
            string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum) AS columns
        FROM (
            VALUES
            ('course_enrollments'), ('section_progress'), ('learning_sessions'),
            ('learning_interactions')
        ) AS t (name)
        INNER JOIN pg_attribute AS a ON (t.name || '_delta')::regclass = a.attrelid
        WHERE a.attnum > 0 AND a.attidentity = '' AND NOT a.attisdropped
        GROUP BY t.name
    LOOP
        EXECUTE format(
            'WITH queued AS (DELETE FROM %1$I), '
            'counted AS (INSERT INTO %1$I (%2$s) SELECT %2$s FROM %3$I()) '
            'SELECT TRUE',
            v_queue.name || '_delta', v_queue.columns, 'recount_' || v_queue.name
        );
    END LOOP;

    WITH queued AS (DELETE FROM assessment_attempts_delta),

    counted AS (
        INSERT INTO assessment_attempts_delta (learner_id, assessment_id)
        SELECT DISTINCT t.learner_id, t.assessment_id FROM assessment_attempts AS t
    )

    SELECT TRUE INTO v_is_done;

    PERFORM drain_analytics_queues();
    PERFORM sync_course_summary();
    PERFORM sync_learner_summary();

    FOR v_summary IN
        -- the view's own query says what it would show
        SELECT
            v.*,
            rtrim(pg_get_viewdef(c.oid), ';') AS query
        FROM (
            VALUES
            ('course_summary', 'learning_analytics_dashboard', 'course_id'),
            ('learner_summary', 'learner_progress_analytics', 'learner_id')
        ) AS v (name, view, key)
        INNER JOIN pg_class AS c ON v.view::regclass = c.oid
        WHERE c.relispopulated
    LOOP
        EXECUTE format(
            $sql$
            WITH same AS MATERIALIZED (
                SELECT found.key, shown.last_updated
                FROM (
                    SELECT q.%3$I AS key, to_jsonb(q) - 'last_updated' AS row
                    FROM (%4$s) AS q
                ) AS found
                INNER JOIN (
                    SELECT v.%3$I AS key, v.last_updated, to_jsonb(v) - 'last_updated' AS row
                    FROM %2$I AS v
                ) AS shown ON found.key = shown.key AND found.row = shown.row
            )
            UPDATE %1$I AS s SET changed_at = same.last_updated
            FROM same
            WHERE s.%3$I = same.key
            $sql$,
            v_summary.name, v_summary.view, v_summary.key, v_summary.query
        );
    END LOOP;
    PERFORM publish_learning_analytics(v_started_at);
END;
$$;

REVOKE EXECUTE ON FUNCTION rebuild_learning_analytics() FROM public;

COMMENT ON FUNCTION rebuild_learning_analytics() IS
'Counts the summaries of the analytics anew from all tables and refreshes both views; needed only '
'where triggers did not run: after a load with session_replication_role = replica, with disabled '
'triggers, or of data alone. Waits for a refresh at work; writers and readers go on. For the owner '
'of the tables. On Citus raises 25000 outside of a REPEATABLE READ transaction, and so does '
'refresh_learning_analytics() after a TRUNCATE.';
