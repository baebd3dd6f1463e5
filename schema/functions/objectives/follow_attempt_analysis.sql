-- What an attempt tells follows its answers, their points and its status, and the questions of the
-- assessment, whose changes arrive as a change of rules_version by the foreign key.
-- depends: functions/analyse_attempts functions/is_graded_attempt
CREATE OR REPLACE FUNCTION follow_attempt_analysis() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_ids uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        v_ids := ARRAY(
            SELECT n.id FROM new_rows AS n
            WHERE is_graded_attempt(n.completion_status)
        );
    ELSE
        v_ids := ARRAY(
            -- a row found once is old or new, a row found twice did not change
            SELECT DISTINCT k.id
            FROM (
                SELECT r.id
                FROM (
                    SELECT o.*, FALSE AS is_wanted FROM old_rows AS o
                    UNION ALL
                    SELECT n.*, n.analyses IS NULL FROM new_rows AS n
                ) AS r
                GROUP BY
                    r.id, r.assessment_id, r.rules_version, r.responses, r.computed_score,
                    r.supplied, r.is_wanted, is_graded_attempt(r.completion_status)
                HAVING count(*) = 1
            ) AS k
        );
    END IF;
    IF v_ids <> '{}' THEN
        PERFORM analyse_attempts(v_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_attempt_analysis() FROM public;

COMMENT ON FUNCTION follow_attempt_analysis() IS
'Trigger: keeps the analysis of the attempts whose answers, points, questions, status or list of '
'supplied columns a statement changed, or whose analyses it set to NULL.';
