-- The id of each event, once, whatever its month: a partitioned table can have no such key of its
-- own, and to look into every month would get slower with their number.
CREATE TABLE interaction_times (
    id uuid NOT NULL,
    timestamp timestamptz NOT NULL,

    CONSTRAINT interaction_times_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE interaction_times IS
'Key of learning_interactions by id alone; kept by its triggers. Gives the month to look into for '
'an event of which the id alone is known.';
COMMENT ON COLUMN interaction_times.id IS 'Identity of the event.';
COMMENT ON COLUMN interaction_times.timestamp IS 'When it happened.';
