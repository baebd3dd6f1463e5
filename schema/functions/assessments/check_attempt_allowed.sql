-- The limits of an assessment on new attempts. By the attempt's number, not by counting: numbers
-- are unique, so that two attempts at the same moment cannot both be the last one allowed. After
-- the row, so that ON CONFLICT DO UPDATE of a stored attempt is no new attempt.
-- A definer, because a learner who writes an attempt need not be able to read the assessment.
CREATE OR REPLACE FUNCTION check_attempt_allowed() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_assessment record;
BEGIN
    SELECT a.attempts_allowed, a.available_from, a.available_until INTO v_assessment
    FROM educational_assessments AS a
    WHERE a.id = new.assessment_id;

    IF new.attempt_number > v_assessment.attempts_allowed THEN
        RAISE check_violation USING
            MESSAGE = format(
                'attempt %s at assessment %s exceeds the %s allowed',
                new.attempt_number, new.assessment_id, v_assessment.attempts_allowed
            ),
            HINT = 'Raise attempts_allowed, or set it to NULL for no limit.',
            CONSTRAINT = 'assessment_attempts_attempts_allowed_check',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'attempt_number';
    END IF;
    IF new.started_at < v_assessment.available_from
        OR new.started_at > v_assessment.available_until
    THEN
        RAISE check_violation USING
            MESSAGE = format(
                'an attempt that starts at %s is outside the availability of assessment %s: %s to %s',
                new.started_at, new.assessment_id,
                coalesce(v_assessment.available_from::text, 'any time'),
                coalesce(v_assessment.available_until::text, 'any time')
            ),
            HINT = 'Change available_from or available_until, or set them to NULL for no limit.',
            CONSTRAINT = 'assessment_attempts_availability_check',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'started_at';
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_attempt_allowed() FROM public;

COMMENT ON FUNCTION check_attempt_allowed() IS
'Trigger: raises 23514 for a new attempt whose number is above attempts_allowed, or that starts '
'outside available_from to available_until. Attempts stored already are left alone when an '
'assessment changes.';
