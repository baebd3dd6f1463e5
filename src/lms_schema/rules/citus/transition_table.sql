-- No statement joins a transition table with a table, or copies one into it.
-- Citus sends such a statement on to a node that has the table and no transition table. Gather the
-- rows in an array first.
-- Example (triggers/notes.sql):
-- CREATE OR REPLACE FUNCTION copy_notes() RETURNS trigger
-- LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = auto AS $$
-- BEGIN
--     INSERT INTO notes (id, body) SELECT -n.id, n.body FROM new_rows AS n WHERE n.id > 0;
--     RETURN NULL;
-- END;
-- $$;
-- CREATE OR REPLACE TRIGGER notes_copy AFTER INSERT ON notes
-- REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION copy_notes();
SELECT
    f.name,
    format(
        'Gather the rows of %s before the statement that uses %s.',
        r.name, string_agg(DISTINCT t.name, ', ')
    ),
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_statement AS f
INNER JOIN (
    SELECT
        tgfoid,
        tgoldtable AS name
    FROM pg_trigger
    UNION
    SELECT
        tgfoid,
        tgnewtable
    FROM pg_trigger
) AS r ON f.oid = r.tgfoid AND f.statement ~* format('\m(FROM|JOIN)\s+%s\M', r.name)
INNER JOIN our_table AS t ON f.statement ~* t.is_used
GROUP BY f.oid, f.name, f.number, r.name
