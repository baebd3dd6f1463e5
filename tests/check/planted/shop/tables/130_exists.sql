CREATE TABLE IF NOT EXISTS maybe ( -- planted if-not-exists
    id bigint PRIMARY KEY
);
COMMENT ON TABLE maybe IS 'Planted.';
COMMENT ON COLUMN maybe.id IS 'Planted.';
