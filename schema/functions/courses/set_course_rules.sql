-- A new course takes the rules that it leaves out from its institution.
-- A definer, because who makes a course need not be able to read the institution's settings.
CREATE OR REPLACE FUNCTION set_course_rules() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_config CONSTANT jsonb := (
        SELECT i.learning_analytics_config FROM educational_institutions AS i
        WHERE i.id = new.institution_id
    );
BEGIN
    new.completion_rule := coalesce(new.completion_rule, v_config ->> 'completion_rule', 'none');
    new.derive_sessions := coalesce(
        new.derive_sessions, (v_config -> 'derive_sessions')::boolean, FALSE
    );
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION set_course_rules() FROM public;

COMMENT ON FUNCTION set_course_rules() IS
'Trigger: gives a new course, where it leaves them out, completion_rule and derive_sessions of its '
'institution''s learning_analytics_config, else none and false.';
