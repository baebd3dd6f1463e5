-- A point in time has a time zone.
-- timestamp keeps what a clock somewhere showed, and nobody knows where; timestamptz is a
-- point in time.
-- Example (tables/010_notes.sql):
-- CREATE TABLE notes (
--     id bigint PRIMARY KEY,
--     written_at timestamp
-- );
-- COMMENT ON TABLE notes IS 'Notes.';
-- COMMENT ON COLUMN notes.id IS 'Number.';
-- COMMENT ON COLUMN notes.written_at IS 'When.';
SELECT
    name,
    format('ALTER TABLE %s ALTER %I TYPE timestamptz;', relation_name, attname),
    'pg_class'::regclass::bigint,
    relation::bigint,
    ARRAY[attname::text]
FROM our_column
WHERE NOT relispartition AND atttypid IN ('timestamp'::regtype, 'timestamp[]'::regtype)
