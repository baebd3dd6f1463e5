-- Written from src/lms_schema/measures by make generate.
-- Appends what a statement changed in learning_sessions to the queue of the analytics.
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
                        NULL, r.learner_id, r.course_id,
                        r.derived AND current_setting(
                            'lms_schema.is_derivation', TRUE
                        ) IS NOT DISTINCT FROM 'on',
                        count(*), coalesce(sum(r.duration_minutes), 0), count(r.duration_minutes),
                        coalesce(
                            sum(engagement_rank(r.engagement_level, r.derived, r.supplied)), 0
                        ),
                        count(engagement_rank(r.engagement_level, r.derived, r.supplied)),
                        coalesce(sum(100 * r.focus_score), 0), count(r.focus_score),
                        coalesce(sum(100 * r.productivity_score), 0), count(r.productivity_score)
                    )::learning_sessions_delta
                FROM new_rows AS r
                GROUP BY
                    r.learner_id, r.course_id,
                    r.derived AND current_setting(
                        'lms_schema.is_derivation', TRUE
                    ) IS NOT DISTINCT FROM 'on'
            );
        WHEN 'DELETE' THEN
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, r.course_id,
                        r.derived AND current_setting(
                            'lms_schema.is_derivation', TRUE
                        ) IS NOT DISTINCT FROM 'on',
                        -count(*), -coalesce(sum(r.duration_minutes), 0),
                        -count(r.duration_minutes),
                        -coalesce(
                            sum(engagement_rank(r.engagement_level, r.derived, r.supplied)), 0
                        ),
                        -count(engagement_rank(r.engagement_level, r.derived, r.supplied)),
                        -coalesce(sum(100 * r.focus_score), 0), -count(r.focus_score),
                        -coalesce(sum(100 * r.productivity_score), 0), -count(r.productivity_score)
                    )::learning_sessions_delta
                FROM old_rows AS r
                GROUP BY
                    r.learner_id, r.course_id,
                    r.derived AND current_setting(
                        'lms_schema.is_derivation', TRUE
                    ) IS NOT DISTINCT FROM 'on'
            );
        ELSE
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, r.course_id, r.is_derivation, sum(r.sign),
                        sum(r.sign * r.duration_sum), sum(r.sign * r.duration_count),
                        sum(r.sign * r.level_sum), sum(r.sign * r.level_count),
                        sum(r.sign * r.focus_sum), sum(r.sign * r.focus_count),
                        sum(r.sign * r.productivity_sum), sum(r.sign * r.productivity_count)
                    )::learning_sessions_delta
                FROM (
                    SELECT
                        -1 AS sign,
                        o.learner_id,
                        o.course_id,
                        o.derived AND current_setting(
                            'lms_schema.is_derivation', TRUE
                        ) IS NOT DISTINCT FROM 'on' AS is_derivation,
                        coalesce(o.duration_minutes, 0) AS duration_sum,
                        num_nonnulls(o.duration_minutes) AS duration_count,
                        coalesce(
                            engagement_rank(o.engagement_level, o.derived, o.supplied), 0
                        ) AS level_sum,
                        num_nonnulls(
                            engagement_rank(o.engagement_level, o.derived, o.supplied)
                        ) AS level_count,
                        coalesce((100 * o.focus_score)::integer, 0) AS focus_sum,
                        num_nonnulls(o.focus_score) AS focus_count,
                        coalesce((100 * o.productivity_score)::integer, 0) AS productivity_sum,
                        num_nonnulls(o.productivity_score) AS productivity_count
                    FROM old_rows AS o
                    UNION ALL
                    SELECT
                        1,
                        n.learner_id,
                        n.course_id,
                        n.derived AND current_setting(
                            'lms_schema.is_derivation', TRUE
                        ) IS NOT DISTINCT FROM 'on',
                        coalesce(n.duration_minutes, 0),
                        num_nonnulls(n.duration_minutes),
                        coalesce(engagement_rank(n.engagement_level, n.derived, n.supplied), 0),
                        num_nonnulls(engagement_rank(n.engagement_level, n.derived, n.supplied)),
                        coalesce((100 * n.focus_score)::integer, 0),
                        num_nonnulls(n.focus_score),
                        coalesce((100 * n.productivity_score)::integer, 0),
                        num_nonnulls(n.productivity_score)
                    FROM new_rows AS n
                ) AS r
                GROUP BY r.learner_id, r.course_id, r.is_derivation
                -- at sums of 0, too: derive_sessions has a look at whatever it did not write itself
            );
    END CASE;
    INSERT INTO learning_sessions_delta (
        learner_id, course_id, is_derivation, sessions, duration_sum, duration_count, level_sum,
        level_count, focus_sum, focus_count, productivity_sum, productivity_count
    )
    SELECT
        r.learner_id, r.course_id, r.is_derivation, r.sessions, r.duration_sum, r.duration_count,
        r.level_sum, r.level_count, r.focus_sum, r.focus_count, r.productivity_sum,
        r.productivity_count
    FROM unnest(v_rows) AS r;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_learning_sessions_delta() FROM public;

COMMENT ON FUNCTION append_learning_sessions_delta() IS
'Trigger: appends signed measures of the sessions that were inserted or deleted or updated to '
'learning_sessions_delta.';
