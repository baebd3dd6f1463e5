-- A constraint is named `<table>_<columns or rule>_<pkey, key, fkey, check or excl>`.
-- Applications tell violations apart by the name, and a later file drops it by the name.
-- Example (tables/010_notes.sql):
-- CREATE TABLE notes (
--     id bigint PRIMARY KEY,
--     body text CONSTRAINT nonempty CHECK (body <> '')
-- );
SELECT
    c.name,
    format('ALTER TABLE %s RENAME CONSTRAINT %I TO %s;', c.table_name, c.conname, c.expected),
    'pg_class'::regclass::bigint,
    c.conrelid::bigint,
    c.words
FROM (
    SELECT
        *,
        left(
            table_name || CASE contype
                WHEN 'p' THEN '_pkey'
                WHEN 'u' THEN '_' || columns || '_key'
                WHEN 'f' THEN '_' || columns || '_fkey'
                WHEN 'c' THEN '_..._check'
                WHEN 'x' THEN '_..._excl'
            END,
            63
        ) AS expected
    FROM our_constraint
    -- 'n': 18 lists NOT NULL; 't': a constraint trigger has a trigger's name
    WHERE contype NOT IN ('n', 't')
) AS c
WHERE c.conname NOT LIKE replace(replace(c.expected, '_', '\_'), '...', '%')
