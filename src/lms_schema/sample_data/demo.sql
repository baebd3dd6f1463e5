-- What follows from the rows of the sample, set by set. pg_temp.demo_progress holds the steps by
-- which each section was worked through; taken in turn, they leave the history of a real term.
SET LOCAL lms_schema.progress_time = 'event';

DO $$
BEGIN
    FOR v_step IN 1 .. (SELECT max(p.step) FROM pg_temp.demo_progress AS p) LOOP
        INSERT INTO section_progress (
            learner_id, section_id, course_id, status, completion_percentage, last_accessed,
            completion_timestamp
        )
        SELECT
            p.learner_id, p.section_id, p.course_id, p.status, p.percentage, p.reached_at,
            CASE WHEN p.status IN ('completed', 'mastered') THEN p.reached_at END
        FROM pg_temp.demo_progress AS p
        WHERE p.step = v_step
        ON CONFLICT (learner_id, section_id) DO UPDATE SET
            status = excluded.status,
            completion_percentage = excluded.completion_percentage,
            last_accessed = excluded.last_accessed,
            completion_timestamp = excluded.completion_timestamp;
    END LOOP;
END;
$$;

SELECT count(*)
FROM educational_assessments AS a
CROSS JOIN LATERAL regrade_assessment(a.id);

SELECT rebuild_section_progress(c.id) FROM educational_courses AS c;

SELECT recalculate_course_metrics();
