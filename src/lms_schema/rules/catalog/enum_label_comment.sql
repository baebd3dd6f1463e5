-- The comment of a type explains each label.
-- A label alone, like audit or mastered, means something else to everybody.
-- Example (types/010_moods.sql):
-- CREATE TYPE mood AS ENUM ('calm', 'eager');
-- COMMENT ON TYPE mood IS 'How a learner feels: calm (nothing to do).';
SELECT
    format('%s: %s', t.typname, e.enumlabel),
    format('COMMENT ON TYPE %s IS ''... %s: ...'';', t.typname, e.enumlabel),
    'pg_type'::regclass::bigint,
    t.oid::bigint,
    ARRAY[]::text[]
FROM pg_type AS t
INNER JOIN pg_enum AS e ON t.oid = e.enumtypid
WHERE
    t.typnamespace = quote_ident(current_schema())::regnamespace
    AND strpos(coalesce(obj_description(t.oid, 'pg_type'), ''), e.enumlabel) = 0
