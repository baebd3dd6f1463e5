-- How far a learner masters what a course is about, after Bloom (1968): of all graded attempts,
-- where other tools weigh the latest or keep the highest.
-- depends: functions/attempt_question_points functions/is_graded_attempt
CREATE OR REPLACE FUNCTION objective_mastery(p_learner_id uuid, p_course_id uuid) RETURNS TABLE (
    objective_id text,
    mastery double precision,
    questions bigint,
    attempts bigint
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    SELECT
        o.id,
        (sum(q.points) / sum(q.most))::double precision,
        count(*),
        count(DISTINCT q.attempt_id)
    FROM attempt_question_points(
        ARRAY(
            SELECT t.id
            FROM assessment_attempts AS t
            INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
            WHERE
                t.learner_id = p_learner_id
                AND a.course_id = p_course_id
                AND is_graded_attempt(t.completion_status)
        )
    ) AS q
    CROSS JOIN LATERAL unnest(q.objectives) AS o (id)
    WHERE q.points IS NOT NULL
    GROUP BY o.id
    HAVING sum(q.most) > 0
    ORDER BY o.id COLLATE "C";
END;
$$;

REVOKE EXECUTE ON FUNCTION objective_mastery(uuid, uuid) FROM public;

COMMENT ON FUNCTION objective_mastery(uuid, uuid) IS
'One row for each objective that questions of the learner''s graded attempts in the course name: '
'mastery = points / most points over all these questions (0 to 1; above by bonus points), with '
'the number of questions, repeated ones counted again, and of attempts that it rests on. No row '
'without such a question. Source: Bloom 1968.';
