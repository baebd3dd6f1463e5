-- Whoever has one of the roles can name what is in the schema. What they may do there is said for
-- each table, view and function. Who is not the owner of the schema is refused: PostgreSQL would
-- grant nothing, and only warn.
DO $$
DECLARE
    v_roles CONSTANT text := 'lms_learner, lms_guardian, lms_instructor, lms_registrar, '
        'lms_service, lms_auth, lms_analyst, lms_privacy, lms_auditor';
    v_grant CONSTANT text := format('GRANT USAGE ON SCHEMA %I TO %s', current_schema(), v_roles);
BEGIN
    IF has_schema_privilege(current_schema()::text, 'USAGE WITH GRANT OPTION') THEN
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %s', current_schema(), v_roles);
        EXECUTE v_grant;
    ELSIF EXISTS (
        SELECT FROM unnest(string_to_array(v_roles, ', ')) AS r (name)
        WHERE NOT EXISTS (
            SELECT FROM pg_namespace AS n
            CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
            WHERE
                n.nspname = current_schema()
                AND a.grantee = to_regrole(r.name)
                AND a.privilege_type = 'USAGE'
        )
    ) THEN
        RAISE insufficient_privilege USING
            MESSAGE = format(
                'role %I may not grant USAGE on schema %I', current_user, current_schema()
            ),
            HINT = format(
                'The owner of the schema runs: %s; Then run the same command again.', v_grant
            );
    END IF;
END;
$$;
