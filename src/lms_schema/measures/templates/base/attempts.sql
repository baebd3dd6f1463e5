{# What queued attempts change: pairs of learner and assessment are counted anew, and what they last
counted for is taken back. `touched` is a CTE of such pairs. #}
{% macro counted() %}
    counted AS MATERIALIZED (
        SELECT r.*
        FROM (
            SELECT
                array_agg(k.learner_id) AS learner_ids,
                array_agg(k.assessment_id) AS assessment_ids
            FROM touched AS k
            -- the function is planned anew for each call
            HAVING count(*) > 0
        ) AS a
        CROSS JOIN LATERAL recount_assessment_attempts(a.learner_ids, a.assessment_ids) AS r
    )
{%- endmacro %}
{% macro difference(known="learner_assessment_summary") %}
            SELECT
                c.learner_id,
                c.course_id,
                c.attempts,
                (c.best IS NOT NULL)::integer AS best_count,
                coalesce(c.best, 0) AS best_sum
            FROM counted AS c
            WHERE c.attempts > 0
            UNION ALL
            SELECT
                o.learner_id,
                o.course_id,
                -o.attempts,
                -(o.best IS NOT NULL)::integer,
                -coalesce(o.best, 0)
            FROM touched AS k
            INNER JOIN {{ known }} AS o
                ON k.assessment_id = o.assessment_id AND k.learner_id = o.learner_id
{%- endmacro %}
