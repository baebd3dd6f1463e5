-- Appends what a statement inserted into learning_interactions to the queue of the analytics. Apart
-- from append_learning_interactions_delta, because that looks at TG_OP: the first expression of a
-- transaction makes PL/pgSQL prepare for more, which counts where each event is a transaction.
-- A definer, because nobody else writes the queue: a writer of events could forge figures.
CREATE OR REPLACE FUNCTION append_inserted_interactions_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO learning_interactions_delta (
        learner_id, interaction_type, interactions, effectiveness_sum, effectiveness_count
    )
    SELECT
        n.learner_id,
        n.interaction_type,
        1,
        coalesce(100 * n.learning_effectiveness, 0),
        (n.learning_effectiveness IS NOT NULL)::integer
    FROM new_rows AS n;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_inserted_interactions_delta() FROM public;

COMMENT ON FUNCTION append_inserted_interactions_delta() IS
'Trigger: appends the measures of the events that a statement inserted to '
'learning_interactions_delta.';
