-- Every column has a comment.
-- It says meaning, unit and scale: nobody guesses whether a duration is in minutes or seconds.
-- Example (tables/010_notes.sql):
-- CREATE TABLE notes (id bigint PRIMARY KEY);
-- COMMENT ON TABLE notes IS 'Notes.';
SELECT
    name,
    format('COMMENT ON COLUMN %s IS ''...'';', name),
    'pg_class'::regclass::bigint,
    relation::bigint,
    ARRAY[attname::text]
FROM our_column
WHERE NOT relispartition AND col_description(relation, attnum) IS NULL
