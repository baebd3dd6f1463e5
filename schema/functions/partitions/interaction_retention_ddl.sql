-- The statements that drop partitions, in one place for whoever executes them. DROP without DETACH:
-- a detached partition gets triggers of its own on learners and learning_sections, and dropping
-- these locks both tables against every reader.
CREATE OR REPLACE FUNCTION interaction_retention_ddl(p_partitions regclass[]) RETURNS SETOF text
LANGUAGE sql
STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('SELECT * FROM retire_interaction_partitions(%L::regclass[])', p_partitions)
    UNION ALL
    SELECT format('DROP TABLE %s', p.name) FROM unnest(p_partitions) AS p (name);
END;

REVOKE EXECUTE ON FUNCTION interaction_retention_ddl(regclass[]) FROM public;

COMMENT ON FUNCTION interaction_retention_ddl(regclass[]) IS
'Statements that count the events of these partitions as expired and drop them, to be executed in '
'one transaction; the first one returns what retire_interaction_partitions says.';
