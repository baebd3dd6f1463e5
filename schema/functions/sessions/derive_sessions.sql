-- Sessions from the log, for applications that make none. The row that a session has goes on, so
-- that its id, and what the application added to it, outlive late and deleted events.
-- A definer, because a backend need not be able to read what retention took.
-- depends: functions/derive_course_sessions functions/derived_session_gap
CREATE OR REPLACE FUNCTION derive_sessions(
    p_course_id uuid,
    p_gap interval DEFAULT derived_session_gap(),
    p_learner_ids uuid[] DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
SET plan_cache_mode = force_custom_plan
SET enable_nestloop = off
SET enable_mergejoin = off
AS $$
DECLARE
    v_written bigint;
BEGIN
    IF p_course_id IS NULL THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'p_course_id must not be NULL',
            HINT = 'Call it once for each course.';
    END IF;
    IF p_gap IS NULL OR p_gap < interval '0' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('p_gap must be at least 0, not %s', coalesce(p_gap::text, 'NULL')),
            HINT = format('Leave it out for %s.', derived_session_gap());
    END IF;

    -- the second to come sees what the first wrote, or is told that it cannot
    PERFORM pg_advisory_xact_lock(
        hashtext('derive_sessions'),
        hashtext('learning_sessions'::regclass::oid || ' ' || p_course_id)
    );
    -- for append_learning_sessions_delta; as a setting of the function, an owner who is no superuser
    -- could not make it
    SET LOCAL lms_schema.is_derivation = 'on';
    WITH derived AS MATERIALIZED (
        SELECT d.* FROM derive_course_sessions(p_course_id, p_gap, p_learner_ids) AS d
    ),

    removed AS (
        DELETE FROM learning_sessions AS ls
        WHERE
            ls.course_id = p_course_id
            AND ls.derived
            AND (p_learner_ids IS NULL OR ls.learner_id = ANY(p_learner_ids))
            AND NOT EXISTS (SELECT FROM derived AS d WHERE d.id = ls.id)
        RETURNING ls.id
    ),

    changed AS (
        UPDATE learning_sessions AS ls SET
            derivations = ls.derivations + 1,
            session_start = d.session_start,
            session_end = d.session_end,
            interactions_completed = d.interactions_completed,
            assessments_taken = d.assessments_taken,
            sections_completed = d.sections_completed,
            progress_percentage_gain = d.progress_percentage_gain,
            engagement_level = d.engagement_level
        FROM derived AS d
        WHERE
            ls.id = d.id
            -- by an index
            AND ls.course_id = p_course_id
            AND (p_learner_ids IS NULL OR ls.learner_id = ANY(p_learner_ids))
            AND (
                ls.session_start, ls.session_end, ls.interactions_completed, ls.assessments_taken,
                ls.sections_completed, ls.progress_percentage_gain, ls.engagement_level
            ) IS DISTINCT FROM (
                d.session_start, d.session_end, d.interactions_completed, d.assessments_taken,
                d.sections_completed, d.progress_percentage_gain, d.engagement_level
            )
        RETURNING ls.id
    ),

    -- DO NOTHING raises 40001 for what a snapshot does not show; there is no other conflict
    made AS (
        INSERT INTO learning_sessions (
            learner_id, course_id, session_start, session_end, interactions_completed,
            assessments_taken, sections_completed, progress_percentage_gain, engagement_level,
            derived
        )
        SELECT
            d.learner_id,
            p_course_id,
            d.session_start,
            d.session_end,
            d.interactions_completed,
            d.assessments_taken,
            d.sections_completed,
            d.progress_percentage_gain,
            d.engagement_level,
            TRUE
        FROM derived AS d
        WHERE d.id IS NULL
        ON CONFLICT (learner_id, course_id, session_start) WHERE derived DO NOTHING
        RETURNING id
    )

    SELECT
        (SELECT count(*) FROM removed)
        + (SELECT count(*) FROM changed)
        + (SELECT count(*) FROM made)
    INTO v_written;
    SET LOCAL lms_schema.is_derivation = 'off';
    RETURN v_written;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_sessions(uuid, interval, uuid[]) FROM public;

COMMENT ON FUNCTION derive_sessions(uuid, interval, uuid[]) IS
'Makes, changes and removes the derived sessions of a course, or of these learners in it, so that '
'they are those of derive_course_sessions, and returns how many rows it wrote, 0 when called '
'again. Sessions that the application made are not touched. refresh_learning_analytics calls it, '
'with p_gap left out, for learners with changes in courses that ask for it by derive_sessions: '
'another gap lasts until then. One call at a time for a course: a second one waits. Raises 22023 '
'when p_course_id is NULL and when p_gap is NULL or negative, 40001 in a REPEATABLE READ '
'transaction that does not see what another call made: try again.';
