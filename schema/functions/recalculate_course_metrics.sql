-- The owner of the derived columns that are too dear, or too dependent on time, for a trigger.
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

    UPDATE course_enrollments AS e SET
        engagement_score = d.engagement_score,
        learning_velocity = d.learning_velocity,
        metrics_as_of = p_as_of
    FROM educational_courses AS k
    CROSS JOIN LATERAL derive_enrollment_metrics(k.id, p_as_of) AS d
    WHERE
        e.id = d.enrollment_id
        AND (p_course_id IS NULL OR k.id = p_course_id)
        AND (e.engagement_score, e.learning_velocity)
        IS DISTINCT FROM (d.engagement_score, d.learning_velocity);
    GET DIAGNOSTICS v_written = ROW_COUNT;
    RETURN v_total + v_written;
END;
$$;

REVOKE EXECUTE ON FUNCTION recalculate_course_metrics(uuid, timestamptz) FROM public;

COMMENT ON FUNCTION recalculate_course_metrics(uuid, timestamptz) IS
'Derives anew, for one course or for all (NULL): enrollment_count, completion_rate and '
'learning_effectiveness_score of courses; difficulty_rating, discrimination_index and '
'reliability_coefficient of their assessments; engagement_score and learning_velocity of their '
'enrollments as of p_as_of, which metrics_as_of then says. Writes only rows that differ and '
'returns how many: 0 when called again. Raises 22023 when p_as_of is NULL.';
