{% set columns = sources.section_progress.columns + sources.assessment_attempts.columns %}
-- Progress and attempts of a learner in a course, enrolled or not. The dashboard counts those of
-- enrolled learners: when one enrolls or leaves, these are the sums that the course gains or loses.
CREATE TABLE learner_course_summary (
    learner_id uuid NOT NULL,
    course_id uuid NOT NULL,
    enrollments bigint NOT NULL DEFAULT 0,
{% for column in columns %}
    {{ column.name }} bigint NOT NULL DEFAULT 0,
{% endfor %}

    CONSTRAINT learner_course_summary_pkey PRIMARY KEY (learner_id, course_id)
) WITH (fillfactor = 80);

COMMENT ON TABLE learner_course_summary IS
'Sums of each learner in each course as of the last refresh; written by '
'refresh_learning_analytics and rebuild_learning_analytics alone.';
COMMENT ON COLUMN learner_course_summary.learner_id IS 'Learner.';
COMMENT ON COLUMN learner_course_summary.course_id IS 'Course.';
COMMENT ON COLUMN learner_course_summary.enrollments IS
'1 when the learner is enrolled in the course, else 0.';
{% for column in columns %}
{{ comment("COLUMN learner_course_summary." ~ column.name, column.about) }}
{% endfor %}
