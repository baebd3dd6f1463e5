-- A new course completes as its institution has it.
-- A definer, because who makes a course need not be able to read the institution's settings.
CREATE OR REPLACE FUNCTION set_completion_rule() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    new.completion_rule := coalesce(
        (
            SELECT i.learning_analytics_config ->> 'completion_rule'
            FROM educational_institutions AS i
            WHERE i.id = new.institution_id
        ), 'none'
    );
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION set_completion_rule() FROM public;

COMMENT ON FUNCTION set_completion_rule() IS
'Trigger: gives a new course the completion_rule of its institution''s learning_analytics_config, '
'or none.';
