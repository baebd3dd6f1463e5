-- The owner of the derived columns that are too dear, or too dependent on time, for a trigger.
-- Engagement and velocity compare learners, so that one time holds for all of a course: it stands
-- in the course, and moves on although the values of most enrollments stay.
-- depends: functions/derive_assessment_metrics functions/derive_course_metrics
-- depends: functions/derive_enrollment_metrics
CREATE OR REPLACE FUNCTION recalculate_course_metrics(
    p_course_id uuid DEFAULT NULL,
    p_as_of timestamptz DEFAULT now()
) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_written bigint;
    v_total bigint := 0;
BEGIN
    IF p_as_of IS NULL THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'p_as_of must not be NULL',
            HINT = 'Leave it out for now.';
    END IF;

    UPDATE educational_assessments AS a SET
        difficulty_rating = d.difficulty_rating,
        discrimination_index = d.discrimination_index,
        reliability_coefficient = d.reliability_coefficient
    FROM educational_assessments AS k
    CROSS JOIN LATERAL derive_assessment_metrics(k.id) AS d
    WHERE
        a.id = k.id
        AND (p_course_id IS NULL OR k.course_id = p_course_id)
        AND (a.difficulty_rating, a.discrimination_index, a.reliability_coefficient)
        IS DISTINCT FROM (d.difficulty_rating, d.discrimination_index, d.reliability_coefficient);
    GET DIAGNOSTICS v_written = ROW_COUNT;
    v_total := v_total + v_written;

    -- locked in the order of their keys, as by add_enrollment_measures: nobody deadlocks
    WITH changed AS MATERIALIZED (
        SELECT
            e.id,
            d.engagement_score,
            d.learning_velocity
        FROM educational_courses AS k
        CROSS JOIN LATERAL derive_enrollment_metrics(k.id, p_as_of) AS d
        INNER JOIN course_enrollments AS e ON d.enrollment_id = e.id
        WHERE
            (p_course_id IS NULL OR k.id = p_course_id)
            AND (e.engagement_score, e.learning_velocity)
            IS DISTINCT FROM (d.engagement_score, d.learning_velocity)
        ORDER BY e.learner_id, e.course_id
        FOR NO KEY UPDATE OF e
    )

    UPDATE course_enrollments AS e SET
        engagement_score = c.engagement_score,
        learning_velocity = c.learning_velocity
    FROM changed AS c
    WHERE e.id = c.id;
    GET DIAGNOSTICS v_written = ROW_COUNT;
    v_total := v_total + v_written;

    UPDATE educational_courses AS c SET
        enrollment_count = d.enrollment_count,
        completion_rate = d.completion_rate,
        learning_effectiveness_score = d.learning_effectiveness_score
    FROM educational_courses AS k
    CROSS JOIN LATERAL derive_course_metrics(k.id) AS d
    WHERE
        c.id = k.id
        AND (p_course_id IS NULL OR k.id = p_course_id)
        AND (c.enrollment_count, c.completion_rate, c.learning_effectiveness_score)
        IS DISTINCT FROM (d.enrollment_count, d.completion_rate, d.learning_effectiveness_score);
    GET DIAGNOSTICS v_written = ROW_COUNT;
    v_total := v_total + v_written;

    UPDATE educational_courses AS c SET metrics_as_of = p_as_of
    WHERE
        (p_course_id IS NULL OR c.id = p_course_id)
        AND c.metrics_as_of IS DISTINCT FROM p_as_of
        AND EXISTS (SELECT FROM course_enrollments AS e WHERE e.course_id = c.id);
    RETURN v_total;
END;
$$;

REVOKE EXECUTE ON FUNCTION recalculate_course_metrics(uuid, timestamptz) FROM public;

COMMENT ON FUNCTION recalculate_course_metrics(uuid, timestamptz) IS
'Derives anew, for one course or for all (NULL): enrollment_count, completion_rate and '
'learning_effectiveness_score of courses; difficulty_rating, discrimination_index and '
'reliability_coefficient of their assessments; engagement_score and learning_velocity of their '
'enrollments as of p_as_of, which metrics_as_of of the course then says. Writes only rows that '
'differ and returns how many, 0 when called again; a course whose metrics_as_of alone moves on is '
'not counted. Raises 22023 when p_as_of is NULL. Locks the rows that it writes until the '
'transaction ends.';
