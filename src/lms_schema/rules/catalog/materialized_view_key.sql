-- Every materialized view has a unique index on plain columns.
-- REFRESH ... CONCURRENTLY needs it; else readers wait for each refresh.
-- Example (views/note_count.sql):
-- CREATE MATERIALIZED VIEW note_count AS SELECT count(*) AS n FROM notes;
-- COMMENT ON MATERIALIZED VIEW note_count IS 'Number of notes.';
-- COMMENT ON COLUMN note_count.n IS 'How many there are.';
SELECT
    r.name,
    format('CREATE UNIQUE INDEX ... ON %s (...);', r.name),
    'pg_class'::regclass::bigint,
    r.oid::bigint,
    ARRAY[]::text[]
FROM our_relation AS r
WHERE
    r.relkind = 'm'
    AND NOT EXISTS (
        SELECT FROM pg_index AS i
        WHERE
            i.indrelid = r.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
    )
