-- Definition of what a graded attempt tells: the trigger that keeps the columns and
-- check_derived_columns both read it here. The assessment's mean is of others: in a small class,
-- it would tell a learner how one of them did.
-- depends: functions/attempt_question_points functions/is_graded_attempt
CREATE OR REPLACE FUNCTION derive_attempt_analysis(p_attempt_ids uuid[]) RETURNS TABLE (
    attempt_id uuid,
    response_patterns jsonb,
    knowledge_gaps jsonb,
    strength_areas jsonb,
    improvement_suggestions jsonb
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- JSON holds all digits of a number, whatever the session shows of it
SET extra_float_digits = 1
-- one attempt and all of an assessment want plans of their own
SET plan_cache_mode = force_custom_plan
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    WITH attempt AS MATERIALIZED (
        SELECT
            t.id,
            t.assessment_id,
            a.course_id
        FROM assessment_attempts AS t
        INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
        WHERE t.id = any(p_attempt_ids) AND is_graded_attempt(t.completion_status)
    ),

    question AS MATERIALIZED (
        SELECT q.*
        FROM attempt_question_points(ARRAY(SELECT attempt.id FROM attempt)) AS q
    ),

    pattern AS (
        SELECT
            q.attempt_id,
            jsonb_build_object(
                'answered', count(*) FILTER (WHERE NOT q.is_omitted),
                'omitted', count(*) FILTER (WHERE q.is_omitted),
                'right', count(*) FILTER (WHERE q.most > 0 AND q.points >= q.most),
                'partial', count(*) FILTER (WHERE q.points > 0 AND q.points < q.most),
                'wrong', count(*) FILTER (WHERE NOT q.is_omitted AND q.most > 0 AND q.points <= 0)
            ) AS counts
        FROM question AS q
        GROUP BY q.attempt_id
        HAVING every(q.points IS NOT NULL)
    ),

    mastery AS MATERIALIZED (
        SELECT
            attempt.id AS attempt_id,
            attempt.assessment_id,
            o.id,
            (sum(q.points) / sum(q.most))::double precision AS mastery,
            count(*) AS n
        FROM question AS q
        INNER JOIN attempt ON q.attempt_id = attempt.id
        CROSS JOIN LATERAL unnest(q.objectives) AS o (id)
        WHERE q.points IS NOT NULL
        GROUP BY attempt.id, attempt.assessment_id, o.id
        HAVING count(*) >= 3 AND sum(q.most) > 0
    ),

    peer AS MATERIALIZED (
        SELECT
            t.id,
            t.learner_id,
            t.assessment_id
        FROM assessment_attempts AS t
        WHERE
            t.assessment_id IN (SELECT m.assessment_id FROM mastery AS m)
            AND is_graded_attempt(t.completion_status)
    ),

    class AS (
        SELECT
            p.assessment_id,
            o.id,
            CASE
                WHEN count(DISTINCT p.learner_id) >= 10
                    THEN (sum(q.points) / sum(q.most))::double precision
            END AS mastery
        FROM attempt_question_points(ARRAY(SELECT p.id FROM peer AS p)) AS q
        INNER JOIN peer AS p ON q.attempt_id = p.id
        CROSS JOIN LATERAL unnest(q.objectives) AS o (id)
        WHERE q.points IS NOT NULL
        GROUP BY p.assessment_id, o.id
        HAVING sum(q.most) > 0
    ),

    objective AS MATERIALIZED (
        SELECT
            m.attempt_id,
            m.id,
            m.mastery,
            jsonb_build_object('id', m.id, 'mastery', m.mastery, 'n', m.n) AS measured,
            class.mastery AS class_mastery
        FROM mastery AS m
        LEFT JOIN class ON m.assessment_id = class.assessment_id AND m.id = class.id
    ),

    judged AS (
        SELECT
            o.attempt_id,
            coalesce(
                jsonb_agg(
                    o.measured || jsonb_build_object('assessment_mean', o.class_mastery)
                    ORDER BY o.id COLLATE "C"
                ) FILTER (WHERE o.mastery < 0.5), '[]'
            ) AS gaps,
            coalesce(
                jsonb_agg(
                    o.measured || jsonb_build_object('assessment_mean', o.class_mastery)
                    ORDER BY o.id COLLATE "C"
                ) FILTER (WHERE o.mastery >= 0.8), '[]'
            ) AS strengths
        FROM objective AS o
        GROUP BY o.attempt_id
    ),

    place AS (
        SELECT
            attempt.id AS attempt_id,
            s.id AS section_id,
            jsonb_agg(o.measured ORDER BY o.id COLLATE "C") AS gaps,
            row_number() OVER (
                PARTITION BY attempt.id ORDER BY lm.module_order, s.section_order, s.id
            ) AS number
        FROM objective AS o
        INNER JOIN attempt ON o.attempt_id = attempt.id
        INNER JOIN learning_sections AS s
            ON
                attempt.course_id = s.course_id
                AND (
                    s.section_objectives ? o.id
                    OR s.section_objectives @> jsonb_build_array(jsonb_build_object('id', o.id))
                )
        INNER JOIN learning_modules AS lm ON s.module_id = lm.id
        WHERE o.mastery < 0.5
        GROUP BY attempt.id, s.id, s.section_order, lm.module_order
    ),

    suggestion AS (
        SELECT
            p.attempt_id,
            jsonb_agg(
                jsonb_build_object('section_id', p.section_id, 'objectives', p.gaps)
                ORDER BY p.number
            ) AS sections
        FROM place AS p
        WHERE p.number <= 10
        GROUP BY p.attempt_id
    )

    SELECT
        t.id,
        pattern.counts,
        judged.gaps,
        judged.strengths,
        CASE WHEN judged.gaps IS NOT NULL THEN coalesce(suggestion.sections, '[]') END
    FROM unnest(p_attempt_ids) AS t (id)
    LEFT JOIN pattern ON t.id = pattern.attempt_id
    LEFT JOIN judged ON t.id = judged.attempt_id
    LEFT JOIN suggestion ON t.id = suggestion.attempt_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_attempt_analysis(uuid[]) FROM public;

COMMENT ON FUNCTION derive_attempt_analysis(uuid[]) IS
'For each of these attempts, over its own questions; NULL where it is not graded or tells nothing '
'of its questions. response_patterns: number answered, omitted, right (all points), partial and '
'wrong (none); a question that gives no points is none of the last three; NULL where an answer has '
'no points. Objectives that at least n = 3 of its questions name, their mastery being points / '
'most points: knowledge_gaps below 0.5, strength_areas from 0.8, as [{"id", "mastery", "n", '
'"assessment_mean"}], assessment_mean being the same over all graded attempts, null below 10 '
'learners. improvement_suggestions: the first 10 sections in course order whose objectives name a '
'gap, as [{"section_id", "objectives": [{"id", "mastery", "n"}]}].';
