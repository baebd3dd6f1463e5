-- Appends what a statement changed in learning_sessions to the queue of the analytics. UPDATE is
-- followed by row, so that a trigger's WHEN can pass over updates of anything else.
-- A definer, because nobody else writes the queue: a writer could forge figures.
CREATE OR REPLACE FUNCTION append_learning_sessions_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO learning_sessions_delta (
                learner_id, sessions, duration_sum, duration_count,
                level_sum, level_count, focus_sum, focus_count,
                productivity_sum, productivity_count
            )
            SELECT
                r.learner_id,
                count(*),
                coalesce(sum(r.duration_minutes), 0),
                count(r.duration_minutes),
                coalesce(sum(engagement_rank(r.engagement_level)), 0),
                count(r.engagement_level),
                coalesce(sum(100 * r.focus_score), 0),
                count(r.focus_score),
                coalesce(sum(100 * r.productivity_score), 0),
                count(r.productivity_score)
            FROM new_rows AS r
            GROUP BY r.learner_id;
        WHEN 'DELETE' THEN
            INSERT INTO learning_sessions_delta (
                learner_id, sessions, duration_sum, duration_count,
                level_sum, level_count, focus_sum, focus_count,
                productivity_sum, productivity_count
            )
            SELECT
                r.learner_id,
                -count(*),
                -coalesce(sum(r.duration_minutes), 0),
                -count(r.duration_minutes),
                -coalesce(sum(engagement_rank(r.engagement_level)), 0),
                -count(r.engagement_level),
                -coalesce(sum(100 * r.focus_score), 0),
                -count(r.focus_score),
                -coalesce(sum(100 * r.productivity_score), 0),
                -count(r.productivity_score)
            FROM old_rows AS r
            GROUP BY r.learner_id;
        ELSE
            INSERT INTO learning_sessions_delta (
                learner_id, sessions, duration_sum, duration_count,
                level_sum, level_count, focus_sum, focus_count,
                productivity_sum, productivity_count
            )
            SELECT
                r.learner_id,
                sum(r.sign),
                sum(r.sign * coalesce(r.duration_minutes, 0)),
                sum(r.sign * (r.duration_minutes IS NOT NULL)::integer),
                sum(r.sign * coalesce(engagement_rank(r.engagement_level), 0)),
                sum(r.sign * (r.engagement_level IS NOT NULL)::integer),
                sum(r.sign * coalesce(100 * r.focus_score, 0)),
                sum(r.sign * (r.focus_score IS NOT NULL)::integer),
                sum(r.sign * coalesce(100 * r.productivity_score, 0)),
                sum(r.sign * (r.productivity_score IS NOT NULL)::integer)
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
            GROUP BY r.learner_id;
    END CASE;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_learning_sessions_delta() FROM public;

COMMENT ON FUNCTION append_learning_sessions_delta() IS
'Trigger: appends signed measures of the sessions that were inserted, updated or deleted to '
'learning_sessions_delta.';
