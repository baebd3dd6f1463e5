-- The partitions of the event table: history, this month and the next twelve. Run at every
-- migrate; makes only what is missing.
SELECT ensure_interaction_partitions();
