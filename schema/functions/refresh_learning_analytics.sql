-- Refreshes both analytics views. Concurrently, so that readers go on; plainly where a view was
-- never populated, since concurrently is not possible then.
-- A definer, because only the owner may refresh: it lets whoever was granted EXECUTE do it.
CREATE OR REPLACE FUNCTION refresh_learning_analytics() RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_view record;
    v_started_at timestamptz;
    v_row_count bigint;
    v_rows_written bigint;
    v_rows_gone bigint;
BEGIN
    -- the oid tells the schemas of a database apart
    IF NOT pg_try_advisory_xact_lock(
        hashtext('refresh_learning_analytics'), 'learning_analytics_dashboard'::regclass::oid::int
    ) THEN
        RAISE NOTICE 'another refresh_learning_analytics() is at work: nothing to do';
        RETURN;
    END IF;

    FOR v_view IN
        SELECT
            v.name,
            v.key,
            CASE WHEN c.relispopulated THEN 'CONCURRENTLY' ELSE '' END AS mode
        FROM (
            VALUES
            ('learning_analytics_dashboard', 'course_id'),
            ('learner_progress_analytics', 'learner_id')
        ) AS v (name, key)
        INNER JOIN pg_class AS c ON v.name::regclass = c.oid
    LOOP
        v_started_at := clock_timestamp();
        EXECUTE format('REFRESH MATERIALIZED VIEW %s %I', v_view.mode, v_view.name);

        EXECUTE format(
            $sql$
            INSERT INTO analytics_row_state AS s (view_name, row_id, content_md5, changed_at)
            SELECT
                %1$L,
                v.%2$I,
                md5((to_jsonb(v) - 'last_updated')::text)::uuid,
                v.last_updated
            FROM %1$I AS v
            ON CONFLICT (view_name, row_id) DO UPDATE SET
                content_md5 = excluded.content_md5,
                changed_at = excluded.changed_at
            WHERE s.content_md5 <> excluded.content_md5
            $sql$,
            v_view.name, v_view.key
        );
        GET DIAGNOSTICS v_rows_written = ROW_COUNT;

        EXECUTE format(
            $sql$
            DELETE FROM analytics_row_state AS s
            WHERE
                s.view_name = %1$L
                AND NOT EXISTS (SELECT FROM %1$I AS v WHERE v.%2$I = s.row_id)
            $sql$,
            v_view.name, v_view.key
        );
        GET DIAGNOSTICS v_rows_gone = ROW_COUNT;

        EXECUTE format('SELECT count(*) FROM %I', v_view.name) INTO v_row_count;
        INSERT INTO analytics_refresh_log (
            view_name, started_at, finished_at, row_count, rows_changed
        )
        VALUES (
            v_view.name, v_started_at, clock_timestamp(), v_row_count, v_rows_written + v_rows_gone
        );
    END LOOP;
END;
$$;

REVOKE EXECUTE ON FUNCTION refresh_learning_analytics() FROM public;

COMMENT ON FUNCTION refresh_learning_analytics() IS
'Refreshes learning_analytics_dashboard and learner_progress_analytics and logs it in '
'analytics_refresh_log. Readers are not blocked. One at a time: a call while another is at '
'work returns at once with a notice. Both views are refreshed, or on an error neither.';
