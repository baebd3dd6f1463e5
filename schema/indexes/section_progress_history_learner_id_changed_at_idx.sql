-- Serves, from the index alone:
--     SELECT section_id, changed_at, previous_percentage, percentage
--     FROM section_progress_history
--     WHERE learner_id = :learner_id AND changed_at >= :since
CREATE INDEX section_progress_history_learner_id_changed_at_idx
ON section_progress_history (learner_id, changed_at)
INCLUDE (section_id, previous_percentage, percentage);

COMMENT ON INDEX section_progress_history_learner_id_changed_at_idx IS
'calculate_learning_velocity: changes of a learner in a time span, from the index alone.';
