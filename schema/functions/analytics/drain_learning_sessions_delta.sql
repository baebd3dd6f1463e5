-- Written from src/lms_schema/measures by make generate.
-- Moves the queue of learning_sessions into learner_summary, in one statement and so in one
-- snapshot.
CREATE OR REPLACE FUNCTION drain_learning_sessions_delta() RETURNS TABLE (
    due_learner_id uuid,
    due_course_id uuid
)
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made for an empty queue must not walk a full one
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- a parameter: on Citus, now() would be that of the node which a statement is sent to
    v_now CONSTANT timestamptz := now();
BEGIN
    -- to plan what follows takes a millisecond or two
    IF NOT EXISTS (SELECT FROM learning_sessions_delta) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH drained AS (
        DELETE FROM learning_sessions_delta
        RETURNING *
    ),

    change AS (
        SELECT
            d.learner_id,
            sum(d.sessions)::bigint AS sessions,
            sum(d.duration_sum)::bigint AS duration_sum,
            sum(d.duration_count)::bigint AS duration_count,
            sum(d.level_sum)::bigint AS level_sum,
            sum(d.level_count)::bigint AS level_count,
            sum(d.focus_sum)::bigint AS focus_sum,
            sum(d.focus_count)::bigint AS focus_count,
            sum(d.productivity_sum)::bigint AS productivity_sum,
            sum(d.productivity_count)::bigint AS productivity_count
        FROM drained AS d
        GROUP BY d.learner_id
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
    summed AS (
        INSERT INTO learner_summary AS s (
            learner_id, changed_at, sessions, duration_sum, duration_count, level_sum, level_count,
            focus_sum, focus_count, productivity_sum, productivity_count
        )
        SELECT
            c.learner_id,
            v_now,
            coalesce(o.sessions, 0) + c.sessions,
            coalesce(o.duration_sum, 0) + c.duration_sum,
            coalesce(o.duration_count, 0) + c.duration_count,
            coalesce(o.level_sum, 0) + c.level_sum,
            coalesce(o.level_count, 0) + c.level_count,
            coalesce(o.focus_sum, 0) + c.focus_sum,
            coalesce(o.focus_count, 0) + c.focus_count,
            coalesce(o.productivity_sum, 0) + c.productivity_sum,
            coalesce(o.productivity_count, 0) + c.productivity_count
        FROM change AS c
        LEFT JOIN learner_summary AS o ON c.learner_id = o.learner_id
        WHERE
            c.sessions <> 0
            OR c.duration_sum <> 0
            OR c.duration_count <> 0
            OR c.level_sum <> 0
            OR c.level_count <> 0
            OR c.focus_sum <> 0
            OR c.focus_count <> 0
            OR c.productivity_sum <> 0
            OR c.productivity_count <> 0
        ON CONFLICT (learner_id) DO UPDATE SET
            sessions = excluded.sessions,
            duration_sum = excluded.duration_sum,
            duration_count = excluded.duration_count,
            level_sum = excluded.level_sum,
            level_count = excluded.level_count,
            focus_sum = excluded.focus_sum,
            focus_count = excluded.focus_count,
            productivity_sum = excluded.productivity_sum,
            productivity_count = excluded.productivity_count,
            changed_at = CASE
                WHEN (
                    s.sessions, s.average_session_duration, s.average_engagement_level,
                    s.average_focus_score, s.average_productivity_score
                ) IS DISTINCT FROM (
                    excluded.sessions, excluded.average_session_duration,
                    excluded.average_engagement_level, excluded.average_focus_score,
                    excluded.average_productivity_score
                ) THEN excluded.changed_at
                ELSE s.changed_at
            END
    )

    SELECT DISTINCT
        d.learner_id,
        d.course_id
    FROM drained AS d
    INNER JOIN educational_courses AS c ON d.course_id = c.id
    WHERE c.derive_sessions AND NOT d.is_derivation;
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_learning_sessions_delta() FROM public;

COMMENT ON FUNCTION drain_learning_sessions_delta() IS
'Adds what is queued of sessions to learner_summary and empties the queue. Returns whose sessions '
'are to be derived again. For refresh_learning_analytics, which sees to it that one runs at a '
'time.';
