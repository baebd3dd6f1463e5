-- Everything of one course that follows from its events. Run for each course, in a transaction of
-- its own, with the setting oulad.course holding the course as code_module:code_presentation.
SET LOCAL lms_schema.progress_time = 'event';

CREATE OR REPLACE FUNCTION pg_temp.this_course() RETURNS uuid LANGUAGE sql STABLE
RETURN pg_temp.oulad_id('educational_courses:' || current_setting('oulad.course'));

-- Equal rows are events of their own, told apart by their number.
INSERT INTO learning_interactions (
    id, learner_id, section_id, course_id, interaction_type, interaction_data, timestamp
)
SELECT
    pg_temp.oulad_id(
        concat_ws(
            ':', 'learning_interactions', s.code_module, s.code_presentation, s.id_site,
            s.id_student, s.date, s.sum_click,
            row_number() OVER (PARTITION BY s.id_student, s.id_site, s.date, s.sum_click)
        )
    ),
    pg_temp.oulad_id('learners:' || s.id_student),
    pg_temp.oulad_id('learning_sections:' || s.id_site),
    pg_temp.this_course(),
    CASE
        WHEN v.activity_type IN ('forumng', 'ouwiki') THEN 'discussion'
        WHEN v.activity_type IN ('quiz', 'externalquiz', 'questionnaire') THEN 'knowledge_check'
        ELSE 'content_view'
    END::interaction_type,
    jsonb_build_object('sum_click', s.sum_click),
    pg_temp.day_of(s.code_presentation, s.date)
FROM pg_temp.studentvle AS s
INNER JOIN pg_temp.vle AS v USING (id_site)
WHERE s.code_module || ':' || s.code_presentation = current_setting('oulad.course')
ON CONFLICT (id, timestamp) DO NOTHING;

-- A part that is loaded later may tell of an earlier first visit. The history cannot be changed:
-- it begins anew with its progress row.
DO $$
BEGIN
    PERFORM rebuild_section_progress(pg_temp.this_course());
    DELETE FROM section_progress AS sp
    WHERE sp.course_id = pg_temp.this_course() AND sp.first_accessed < sp.completion_timestamp;
    IF FOUND THEN
        PERFORM rebuild_section_progress(pg_temp.this_course());
    END IF;
END;
$$;

UPDATE section_progress AS sp SET
    status = 'completed',
    completion_percentage = 100,
    completion_timestamp = sp.first_accessed
WHERE
    sp.course_id = pg_temp.this_course()
    AND sp.first_accessed IS NOT NULL
    AND sp.completion_timestamp IS NULL;

-- The dataset knows days, not times: a session has neither a length nor an engagement level.
INSERT INTO learning_sessions AS ls (
    id, learner_id, course_id, session_start, engagement_level, interactions_completed
)
SELECT
    pg_temp.oulad_id(
        concat_ws(
            ':', 'learning_sessions', s.code_module, s.code_presentation, s.id_student,
            extract(DAY FROM d.timestamp - pg_temp.day_of(s.code_presentation, 0))
        )
    ),
    d.learner_id,
    pg_temp.this_course(),
    d.timestamp,
    NULL,
    d.interactions
FROM (
    SELECT i.learner_id, i.timestamp, count(*) AS interactions
    FROM learning_interactions AS i
    WHERE i.course_id = pg_temp.this_course()
    GROUP BY i.learner_id, i.timestamp
) AS d
INNER JOIN pg_temp.studentinfo AS s ON d.learner_id = pg_temp.oulad_id('learners:' || s.id_student)
WHERE s.code_module || ':' || s.code_presentation = current_setting('oulad.course')
ON CONFLICT (id) DO UPDATE SET interactions_completed = excluded.interactions_completed
WHERE ls.interactions_completed <> excluded.interactions_completed;

-- What no trigger keeps, as of the end of the course.
SELECT
    recalculate_course_metrics(
        pg_temp.this_course(),
        pg_temp.day_of(c.code_presentation, c.module_presentation_length)
    )
FROM pg_temp.courses AS c
WHERE c.code_module || ':' || c.code_presentation = current_setting('oulad.course');
