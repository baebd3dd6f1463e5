-- The roles that rights are given to. They belong to the server, not to the schema: where they are
-- already, nothing happens, and drop ends those that nothing else uses. None can log in: a login is
-- made a member. A role that is missing and that the caller may not create stops the file: a policy
-- that was skipped once would never be made, because its file would be recorded.
DO $$
DECLARE
    v_role text;
    v_missing text[] := '{}';
BEGIN
    FOREACH v_role IN ARRAY ARRAY[
        'lms_learner', 'lms_guardian', 'lms_instructor', 'lms_registrar', 'lms_service', 'lms_auth',
        'lms_analyst', 'lms_privacy', 'lms_auditor'
    ] LOOP
        CONTINUE WHEN to_regrole(v_role) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
        EXCEPTION
            WHEN insufficient_privilege THEN
                v_missing := v_missing || v_role;
            -- another runner, in this database or in another one, was faster
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
    IF v_missing <> '{}' THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('roles are missing: %s', array_to_string(v_missing, ', ')),
            HINT = format(
                'An administrator runs, once for all databases of the server: %s Then run the same '
                'command again.',
                (
                    SELECT string_agg(format('CREATE ROLE %I NOLOGIN;', m.name), ' ')
                    FROM unnest(v_missing) AS m (name)
                )
            );
    END IF;
END;
$$;
