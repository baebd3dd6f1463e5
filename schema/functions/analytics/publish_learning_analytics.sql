-- Refreshes the analytics views from the summaries, and logs it. A view of which nothing changed is
-- left alone; one that was never populated is refreshed plainly, since concurrently is not possible
-- then.
CREATE OR REPLACE FUNCTION publish_learning_analytics(p_started_at timestamptz) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- REFRESH CONCURRENTLY analyzes a temporary copy of the view; for its one join, by key, a sample of
-- all columns is wasted: a third of the time
SET default_statistics_target = 1
-- and both sides of the join fit, up to 100,000 learners
SET work_mem = '64MB'
-- with on, REFRESH CONCURRENTLY writes a statement that it cannot read itself
SET quote_all_identifiers = off
AS $$
DECLARE
    v_view record;
    v_started_at timestamptz := p_started_at;
    v_row_count bigint;
    v_rows_changed bigint;
    v_rows_left bigint;
    v_rows_gone bigint;
BEGIN
    FOR v_view IN
        SELECT
            v.*,
            c.relispopulated AS is_populated
        FROM (
            VALUES
            (
                'learning_analytics_dashboard', 'course_summary', 'course_id', 'course_title',
                '(s.enrollments, s.progress_rows, s.attempts) = (0, 0, 0)'
            ),
            (
                'learner_progress_analytics', 'learner_summary', 'learner_id', 'academic_level',
                '(s.enrollments, s.progress_rows, s.attempts, s.sessions) = (0, 0, 0, 0) '
                'AND s.preferred_interaction_type IS NULL'
            )
        ) AS v (name, summary, key, copied, is_empty)
        INNER JOIN pg_class AS c ON v.name::regclass = c.oid
    LOOP
        EXECUTE format(
            'SELECT count(%1$I), count(%1$I) FILTER (WHERE changed_at = $1), '
            'count(*) FILTER (WHERE %1$I IS NULL) FROM %2$I',
            v_view.copied, v_view.summary
        )
        INTO v_row_count, v_rows_changed, v_rows_left
        USING now(); -- of this node, which is what the summaries hold
        v_rows_gone := 0;
        IF v_rows_left > 0 AND v_view.is_populated THEN
            EXECUTE format(
                'SELECT count(*) FROM %I AS s INNER JOIN %I AS v USING (%I) WHERE s.%I IS NULL',
                v_view.summary, v_view.name, v_view.key, v_view.copied
            )
            INTO v_rows_gone;
        END IF;

        IF NOT v_view.is_populated THEN
            EXECUTE format('REFRESH MATERIALIZED VIEW %I', v_view.name);
        ELSIF v_rows_changed + v_rows_gone > 0 THEN
            EXECUTE format('REFRESH MATERIALIZED VIEW CONCURRENTLY %I', v_view.name);
        END IF;
        IF v_rows_left > 0 THEN
            EXECUTE format(
                'DELETE FROM %I AS s WHERE s.%I IS NULL AND %s',
                v_view.summary, v_view.copied, v_view.is_empty
            );
        END IF;

        INSERT INTO analytics_refresh_log (
            view_name, started_at, finished_at, row_count, rows_changed
        )
        VALUES (
            v_view.name, v_started_at, clock_timestamp(), v_row_count,
            v_rows_changed + v_rows_gone
        );
        v_started_at := clock_timestamp();
    END LOOP;
END;
$$;

REVOKE EXECUTE ON FUNCTION publish_learning_analytics(timestamptz) FROM public;

COMMENT ON FUNCTION publish_learning_analytics(timestamptz) IS
'Refreshes learning_analytics_dashboard and learner_progress_analytics from the summaries and logs '
'both; p_started_at is when the work on the first began. For refresh_learning_analytics.';
