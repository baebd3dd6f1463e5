-- Writes the audit log of attempts, a statement at a time: a whole assessment is graded at once,
-- and to write each row of the log by itself would cost more than the grade.
-- A definer, because nobody writes the log.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION record_attempt_audit() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
SET plan_cache_mode = 'auto'
AS $$
DECLARE
    v_ids uuid[];
    v_learner_ids uuid[];
    v_old_values jsonb[];
    v_new_values jsonb[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO audit_log (table_name, operation, changed_columns, person_id)
        VALUES ('assessment_attempts', TG_OP, '{}', session_person());
    ELSIF TG_OP = 'INSERT' THEN
        SELECT
            array_agg(n.id),
            array_agg(n.learner_id),
            array_agg(
                jsonb_build_object(
                    'score', n.score, 'percentage_score', n.percentage_score,
                    'passed', n.passed, 'completion_status', n.completion_status
                )
            )
        INTO v_ids, v_learner_ids, v_new_values
        FROM new_rows AS n
        WHERE n.score IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT
            array_agg(o.id),
            array_agg(o.learner_id),
            array_agg(
                jsonb_build_object(
                    'score', o.score, 'percentage_score', o.percentage_score,
                    'passed', o.passed, 'completion_status', o.completion_status
                )
            )
        INTO v_ids, v_learner_ids, v_old_values
        FROM old_rows AS o;
    ELSE
        SELECT
            array_agg(coalesce(o.id, n.id)),
            array_agg(coalesce(o.learner_id, n.learner_id)),
            array_agg(
                CASE WHEN o.id IS NOT NULL THEN
                    jsonb_build_object(
                        'score', o.score, 'percentage_score', o.percentage_score,
                        'passed', o.passed, 'completion_status', o.completion_status
                    )
                END
            ),
            array_agg(
                CASE WHEN n.id IS NOT NULL THEN
                    jsonb_build_object(
                        'score', n.score, 'percentage_score', n.percentage_score,
                        'passed', n.passed, 'completion_status', n.completion_status
                    )
                END
            )
        INTO v_ids, v_learner_ids, v_old_values, v_new_values
        FROM old_rows AS o
        FULL JOIN new_rows AS n ON o.id = n.id
        WHERE
            (o.id, o.score, o.percentage_score, o.passed, o.completion_status)
            IS DISTINCT FROM (n.id, n.score, n.percentage_score, n.passed, n.completion_status);
    END IF;

    INSERT INTO audit_log (
        table_name, operation, row_key, learner_id, changed_columns, old_values, new_values,
        person_id
    )
    SELECT
        'assessment_attempts',
        -- an attempt whose key changed was deleted and inserted
        CASE
            WHEN c.old_values IS NULL THEN 'INSERT'
            WHEN c.new_values IS NULL THEN 'DELETE'
            ELSE 'UPDATE'
        END,
        jsonb_build_object('id', c.id),
        c.learner_id,
        ARRAY(
            SELECT w.name
            FROM unnest('{score, percentage_score, passed, completion_status}'::text[]) AS w (name)
            WHERE c.old_values -> w.name IS DISTINCT FROM c.new_values -> w.name
        ),
        c.old_values,
        c.new_values,
        (SELECT session_person())
    FROM unnest(v_ids, v_learner_ids, v_old_values, v_new_values)
        AS c (id, learner_id, old_values, new_values);
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_attempt_audit() FROM public;

COMMENT ON FUNCTION record_attempt_audit() IS
'Trigger: writes into audit_log who changed score, percentage, passed or status of attempts, with '
'the values before and after; of a new attempt where it has a score.';
