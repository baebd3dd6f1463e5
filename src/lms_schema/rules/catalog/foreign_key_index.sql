-- Every foreign key is indexed.
-- Else deleting or changing a row of the other table reads this one as a whole, under a lock.
-- The index begins with the columns of the key, and is not partial.
-- Example (tables/020_pages.sql):
-- CREATE TABLE pages (
--     id bigint PRIMARY KEY,
--     note_id bigint,
--
--     CONSTRAINT pages_note_id_fkey FOREIGN KEY (note_id) REFERENCES notes (id)
-- );
SELECT
    c.name,
    format(
        'CREATE INDEX %s_%s_idx ON %1$s (%s);',
        c.table_name, c.columns, c.column_list
    ),
    'pg_class'::regclass::bigint,
    c.conrelid::bigint,
    c.words
FROM our_constraint AS c
WHERE
    c.contype = 'f'
    AND NOT EXISTS (
        SELECT FROM pg_index AS i
        WHERE
            i.indrelid = c.conrelid
            AND i.indisvalid
            AND i.indpred IS NULL
            AND (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey
    )
