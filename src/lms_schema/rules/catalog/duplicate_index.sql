-- No two indexes are the same.
-- Each costs every write, and one of them is never read. It may be the index of a constraint.
-- Example (indexes/notes_id_idx.sql):
-- CREATE INDEX notes_id_idx ON notes (id);
-- COMMENT ON INDEX notes_id_idx IS 'Notes by number.';
SELECT
    a.name,
    format('DROP INDEX %s; it is %s again.', a.name, b.indexrelid::regclass),
    'pg_class'::regclass::bigint,
    a.indexrelid::bigint,
    ARRAY[]::text[]
FROM our_index AS a
INNER JOIN pg_index AS b
    ON
        a.indrelid = b.indrelid
        AND a.indexrelid <> b.indexrelid
        AND a.indkey::text = b.indkey::text
        AND a.indclass::text = b.indclass::text
        AND a.indoption::text = b.indoption::text
        AND a.indcollation::text = b.indcollation::text
WHERE
    (b.indisunique OR NOT a.indisunique)
    AND coalesce(pg_get_expr(a.indexprs, a.indrelid), '')
    = coalesce(pg_get_expr(b.indexprs, b.indrelid), '')
    AND coalesce(pg_get_expr(a.indpred, a.indrelid), '')
    = coalesce(pg_get_expr(b.indpred, b.indrelid), '')
