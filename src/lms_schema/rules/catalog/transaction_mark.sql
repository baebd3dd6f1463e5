-- No column holds a mark of the transaction log.
-- Rows can move to another server, where such a mark means nothing.
-- Example (tables/010_notes.sql):
-- CREATE TABLE notes (
--     id bigint PRIMARY KEY,
--     written_by xid8
-- );
SELECT
    name,
    format('ALTER TABLE %s DROP %I;', relation_name, attname),
    'pg_class'::regclass::bigint,
    relation::bigint,
    ARRAY[attname::text]
FROM our_column
WHERE
    NOT relispartition
    AND atttypid IN (
        'xid'::regtype, 'xid8'::regtype, 'pg_snapshot'::regtype,
        'txid_snapshot'::regtype, 'pg_lsn'::regtype
    )
