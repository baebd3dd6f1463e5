{% set source = sources.learning_interactions %}
-- Appends what a statement inserted into learning_interactions to the queue of the analytics. Apart
-- from append_learning_interactions_delta, because that looks at TG_OP: the first expression of a
-- transaction makes PL/pgSQL prepare for more, which counts where each event is a transaction.
-- A definer, because nobody else writes the queue: a writer of events could forge figures.
CREATE OR REPLACE FUNCTION append_inserted_interactions_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
DECLARE
    v_rows learning_interactions_delta[];
BEGIN
    -- gathered before they are stored: Citus sends an INSERT on, where no transition table is
    SELECT
        array_agg(
            (
                {{ (["NULL"] + (source.key + source.columns) | values("n")) | fill(16) }}
            )::learning_interactions_delta
        )
    INTO v_rows
    FROM new_rows AS n;
    INSERT INTO learning_interactions_delta (
        {{ (source.key + source.columns) | names | fill(8) }}
    )
    SELECT
        {{ (source.key + source.columns) | names | aliased("r") | fill(8) }}
    FROM unnest(v_rows) AS r;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_inserted_interactions_delta() FROM public;

COMMENT ON FUNCTION append_inserted_interactions_delta() IS
'Trigger: appends the measures of the events that a statement inserted to '
'learning_interactions_delta.';
