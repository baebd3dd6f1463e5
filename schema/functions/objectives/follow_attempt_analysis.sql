-- What an attempt tells follows its answers, their points and its status, and the questions of the
-- assessment, whose changes arrive as a change of rules_version by the foreign key. An attempt with
-- a score alone, before and after, has nothing to tell: it is left out, since planning the analysis
-- takes several times as long as all else that grading it does.
-- depends: functions/analyse_attempts functions/has_question_points functions/is_graded_attempt
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
            WHERE
                is_graded_attempt(n.completion_status)
                AND has_question_points(n.computed_score, n.responses)
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
                HAVING
                    count(*) = 1
                    AND (
                        r.is_wanted
                        OR has_question_points(r.computed_score, r.responses)
                        OR bool_or(
                            num_nonnulls(
                                r.response_patterns, r.knowledge_gaps, r.strength_areas,
                                r.improvement_suggestions, r.objective_points
                            ) > 0
                        )
                    )
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
