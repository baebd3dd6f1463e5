-- Derives percentage_score, passed and time_spent_minutes of an attempt and rejects values that
-- contradict the score. A derived value follows when what it is derived from changes: a change of
-- the points arrives as a change of rules_version by the foreign key. So only a new attempt locks
-- the assessment; a change of a score need not, and the two meet in the attempt. A definer, because
-- a learner who writes an attempt need not be able to read the assessment.
CREATE OR REPLACE FUNCTION derive_attempt_result() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_total_points educational_assessments.total_points%TYPE;
    v_passing_score educational_assessments.passing_score%TYPE;
    v_percentage numeric; -- NULL where the assessment has no points
    v_passed boolean;
    v_elapsed_minutes numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- before the assessment: whoever deletes or moves a section locks in this order
        PERFORM FROM learning_sections AS s
        WHERE
            s.id = (
                SELECT a.section_id FROM educational_assessments AS a
                WHERE a.id = new.assessment_id
            )
        FOR KEY SHARE;
    END IF;
    IF TG_OP = 'INSERT' OR new.assessment_id <> old.assessment_id THEN
        SELECT a.total_points, a.passing_score, a.rules_version
        INTO v_total_points, v_passing_score, new.rules_version
        FROM educational_assessments AS a
        WHERE a.id = new.assessment_id
        FOR KEY SHARE;
    ELSE
        SELECT a.total_points, a.passing_score, a.rules_version
        INTO v_total_points, v_passing_score, new.rules_version
        FROM educational_assessments AS a
        WHERE a.id = new.assessment_id;
    END IF;
    -- an unknown assessment is left to the foreign key
    new.rules_version := coalesce(new.rules_version, 0);

    IF TG_OP = 'UPDATE' THEN
        IF new.rules_version <> old.rules_version AND new.score IS NOT NULL THEN
            new.percentage_score := NULL;
            new.passed := NULL;
        ELSIF (new.score, new.assessment_id) IS DISTINCT FROM (old.score, old.assessment_id) THEN
            IF new.percentage_score IS NOT DISTINCT FROM old.percentage_score THEN
                new.percentage_score := NULL;
            END IF;
            IF new.passed IS NOT DISTINCT FROM old.passed THEN
                new.passed := NULL;
            END IF;
        END IF;
        IF new.time_spent_minutes IS NOT DISTINCT FROM old.time_spent_minutes
            AND old.time_spent_minutes = round(
                extract(EPOCH FROM old.submitted_at - old.started_at) / 60
            )
        THEN
            new.time_spent_minutes := NULL;
        END IF;
    END IF;

    -- NaN is left to the CHECK
    IF new.score < 'infinity' THEN
        v_percentage := 100.0 * new.score / nullif(v_total_points, 0);
        IF abs(round(v_percentage, 2)) > 999.99 THEN
            RAISE check_violation USING
                MESSAGE = format(
                    'score %s of %s points is %s percent, which is not within -999.99 to 999.99',
                    new.score, v_total_points, round(v_percentage, 2)
                ),
                DETAIL = format(
                    'Attempt %s of learner %s at assessment %s.',
                    new.attempt_number, new.learner_id, new.assessment_id
                ),
                HINT = 'Correct the score of the attempt, or total_points of the assessment.',
                CONSTRAINT = 'assessment_attempts_score_total_check',
                TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'score';
        END IF;

        new.percentage_score := coalesce(new.percentage_score, round(v_percentage, 2));
        IF new.percentage_score IS NOT NULL
            AND coalesce(abs(new.percentage_score - v_percentage) > 0.01, TRUE)
        THEN
            RAISE check_violation USING
                MESSAGE = format(
                    'percentage_score %s contradicts score %s of %s points, which is %s',
                    new.percentage_score, new.score, v_total_points,
                    coalesce(round(v_percentage, 2)::text, 'no percentage')
                ),
                HINT = 'Leave percentage_score out: it is derived.',
                CONSTRAINT = 'assessment_attempts_percentage_score_derived_check',
                TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'percentage_score';
        END IF;

        v_passed := new.score >= v_passing_score;
        new.passed := coalesce(new.passed, v_passed);
        IF new.passed IS DISTINCT FROM v_passed THEN
            RAISE check_violation USING
                MESSAGE = format(
                    'passed = %s contradicts score %s, the passing score being %s',
                    new.passed, new.score, coalesce(v_passing_score::text, 'not set')
                ),
                HINT = 'Leave passed out: it is derived.',
                CONSTRAINT = 'assessment_attempts_passed_derived_check',
                TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'passed';
        END IF;
    END IF;

    -- infinite times are left to the CHECK: on 15 and 16 their difference is an error
    IF isfinite(new.started_at) AND isfinite(new.submitted_at)
        AND new.submitted_at >= new.started_at
    THEN
        v_elapsed_minutes := extract(EPOCH FROM new.submitted_at - new.started_at) / 60;
        new.time_spent_minutes := coalesce(new.time_spent_minutes, round(v_elapsed_minutes));
        IF new.time_spent_minutes > ceil(v_elapsed_minutes) THEN
            RAISE check_violation USING
                MESSAGE = format(
                    'time_spent_minutes %s is longer than the %s minutes from start to submission',
                    new.time_spent_minutes, round(v_elapsed_minutes, 1)
                ),
                HINT = 'Leave time_spent_minutes out: it is derived.',
                CONSTRAINT = 'assessment_attempts_time_spent_elapsed_check',
                TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'time_spent_minutes';
        END IF;
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_attempt_result() FROM public;

COMMENT ON FUNCTION derive_attempt_result() IS
'Trigger: percentage_score = 100 * score / total_points (NULL for 0 points), passed = score >= '
'passing_score, time_spent_minutes = submitted_at - started_at rounded half up, each when it was '
'left out. Raises 23514 for a score whose percentage the column cannot hold, a percentage or '
'passed that contradicts the score, and a time spent that is longer than elapsed.';
