-- Copies what the view shows of a learner as it is, and marks learners who are gone. No trigger
-- queues it, since learners are few and a refresh of the view reads as many rows anyway. The row of
-- one who is gone stays while anything is yet to be taken out of it.
CREATE OR REPLACE FUNCTION sync_learner_summary() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made for an empty queue must not walk a full one
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- a parameter: on Citus, now() would be that of the node which a statement is sent to
    v_now CONSTANT timestamptz := now();
BEGIN
    INSERT INTO learner_summary AS s (
        learner_id, learning_style, academic_level, preferred_difficulty, changed_at
    )
    SELECT
        coalesce(l.id, o.learner_id),
        l.learning_style,
        l.academic_level,
        l.preferred_difficulty,
        v_now
    FROM learners AS l
    FULL JOIN learner_summary AS o ON l.id = o.learner_id
    WHERE
        -- not as a comparison of rows, which a restored dump would print in another way
        l.learning_style IS DISTINCT FROM o.learning_style
        OR l.academic_level IS DISTINCT FROM o.academic_level
        OR l.preferred_difficulty IS DISTINCT FROM o.preferred_difficulty
    ON CONFLICT (learner_id) DO UPDATE SET
        learning_style = excluded.learning_style,
        academic_level = excluded.academic_level,
        preferred_difficulty = excluded.preferred_difficulty,
        changed_at = excluded.changed_at;
END;
$$;

REVOKE EXECUTE ON FUNCTION sync_learner_summary() FROM public;

COMMENT ON FUNCTION sync_learner_summary() IS
'Brings the copied columns of learner_summary up to date: a row for each learner, and NULL in the '
'rows of those who are gone. For refresh_learning_analytics.';
