-- The Open University's courses as the views and functions see them.
SELECT
    d.course_title,
    d.total_enrollments,
    d.completed_learners,
    (e.effectiveness ->> 'completion_rate')::numeric AS completion_rate,
    d.total_assessment_attempts,
    d.average_assessment_score,
    (e.effectiveness ->> 'assessment_pass_rate')::numeric AS assessment_pass_rate,
    (SELECT count(*) FROM learning_sections AS s WHERE s.course_id = d.course_id) AS sections,
    (SELECT count(*) FROM learning_interactions AS i WHERE i.course_id = d.course_id)
        AS interactions
FROM pg_temp.courses AS c
INNER JOIN learning_analytics_dashboard AS d
    ON pg_temp.course_id(c.code_module, c.code_presentation) = d.course_id
CROSS JOIN LATERAL (
    -- OFFSET keeps the planner from calling it once for each figure
    SELECT calculate_course_effectiveness(d.course_id) AS effectiveness OFFSET 0
) AS e
ORDER BY d.course_title;
