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
    v_rows audit_log[];
BEGIN
    -- Gathered before they are stored: Citus sends an INSERT on, where no transition table is. By a
    -- subquery: the setup of an aggregate costs as much as half an entry. JSON is made of rows and of
    -- text, since jsonb_build_object looks up the type of each name and value for each object.
    IF TG_OP = 'UPDATE' THEN
        -- an attempt whose key changed was deleted and inserted
        v_rows := ARRAY(
            SELECT
                (
                    NULL, NULL, NULL,
                    CASE
                        WHEN o.id IS NULL THEN 'INSERT'
                        WHEN n.id IS NULL THEN 'DELETE'
                        ELSE 'UPDATE'
                    END,
                    jsonb_object(ARRAY['id', coalesce(o.id, n.id)::text]),
                    coalesce(o.learner_id, n.learner_id),
                    array_remove(
                        ARRAY[
                            CASE
                                WHEN o.learner_id IS DISTINCT FROM n.learner_id THEN 'learner_id'
                            END,
                            CASE
                                WHEN o.assessment_id IS DISTINCT FROM n.assessment_id
                                    THEN 'assessment_id'
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
                        ],
                        NULL
                    ),
                    CASE WHEN o.id IS NOT NULL THEN to_jsonb(ov) END,
                    CASE WHEN n.id IS NOT NULL THEN to_jsonb(nv) END,
                    NULL, NULL, NULL, NULL
                )::audit_log
            FROM old_rows AS o
            FULL JOIN new_rows AS n ON o.id = n.id
            CROSS JOIN LATERAL (
                SELECT o.score, o.percentage_score, o.passed, o.completion_status
            ) AS ov
            CROSS JOIN LATERAL (
                SELECT n.score, n.percentage_score, n.passed, n.completion_status
            ) AS nv
            WHERE
                (o.id, o.score, o.percentage_score, o.passed, o.completion_status)
                IS DISTINCT FROM (n.id, n.score, n.percentage_score, n.passed, n.completion_status)
                OR (
                    (o.learner_id, o.assessment_id) <> (n.learner_id, n.assessment_id)
                    AND NOT is_erased_learner(o.learner_id)
                )
        );
    ELSIF TG_OP = 'INSERT' THEN
        v_rows := ARRAY(
            SELECT
                (
                    NULL, NULL, NULL, TG_OP, jsonb_object(ARRAY['id', n.id::text]), n.learner_id, NULL,
                    NULL, to_jsonb(nv), NULL, NULL, NULL, NULL
                )::audit_log
            FROM new_rows AS n
            CROSS JOIN LATERAL (
                SELECT n.score, n.percentage_score, n.passed, n.completion_status
            ) AS nv
            WHERE n.score IS NOT NULL
        );
    ELSE
        v_rows := ARRAY(
            SELECT
                (
                    NULL, NULL, NULL, TG_OP, jsonb_object(ARRAY['id', o.id::text]), o.learner_id, NULL,
                    to_jsonb(ov), NULL, NULL, NULL, NULL, NULL
                )::audit_log
            FROM old_rows AS o
            CROSS JOIN LATERAL (
                SELECT o.score, o.percentage_score, o.passed, o.completion_status
            ) AS ov
        );
    END IF;
    IF cardinality(v_rows) = 0 THEN
        RETURN NULL;
    END IF;

    INSERT INTO audit_log (
        table_name, operation, row_key, learner_id, changed_columns, old_values, new_values,
        person_id
    )
    SELECT
        'assessment_attempts',
        r.operation,
        r.row_key,
        r.learner_id,
        coalesce(
            r.changed_columns,
            '{learner_id,assessment_id,score,percentage_score,passed,completion_status}'
        ),
        r.old_values,
        r.new_values,
        (SELECT audit_person())
    FROM unnest(v_rows) AS r;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_attempt_audit() FROM public;

COMMENT ON FUNCTION record_attempt_audit() IS
'Trigger: writes into audit_log who changed score, percentage, passed or status of attempts, with '
'the values before and after, or gave them to another learner or assessment; of a new attempt '
'where it has a score.';
