-- No constraint is left NOT VALID.
-- It holds for new rows alone, and the planner does not use it. A later file says VALIDATE
-- CONSTRAINT.
-- Example (tables/020_notes_body.sql):
-- ALTER TABLE notes ADD CONSTRAINT notes_body_check CHECK (body <> '') NOT VALID;
SELECT
    name,
    format('ALTER TABLE %s VALIDATE CONSTRAINT %I;', table_name, conname),
    'pg_class'::regclass::bigint,
    conrelid::bigint,
    words
FROM our_constraint
WHERE NOT convalidated
