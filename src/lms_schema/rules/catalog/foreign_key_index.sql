-- Every foreign key is indexed.
-- Else deleting or changing a row of the other table reads this one as a whole, under a lock.
-- The index begins with the columns of the key, or with those of them that are a key of the other
-- table by themselves. It is not partial, unless it leaves out NULL alone.
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
        INNER JOIN pg_index AS k
            ON
                c.confrelid = k.indrelid
                AND k.indisunique
                AND k.indpred IS NULL
                AND c.confkey @> (k.indkey::smallint[])[0:k.indnkeyatts - 1]
        CROSS JOIN LATERAL (
            SELECT array_agg(p.own) AS columns
            FROM unnest(c.conkey, c.confkey) AS p (own, other)
            WHERE p.other = ANY((k.indkey::smallint[])[0:k.indnkeyatts - 1])
        ) AS narrow
        WHERE
            i.indrelid = c.conrelid
            AND i.indisvalid
            AND coalesce(
                pg_get_expr(i.indpred, i.indrelid) = format('(%s IS NOT NULL)', c.column_list), TRUE
            )
            AND (i.indkey::smallint[])[0:cardinality(narrow.columns) - 1] @> narrow.columns
    )
