-- Definition of what a graded attempt tells: the trigger that keeps the columns and
-- check_derived_columns both read it here. The assessment's mean is of others: in a small class,
-- it would tell a learner how one of them did.
-- depends: functions/attempt_question_points functions/is_graded_attempt
-- depends: functions/objective_parts
CREATE OR REPLACE FUNCTION derive_attempt_analysis(p_attempt_ids uuid[]) RETURNS TABLE (
    attempt_id uuid,
    response_patterns jsonb,
    knowledge_gaps jsonb,
    strength_areas jsonb,
    improvement_suggestions jsonb,
    objective_points jsonb
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
-- most calls are for one: joins go by keys, and not through all attempts
ROWS 10
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
            t.learner_id,
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

    reached AS MATERIALIZED (
        SELECT
            attempt.id AS attempt_id,
            attempt.learner_id,
            attempt.assessment_id,
            o.id,
            sum(q.points) AS points,
            sum(q.most) AS most,
            count(*) AS n
        FROM question AS q
        INNER JOIN attempt ON q.attempt_id = attempt.id
        CROSS JOIN LATERAL unnest(q.objectives) AS o (id)
        WHERE q.points IS NOT NULL
        GROUP BY attempt.id, attempt.learner_id, attempt.assessment_id, o.id
    ),

    total AS (
        SELECT
            r.attempt_id,
            jsonb_object_agg(
                r.id, jsonb_build_object('points', r.points, 'most', r.most)
            ) AS points
        FROM reached AS r
        GROUP BY r.attempt_id
    ),

    mastery AS MATERIALIZED (
        SELECT
            r.attempt_id,
            r.assessment_id,
            r.id,
            (r.points / r.most)::double precision AS mastery,
            r.n
        FROM reached AS r
        WHERE r.n >= 3 AND r.most > 0
    ),

    -- the totals, with these attempts as they are and without them as they were
    class AS MATERIALIZED (
        SELECT
            p.assessment_id,
            p.id,
            (sum(p.points) / sum(p.most))::double precision AS mastery
        FROM (
            SELECT
                t.assessment_id,
                t.objective_id AS id,
                t.points,
                t.most_points AS most
            FROM assessment_objective_totals AS t
            WHERE t.assessment_id IN (SELECT m.assessment_id FROM mastery AS m)
            UNION ALL
            SELECT
                t.assessment_id,
                o.objective_id,
                -o.points,
                -o.most_points
            FROM assessment_attempts AS t
            CROSS JOIN LATERAL objective_parts(t.objective_points) AS o
            WHERE t.id = any(p_attempt_ids)
            UNION ALL
            SELECT
                r.assessment_id,
                r.id,
                r.points,
                r.most
            FROM reached AS r
        ) AS p
        GROUP BY p.assessment_id, p.id
        HAVING sum(p.most) > 0
    ),

    -- among so many attempts are ten learners, if they are there at all
    crowd AS MATERIALIZED (
        SELECT
            l.assessment_id,
            l.id
        FROM (
            SELECT
                r.assessment_id,
                r.learner_id,
                r.id
            FROM reached AS r
            UNION ALL
            SELECT
                k.assessment_id,
                other.learner_id,
                jsonb_object_keys(other.objective_points)
            FROM (SELECT DISTINCT m.assessment_id FROM mastery AS m) AS k
            CROSS JOIN LATERAL (
                SELECT
                    t.learner_id,
                    t.objective_points
                FROM assessment_attempts AS t
                WHERE
                    t.assessment_id = k.assessment_id
                    AND t.objective_points IS NOT NULL
                    AND t.id NOT IN (SELECT i.id FROM unnest(p_attempt_ids) AS i (id))
                LIMIT 200
            ) AS other
        ) AS l
        GROUP BY l.assessment_id, l.id
        HAVING count(DISTINCT l.learner_id) >= 10
    ),

    objective AS MATERIALIZED (
        SELECT
            m.attempt_id,
            m.id,
            m.mastery,
            jsonb_build_object('id', m.id, 'mastery', m.mastery, 'n', m.n) AS measured,
            class.mastery AS class_mastery
        FROM mastery AS m
        LEFT JOIN crowd ON m.assessment_id = crowd.assessment_id AND m.id = crowd.id
        LEFT JOIN class ON crowd.assessment_id = class.assessment_id AND crowd.id = class.id
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
        CASE WHEN judged.gaps IS NOT NULL THEN coalesce(suggestion.sections, '[]') END,
        total.points
    FROM unnest(p_attempt_ids) AS t (id)
    LEFT JOIN pattern ON t.id = pattern.attempt_id
    LEFT JOIN judged ON t.id = judged.attempt_id
    LEFT JOIN suggestion ON t.id = suggestion.attempt_id
    LEFT JOIN total ON t.id = total.attempt_id;
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
'learners, who are looked for in 200 other attempts. improvement_suggestions: the first 10 '
'sections in course order whose objectives name a gap, as [{"section_id", "objectives": [{"id", '
'"mastery", "n"}]}]. objective_points: the points that it has of each objective, as {id: '
'{"points", "most"}}.';
