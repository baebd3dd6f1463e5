{% from "base/summary.sql" import sums, formulas, comments %}
-- What the tables add up to for each course, over its enrolled learners, and the figures that
-- follow; see learner_summary.
CREATE TABLE course_summary (
    course_id uuid PRIMARY KEY,
    course_title varchar(255),
    difficulty_level difficulty_level,
{{ sums(course.columns) }},
{{ formulas(course.formulas) }},
    changed_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

COMMENT ON TABLE course_summary IS
'Sums and figures of each course, over its enrolled learners, as of the last refresh; written '
'by refresh_learning_analytics and rebuild_learning_analytics alone.';
COMMENT ON COLUMN course_summary.course_id IS
'Course. No foreign key: what is queued of a deleted one is yet to be taken out.';
COMMENT ON COLUMN course_summary.course_title IS
'Copy of the title, as of the last refresh; NULL: there is no such course any more, or not yet.';
COMMENT ON COLUMN course_summary.difficulty_level IS
'Copy of the difficulty, as of the last refresh.';
{{ comments("course_summary", course.columns + course.formulas) }}
COMMENT ON COLUMN course_summary.changed_at IS
'Refresh at which a figure or a copied column last changed.';
