-- Progress gained per day. A gain is a rise of a section's completion percentage; from an
-- append-only history, because what section_progress holds today cannot tell when it came about.
CREATE OR REPLACE FUNCTION calculate_learning_velocity(
    p_learner_id uuid,
    p_course_id uuid,
    p_timeframe_days integer DEFAULT 30,
    p_as_of timestamptz DEFAULT now()
) RETURNS numeric
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    -- a window longer than this holds all of history, and longer ones leave the range of dates
    c_longest_days CONSTANT integer := 365000;
    v_days integer := greatest(p_timeframe_days, 1);
    v_gain numeric;
BEGIN
    IF p_timeframe_days IS NULL OR p_as_of IS NULL THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'p_timeframe_days and p_as_of must not be NULL',
            HINT = 'Leave them out for 30 days up to now.';
    END IF;

    SELECT sum(greatest(h.percentage - h.previous_percentage, 0)) INTO v_gain
    FROM section_progress_history AS h
    INNER JOIN learning_sections AS s ON h.section_id = s.id
    WHERE
        h.learner_id = p_learner_id
        AND h.changed_at >= p_as_of - least(v_days, c_longest_days) * interval '24 hours'
        AND h.changed_at <= p_as_of
        AND s.course_id = p_course_id;

    RETURN round(coalesce(v_gain, 0) / v_days, 2);
END;
$$;

REVOKE EXECUTE ON FUNCTION calculate_learning_velocity(
    uuid, uuid, integer, timestamptz
) FROM public;

COMMENT ON FUNCTION calculate_learning_velocity(uuid, uuid, integer, timestamptz) IS
'Points of percent that a learner gained per day in the sections of a course: the sum of all '
'rises of completion_percentage in the p_timeframe_days times 24 hours up to p_as_of, both '
'ends included, divided by the days, to 2 decimals. Days below 1 are read as 1. 0 without '
'progress and for an unknown learner or course. Raises 22023 when days or p_as_of is NULL.';
