-- Whether what row security rests on holds: it asks the catalog for the ways around it, not whether
-- policies and grants are those of the release, which lms-schema verify does.
CREATE OR REPLACE FUNCTION check_security() RETURNS TABLE (
    problem text,
    object text,
    remedy text
)
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
    WITH RECURSIVE our_role (name, is_persona) AS (
        VALUES
        ('lms_learner'::name, TRUE), ('lms_guardian', TRUE), ('lms_instructor', TRUE),
        ('lms_registrar', TRUE), ('lms_service', FALSE), ('lms_auth', FALSE),
        ('lms_analyst', FALSE), ('lms_privacy', FALSE), ('lms_auditor', FALSE)
    ),

    relation AS (
        SELECT
            c.*,
            c.oid::regclass::text AS name
        FROM pg_class AS c
        WHERE
            c.relnamespace = quote_ident(current_schema())::regnamespace
            AND c.relkind IN ('r', 'p', 'v', 'm')
            AND NOT starts_with(c.relname, 'lms_schema_')
    ),

    ledger AS (
        SELECT r.oid
        FROM relation AS r
        WHERE r.relname IN ('consent_events', 'disclosures', 'audit_log', 'audit_seals')
    ),

    granted AS (
        SELECT
            p.*,
            o.is_persona,
            CASE p.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(p.grantee)) END
                AS role_name
        FROM (
            SELECT
                r.oid AS relation,
                a.grantee,
                a.privilege_type,
                a.privilege_type AS privilege
            FROM relation AS r
            CROSS JOIN LATERAL aclexplode(r.relacl) AS a
            WHERE a.grantee <> r.relowner
            UNION ALL
            SELECT
                r.oid,
                a.grantee,
                a.privilege_type,
                format('%s (%I)', a.privilege_type, t.attname)
            FROM relation AS r
            INNER JOIN pg_attribute AS t ON r.oid = t.attrelid
            CROSS JOIN LATERAL aclexplode(t.attacl) AS a
            WHERE a.grantee <> r.relowner
        ) AS p
        LEFT JOIN our_role AS o ON pg_get_userbyid(p.grantee) = o.name
    ),

    -- which role a policy is for; PUBLIC as NULL
    policy AS (
        SELECT
            r.name AS relation_name,
            p.polrelid,
            p.polname,
            p.polpermissive,
            c.command,
            o.name AS role_name,
            o.is_persona
        FROM relation AS r
        INNER JOIN pg_policy AS p ON r.oid = p.polrelid
        CROSS JOIN LATERAL unnest(p.polroles) AS g (grantee)
        LEFT JOIN our_role AS o ON pg_get_userbyid(g.grantee) = o.name
        INNER JOIN
            (VALUES ('r', 'SELECT'), ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE'))
                AS c (letter, command)
            ON p.polcmd IN ('*', c.letter::"char")
        WHERE g.grantee = 0 OR o.name IS NOT NULL
    ),

    -- From 16 on whoever creates a role may grant it: ADMIN OPTION alone is no membership.
    membership AS (
        SELECT
            m.member,
            m.roleid
        FROM pg_auth_members AS m
        CROSS JOIN LATERAL to_jsonb(m) AS j (options)
        WHERE
            coalesce((j.options ->> 'inherit_option')::boolean, TRUE)
            OR coalesce((j.options ->> 'set_option')::boolean, TRUE)
    ),

    held (login, role) AS (
        SELECT
            r.oid,
            r.oid
        FROM pg_roles AS r
        WHERE r.rolcanlogin
        UNION
        SELECT
            h.login,
            m.roleid
        FROM held AS h
        INNER JOIN membership AS m ON h.role = m.member
    ),

    -- logins, and what they hold of what row security is for
    login AS (
        SELECT
            h.login,
            quote_ident(pg_get_userbyid(h.login)) AS login_name,
            min(o.name::text) FILTER (WHERE o.is_persona) AS persona,
            min(o.name::text) FILTER (WHERE o.name IN ('lms_service', 'lms_auth')) AS above,
            min(o.name::text) FILTER (WHERE o.name = 'lms_service') AS service
        FROM held AS h
        INNER JOIN our_role AS o ON pg_get_userbyid(h.role) = o.name
        GROUP BY h.login
    )

    SELECT
        'row security is off',
        r.name,
        format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', r.name)
    FROM relation AS r
    WHERE
        r.relkind IN ('r', 'p')
        AND NOT r.relrowsecurity
        AND (
            r.relispartition
            OR EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = r.oid)
            OR EXISTS (SELECT FROM granted AS g WHERE g.relation = r.oid AND g.is_persona)
        )
    UNION ALL
    SELECT
        'row security is forced on the owner, which hides rows from maintenance and dumps',
        r.name,
        format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY;', r.name)
    FROM relation AS r
    WHERE r.relforcerowsecurity
    UNION ALL
    SELECT
        'a partition can be read past its table: it has grants',
        r.name,
        format('REVOKE %s ON %s FROM %s;', g.privilege, r.name, g.role_name)
    FROM relation AS r
    INNER JOIN granted AS g ON r.oid = g.relation
    WHERE r.relispartition
    UNION ALL
    SELECT
        'a partition has a policy of its own',
        format('%I ON %s', p.polname, r.name),
        format('DROP POLICY %I ON %s;', p.polname, r.name)
    FROM relation AS r
    INNER JOIN pg_policy AS p ON r.oid = p.polrelid
    WHERE r.relispartition
    UNION ALL
    SELECT
        'everybody has a right',
        r.name,
        format('REVOKE %s ON %s FROM PUBLIC;', g.privilege, r.name)
    FROM relation AS r
    INNER JOIN granted AS g ON r.oid = g.relation
    WHERE g.grantee = 0 AND NOT r.relispartition
    UNION ALL
    SELECT
        'everybody may execute a function',
        f.oid::regprocedure::text,
        format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC;', f.oid::regprocedure)
    FROM pg_proc AS f
    CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS a
    WHERE f.pronamespace = quote_ident(current_schema())::regnamespace AND a.grantee = 0
    UNION ALL
    SELECT
        'everybody may create objects that stand in for those of the schema',
        n.nspname,
        format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC;', n.nspname)
    FROM pg_namespace AS n
    CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
    WHERE n.nspname = current_schema() AND a.grantee = 0 AND a.privilege_type = 'CREATE'
    UNION ALL
    SELECT
        'a role is missing',
        o.name,
        format('CREATE ROLE %I NOLOGIN;', o.name)
    FROM our_role AS o
    WHERE NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = o.name)
    UNION ALL
    SELECT
        'a role can log in, or has rights of the whole server',
        r.rolname,
        format(
            'ALTER ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;',
            r.rolname
        )
    FROM our_role AS o
    INNER JOIN pg_roles AS r ON o.name = r.rolname
    WHERE
        r.rolcanlogin OR r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb
        OR r.rolreplication
    UNION ALL
    SELECT
        'a role has the rights of another one, too',
        o.name,
        format('REVOKE %I FROM %I;', pg_get_userbyid(m.roleid), o.name)
    FROM our_role AS o
    INNER JOIN membership AS m ON o.name = pg_get_userbyid(m.member)
    UNION ALL
    SELECT DISTINCT
        format('row security does not hold for a login of %s', coalesce(l.persona, l.service)),
        l.login_name,
        CASE
            WHEN r.rolsuper OR r.rolbypassrls
                THEN format('ALTER ROLE %s NOSUPERUSER NOBYPASSRLS;', l.login_name)
            WHEN w.owner = l.login
                THEN format('REVOKE %I FROM %s;', coalesce(l.persona, l.service), l.login_name)
            ELSE format('REVOKE %I FROM %s;', pg_get_userbyid(w.owner), l.login_name)
        END
    FROM login AS l
    INNER JOIN pg_roles AS r ON l.login = r.oid
    LEFT JOIN (
        SELECT DISTINCT
            h.login,
            c.relowner AS owner
        FROM held AS h
        INNER JOIN relation AS c ON h.role = c.relowner
    ) AS w ON l.login = w.login
    WHERE
        coalesce(l.persona, l.service) IS NOT NULL
        AND (r.rolsuper OR r.rolbypassrls OR w.owner IS NOT NULL)
    UNION ALL
    SELECT
        format('a login of %s can become %s', l.persona, l.above),
        l.login_name,
        format('REVOKE %I FROM %s;', l.above, l.login_name)
    FROM login AS l
    WHERE l.persona IS NOT NULL AND l.above IS NOT NULL
    UNION ALL
    SELECT
        'a function with the rights of its owner does not pin its search path',
        f.oid::regprocedure::text,
        format('ALTER ROUTINE %s SET search_path = %I, pg_temp;', f.oid::regprocedure, current_schema())
    FROM pg_proc AS f
    WHERE
        f.pronamespace = quote_ident(current_schema())::regnamespace
        AND f.prosecdef
        AND NOT EXISTS (
            SELECT FROM unnest(f.proconfig) AS s (setting)
            WHERE s.setting LIKE 'search_path=%, pg_temp' AND s.setting NOT LIKE '%$user%'
        )
    UNION ALL
    SELECT DISTINCT
        CASE r.relkind
            WHEN 'm' THEN 'a materialized view shows all its rows to a persona'
            ELSE 'a view shows the rows that its owner may see to a persona'
        END,
        r.name,
        CASE r.relkind
            WHEN 'm' THEN format('REVOKE %s ON %s FROM %s;', g.privilege, r.name, g.role_name)
            ELSE format('ALTER VIEW %s SET (security_invoker = TRUE);', r.name)
        END
    FROM relation AS r
    INNER JOIN granted AS g ON r.oid = g.relation AND g.is_persona
    WHERE
        r.relkind = 'm'
        OR (
            r.relkind = 'v'
            AND NOT EXISTS (
                SELECT FROM pg_options_to_table(r.reloptions) AS o
                WHERE o.option_name = 'security_invoker' AND o.option_value::boolean
            )
        )
    UNION ALL
    SELECT
        'a ledger can be changed: a trigger is switched off or missing',
        r.name,
        format('ALTER TABLE %s ENABLE TRIGGER USER;', r.name)
    FROM relation AS r
    WHERE
        EXISTS (
            SELECT FROM ledger AS l
            WHERE
                r.oid = l.oid
                OR EXISTS (
                    SELECT FROM pg_inherits AS i WHERE i.inhrelid = r.oid AND i.inhparent = l.oid
                )
        )
        AND NOT EXISTS (
            SELECT FROM pg_trigger AS t
            WHERE
                t.tgrelid = r.oid
                AND t.tgfoid = to_regproc('reject_ledger_change')
                AND t.tgenabled IN ('O', 'A')
                -- before an UPDATE, DELETE or TRUNCATE, for each statement
                AND t.tgtype = 58
        )
    UNION ALL
    SELECT
        'changes are not recorded: a trigger is switched off',
        format('%I ON %s', t.tgname, r.name),
        format('ALTER TABLE %s ENABLE TRIGGER %I;', r.name, t.tgname)
    FROM relation AS r
    INNER JOIN pg_trigger AS t ON r.oid = t.tgrelid
    WHERE
        t.tgfoid IN (to_regproc('record_audit'), to_regproc('record_attempt_audit'))
        AND t.tgenabled NOT IN ('O', 'A')
    UNION ALL
    SELECT
        'a policy is for everybody',
        format('%I ON %s', p.polname, p.relation_name),
        format('DROP POLICY %I ON %s;', p.polname, p.relation_name)
    FROM policy AS p
    WHERE p.role_name IS NULL
    GROUP BY p.relation_name, p.polname
    UNION ALL
    SELECT
        format(
            'two policies are joined by OR for %s of %s: %s',
            p.command, p.role_name, string_agg(quote_ident(p.polname), ', ' ORDER BY p.polname)
        ),
        p.relation_name,
        'Drop all but one, or join them in one condition.'
    FROM policy AS p
    WHERE p.polpermissive AND p.role_name IS NOT NULL
    GROUP BY p.relation_name, p.command, p.role_name
    HAVING count(*) > 1
    UNION ALL
    SELECT DISTINCT
        format('no policy for %s of %s, which has the right to it', g.privilege_type, g.role_name),
        r.name,
        'Create the policy, or run lms-schema migrate --repair.'
    FROM relation AS r
    INNER JOIN granted AS g ON r.oid = g.relation
    WHERE
        r.relrowsecurity
        AND g.is_persona IS NOT NULL
        AND g.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
        AND NOT EXISTS (
            SELECT FROM policy AS p
            WHERE
                p.polrelid = r.oid
                AND p.command = g.privilege_type
                AND quote_ident(p.role_name) = g.role_name
        )
    ORDER BY 1, 2, 3
$$;

REVOKE EXECUTE ON FUNCTION check_security() FROM public;

COMMENT ON FUNCTION check_security() IS
'One row for each way around row security: problem, the object that has it, and the SQL that mends '
'it. No row means that it holds: row security is on and not forced, partitions have no grants and '
'no policies, everybody (PUBLIC) has no right, the roles have no attributes and no memberships, no '
'login of a persona or of lms_service is the owner, its member or exempt, functions that run as '
'their owner pin the search path, views show what the reader may see, each right has one policy, '
'ledgers refuse changes, and the audit log is written. Reads the catalog only. For the owner.';
