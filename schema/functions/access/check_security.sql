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
        WHERE r.relname IN (
            'audit_log', 'audit_seals', 'consent_events', 'disclosures', 'erasures', 'retention_log'
        )
    ),

    -- views over these, in other schemas too
    view_over (oid) AS (
        SELECT r.oid
        FROM relation AS r
        UNION
        SELECT w.ev_class
        FROM view_over AS v
        INNER JOIN pg_depend AS d
            ON
                v.oid = d.refobjid
                AND d.refclassid = 'pg_class'::regclass
                AND d.classid = 'pg_rewrite'::regclass
        INNER JOIN pg_rewrite AS w ON d.objid = w.oid
    ),

    -- what shows all rows to whoever may read it
    open_relation AS (
        SELECT
            c.*,
            c.oid::regclass::text AS name
        FROM pg_class AS c
        WHERE
            (
                c.relnamespace = quote_ident(current_schema())::regnamespace
                AND starts_with(c.relname, 'lms_schema_')
                AND c.relkind IN ('r', 'v')
            )
            OR (
                c.oid IN (SELECT v.oid FROM view_over AS v)
                AND (
                    c.relkind = 'm'
                    OR (
                        c.relkind = 'v'
                        AND NOT EXISTS (
                            SELECT FROM pg_options_to_table(c.reloptions) AS o
                            WHERE
                                o.option_name = 'security_invoker' AND o.option_value::boolean
                        )
                    )
                )
            )
    ),

    readable AS (
        SELECT
            r.oid,
            r.relowner,
            r.relacl
        FROM relation AS r
        UNION
        SELECT
            r.oid,
            r.relowner,
            r.relacl
        FROM open_relation AS r
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
            FROM readable AS r
            CROSS JOIN LATERAL aclexplode(r.relacl) AS a
            WHERE a.grantee <> r.relowner
            UNION ALL
            SELECT
                r.oid,
                a.grantee,
                a.privilege_type,
                format('%s (%I)', a.privilege_type, t.attname)
            FROM readable AS r
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

    -- A role that may be granted can be taken: by a member with ADMIN OPTION, which from 16 on the
    -- creator of a role has, and up to 15 by whoever may create roles. That alone is no membership.
    membership AS (
        SELECT
            m.member,
            m.roleid,
            o.is_member
        FROM pg_auth_members AS m
        CROSS JOIN LATERAL (
            SELECT
                coalesce((j.options ->> 'inherit_option')::boolean, TRUE)
                OR coalesce((j.options ->> 'set_option')::boolean, TRUE) AS is_member
            FROM to_jsonb(m) AS j (options)
        ) AS o
        WHERE o.is_member OR m.admin_option
        UNION ALL
        SELECT
            c.oid,
            r.oid,
            FALSE
        FROM pg_roles AS c
        INNER JOIN pg_roles AS r ON NOT r.rolsuper
        WHERE c.rolcreaterole AND current_setting('server_version_num')::integer < 160000
    ),

    -- what each login has or can take, and by which role that it has or can take itself
    held (login, role, is_member, by) AS (
        SELECT
            r.oid,
            r.oid,
            TRUE,
            NULL::oid
        FROM pg_roles AS r
        WHERE r.rolcanlogin
        UNION
        SELECT
            h.login,
            m.roleid,
            h.is_member AND m.is_member,
            coalesce(h.by, m.roleid)
        FROM held AS h
        INNER JOIN membership AS m ON h.role = m.member
    ),

    -- logins, and what they hold of what row security is for
    login AS (
        SELECT
            h.login,
            quote_ident(pg_get_userbyid(h.login)) AS login_name,
            min(o.name::text) FILTER (WHERE o.is_persona) AS persona,
            coalesce(min(o.name::text) FILTER (WHERE o.is_persona), 'lms_service') AS holds,
            array_agg(DISTINCT o.name::text ORDER BY o.name::text)
                FILTER (WHERE o.is_persona AND pg_has_role(h.login, h.role, 'USAGE'))
                AS inherited
        FROM held AS h
        INNER JOIN our_role AS o ON pg_get_userbyid(h.role) = o.name
        WHERE h.is_member AND (o.is_persona OR o.name = 'lms_service')
        GROUP BY h.login
    ),

    -- who reads with the rights of a persona
    reader AS (
        SELECT h.role
        FROM held AS h
        INNER JOIN login AS l ON h.login = l.login
        LEFT JOIN our_role AS o ON pg_get_userbyid(h.role) = o.name
        WHERE l.persona IS NOT NULL AND h.is_member AND coalesce(o.is_persona, TRUE)
        UNION
        SELECT r.oid
        FROM pg_roles AS r
        INNER JOIN our_role AS o ON r.rolname = o.name
        WHERE o.is_persona
        UNION
        SELECT 0::oid
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
    -- by default privileges, for instance; of a function of the project, which none of ours may
    -- execute, nothing is said
    SELECT
        format(
            'a function with the rights of its owner is open to %s, which is none of its roles',
            pg_get_userbyid(a.grantee)
        ),
        f.oid::regprocedure::text,
        format(
            'REVOKE EXECUTE ON ROUTINE %s FROM %I;',
            f.oid::regprocedure, pg_get_userbyid(a.grantee)
        )
    FROM pg_proc AS f
    CROSS JOIN LATERAL aclexplode(f.proacl) AS a
    WHERE
        f.pronamespace = quote_ident(current_schema())::regnamespace
        AND f.prosecdef
        AND a.grantee NOT IN (0, f.proowner)
        AND pg_get_userbyid(a.grantee) NOT IN (SELECT o.name FROM our_role AS o)
        AND EXISTS (
            SELECT FROM aclexplode(f.proacl) AS r
            INNER JOIN our_role AS o ON pg_get_userbyid(r.grantee) = o.name
        )
    UNION ALL
    SELECT
        format(
            '%s may create objects that stand in for those of the schema',
            CASE a.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(a.grantee) END
        ),
        n.nspname,
        format(
            'REVOKE CREATE ON SCHEMA %I FROM %s;',
            n.nspname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
        )
    FROM pg_namespace AS n
    CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
    INNER JOIN reader AS e ON a.grantee = e.role
    WHERE
        n.nspname = current_schema()
        AND a.privilege_type = 'CREATE'
        AND a.grantee <> n.nspowner
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
    SELECT
        CASE
            WHEN t.is_above THEN format('row security does not hold for a login of %s', t.holds)
            ELSE format(
                'a login of %s can become %s',
                t.holds, string_agg(DISTINCT t.name, ', ' ORDER BY t.name)
            )
        END,
        t.login_name,
        t.remedy
    FROM (
        SELECT
            l.login_name,
            l.holds,
            r.rolname::text AS name,
            a.is_above,
            CASE
                WHEN h.by IS NULL AND (r.rolsuper OR r.rolbypassrls)
                    THEN format('ALTER ROLE %s NOSUPERUSER NOBYPASSRLS;', l.login_name)
                WHEN h.by IS NULL THEN format('REVOKE %I FROM %s;', l.holds, l.login_name)
                WHEN
                    EXISTS (
                        SELECT FROM pg_auth_members AS m
                        WHERE m.member = h.login AND m.roleid = h.by
                    )
                    THEN format('REVOKE %I FROM %s;', pg_get_userbyid(h.by), l.login_name)
                ELSE format('ALTER ROLE %s NOCREATEROLE;', l.login_name)
            END AS remedy
        FROM login AS l
        INNER JOIN held AS h ON l.login = h.login
        INNER JOIN pg_roles AS r ON h.role = r.oid
        LEFT JOIN our_role AS o ON r.rolname = o.name
        CROSS JOIN LATERAL (
            SELECT
                r.rolsuper
                OR r.rolbypassrls
                OR r.rolname IN (
                    'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'
                )
                OR EXISTS (SELECT FROM relation AS c WHERE c.relowner = r.oid) AS is_above
        ) AS a
        WHERE
            a.is_above
            OR (
                l.persona IS NOT NULL
                AND (NOT o.is_persona OR r.rolname IN ('pg_read_all_data', 'pg_write_all_data'))
            )
    ) AS t
    GROUP BY t.login_name, t.holds, t.is_above, t.remedy
    UNION ALL
    SELECT DISTINCT
        format('a login of %s may give %I to others', l.persona, o.name),
        l.login_name,
        format(
            'REVOKE ADMIN OPTION FOR %I FROM %I;', o.name, pg_get_userbyid(m.member)
        )
    FROM login AS l
    INNER JOIN held AS h ON l.login = h.login
    INNER JOIN pg_auth_members AS m ON h.role = m.member
    INNER JOIN our_role AS o ON pg_get_userbyid(m.roleid) = o.name
    WHERE l.persona IS NOT NULL AND h.is_member AND m.admin_option AND o.is_persona
    UNION ALL
    SELECT
        format(
            'a login has the rights of %s at once: their policies are joined by OR',
            array_to_string(l.inherited, ', ')
        ),
        l.login_name,
        CASE
            WHEN current_setting('server_version_num')::integer < 160000
                THEN format('ALTER ROLE %s NOINHERIT;', l.login_name)
            ELSE format(
                'GRANT %s TO %s WITH INHERIT FALSE;',
                array_to_string(l.inherited, ', '), l.login_name
            )
        END
    FROM login AS l
    INNER JOIN pg_roles AS r ON l.login = r.oid
    WHERE cardinality(l.inherited) > 1 AND NOT r.rolsuper
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
        CASE
            WHEN r.relkind = 'm' THEN 'a materialized view shows all its rows to a persona'
            WHEN starts_with(r.relname, 'lms_schema_')
                THEN 'the records of the migrations are open to ' || g.role_name
            ELSE 'a view shows the rows that its owner may see to a persona'
        END,
        r.name,
        CASE
            WHEN r.relkind = 'v' AND NOT starts_with(r.relname, 'lms_schema_')
                THEN format('ALTER VIEW %s SET (security_invoker = TRUE);', r.name)
            ELSE format('REVOKE %s ON %s FROM %s;', g.privilege, r.name, g.role_name)
        END
    FROM open_relation AS r
    INNER JOIN granted AS g ON r.oid = g.relation
    WHERE
        g.grantee IN (SELECT e.role FROM reader AS e)
        OR (starts_with(r.relname, 'lms_schema_') AND g.is_persona IS NOT NULL)
    UNION ALL
    SELECT
        format('a policy is for a login of %s itself', l.persona),
        format('%I ON %s', p.polname, r.name),
        format('DROP POLICY %I ON %s;', p.polname, r.name)
    FROM relation AS r
    INNER JOIN pg_policy AS p ON r.oid = p.polrelid
    INNER JOIN login AS l ON l.login = ANY(p.polroles)
    WHERE l.persona IS NOT NULL
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
        t.tgfoid IN (
            to_regproc('record_audit'),
            to_regproc('record_attempt_audit'),
            to_regproc('record_enrollment_audit')
        )
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
'login of a persona or of lms_service is or can become the owner or a role that is exempt, none of '
'a persona can become more or has two personas at once, functions that run as their owner pin the '
'search path and are open to the roles alone, views in any schema show what the reader may see, '
'each right has one policy, ledgers refuse changes, and the audit log is written. What a function '
'that runs as its owner reads is nothing that the catalog tells. For the owner.';
