-- Every table has a primary key.
-- Without one a row cannot be named, logical replication cannot change it, and it may be there
-- twice.
-- Example (tables/010_notes.sql):
-- CREATE TABLE notes (id bigint NOT NULL);
SELECT
    name,
    format('ALTER TABLE %s ADD PRIMARY KEY (...);', name),
    'pg_class'::regclass::bigint,
    oid::bigint,
    ARRAY[relname::text]
FROM our_relation
WHERE
    relkind IN ('r', 'p')
    AND NOT relispartition
    AND oid NOT IN (SELECT conrelid FROM pg_constraint WHERE contype = 'p')
