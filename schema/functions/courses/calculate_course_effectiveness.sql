-- Effectiveness of a course as JSON. Each source is aggregated by itself and then joined: joined
-- first, enrollments, progress and attempts would multiply each other.
-- depends: functions/is_graded_attempt
CREATE OR REPLACE FUNCTION calculate_course_effectiveness(p_course_id uuid) RETURNS jsonb
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- courses of ten learners and of ten thousand want plans of their own
SET plan_cache_mode = force_custom_plan
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN (
        WITH enrollment AS (
            SELECT
                count(*) AS total_learners,
                round(
                    100.0 * count(*) FILTER (WHERE e.completion_status = 'completed')
                    / nullif(count(*), 0), 2
                ) AS completion_rate,
                round(avg(e.total_time_spent) / 60, 2) AS average_learning_time_hours,
                round(avg(e.engagement_score), 2) AS average_engagement_score
            FROM course_enrollments AS e
            WHERE e.course_id = p_course_id
        ),

        progress AS (
            SELECT
                round(avg(sp.comprehension_score), 2) AS average_comprehension_score,
                round(avg(sp.retention_score), 2) AS average_retention_score
            FROM course_enrollments AS e
            INNER JOIN section_progress AS sp
                ON e.learner_id = sp.learner_id AND e.course_id = sp.course_id
            WHERE e.course_id = p_course_id
        ),

        -- the best attempt passed if any did: passed follows from the score alone
        best_attempt AS (
            SELECT bool_or(t.passed) AS passed
            FROM course_enrollments AS e
            INNER JOIN educational_assessments AS a ON e.course_id = a.course_id
            INNER JOIN assessment_attempts AS t
                ON a.id = t.assessment_id AND e.learner_id = t.learner_id
            WHERE
                e.course_id = p_course_id
                AND is_graded_attempt(t.completion_status)
            GROUP BY t.learner_id, t.assessment_id
        ),

        attempt AS (
            SELECT
                round(
                    100.0 * count(*) FILTER (WHERE b.passed) / nullif(count(b.passed), 0), 2
                ) AS assessment_pass_rate
            FROM best_attempt AS b
        )

        SELECT
            jsonb_build_object(
                'completion_rate', enrollment.completion_rate,
                'average_learning_time_hours', enrollment.average_learning_time_hours,
                'average_comprehension_score', progress.average_comprehension_score,
                'average_retention_score', progress.average_retention_score,
                'average_engagement_score', enrollment.average_engagement_score,
                'total_learners', enrollment.total_learners,
                'assessment_pass_rate', attempt.assessment_pass_rate
            )
        FROM enrollment
        CROSS JOIN progress
        CROSS JOIN attempt
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION calculate_course_effectiveness(uuid) FROM public;

COMMENT ON FUNCTION calculate_course_effectiveness(uuid) IS
'Figures of a course over its enrolled learners, whatever their status, to 2 decimals: '
'completion_rate (percent of enrollments completed), average_learning_time_hours (mean of '
'total_time_spent over enrollments), average_comprehension_score and average_retention_score '
'(means over section progress, 0 to 1), average_engagement_score (mean over enrollments, 0 to '
'1), total_learners, assessment_pass_rate (percent passed of the best graded attempts, one '
'for each learner and assessment that has a passing score). A course that is unknown or has '
'no learners: total_learners 0, the rest null. Never an error.';
