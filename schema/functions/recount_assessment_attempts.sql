-- Attempts of one learner at one assessment, counted from the table through its unique index: best
-- is a maximum, to which nothing can be added or taken back.
CREATE OR REPLACE FUNCTION recount_assessment_attempts(
    p_learner_id uuid,
    p_assessment_id uuid
) RETURNS TABLE (
    course_id uuid,
    attempts bigint,
    best bigint
)
LANGUAGE sql
STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        (
            SELECT a.course_id FROM educational_assessments AS a
            WHERE a.id = p_assessment_id
        ),
        count(*),
        (
            100 * max(t.percentage_score)
            FILTER (WHERE t.completion_status IN ('graded', 'reviewed'))
        )::bigint
    FROM assessment_attempts AS t
    WHERE t.learner_id = p_learner_id AND t.assessment_id = p_assessment_id;
END;

REVOKE EXECUTE ON FUNCTION recount_assessment_attempts(uuid, uuid) FROM public;

COMMENT ON FUNCTION recount_assessment_attempts(uuid, uuid) IS
'Always one row: course of the assessment, number of attempts of any status, and the highest '
'percentage of a graded one in hundredths of a percent, NULL without one.';
