-- Triggers of educational_assessments.
CREATE OR REPLACE TRIGGER educational_assessments_updated_at
BEFORE UPDATE ON educational_assessments
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER educational_assessments_updated_at ON educational_assessments IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE OR REPLACE TRIGGER educational_assessments_course
BEFORE INSERT OR UPDATE OF course_id, section_id ON educational_assessments
FOR EACH ROW WHEN (new.course_id IS NULL)
EXECUTE FUNCTION set_assessment_course();
COMMENT ON TRIGGER educational_assessments_course ON educational_assessments IS
'Fills course_id from the section.';

CREATE OR REPLACE TRIGGER educational_assessments_rules
BEFORE UPDATE ON educational_assessments
FOR EACH ROW
EXECUTE FUNCTION count_rules_version();
COMMENT ON TRIGGER educational_assessments_rules ON educational_assessments IS
'Results of attempts follow the points and the passing score, by the foreign key.';

CREATE OR REPLACE TRIGGER educational_assessments_questions
BEFORE INSERT OR UPDATE OF questions ON educational_assessments
FOR EACH ROW
EXECUTE FUNCTION check_item_contract('questions', 'id');
COMMENT ON TRIGGER educational_assessments_questions ON educational_assessments IS
'Questions keep the contract that item statistics read.';

-- after educational_assessments_questions, which says what is wrong with a question
CREATE OR REPLACE TRIGGER educational_assessments_rules_of_answers
BEFORE INSERT OR UPDATE OF questions, correct_answers ON educational_assessments
FOR EACH ROW WHEN (new.correct_answers IS NOT NULL)
EXECUTE FUNCTION check_answer_key();
COMMENT ON TRIGGER educational_assessments_rules_of_answers ON educational_assessments IS
'The answer key has rules that grading can read, for questions that there are.';

CREATE OR REPLACE TRIGGER educational_assessments_grades_update
AFTER UPDATE ON educational_assessments
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_assessments();
COMMENT ON TRIGGER educational_assessments_grades_update ON educational_assessments IS
'Grades follow the weights of assessments.';

CREATE OR REPLACE TRIGGER educational_assessments_grades_delete
AFTER DELETE ON educational_assessments
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_assessments();
COMMENT ON TRIGGER educational_assessments_grades_delete ON educational_assessments IS
'Grades follow the weights of assessments.';

CREATE OR REPLACE TRIGGER educational_assessments_delta_update
AFTER UPDATE ON educational_assessments
FOR EACH ROW WHEN (old.course_id IS DISTINCT FROM new.course_id)
EXECUTE FUNCTION append_assessment_attempts_delta('assessment');
COMMENT ON TRIGGER educational_assessments_delta_update ON educational_assessments IS
'Analytics follow an assessment that moves to another course.';

CREATE OR REPLACE TRIGGER educational_assessments_delta_delete
AFTER DELETE ON educational_assessments
FOR EACH ROW
EXECUTE FUNCTION append_assessment_attempts_delta('assessment');
COMMENT ON TRIGGER educational_assessments_delta_delete ON educational_assessments IS
'Analytics follow an assessment that is deleted.';

CREATE CONSTRAINT TRIGGER educational_assessments_institution
AFTER UPDATE ON educational_assessments
DEFERRABLE INITIALLY IMMEDIATE
FOR EACH ROW WHEN (old.course_id IS DISTINCT FROM new.course_id)
EXECUTE FUNCTION check_institution_change(
    'assessment_id', 'assessment_attempts_institution_check'
);
COMMENT ON TRIGGER educational_assessments_institution ON educational_assessments IS
'An assessment does not leave the institution of the learners who took it.';
