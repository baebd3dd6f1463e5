-- What the rules ask about: the objects of the search path's schema, without the runner's records.
CREATE TEMPORARY VIEW our_relation AS
SELECT
    c.*,
    c.oid::regclass::text AS name
FROM pg_class AS c
WHERE
    c.relnamespace = quote_ident(current_schema())::regnamespace
    AND c.relkind IN ('r', 'p', 'v', 'm')
    AND NOT starts_with(c.relname, 'lms_schema_');

CREATE TEMPORARY VIEW our_function AS
SELECT
    p.*,
    p.oid::regprocedure::text AS name
FROM pg_proc AS p
WHERE p.pronamespace = quote_ident(current_schema())::regnamespace;

CREATE TEMPORARY VIEW our_column AS
SELECT
    r.oid AS relation,
    r.relispartition,
    r.name AS relation_name,
    a.attname,
    a.attnum,
    a.atttypid,
    r.name || '.' || quote_ident(a.attname) AS name
FROM our_relation AS r
INNER JOIN pg_attribute AS a ON r.oid = a.attrelid
WHERE a.attnum > 0 AND NOT a.attisdropped;

CREATE TEMPORARY VIEW our_constraint AS
SELECT
    c.*,
    r.relname AS table_name,
    r.name || '.' || quote_ident(c.conname) AS name,
    (
        SELECT string_agg(a.attname, '_' ORDER BY k.position)
        FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, position)
        INNER JOIN pg_attribute AS a ON c.conrelid = a.attrelid AND k.attnum = a.attnum
    ) AS columns,
    (
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
        FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, position)
        INNER JOIN pg_attribute AS a ON c.conrelid = a.attrelid AND k.attnum = a.attnum
    ) AS column_list,
    -- where to look for it: by its name, else by its first column
    ARRAY[
        c.conname::text,
        (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = c.conrelid AND a.attnum = c.conkey[1])
    ] AS words
FROM pg_constraint AS c
INNER JOIN our_relation AS r ON c.conrelid = r.oid
WHERE NOT r.relispartition AND c.conparentid = 0;

CREATE TEMPORARY VIEW our_index AS
SELECT
    i.*,
    i.indexrelid::regclass::text AS name
FROM pg_index AS i
INNER JOIN our_relation AS r ON i.indrelid = r.oid
WHERE
    NOT r.relispartition
    AND i.indexrelid NOT IN (
        SELECT conindid FROM pg_constraint WHERE contype IN ('p', 'u', 'x')
    );

-- What functions in SQL and PL/pgSQL say, without comments. A table: many rules read it.
CREATE TEMPORARY TABLE our_code AS
SELECT
    f.oid,
    f.name,
    f.pronargs,
    f.prorettype,
    f.proconfig,
    l.lanname AS language,
    regexp_replace(
        coalesce(nullif(f.prosrc, ''), pg_get_function_sqlbody(f.oid)), '--[^\n]*', '', 'g'
    ) AS body
FROM our_function AS f
INNER JOIN pg_language AS l ON f.prolang = l.oid
WHERE l.lanname IN ('sql', 'plpgsql');

-- Their statements, and what is left of each without what stands in parentheses, ten deep.
CREATE TEMPORARY TABLE our_statement AS
WITH RECURSIVE bare AS (
    SELECT
        f.oid,
        f.name,
        s.number,
        s.statement,
        s.statement AS top,
        0 AS depth
    FROM our_code AS f
    CROSS JOIN LATERAL regexp_split_to_table(f.body, ';') WITH ORDINALITY AS s (statement, number)
    UNION ALL
    SELECT
        b.oid,
        b.name,
        b.number,
        b.statement,
        regexp_replace(b.top, '[(][^()]*[)]', '', 'g'),
        b.depth + 1
    FROM bare AS b
    WHERE b.depth < 10
)

SELECT
    b.oid,
    b.name,
    b.number,
    b.statement,
    b.top
FROM bare AS b
WHERE b.depth = 10;

CREATE TEMPORARY VIEW our_table AS
SELECT
    r.*,
    format('\m(FROM|JOIN|INTO|UPDATE|USING)\s+(ONLY\s+)?(\w+[.])?%s\M', r.relname) AS is_used
FROM our_relation AS r
WHERE r.relkind IN ('r', 'p') AND NOT r.relispartition;
