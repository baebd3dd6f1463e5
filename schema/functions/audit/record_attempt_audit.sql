-- Writes the audit log of attempts, a statement at a time: a whole assessment is graded at once, and
-- a row of the log each by itself would cost more than the grade.
-- A definer, because nobody writes the log.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION record_attempt_audit() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
SET plan_cache_mode = 'auto'
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit_log (
            table_name, operation, row_key, learner_id, changed_columns, new_values, person_id
        )
        SELECT
            'assessment_attempts', TG_OP, jsonb_build_object('id', n.id), n.learner_id,
            '{score, percentage_score, passed, completion_status}',
            jsonb_build_object(
                'score', n.score, 'percentage_score', n.percentage_score,
                'passed', n.passed, 'completion_status', n.completion_status
            ),
            (SELECT session_person())
        FROM new_rows AS n
        WHERE n.score IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO audit_log (
            table_name, operation, row_key, learner_id, changed_columns, old_values, person_id
        )
        SELECT
            'assessment_attempts', TG_OP, jsonb_build_object('id', o.id), o.learner_id,
            '{score, percentage_score, passed, completion_status}',
            jsonb_build_object(
                'score', o.score, 'percentage_score', o.percentage_score,
                'passed', o.passed, 'completion_status', o.completion_status
            ),
            (SELECT session_person())
        FROM old_rows AS o;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO audit_log (
            table_name, operation, row_key, learner_id, changed_columns, old_values, new_values,
            person_id
        )
        SELECT
            'assessment_attempts',
            CASE WHEN n.id IS NULL THEN 'DELETE' WHEN o.id IS NULL THEN 'INSERT' ELSE TG_OP END,
            jsonb_build_object('id', coalesce(o.id, n.id)),
            coalesce(o.learner_id, n.learner_id),
            array_remove(
                ARRAY[
                    CASE WHEN o.score IS DISTINCT FROM n.score THEN 'score' END,
                    CASE
                        WHEN o.percentage_score IS DISTINCT FROM n.percentage_score
                            THEN 'percentage_score'
                    END,
                    CASE WHEN o.passed IS DISTINCT FROM n.passed THEN 'passed' END,
                    CASE
                        WHEN o.completion_status IS DISTINCT FROM n.completion_status
                            THEN 'completion_status'
                    END
                ],
                NULL
            ),
            CASE WHEN o.id IS NOT NULL THEN
                jsonb_build_object(
                'score', o.score, 'percentage_score', o.percentage_score,
                'passed', o.passed, 'completion_status', o.completion_status
            )
            END,
            CASE WHEN n.id IS NOT NULL THEN
                jsonb_build_object(
                'score', n.score, 'percentage_score', n.percentage_score,
                'passed', n.passed, 'completion_status', n.completion_status
            )
            END,
            (SELECT session_person())
        FROM old_rows AS o
        FULL JOIN new_rows AS n ON o.id = n.id
        WHERE
            (o.id, o.score, o.percentage_score, o.passed, o.completion_status)
            IS DISTINCT FROM (n.id, n.score, n.percentage_score, n.passed, n.completion_status);
    ELSE
        INSERT INTO audit_log (table_name, operation, changed_columns, person_id)
        VALUES ('assessment_attempts', TG_OP, '{}', session_person());
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_attempt_audit() FROM public;

COMMENT ON FUNCTION record_attempt_audit() IS
'Trigger: writes into audit_log who changed score, percentage, passed or status of attempts, with '
'the values before and after; of a new attempt once it has a score.';
