-- Whoever has one of the roles can name what is in the schema. What they may do there is said for
-- each table, view and function.
DO $$
DECLARE
    v_roles CONSTANT text := 'lms_learner, lms_guardian, lms_instructor, lms_registrar, '
        'lms_service, lms_auth, lms_analyst, lms_privacy, lms_auditor';
BEGIN
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %s', current_schema(), v_roles);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', current_schema(), v_roles);
END;
$$;
