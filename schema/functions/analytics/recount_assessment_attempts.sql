-- Attempts of learners at assessments, counted from the table through its unique index: best is a
-- maximum, to which nothing can be added or taken back. Many pairs at once, since a function that
-- is called for each costs more than the look.
-- depends: functions/is_graded_attempt
CREATE OR REPLACE FUNCTION recount_assessment_attempts(
    p_learner_ids uuid[],
    p_assessment_ids uuid[]
) RETURNS TABLE (
    learner_id uuid,
    assessment_id uuid,
    course_id uuid,
    attempts bigint,
    best bigint
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- a plan made for an empty table may take the index of the assessment, which finds everybody
SET plan_cache_mode = force_custom_plan
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    SELECT
        k.learner_id,
        k.assessment_id,
        (
            SELECT a.course_id FROM educational_assessments AS a
            WHERE a.id = k.assessment_id
        ),
        r.attempts,
        r.best
    FROM unnest(p_learner_ids, p_assessment_ids) AS k (learner_id, assessment_id)
    CROSS JOIN LATERAL (
        SELECT
            count(*) AS attempts,
            (
                100 * max(t.percentage_score)
                FILTER (WHERE is_graded_attempt(t.completion_status))
            )::bigint AS best
        FROM assessment_attempts AS t
        WHERE t.learner_id = k.learner_id AND t.assessment_id = k.assessment_id
    ) AS r;
END;
$$;

REVOKE EXECUTE ON FUNCTION recount_assessment_attempts(uuid[], uuid[]) FROM public;

COMMENT ON FUNCTION recount_assessment_attempts(uuid[], uuid[]) IS
'One row for each of these pairs of learner and assessment: course of the assessment, number of '
'attempts of any status, and the highest percentage of a graded one in hundredths of a percent, '
'NULL without one.';
