-- Writes the audit log of attempts, a statement at a time: a whole assessment is graded at once,
-- and to write each row of the log by itself would cost more than the grade.
-- That erase_learner gives an attempt to a stub is not logged: it would tell which one.
-- A definer, because nobody writes the log.
-- depends: functions/audit_person functions/is_erased_learner
CREATE OR REPLACE FUNCTION record_attempt_audit() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
SET plan_cache_mode = 'auto'
AS $$
DECLARE
    v_all_names CONSTANT text
    := 'learner_id,assessment_id,score,percentage_score,passed,completion_status';
    v_ids uuid[];
    v_learner_ids uuid[];
    v_names text[];
    v_old_values jsonb[];
    v_new_values jsonb[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT
            array_agg(n.id),
            array_agg(n.learner_id),
            array_agg(v_all_names),
            array_agg(
                jsonb_build_object(
                    'score', n.score, 'percentage_score', n.percentage_score,
                    'passed', n.passed, 'completion_status', n.completion_status
                )
            )
        INTO v_ids, v_learner_ids, v_names, v_new_values
        FROM new_rows AS n
        WHERE n.score IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT
            array_agg(o.id),
            array_agg(o.learner_id),
            array_agg(v_all_names),
            array_agg(
                jsonb_build_object(
                    'score', o.score, 'percentage_score', o.percentage_score,
                    'passed', o.passed, 'completion_status', o.completion_status
                )
            )
        INTO v_ids, v_learner_ids, v_names, v_old_values
        FROM old_rows AS o;
    ELSE
        -- an attempt whose key changed was deleted and inserted
        SELECT
            array_agg(coalesce(o.id, n.id)),
            array_agg(coalesce(o.learner_id, n.learner_id)),
            array_agg(
                concat_ws(
                    ',',
                    CASE WHEN o.learner_id IS DISTINCT FROM n.learner_id THEN 'learner_id' END,
                    CASE
                        WHEN o.assessment_id IS DISTINCT FROM n.assessment_id THEN 'assessment_id'
                    END,
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
                )
            ),
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
        INTO v_ids, v_learner_ids, v_names, v_old_values, v_new_values
        FROM old_rows AS o
        FULL JOIN new_rows AS n ON o.id = n.id
        WHERE
            (o.id, o.score, o.percentage_score, o.passed, o.completion_status)
            IS DISTINCT FROM (n.id, n.score, n.percentage_score, n.passed, n.completion_status)
            OR (
                (o.learner_id, o.assessment_id) <> (n.learner_id, n.assessment_id)
                AND NOT is_erased_learner(o.learner_id)
            );
    END IF;
    IF v_ids IS NULL THEN
        RETURN NULL;
    END IF;

    INSERT INTO audit_log (
        table_name, operation, row_key, learner_id, changed_columns, old_values, new_values,
        person_id
    )
    SELECT
        'assessment_attempts',
        CASE
            WHEN c.old_values IS NULL THEN 'INSERT'
            WHEN c.new_values IS NULL THEN 'DELETE'
            ELSE 'UPDATE'
        END,
        jsonb_build_object('id', c.id),
        c.learner_id,
        string_to_array(c.names, ','),
        c.old_values,
        c.new_values,
        (SELECT audit_person())
    FROM unnest(v_ids, v_learner_ids, v_names, v_old_values, v_new_values)
        AS c (id, learner_id, names, old_values, new_values);
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_attempt_audit() FROM public;

COMMENT ON FUNCTION record_attempt_audit() IS
'Trigger: writes into audit_log who changed score, percentage, passed or status of attempts, with '
'the values before and after, or gave them to another learner or assessment; of a new attempt '
'where it has a score.';
