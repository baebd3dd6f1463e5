-- Every table reaches a standby.
-- An UNLOGGED one is empty there, and here after a crash.
-- Example (tables/010_notes.sql):
-- CREATE UNLOGGED TABLE notes (id bigint PRIMARY KEY);
SELECT
    name,
    format('ALTER TABLE %s SET LOGGED;', name),
    'pg_class'::regclass::bigint,
    oid::bigint,
    ARRAY[]::text[]
FROM our_relation
WHERE relpersistence <> 'p' AND relkind IN ('r', 'p', 'm')
