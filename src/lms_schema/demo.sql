-- What follows from the rows of the sample, set by set. pg_temp.demo_progress holds the steps by
-- which each section was worked through; taken in turn, they leave the history of a real term.
SET LOCAL lms_schema.progress_time = 'event';

DO $$
BEGIN
    FOR v_step IN 1 .. (SELECT max(p.step) FROM pg_temp.demo_progress AS p) LOOP
        INSERT INTO section_progress (
            learner_id, section_id, course_id, status, completion_percentage, last_accessed,
            comprehension_score, retention_score, application_score, completion_timestamp
        )
        SELECT
            p.learner_id, p.section_id, p.course_id, p.status, p.percentage, p.reached_at,
            p.comprehension_score, p.retention_score, p.application_score,
            CASE WHEN p.percentage = 100 THEN p.reached_at END
        FROM pg_temp.demo_progress AS p
        WHERE p.step = v_step
        ON CONFLICT (learner_id, section_id) DO UPDATE SET
            status = excluded.status,
            completion_percentage = excluded.completion_percentage,
            last_accessed = excluded.last_accessed,
            comprehension_score = excluded.comprehension_score,
            retention_score = excluded.retention_score,
            application_score = excluded.application_score,
            completion_timestamp = excluded.completion_timestamp;
    END LOOP;
END;
$$;

SELECT rebuild_section_progress(c.id) FROM educational_courses AS c;

-- Progress, time and grade of an enrollment as the comments of its columns define them.
UPDATE course_enrollments AS e SET
    overall_progress = n.overall_progress,
    total_time_spent = n.total_time_spent,
    last_accessed = n.last_accessed,
    current_grade = n.current_grade
FROM (
    SELECT
        e.id,
        coalesce(round(progress.percentage / section.n, 2), 0) AS overall_progress,
        coalesce(round(progress.seconds / 60.0), 0) AS total_time_spent,
        progress.last_accessed,
        round(grade.grade, 2) AS current_grade
    FROM course_enrollments AS e
    INNER JOIN (
        SELECT s.course_id, count(*) AS n FROM learning_sections AS s GROUP BY s.course_id
    ) AS section USING (course_id)
    LEFT JOIN (
        SELECT
            sp.learner_id,
            sp.course_id,
            sum(sp.completion_percentage) AS percentage,
            sum(sp.total_time_spent) AS seconds,
            max(sp.last_accessed) AS last_accessed
        FROM section_progress AS sp
        GROUP BY sp.learner_id, sp.course_id
    ) AS progress USING (learner_id, course_id)
    LEFT JOIN (
        SELECT
            best.learner_id,
            best.course_id,
            sum(best.weight * best.percentage) / nullif(sum(best.weight), 0) AS grade
        FROM (
            SELECT
                t.learner_id,
                a.course_id,
                a.weight_in_course AS weight,
                max(t.percentage_score) AS percentage
            FROM assessment_attempts AS t
            INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
            GROUP BY t.learner_id, a.course_id, a.id
        ) AS best
        GROUP BY best.learner_id, best.course_id
    ) AS grade USING (learner_id, course_id)
) AS n
WHERE e.id = n.id;

-- Mean rank among the learners of a course by active days, interactions and sections in 30 days.
UPDATE course_enrollments AS e SET engagement_score = n.engagement_score
FROM (
    SELECT
        e.id,
        round(
            (
                percent_rank() OVER (PARTITION BY e.course_id ORDER BY coalesce(a.days, 0))
                + percent_rank() OVER (PARTITION BY e.course_id ORDER BY coalesce(a.events, 0))
                + percent_rank() OVER (PARTITION BY e.course_id ORDER BY coalesce(a.sections, 0))
            )::numeric / 3, 2
        ) AS engagement_score
    FROM course_enrollments AS e
    LEFT JOIN (
        SELECT
            i.learner_id,
            i.course_id,
            count(DISTINCT i.timestamp::date) AS days,
            count(*) AS events,
            count(DISTINCT i.section_id) AS sections
        FROM learning_interactions AS i
        WHERE i.timestamp >= now() - interval '30 days'
        GROUP BY i.learner_id, i.course_id
    ) AS a USING (learner_id, course_id)
) AS n
WHERE e.id = n.id;
