-- A foreign key has the types of the columns that it names.
-- With another type each check converts, and the two sides may overflow at different values.
-- Example (tables/020_pages.sql):
-- CREATE TABLE pages (
--     id bigint PRIMARY KEY,
--     note_id integer,
--
--     CONSTRAINT pages_note_id_fkey FOREIGN KEY (note_id) REFERENCES notes (id)
-- );
SELECT
    c.name,
    format('ALTER TABLE %s ALTER %I TYPE %s;', c.table_name, a.attname, format_type(b.atttypid, b.atttypmod)),
    'pg_class'::regclass::bigint,
    c.conrelid::bigint,
    ARRAY[a.attname::text]
FROM our_constraint AS c
CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS k (here, there)
INNER JOIN pg_attribute AS a ON c.conrelid = a.attrelid AND k.here = a.attnum
INNER JOIN pg_attribute AS b ON c.confrelid = b.attrelid AND k.there = b.attnum
WHERE c.contype = 'f' AND a.atttypid <> b.atttypid
