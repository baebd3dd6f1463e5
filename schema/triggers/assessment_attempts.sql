-- Triggers of assessment_attempts.
CREATE OR REPLACE TRIGGER assessment_attempts_updated_at
BEFORE UPDATE ON assessment_attempts
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER assessment_attempts_updated_at ON assessment_attempts IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE OR REPLACE TRIGGER assessment_attempts_result
BEFORE INSERT OR UPDATE ON assessment_attempts
FOR EACH ROW
EXECUTE FUNCTION derive_attempt_result();
COMMENT ON TRIGGER assessment_attempts_result ON assessment_attempts IS
'Derives percentage, passed and time spent; rejects what contradicts the score.';

CREATE OR REPLACE TRIGGER assessment_attempts_allowed
AFTER INSERT ON assessment_attempts
FOR EACH ROW
EXECUTE FUNCTION check_attempt_allowed();
COMMENT ON TRIGGER assessment_attempts_allowed ON assessment_attempts IS
'Attempts keep to the number and the time that the assessment allows.';

CREATE OR REPLACE TRIGGER assessment_attempts_responses
BEFORE INSERT OR UPDATE OF responses ON assessment_attempts
FOR EACH ROW
EXECUTE FUNCTION check_item_contract('responses', 'question_id');
COMMENT ON TRIGGER assessment_attempts_responses ON assessment_attempts IS
'Responses keep the contract that item statistics read.';

CREATE OR REPLACE TRIGGER assessment_attempts_analysis
BEFORE INSERT OR UPDATE OF
response_patterns, knowledge_gaps, strength_areas, improvement_suggestions, supplied, analyses,
objective_points
ON assessment_attempts
FOR EACH ROW
EXECUTE FUNCTION keep_attempt_analysis();
COMMENT ON TRIGGER assessment_attempts_analysis ON assessment_attempts IS
'What is derived of the answers stays true, whatever the application writes.';

CREATE OR REPLACE TRIGGER assessment_attempts_analysis_insert
AFTER INSERT ON assessment_attempts
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_attempt_analysis();
COMMENT ON TRIGGER assessment_attempts_analysis_insert ON assessment_attempts IS
'Patterns, gaps and strengths follow the answers.';

CREATE OR REPLACE TRIGGER assessment_attempts_analysis_update
AFTER UPDATE ON assessment_attempts
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_attempt_analysis();
COMMENT ON TRIGGER assessment_attempts_analysis_update ON assessment_attempts IS
'Patterns, gaps and strengths follow the answers.';

CREATE OR REPLACE TRIGGER assessment_attempts_objectives_update
AFTER UPDATE ON assessment_attempts
FOR EACH ROW WHEN (
    (old.assessment_id, old.objective_points)
    IS DISTINCT FROM (new.assessment_id, new.objective_points)
)
EXECUTE FUNCTION append_objective_totals();
COMMENT ON TRIGGER assessment_attempts_objectives_update ON assessment_attempts IS
'Totals of an assessment follow its attempts.';

CREATE OR REPLACE TRIGGER assessment_attempts_objectives_delete
AFTER DELETE ON assessment_attempts
FOR EACH ROW WHEN (old.objective_points IS NOT NULL)
EXECUTE FUNCTION append_objective_totals();
COMMENT ON TRIGGER assessment_attempts_objectives_delete ON assessment_attempts IS
'Totals of an assessment follow its attempts.';

CREATE OR REPLACE TRIGGER assessment_attempts_objectives_truncate
AFTER TRUNCATE ON assessment_attempts
FOR EACH STATEMENT
EXECUTE FUNCTION append_objective_totals();
COMMENT ON TRIGGER assessment_attempts_objectives_truncate ON assessment_attempts IS
'Totals of an assessment follow its attempts.';

CREATE OR REPLACE TRIGGER assessment_attempts_grades_insert
AFTER INSERT ON assessment_attempts
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_assessment_attempts();
COMMENT ON TRIGGER assessment_attempts_grades_insert ON assessment_attempts IS
'Grades follow the attempts.';

CREATE OR REPLACE TRIGGER assessment_attempts_grades_update
AFTER UPDATE ON assessment_attempts
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_assessment_attempts();
COMMENT ON TRIGGER assessment_attempts_grades_update ON assessment_attempts IS
'Grades follow the attempts.';

CREATE OR REPLACE TRIGGER assessment_attempts_grades_delete
AFTER DELETE ON assessment_attempts
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_assessment_attempts();
COMMENT ON TRIGGER assessment_attempts_grades_delete ON assessment_attempts IS
'Grades follow the attempts.';

CREATE OR REPLACE TRIGGER assessment_attempts_grades_truncate
AFTER TRUNCATE ON assessment_attempts
FOR EACH STATEMENT
EXECUTE FUNCTION follow_assessment_attempts();
COMMENT ON TRIGGER assessment_attempts_grades_truncate ON assessment_attempts IS
'Grades follow the attempts.';

CREATE OR REPLACE TRIGGER assessment_attempts_delta_insert
AFTER INSERT ON assessment_attempts
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_assessment_attempts_delta();
COMMENT ON TRIGGER assessment_attempts_delta_insert ON assessment_attempts IS
'Analytics follow the attempts.';

CREATE OR REPLACE TRIGGER assessment_attempts_delta_update
AFTER UPDATE ON assessment_attempts
FOR EACH ROW WHEN (
    (
        old.learner_id, old.assessment_id, old.completion_status, old.score, old.percentage_score,
        old.submitted_at
    )
    IS DISTINCT FROM (
        new.learner_id, new.assessment_id, new.completion_status, new.score, new.percentage_score,
        new.submitted_at
    )
)
EXECUTE FUNCTION append_assessment_attempts_delta();
COMMENT ON TRIGGER assessment_attempts_delta_update ON assessment_attempts IS
'Analytics follow the attempts; an update of anything else costs nothing.';

CREATE OR REPLACE TRIGGER assessment_attempts_delta_delete
AFTER DELETE ON assessment_attempts
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_assessment_attempts_delta();
COMMENT ON TRIGGER assessment_attempts_delta_delete ON assessment_attempts IS
'Analytics follow the attempts.';

CREATE OR REPLACE TRIGGER assessment_attempts_delta_truncate
AFTER TRUNCATE ON assessment_attempts
FOR EACH STATEMENT
EXECUTE FUNCTION request_analytics_rebuild();
COMMENT ON TRIGGER assessment_attempts_delta_truncate ON assessment_attempts IS
'Analytics count anew after a TRUNCATE.';

CREATE OR REPLACE TRIGGER assessment_attempts_institution_insert
AFTER INSERT ON assessment_attempts
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION check_activity_institution(
    'assessment_id', 'assessment_attempts_institution_check'
);
COMMENT ON TRIGGER assessment_attempts_institution_insert ON assessment_attempts IS
'Learner and course are of one institution.';

CREATE OR REPLACE TRIGGER assessment_attempts_institution_update
AFTER UPDATE OF learner_id, assessment_id ON assessment_attempts
FOR EACH ROW WHEN (
    (old.learner_id, old.assessment_id) IS DISTINCT FROM (new.learner_id, new.assessment_id)
)
EXECUTE FUNCTION check_activity_institution(
    'assessment_id', 'assessment_attempts_institution_check'
);
COMMENT ON TRIGGER assessment_attempts_institution_update ON assessment_attempts IS
'Learner and course are of one institution; an update of anything else costs nothing.';

CREATE OR REPLACE TRIGGER assessment_attempts_audit_insert
AFTER INSERT ON assessment_attempts
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION record_attempt_audit();
COMMENT ON TRIGGER assessment_attempts_audit_insert ON assessment_attempts IS
'Grades have their history.';

CREATE OR REPLACE TRIGGER assessment_attempts_audit_update
AFTER UPDATE ON assessment_attempts
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION record_attempt_audit();
COMMENT ON TRIGGER assessment_attempts_audit_update ON assessment_attempts IS
'Grades have their history.';

CREATE OR REPLACE TRIGGER assessment_attempts_audit_delete
AFTER DELETE ON assessment_attempts
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION record_attempt_audit();
COMMENT ON TRIGGER assessment_attempts_audit_delete ON assessment_attempts IS
'Grades have their history.';

CREATE OR REPLACE TRIGGER assessment_attempts_audit_truncate
AFTER TRUNCATE ON assessment_attempts
FOR EACH STATEMENT
EXECUTE FUNCTION record_audit('assessment_attempts');
COMMENT ON TRIGGER assessment_attempts_audit_truncate ON assessment_attempts IS
'Grades have their history.';
