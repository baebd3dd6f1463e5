-- An INSERT ... SELECT from a table names every column whose default is no constant.
-- Citus sends it on without a default that is a call, such as gen_random_uuid(): name the column
-- and write the call.
-- Example (tables/020_pages.sql):
-- CREATE TABLE pages (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), body text);
-- COMMENT ON TABLE pages IS 'Pages.';
-- COMMENT ON COLUMN pages.id IS 'Number.';
-- COMMENT ON COLUMN pages.body IS 'Text.';
-- CREATE OR REPLACE FUNCTION one() RETURNS void
-- LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- BEGIN
--     INSERT INTO pages (body) SELECT n.body FROM notes AS n;
-- END;
-- $$;
SELECT
    f.name,
    format(
        'Name %s.%s, and select %s for it.',
        t.name, quote_ident(a.attname), pg_get_expr(d.adbin, d.adrelid)
    ),
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_statement AS f
CROSS JOIN LATERAL regexp_matches(
    f.statement,
    'INSERT\s+INTO\s+(\w+)(?:\s+AS\s+\w+)?\s*[(]([^()]*)[)]\s*SELECT(.*?)(?:ON\s+CONFLICT|$)',
    'gi'
) AS m (part)
INNER JOIN our_table AS t ON lower(m.part[1]) = t.relname
INNER JOIN pg_attribute AS a ON t.oid = a.attrelid
INNER JOIN pg_attrdef AS d ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE
    a.attgenerated = ''
    AND pg_get_expr(d.adbin, d.adrelid) ~ '[(]'
    AND m.part[2] !~* format('\m%s\M', a.attname)
    AND EXISTS (SELECT FROM our_table AS s WHERE m.part[3] ~* s.is_used)
