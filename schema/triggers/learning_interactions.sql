-- Triggers of learning_interactions. Statement triggers are not passed on to partitions, and a
-- statement that names a partition fires only its own: month_partition_ddl gives each
-- partition a copy of these.
CREATE OR REPLACE TRIGGER learning_interactions_delta_insert
AFTER INSERT ON learning_interactions
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_inserted_interactions();
COMMENT ON TRIGGER learning_interactions_delta_insert ON learning_interactions IS
'Keys and analytics follow the events, whose learner and course are of one institution.';

CREATE OR REPLACE TRIGGER learning_interactions_delta_update
AFTER UPDATE ON learning_interactions
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_learning_interactions_delta();
COMMENT ON TRIGGER learning_interactions_delta_update ON learning_interactions IS
'Analytics follow the events.';

CREATE OR REPLACE TRIGGER learning_interactions_delta_delete
AFTER DELETE ON learning_interactions
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_learning_interactions_delta();
COMMENT ON TRIGGER learning_interactions_delta_delete ON learning_interactions IS
'Analytics follow the events.';

CREATE OR REPLACE TRIGGER learning_interactions_delta_truncate
AFTER TRUNCATE ON learning_interactions
FOR EACH STATEMENT
EXECUTE FUNCTION request_analytics_rebuild();
COMMENT ON TRIGGER learning_interactions_delta_truncate ON learning_interactions IS
'Analytics count anew after a TRUNCATE.';

CREATE OR REPLACE TRIGGER learning_interactions_times_update
AFTER UPDATE ON learning_interactions
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION keep_interaction_times();
COMMENT ON TRIGGER learning_interactions_times_update ON learning_interactions IS
'An id is of one event, whatever its month.';

CREATE OR REPLACE TRIGGER learning_interactions_times_delete
AFTER DELETE ON learning_interactions
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION keep_interaction_times();
COMMENT ON TRIGGER learning_interactions_times_delete ON learning_interactions IS
'An id is of one event, whatever its month.';

CREATE OR REPLACE TRIGGER learning_interactions_times_truncate
AFTER TRUNCATE ON learning_interactions
FOR EACH STATEMENT
EXECUTE FUNCTION keep_interaction_times();
COMMENT ON TRIGGER learning_interactions_times_truncate ON learning_interactions IS
'An id is of one event, whatever its month.';

-- BEFORE, because a row that moves to another partition fires no AFTER UPDATE.
CREATE OR REPLACE TRIGGER learning_interactions_institution_update
BEFORE UPDATE OF learner_id, course_id ON learning_interactions
FOR EACH ROW WHEN (
    (old.learner_id, old.course_id) IS DISTINCT FROM (new.learner_id, new.course_id)
)
EXECUTE FUNCTION check_activity_institution('course_id', 'learning_interactions_institution_check');
COMMENT ON TRIGGER learning_interactions_institution_update ON learning_interactions IS
'Learner and course are of one institution; an update of anything else costs nothing.';
