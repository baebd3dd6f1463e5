-- Appends what a statement changed in learning_sessions to the queue of the analytics. UPDATE is
-- followed by row, so that a trigger's WHEN can pass over updates of anything else.
-- A definer, because nobody else writes the queue: a writer could forge figures.
CREATE OR REPLACE FUNCTION append_learning_sessions_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
DECLARE
    v_rows learning_sessions_delta[];
BEGIN
    -- gathered before they are stored: Citus sends an INSERT on, where no transition table is
    CASE TG_OP
        WHEN 'INSERT' THEN
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, count(*),
                        coalesce(sum(r.duration_minutes), 0), count(r.duration_minutes),
                        coalesce(sum(engagement_rank(r.engagement_level)), 0),
                        count(r.engagement_level),
                        coalesce(sum(100 * r.focus_score), 0), count(r.focus_score),
                        coalesce(sum(100 * r.productivity_score), 0),
                        count(r.productivity_score)
                    )::learning_sessions_delta
                FROM new_rows AS r
                GROUP BY r.learner_id
            );
        WHEN 'DELETE' THEN
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, -count(*),
                        -coalesce(sum(r.duration_minutes), 0), -count(r.duration_minutes),
                        -coalesce(sum(engagement_rank(r.engagement_level)), 0),
                        -count(r.engagement_level),
                        -coalesce(sum(100 * r.focus_score), 0), -count(r.focus_score),
                        -coalesce(sum(100 * r.productivity_score), 0),
                        -count(r.productivity_score)
                    )::learning_sessions_delta
                FROM old_rows AS r
                GROUP BY r.learner_id
            );
        ELSE
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, sum(r.sign),
                        sum(r.sign * coalesce(r.duration_minutes, 0)),
                        sum(r.sign * num_nonnulls(r.duration_minutes)),
                        sum(r.sign * coalesce(engagement_rank(r.engagement_level), 0)),
                        sum(r.sign * num_nonnulls(r.engagement_level)),
                        sum(r.sign * coalesce(100 * r.focus_score, 0)),
                        sum(r.sign * num_nonnulls(r.focus_score)),
                        sum(r.sign * coalesce(100 * r.productivity_score, 0)),
                        sum(r.sign * num_nonnulls(r.productivity_score))
                    )::learning_sessions_delta
                FROM (
                    SELECT
                        -1 AS sign,
                        old.learner_id,
                        old.duration_minutes,
                        old.engagement_level,
                        old.focus_score,
                        old.productivity_score
                    UNION ALL
                    SELECT
                        1,
                        new.learner_id,
                        new.duration_minutes,
                        new.engagement_level,
                        new.focus_score,
                        new.productivity_score
                ) AS r
                GROUP BY r.learner_id
            );
    END CASE;
    INSERT INTO learning_sessions_delta (
        learner_id, sessions, duration_sum, duration_count, level_sum, level_count, focus_sum,
        focus_count, productivity_sum, productivity_count
    )
    SELECT
        r.learner_id, r.sessions, r.duration_sum, r.duration_count, r.level_sum, r.level_count,
        r.focus_sum, r.focus_count, r.productivity_sum, r.productivity_count
    FROM unnest(v_rows) AS r;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_learning_sessions_delta() FROM public;

COMMENT ON FUNCTION append_learning_sessions_delta() IS
'Trigger: appends signed measures of the sessions that were inserted, updated or deleted to '
'learning_sessions_delta.';
