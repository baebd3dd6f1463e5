-- Brings both analytics views up to date, at a cost that grows with what changed and not with all
-- that is stored. What the triggers queued is added to the summaries, and these are what the views
-- show. In every snapshot summaries + queues = tables, because a writer's transaction changes both
-- sides or neither. So nothing needs to be known about long transactions, late events or the order
-- of commits, and a refresh that fails, or dies, leaves the queues as they were. A definer, because
-- only the owner may refresh: it lets whoever was granted EXECUTE do it.
-- depends: functions/drain_analytics_queues functions/publish_learning_analytics
CREATE OR REPLACE FUNCTION refresh_learning_analytics() RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_started_at timestamptz := clock_timestamp();
BEGIN
    -- the oid tells the schemas of a database apart
    IF NOT pg_try_advisory_xact_lock(
        hashtext('refresh_learning_analytics'), 'learning_analytics_dashboard'::regclass::oid::int
    ) THEN
        RAISE NOTICE 'another refresh_learning_analytics() is at work: nothing to do';
        RETURN;
    END IF;

    IF EXISTS (SELECT FROM analytics_rebuild_request AS r WHERE r.course_id IS NULL) THEN
        PERFORM rebuild_learning_analytics();
        RETURN;
    END IF;
    PERFORM drain_analytics_queues();
    PERFORM sync_course_summary();
    PERFORM sync_learner_summary();
    PERFORM publish_learning_analytics(v_started_at);
END;
$$;

REVOKE EXECUTE ON FUNCTION refresh_learning_analytics() FROM public;

COMMENT ON FUNCTION refresh_learning_analytics() IS
'Brings learning_analytics_dashboard and learner_progress_analytics up to date and logs it in '
'analytics_refresh_log; after a TRUNCATE by rebuild_learning_analytics(). For learners with queued '
'changes it also keeps retention_score, and the sessions of courses that ask for them. Readers are '
'not blocked; writers wait for it only at a progress row or derived session that it changes. One '
'at a time: a call while another is at work returns at once with a notice. Both views are '
'refreshed, or on an error neither and nothing that is queued is lost. Each source is read in a '
'snapshot of its own; call it in a REPEATABLE READ transaction to have all as of one instant '
'(40001 then means that another refresh was faster).';
