-- TRUNCATE does not say what was in the table: the next refresh counts all rows again.
-- A definer, because who may truncate a table need not be able to write requests.
CREATE OR REPLACE FUNCTION request_analytics_rebuild() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO analytics_rebuild_request (reason)
    VALUES (format('%s %s', TG_OP, TG_TABLE_NAME));
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION request_analytics_rebuild() FROM public;

COMMENT ON FUNCTION request_analytics_rebuild() IS
'Trigger: has the next refresh_learning_analytics() rebuild the summaries from the tables.';
