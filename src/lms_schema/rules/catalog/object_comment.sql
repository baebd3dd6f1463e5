-- Every table, view, index, trigger, policy, function and type has a comment.
-- It tells people who find the object in the database what it is for, and the data dictionary is
-- made of it.
-- Example (tables/010_notes.sql):
-- CREATE TABLE notes (id bigint PRIMARY KEY);
-- COMMENT ON COLUMN notes.id IS 'Number.';
SELECT
    o.kind || ' ' || o.name,
    format('COMMENT ON %s %s IS ''...'';', o.kind, o.name),
    o.catalog::regclass::bigint,
    o.oid::bigint,
    ARRAY[]::text[]
FROM (
    SELECT
        CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
        name, 'pg_class', oid
    FROM our_relation
    UNION ALL
    SELECT 'INDEX', name, 'pg_class', indexrelid FROM our_index
    UNION ALL
    SELECT 'ROUTINE', name, 'pg_proc', oid FROM our_function
    UNION ALL
    SELECT 'TRIGGER', format('%I ON %s', t.tgname, r.name), 'pg_trigger', t.oid
    FROM pg_trigger AS t
    INNER JOIN our_relation AS r ON t.tgrelid = r.oid
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND NOT r.relispartition
    UNION ALL
    SELECT 'POLICY', format('%I ON %s', p.polname, r.name), 'pg_policy', p.oid
    FROM pg_policy AS p
    INNER JOIN our_relation AS r ON p.polrelid = r.oid
    UNION ALL
    SELECT 'TYPE', t.oid::regtype::text, 'pg_type', t.oid
    FROM pg_type AS t
    LEFT JOIN pg_class AS c ON t.typrelid = c.oid
    WHERE
        t.typnamespace = quote_ident(current_schema())::regnamespace
        AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')
) AS o (kind, name, catalog, oid)
WHERE obj_description(o.oid, o.catalog) IS NULL
