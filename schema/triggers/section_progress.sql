-- Triggers of section_progress.
CREATE OR REPLACE TRIGGER section_progress_updated_at
BEFORE UPDATE ON section_progress
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER section_progress_updated_at ON section_progress IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE OR REPLACE TRIGGER section_progress_history_insert
AFTER INSERT ON section_progress
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION record_progress_history();
COMMENT ON TRIGGER section_progress_history_insert ON section_progress IS
'Starts the history of new progress rows.';

CREATE OR REPLACE TRIGGER section_progress_history_update
AFTER UPDATE OF id, learner_id, section_id ON section_progress
FOR EACH ROW WHEN (
    (old.id, old.learner_id, old.section_id)
    IS DISTINCT FROM (new.id, new.learner_id, new.section_id)
    AND old.completion_percentage <> new.completion_percentage
)
EXECUTE FUNCTION record_progress_history();
COMMENT ON TRIGGER section_progress_history_update ON section_progress IS
'Goes on with the history of a row that becomes another one; of all others: '
'section_progress_delta_update.';

-- Before section_progress_by_criteria, which asks for the score. Without a WHEN: its expression
-- would be read anew by each statement, which costs more than a call.
CREATE OR REPLACE TRIGGER section_progress_as_measured
BEFORE INSERT OR UPDATE OF
measures_version, comprehension_n, comprehension_sum, comprehension_score,
retention_n, retention_sum, retention_score, application_n,
application_sum, application_score, supplied, learner_id, section_id
ON section_progress
FOR EACH ROW
EXECUTE FUNCTION keep_section_scores();
COMMENT ON TRIGGER section_progress_as_measured ON section_progress IS
'Scores are those of the evidence, whatever the application writes.';

-- before section_progress_completion, which dates what is completed here
CREATE OR REPLACE TRIGGER section_progress_by_criteria
BEFORE INSERT OR UPDATE OF
status, active_learning_time, interaction_count, comprehension_score, comprehension_n,
completion_criteria_met
ON section_progress
FOR EACH ROW
EXECUTE FUNCTION complete_by_criteria();
COMMENT ON TRIGGER section_progress_by_criteria ON section_progress IS
'A section is completed when its criteria are met, and not before.';

CREATE OR REPLACE TRIGGER section_progress_completion
BEFORE INSERT OR UPDATE ON section_progress
FOR EACH ROW WHEN ((new.status >= 'completed') = (new.completion_timestamp IS NULL))
EXECUTE FUNCTION keep_completion_date('completion_timestamp');
COMMENT ON TRIGGER section_progress_completion ON section_progress IS
'Dates a completion that came without its date, and clears the date when the state is left.';

CREATE OR REPLACE TRIGGER section_progress_enrollments_insert
AFTER INSERT ON section_progress
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_section_progress();
COMMENT ON TRIGGER section_progress_enrollments_insert ON section_progress IS
'Enrollments follow the progress of their sections.';

CREATE OR REPLACE TRIGGER section_progress_enrollments_delete
AFTER DELETE ON section_progress
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_section_progress();
COMMENT ON TRIGGER section_progress_enrollments_delete ON section_progress IS
'Enrollments follow the progress of their sections.';

CREATE OR REPLACE TRIGGER section_progress_enrollments_truncate
AFTER TRUNCATE ON section_progress
FOR EACH STATEMENT
EXECUTE FUNCTION follow_section_progress();
COMMENT ON TRIGGER section_progress_enrollments_truncate ON section_progress IS
'Enrollments follow the progress of their sections.';

CREATE OR REPLACE TRIGGER section_progress_delta_insert
AFTER INSERT ON section_progress
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_section_progress_delta();
COMMENT ON TRIGGER section_progress_delta_insert ON section_progress IS
'Analytics follow the progress rows.';

CREATE OR REPLACE TRIGGER section_progress_delta_update
AFTER UPDATE ON section_progress
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_section_progress();
COMMENT ON TRIGGER section_progress_delta_update ON section_progress IS
'Enrollments, analytics and history follow the progress rows, from one look at them.';

CREATE OR REPLACE TRIGGER section_progress_delta_delete
AFTER DELETE ON section_progress
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_section_progress_delta();
COMMENT ON TRIGGER section_progress_delta_delete ON section_progress IS
'Analytics follow the progress rows.';

CREATE OR REPLACE TRIGGER section_progress_delta_truncate
AFTER TRUNCATE ON section_progress
FOR EACH STATEMENT
EXECUTE FUNCTION request_analytics_rebuild();
COMMENT ON TRIGGER section_progress_delta_truncate ON section_progress IS
'Analytics count anew after a TRUNCATE.';

CREATE OR REPLACE TRIGGER section_progress_institution_insert
AFTER INSERT ON section_progress
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION check_activity_institution('course_id', 'section_progress_institution_check');
COMMENT ON TRIGGER section_progress_institution_insert ON section_progress IS
'Learner and course are of one institution.';

CREATE OR REPLACE TRIGGER section_progress_institution_update
AFTER UPDATE OF learner_id, course_id ON section_progress
FOR EACH ROW WHEN (
    (old.learner_id, old.course_id) IS DISTINCT FROM (new.learner_id, new.course_id)
)
EXECUTE FUNCTION check_activity_institution('course_id', 'section_progress_institution_check');
COMMENT ON TRIGGER section_progress_institution_update ON section_progress IS
'Learner and course are of one institution; an update of anything else costs nothing.';

CREATE OR REPLACE TRIGGER section_progress_rule_insert
AFTER INSERT ON section_progress
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_completed_sections();
COMMENT ON TRIGGER section_progress_rule_insert ON section_progress IS
'Enrollments are completed with the last section, where the course asks for it.';
