-- No column is of a type that surprises: json, money, char(n) or timetz.
-- json cannot be compared or indexed, money depends on a setting of the server, char pads with
-- blanks, and timetz has no date to its zone.
-- Example (tables/010_notes.sql):
-- CREATE TABLE notes (
--     id bigint PRIMARY KEY,
--     body json
-- );
-- COMMENT ON TABLE notes IS 'Notes.';
-- COMMENT ON COLUMN notes.id IS 'Number.';
-- COMMENT ON COLUMN notes.body IS 'Text.';
SELECT
    c.name,
    format('ALTER TABLE %s ALTER %I TYPE %s;', c.relation_name, c.attname, t.better),
    'pg_class'::regclass::bigint,
    c.relation::bigint,
    ARRAY[c.attname::text]
FROM our_column AS c
INNER JOIN (
    VALUES
    ('json'::regtype, 'jsonb'),
    ('money'::regtype, 'numeric'),
    ('bpchar'::regtype, 'text'),
    ('timetz'::regtype, 'timestamptz')
) AS t (worse, better)
    ON c.atttypid = t.worse
WHERE NOT c.relispartition
