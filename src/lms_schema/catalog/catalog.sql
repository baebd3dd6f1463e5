-- The objects of one schema as (kind, name, definition), in one statement and so in one snapshot.
-- The caller prints relative to that schema, so that nothing printed here carries its name; names
-- are quoted, so that a dot or a parenthesis in them can only be a separator.
WITH RECURSIVE
namespace AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname = %(schema)s
),

extension_member AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),

relation AS (
    SELECT
        c.oid,
        quote_ident(c.relname) AS name,
        CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END AS kind,
        c.relkind,
        c.relowner,
        c.relacl,
        c.relpersistence,
        c.relispopulated,
        c.relreplident,
        m.amname,
        c.relrowsecurity,
        c.relforcerowsecurity,
        (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) AS o) AS options
    FROM pg_class AS c
    LEFT JOIN pg_am AS m ON c.relam = m.oid
    WHERE
        c.relnamespace = (SELECT oid FROM namespace)
        AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
        AND NOT c.relispartition
        AND NOT starts_with(c.relname, 'lms_schema_')
        AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM extension_member)
),

-- Who may own what is ours: the owner of the schema, where the role pg_database_owner stands for the
-- database's, or who migrated, which the state table tells. Without that table, who owns the most.
rightful_owner AS (
    SELECT
        CASE
            WHEN n.nspowner = 'pg_database_owner'::regrole THEN d.datdba ELSE n.nspowner
        END AS oid
    FROM pg_namespace AS n
    CROSS JOIN pg_database AS d
    WHERE n.oid = (SELECT oid FROM namespace) AND d.datname = current_database()
    UNION
    SELECT
        coalesce(
            (
                SELECT c.relowner
                FROM pg_class AS c
                WHERE
                    c.relnamespace = (SELECT oid FROM namespace)
                    AND c.relname = 'lms_schema_migration'
            ),
            (SELECT mode() WITHIN GROUP (ORDER BY r.relowner) FROM relation AS r)
        )
),

partition_bound AS (
    SELECT
        i.inhrelid AS oid,
        i.inhparent AS parent,
        i.inhdetachpending AS detaching,
        pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM relation AS r
    INNER JOIN pg_inherits AS i ON r.oid = i.inhparent
    INNER JOIN pg_class AS c ON i.inhrelid = c.oid
    WHERE r.relkind = 'p'
),

-- Bounds that are not UTC times (another strategy, MINVALUE, a default partition) become NULL.
partition_range AS (
    SELECT
        oid,
        parent,
        detaching,
        bound,
        starts_with(bound, 'FOR VALUES FROM (MINVALUE) TO ') AS unbounded,
        substring(bound FROM 'FROM \(''(\d+-\d\d-\d\d [\d:.]+\+00)''\)')::timestamptz AS lower,
        substring(bound FROM 'TO \(''(\d+-\d\d-\d\d [\d:.]+\+00)''\)')::timestamptz AS upper
    FROM partition_bound
),

partition AS (
    SELECT
        oid,
        parent,
        detaching,
        bound,
        upper = date_trunc('month', upper)
        AND (unbounded OR upper = lower + interval '1 month') AS aligned,
        lower,
        lag(upper) OVER (PARTITION BY parent ORDER BY upper, lower) AS previous_upper
    FROM partition_range
),

-- Our relations and the partitions of our tables: both have members, and these are compared below.
holder AS (
    SELECT oid FROM relation
    UNION ALL
    SELECT oid FROM partition
),

-- What makes an identity column run out of numbers, or give one twice.
identity_sequence AS (
    SELECT
        d.refobjid AS relid,
        d.refobjsubid AS position,
        nullif(
            concat_ws(
                ' ',
                CASE WHEN c.relpersistence = 'u' AND t.relpersistence = 'p' THEN 'UNLOGGED' END,
                CASE WHEN s.seqincrement <> 1 THEN 'INCREMENT ' || s.seqincrement END,
                CASE WHEN s.seqmin <> 1 THEN 'MINVALUE ' || s.seqmin END,
                CASE
                    WHEN s.seqmax <> CASE s.seqtypid
                        WHEN 'bigint'::regtype THEN 9223372036854775807
                        WHEN 'integer'::regtype THEN 2147483647
                        ELSE 32767
                    END THEN 'MAXVALUE ' || s.seqmax
                END,
                CASE WHEN s.seqcycle THEN 'CYCLE' END
            ),
            ''
        ) AS unusual
    FROM pg_sequence AS s
    INNER JOIN pg_class AS c ON s.seqrelid = c.oid
    INNER JOIN pg_depend AS d
        ON s.seqrelid = d.objid AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
    INNER JOIN pg_class AS t ON d.refobjid = t.oid
),

table_column AS (
    SELECT
        a.attrelid AS relid,
        a.attnum AS position,
        quote_ident(a.attname) AS name,
        concat_ws(
            ' ',
            format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attcollation <> t.typcollation THEN
                'COLLATE ' || a.attcollation::regcollation::text
            END,
            CASE WHEN a.attnotnull THEN 'NOT NULL' END,
            CASE
                WHEN EXISTS (
                    SELECT FROM pg_constraint AS n
                    WHERE
                        n.conrelid = a.attrelid AND n.contype = 'n' AND n.conkey[1] = a.attnum
                        AND NOT n.convalidated
                ) THEN 'NOT VALID'
            END,
            CASE a.attidentity
                WHEN 'a' THEN 'GENERATED ALWAYS AS IDENTITY'
                WHEN 'd' THEN 'GENERATED BY DEFAULT AS IDENTITY'
            END,
            i.unusual,
            CASE a.attgenerated
                WHEN '' THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid, TRUE)
                ELSE
                    'GENERATED AS (' || pg_get_expr(d.adbin, d.adrelid, TRUE) || ')'
                    || CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END
            END
        ) AS definition
    FROM holder AS h
    INNER JOIN pg_attribute AS a ON h.oid = a.attrelid
    INNER JOIN pg_type AS t ON a.atttypid = t.oid
    LEFT JOIN pg_attrdef AS d ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    LEFT JOIN identity_sequence AS i ON a.attrelid = i.relid AND a.attnum = i.position
    WHERE a.attnum > 0 AND NOT a.attisdropped
),

-- The table is not named, so that a partition's trigger can be compared with the parent's.
table_trigger AS (
    SELECT
        g.oid,
        g.tgrelid AS relid,
        quote_ident(g.tgname) AS name,
        replace(
            pg_get_triggerdef(g.oid, TRUE),
            ' ON ' || g.tgrelid::regclass::text || ' ', ' ON <table> '
        ) || CASE g.tgenabled
            WHEN 'O' THEN ''
            WHEN 'D' THEN ' DISABLED'
            WHEN 'R' THEN ' ENABLED ON REPLICA'
            ELSE ' ENABLED ALWAYS'
        END AS definition
    FROM holder AS h
    INNER JOIN pg_trigger AS g ON h.oid = g.tgrelid
    WHERE NOT g.tgisinternal
),

-- Foreign keys and deferrable unique constraints work by internal triggers, which ALTER TABLE ...
-- DISABLE TRIGGER ALL turns off.
disabled_constraint AS (
    SELECT tgrelid AS relid, tgconstraint AS oid
    FROM pg_trigger
    WHERE tgisinternal AND tgenabled <> 'O' AND tgconstraint <> 0
),

table_policy AS (
    SELECT
        p.oid,
        p.polrelid AS relid,
        quote_ident(p.polname) AS name,
        concat_ws(
            ' ',
            CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
            'FOR ' || CASE p.polcmd
                WHEN 'r' THEN 'SELECT'
                WHEN 'a' THEN 'INSERT'
                WHEN 'w' THEN 'UPDATE'
                WHEN 'd' THEN 'DELETE'
                ELSE 'ALL'
            END,
            'TO ' || (
                SELECT
                    string_agg(
                        CASE u.oid
                            WHEN 0 THEN 'PUBLIC' ELSE u.oid::regrole::text
                        END,
                        ', ' ORDER BY u.oid::regrole::text
                    )
                FROM unnest(p.polroles) AS u (oid)
            ),
            'USING (' || pg_get_expr(p.polqual, p.polrelid, TRUE) || ')',
            'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid, TRUE) || ')'
        ) AS definition
    FROM holder AS h
    INNER JOIN pg_policy AS p ON h.oid = p.polrelid
),

-- A unique index of a partition alone refuses rows, and what an index calls is run by every writer:
-- functions of an extension are taken for what they are said to be.
index_call AS (
    SELECT d.objid AS oid, string_agg(DISTINCT p.oid::regprocedure::text, ', ') AS functions
    FROM pg_depend AS d
    LEFT JOIN pg_operator AS o
        ON d.refclassid = 'pg_operator'::regclass AND d.refobjid = o.oid
    INNER JOIN pg_proc AS p
        ON p.oid = CASE d.refclassid WHEN 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode END
    WHERE
        d.classid = 'pg_class'::regclass
        AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
        AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM extension_member)
    GROUP BY d.objid
),

table_index AS (
    SELECT
        i.indexrelid AS oid,
        i.indrelid AS relid,
        i.indisunique OR a.oid IS NOT NULL AS is_felt_by_writers,
        quote_ident(c.relname) AS name,
        pg_get_indexdef(i.indexrelid, 0, TRUE)
        || CASE WHEN i.indisvalid AND i.indisready AND i.indislive THEN '' ELSE ' INVALID' END
        || coalesce(E'\nCALLS ' || a.functions, '') AS definition
    FROM holder AS h
    INNER JOIN pg_index AS i ON h.oid = i.indrelid
    INNER JOIN pg_class AS c ON i.indexrelid = c.oid
    LEFT JOIN index_call AS a ON i.indexrelid = a.oid
    WHERE
        NOT c.relispartition
        AND i.indexrelid NOT IN (
            SELECT conindid FROM pg_constraint WHERE contype IN ('p', 'u', 'x')
        )
),

table_rule AS (
    SELECT
        w.oid,
        w.ev_class AS relid,
        quote_ident(w.rulename) AS name,
        pg_get_ruledef(w.oid, TRUE) || CASE w.ev_enabled
            WHEN 'O' THEN ''
            WHEN 'D' THEN ' DISABLED'
            WHEN 'R' THEN ' ENABLED ON REPLICA'
            ELSE ' ENABLED ALWAYS'
        END AS definition
    FROM holder AS h
    INNER JOIN pg_rewrite AS w ON h.oid = w.ev_class
    WHERE w.rulename <> '_RETURN'
),

-- What a partition inherits is as its parent has it, by itself.
table_constraint AS (
    SELECT
        c.oid,
        c.conrelid AS relid,
        quote_ident(c.conname) AS name,
        pg_get_constraintdef(c.oid, TRUE) AS definition,
        CASE WHEN c.contype IN ('p', 'u', 'x') THEN c.conindid END AS indexrelid
    FROM pg_constraint AS c
    WHERE
        c.contype NOT IN ('n', 't') AND c.conparentid = 0
        AND (
            c.conrelid IN (SELECT oid FROM relation)
            OR (c.conrelid IN (SELECT oid FROM partition) AND c.coninhcount = 0)
        )
),

-- What is granted on ours to others than the owner. Whose grants count, whoever compares says. Of
-- types and the schema, PUBLIC has what PostgreSQL gives it. An owned sequence goes by its column.
privilege AS (
    SELECT
        g.classid, g.objid, g.objsubid, a.grantee,
        a.privilege_type || g.place
        || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS name
    FROM (
        SELECT 'pg_class'::regclass, c.oid, 0, '', c.relowner, c.relacl
        FROM holder AS h INNER JOIN pg_class AS c ON h.oid = c.oid
        UNION ALL
        SELECT 'pg_class'::regclass, a.attrelid, a.attnum::integer, '', c.relowner, a.attacl
        FROM holder AS h
        INNER JOIN pg_class AS c ON h.oid = c.oid
        INNER JOIN pg_attribute AS a ON h.oid = a.attrelid
        UNION ALL
        SELECT
            'pg_class'::regclass, d.refobjid, d.refobjsubid, ' ON SEQUENCE', c.relowner, c.relacl
        FROM holder AS h
        INNER JOIN pg_depend AS d
            ON h.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
        INNER JOIN pg_class AS c
            ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND c.relkind = 'S'
        UNION ALL
        SELECT
            'pg_proc'::regclass, p.oid, 0, '', p.proowner,
            coalesce(p.proacl, acldefault('f', p.proowner))
        FROM pg_proc AS p WHERE p.pronamespace = (SELECT oid FROM namespace)
        UNION ALL
        SELECT 'pg_type'::regclass, t.oid, 0, '', t.typowner, t.typacl
        FROM pg_type AS t
        WHERE t.typnamespace = (SELECT oid FROM namespace) AND t.typtype = 'e'
        UNION ALL
        SELECT 'pg_namespace'::regclass, n.oid, 0, '', n.nspowner, n.nspacl
        FROM pg_namespace AS n WHERE n.oid = (SELECT oid FROM namespace)
    ) AS g (classid, objid, objsubid, place, owner, acl)
    CROSS JOIN aclexplode(g.acl) AS a
    WHERE
        a.grantee <> g.owner
        AND (
            a.grantee <> 0
            OR g.classid NOT IN ('pg_type'::regclass, 'pg_namespace'::regclass)
        )
),

object_grant AS (
    SELECT
        classid, objid, objsubid,
        string_agg(DISTINCT name, ', ' ORDER BY name) || ' TO '
        || CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS definition
    FROM privilege
    GROUP BY classid, objid, objsubid, grantee
),

-- Predefined roles are no release's.
granted_role AS (
    SELECT
        r.*,
        r.oid IN (SELECT unnest(polroles) FROM pg_policy WHERE polrelid IN (SELECT oid FROM holder))
        AS is_policed
    FROM pg_roles AS r
    WHERE
        NOT starts_with(r.rolname, 'pg_')
        AND (
            r.oid IN (SELECT grantee FROM privilege)
            OR r.oid IN (
                SELECT unnest(polroles) FROM pg_policy WHERE polrelid IN (SELECT oid FROM holder)
            )
        )
),

-- Who can act as which role, over any number of roles. Who made a role, from 16 on, is its member
-- only to grant it.
membership AS (
    SELECT m.roleid, m.member
    FROM pg_auth_members AS m
    WHERE NOT to_jsonb(m) @> '{"inherit_option": false, "set_option": false}'
    UNION
    SELECT s.roleid, m.member
    FROM membership AS s
    INNER JOIN pg_auth_members AS m ON s.member = m.roleid
    WHERE NOT to_jsonb(m) @> '{"inherit_option": false, "set_option": false}'
),

-- Row security does not bind the owner: who has its rights and is granted a role that policies are
-- for is not held by them.
role_fault (oid, fault) AS (
    SELECT m.member, 'member of ' || m.roleid::regrole::text
    FROM granted_role AS r
    INNER JOIN pg_auth_members AS m ON r.oid = m.member
    UNION
    SELECT
        r.oid,
        'held by ' || m.member::regrole::text || ', which is '
        || CASE WHEN o.oid = m.member THEN '' ELSE 'a member of ' END || 'the owner '
        || o.oid::regrole::text
    FROM granted_role AS r
    INNER JOIN membership AS m ON r.oid = m.roleid
    INNER JOIN pg_roles AS l ON m.member = l.oid AND l.rolcanlogin
    INNER JOIN rightful_owner AS o
        ON o.oid = m.member OR (o.oid, m.member) IN (SELECT roleid, member FROM membership)
    WHERE r.is_policed
),

-- Who owns what, where that is not right: another role may change the object, or the owner lost
-- rights of its own, with which foreign keys and definer functions work.
wrong_owner (classid, objid, fault) AS (
    SELECT
        o.classid,
        o.objid,
        concat_ws(
            E'\n',
            CASE
                WHEN o.owner NOT IN (SELECT oid FROM rightful_owner)
                    THEN 'is owned by ' || o.owner::regrole::text
            END,
            'its owner may not ' || (
                SELECT string_agg(d.privilege_type, ', ' ORDER BY d.privilege_type)
                FROM aclexplode(acldefault(o.acl_kind, o.owner)) AS d
                WHERE
                    o.acl IS NOT NULL AND d.grantee = o.owner
                    AND d.privilege_type NOT IN (
                        SELECT a.privilege_type FROM aclexplode(o.acl) AS a
                        WHERE a.grantee = o.owner
                    )
            )
        )
    FROM (
        SELECT 'pg_class'::regclass, c.oid, c.relowner, c.relacl, 'r'::"char"
        FROM holder AS h INNER JOIN pg_class AS c ON h.oid = c.oid
        UNION ALL
        SELECT 'pg_proc'::regclass, p.oid, p.proowner, p.proacl, 'f'::"char"
        FROM pg_proc AS p WHERE p.pronamespace = (SELECT oid FROM namespace)
        UNION ALL
        SELECT 'pg_operator'::regclass, p.oid, p.oprowner, NULL, 'f'::"char"
        FROM pg_operator AS p WHERE p.oprnamespace = (SELECT oid FROM namespace)
        UNION ALL
        SELECT 'pg_type'::regclass, t.oid, t.typowner, NULL, 'T'::"char"
        FROM pg_type AS t
        WHERE t.typnamespace = (SELECT oid FROM namespace) AND t.typtype = 'e'
    ) AS o (classid, objid, owner, acl, acl_kind)
),

-- What a partition must have as its parent has it.
inherited AS (
    -- from 17 on partitions have the identity, too
    SELECT
        relid, 'column' AS kind, name,
        replace(definition, ' GENERATED ALWAYS AS IDENTITY', '') AS definition
    FROM table_column
    UNION ALL
    SELECT relid, 'trigger', name, definition FROM table_trigger
    UNION ALL
    SELECT DISTINCT relid, 'foreign key trigger', 'of the system', 'DISABLED'
    FROM disabled_constraint
    UNION ALL
    SELECT
        c.oid,
        'row security',
        'setting',
        CASE
            WHEN c.relforcerowsecurity THEN 'FORCED' WHEN c.relrowsecurity THEN 'ENABLED' ELSE 'OFF'
        END
    FROM holder AS h
    INNER JOIN pg_class AS c ON h.oid = c.oid
    UNION ALL
    SELECT
        c.oid,
        'persistence',
        'setting',
        CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' ELSE 'LOGGED' END
    FROM holder AS h
    INNER JOIN pg_class AS c ON h.oid = c.oid
    UNION ALL
    SELECT c.oid, 'replica identity', 'setting', 'NOTHING'
    FROM holder AS h
    INNER JOIN pg_class AS c ON h.oid = c.oid
    WHERE c.relreplident = 'n'
    UNION ALL
    SELECT relid, 'rule', name, definition FROM table_rule
    UNION ALL
    SELECT c.relid, 'constraint', c.name, c.definition
    FROM partition AS p
    INNER JOIN table_constraint AS c ON p.oid = c.relid
    UNION ALL
    SELECT x.relid, 'index', x.name, x.definition
    FROM partition AS p
    INNER JOIN table_index AS x ON p.oid = x.relid
    WHERE x.is_felt_by_writers
    UNION ALL
    SELECT i.indrelid, 'index', quote_ident(c.relname), 'valid'
    FROM relation AS r
    INNER JOIN pg_index AS i ON r.oid = i.indrelid
    INNER JOIN pg_class AS c ON i.indexrelid = c.oid
    UNION ALL
    SELECT
        i.indrelid,
        'index',
        quote_ident(c.relname),
        CASE WHEN i.indisvalid AND i.indisready AND i.indislive THEN 'valid' ELSE 'INVALID' END
    FROM partition AS p
    INNER JOIN pg_index AS i ON p.oid = i.indrelid
    INNER JOIN pg_inherits AS h ON i.indexrelid = h.inhrelid
    INNER JOIN pg_class AS c ON h.inhparent = c.oid
),

-- A partition's own name never matters; what is listed here is a broken rule.
partition_fault (oid, parent, fault) AS (
    SELECT oid, parent, 'is not one UTC month: ' || bound FROM partition WHERE aligned IS NOT TRUE
    UNION ALL
    SELECT
        oid, parent,
        'nothing holds ' || to_char(previous_upper, 'YYYY-MM-DD') || ' to '
        || to_char(lower, 'YYYY-MM-DD') || ', the time before it'
    FROM partition
    WHERE lower <> previous_upper
    UNION ALL
    SELECT oid, parent, 'is being detached' FROM partition WHERE detaching
    UNION ALL
    SELECT p.oid, p.parent, 'is partitioned itself'
    FROM partition AS p
    INNER JOIN pg_class AS c ON p.oid = c.oid
    WHERE c.relkind = 'p'
    UNION ALL
    SELECT p.oid, p.parent, o.fault
    FROM partition AS p
    INNER JOIN wrong_owner AS o ON p.oid = o.objid AND o.classid = 'pg_class'::regclass
    WHERE o.fault <> ''
    UNION ALL
    -- who reads a partition itself is not asked by the parent's policies
    SELECT p.oid, p.parent, 'grant: ' || g.definition
    FROM partition AS p
    INNER JOIN object_grant AS g ON p.oid = g.objid AND g.classid = 'pg_class'::regclass
    UNION ALL
    SELECT p.oid, p.parent, 'policy ' || y.name || ': ' || y.definition
    FROM partition AS p
    INNER JOIN table_policy AS y ON p.oid = y.relid
    UNION ALL
    -- the last one, and the present is past it: nothing takes the events of today
    SELECT
        (array_agg(oid ORDER BY upper DESC))[1], parent,
        'nothing holds ' || to_char(max(upper), 'YYYY-MM-DD') || ' and later; migrate adds months'
    FROM partition_range
    GROUP BY parent
    HAVING max(upper) <= now()
    UNION ALL
    SELECT
        p.oid, p.parent,
        concat_ws(
            ' ', d.kind, d.name || ':', coalesce(d.actual, 'missing') || ', the parent has',
            coalesce(d.expected, 'none')
        )
    FROM partition AS p
    CROSS JOIN LATERAL (
        SELECT
            coalesce(e.kind, a.kind) AS kind,
            coalesce(e.name, a.name) AS name,
            e.definition AS expected,
            a.definition AS actual
        FROM (SELECT * FROM inherited WHERE relid = p.parent) AS e
        FULL JOIN (SELECT * FROM inherited WHERE relid = p.oid) AS a
            ON e.kind = a.kind AND e.name = a.name
        WHERE e.definition IS DISTINCT FROM a.definition
    ) AS d
),

routine AS (
    SELECT
        p.oid,
        quote_ident(p.proname) || '(' || coalesce(
            (
                SELECT string_agg(format_type(a.type, NULL), ',' ORDER BY a.position)
                FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, position)
            ),
            ''
        ) || ')' AS name,
        concat_ws(
            E'\n',
            CASE p.prokind
                WHEN 'f' THEN 'FUNCTION' WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE'
                ELSE 'WINDOW FUNCTION'
            END || ' (' || pg_get_function_arguments(p.oid) || ')',
            'RETURNS ' || pg_get_function_result(p.oid),
            concat_ws(
                ' ',
                'LANGUAGE ' || l.lanname,
                CASE p.provolatile
                    WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE'
                END,
                CASE p.proparallel
                    WHEN 's' THEN 'PARALLEL SAFE' WHEN 'r' THEN 'PARALLEL RESTRICTED'
                    ELSE 'PARALLEL UNSAFE'
                END,
                CASE WHEN p.proisstrict THEN 'STRICT' END,
                CASE WHEN p.proleakproof THEN 'LEAKPROOF' END,
                CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' END,
                CASE WHEN p.prosupport <> 0 THEN 'SUPPORT ' || p.prosupport::regproc::text END
            ),
            (
                SELECT string_agg('SET ' || s.pinned, E'\n' ORDER BY s.pinned)
                FROM unnest(p.proconfig) AS setting
                CROSS JOIN LATERAL (
                    SELECT
                        CASE WHEN starts_with(setting, 'search_path=') THEN
                            'search_path=' || string_agg(
                                CASE
                                    WHEN m[1] IN (
                                        quote_ident(n.nspname),
                                        '"' || replace(n.nspname, '"', '""') || '"'
                                    ) THEN '<schema>'
                                    ELSE m[1]
                                END,
                                ', '
                            )
                        ELSE setting END AS pinned
                    FROM namespace AS n
                    CROSS JOIN regexp_matches(
                        substr(setting, length('search_path=') + 1), '("(?:[^"]|"")*"|[^\s,]+)', 'g'
                    ) AS m
                ) AS s
            ),
            coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)
        ) AS definition
    FROM pg_proc AS p
    INNER JOIN pg_language AS l ON p.prolang = l.oid
    WHERE
        p.pronamespace = (SELECT oid FROM namespace)
        AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM extension_member)
),

-- Every object with the key of its comment; kind_order and position give the order of the form.
object (kind_order, kind, owner, position, name, definition, classid, objid, objsubid) AS (
    SELECT
        1, 'type', quote_ident(t.typname), 0, quote_ident(t.typname),
        'ENUM (' || (
            SELECT string_agg(E'\n    ' || quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder)
            FROM pg_enum AS e
            WHERE e.enumtypid = t.oid
        ) || E'\n)',
        'pg_type'::regclass, t.oid, 0
    FROM pg_type AS t
    WHERE
        t.typnamespace = (SELECT oid FROM namespace)
        AND t.typtype = 'e'
        AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM extension_member)

    UNION ALL

    SELECT
        2, r.kind, r.name, 0, r.name,
        concat_ws(
            ' ',
            CASE r.relpersistence WHEN 'u' THEN 'UNLOGGED' WHEN 't' THEN 'TEMPORARY' END,
            CASE r.relkind
                WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                ELSE 'TABLE'
            END,
            'PARTITION BY ' || pg_get_partkeydef(r.oid),
            CASE
                WHEN r.amname NOT IN ('heap', current_setting('default_table_access_method'))
                    THEN 'USING ' || quote_ident(r.amname)
            END,
            CASE WHEN NOT r.relispopulated THEN 'NOT POPULATED' END,
            CASE WHEN r.relreplident = 'n' AND r.kind = 'table' THEN 'REPLICA IDENTITY NOTHING' END,
            'WITH (' || r.options || ')',
            'AS' || E'\n' || pg_get_viewdef(r.oid, TRUE)
        ),
        'pg_class'::regclass, r.oid, 0
    FROM relation AS r

    UNION ALL

    SELECT
        3, 'column', r.name, c.position, r.name || '.' || c.name, c.definition,
        'pg_class'::regclass, r.oid, c.position
    FROM relation AS r
    INNER JOIN table_column AS c ON r.oid = c.relid

    UNION ALL

    SELECT
        4, 'constraint', r.name, 0, r.name || '.' || c.name,
        concat_ws(
            ' ',
            c.definition,
            CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indislive) THEN 'INVALID' END,
            CASE WHEN c.oid IN (SELECT oid FROM disabled_constraint) THEN 'TRIGGERS DISABLED' END
        ),
        'pg_constraint'::regclass, c.oid, 0
    FROM relation AS r
    INNER JOIN table_constraint AS c ON r.oid = c.relid
    LEFT JOIN pg_index AS i ON c.indexrelid = i.indexrelid

    UNION ALL

    SELECT
        5, 'index', r.name, 0, r.name || '.' || i.name, i.definition,
        'pg_class'::regclass, i.oid, 0
    FROM relation AS r
    INNER JOIN table_index AS i ON r.oid = i.relid

    UNION ALL

    SELECT
        6, 'trigger', r.name, 0, r.name || '.' || t.name, t.definition,
        'pg_trigger'::regclass, t.oid, 0
    FROM relation AS r
    INNER JOIN table_trigger AS t ON r.oid = t.relid

    UNION ALL

    SELECT
        7, 'policy', r.name, 0, r.name || '.' || p.name, p.definition,
        'pg_policy'::regclass, p.oid, 0
    FROM relation AS r
    INNER JOIN table_policy AS p ON r.oid = p.relid

    UNION ALL

    SELECT
        7, 'row security', r.name, 0, r.name,
        concat_ws(
            ' ',
            CASE WHEN r.relrowsecurity THEN 'ENABLED' END,
            CASE WHEN r.relforcerowsecurity THEN 'FORCED' END
        ),
        'pg_class'::regclass, 0, 0
    FROM relation AS r
    WHERE r.relrowsecurity OR r.relforcerowsecurity

    UNION ALL

    SELECT
        8, 'rule', r.name, 0, r.name || '.' || w.name, w.definition,
        'pg_rewrite'::regclass, w.oid, 0
    FROM relation AS r
    INNER JOIN table_rule AS w ON r.oid = w.relid

    UNION ALL

    SELECT
        8, 'inheritance', r.name, 0, r.name || '.' || i.inhrelid::regclass::text,
        'inherits from it, and its rows are read with it',
        'pg_inherits'::regclass, 0, 0
    FROM relation AS r
    INNER JOIN pg_inherits AS i ON r.oid = i.inhparent
    WHERE r.relkind <> 'p'

    UNION ALL

    SELECT
        8, 'inheritance', r.name, 0, r.name || '.' || i.inhparent::regclass::text,
        'is its parent, and is read with its rows',
        'pg_inherits'::regclass, 0, 0
    FROM relation AS r
    INNER JOIN pg_inherits AS i ON r.oid = i.inhrelid

    UNION ALL

    SELECT
        9, 'partition', r.name, 0, r.name || '.' || f.oid::regclass::text,
        string_agg(DISTINCT f.fault, E'\n' ORDER BY f.fault),
        'pg_class'::regclass, f.oid, 0
    FROM relation AS r
    INNER JOIN partition_fault AS f ON r.oid = f.parent
    GROUP BY r.name, f.oid

    UNION ALL

    SELECT
        9, 'partition', r.name, 0, r.name || '.*', 'there is none',
        'pg_class'::regclass, 0, 0
    FROM relation AS r
    WHERE r.relkind = 'p' AND r.oid NOT IN (SELECT parent FROM partition)

    UNION ALL

    SELECT
        10, 'function', r.name, 0, r.name, r.definition,
        'pg_proc'::regclass, r.oid, 0
    FROM routine AS r

    UNION ALL

    -- Through these, what is no value of the type may be written as one.
    SELECT
        10, 'cast', quote_ident(t.typname), 0,
        format(
            '%%I.%%s AS %%s', t.typname, c.castsource::regtype, c.casttarget::regtype
        ),
        concat_ws(
            ' ',
            CASE c.castmethod
                WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure::text
                WHEN 'i' THEN 'WITH INOUT'
                ELSE 'WITHOUT FUNCTION'
            END,
            CASE c.castcontext WHEN 'i' THEN 'AS IMPLICIT' WHEN 'a' THEN 'AS ASSIGNMENT' END
        ),
        'pg_cast'::regclass, c.oid, 0
    FROM pg_cast AS c
    INNER JOIN pg_type AS t ON t.oid IN (c.castsource, c.casttarget)
    WHERE
        t.typnamespace = (SELECT oid FROM namespace) AND t.typtype = 'e'
        AND ('pg_cast'::regclass, c.oid) NOT IN (SELECT classid, objid FROM extension_member)

    UNION ALL

    -- pg_catalog comes first in every path, so that one of the same arguments is never called.
    SELECT
        10, 'overload', r.name, 0, r.name, 'may be called in place of one of pg_catalog',
        'pg_proc'::regclass, r.oid, 0
    FROM routine AS r
    INNER JOIN pg_proc AS p ON r.oid = p.oid
    WHERE
        EXISTS (
            SELECT FROM pg_proc AS o
            WHERE o.pronamespace = 'pg_catalog'::regnamespace AND o.proname = p.proname
        )
        AND NOT EXISTS (
            SELECT FROM pg_proc AS o
            WHERE
                o.pronamespace = 'pg_catalog'::regnamespace AND o.proname = p.proname
                AND o.proargtypes = p.proargtypes
        )

    UNION ALL

    SELECT
        10, 'overload', p.oprname, 0, p.oid::regoperator::text,
        'may be called in place of one of pg_catalog',
        'pg_operator'::regclass, p.oid, 0
    FROM pg_operator AS p
    WHERE
        p.oprnamespace = (SELECT oid FROM namespace)
        AND ('pg_operator'::regclass, p.oid) NOT IN (SELECT classid, objid FROM extension_member)
        AND EXISTS (
            SELECT FROM pg_operator AS o
            WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprname = p.oprname
        )
        AND NOT EXISTS (
            SELECT FROM pg_operator AS o
            WHERE
                o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprname = p.oprname
                AND o.oprleft = p.oprleft AND o.oprright = p.oprright
        )
),

entry AS (
    SELECT kind_order, kind, owner, position, name, definition FROM object
    UNION ALL
    SELECT
        0, 'role', '', 0, quote_ident(r.rolname),
        concat_ws(
            E'\n',
            concat_ws(
                ' ',
                CASE WHEN r.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
                CASE WHEN r.rolsuper THEN 'SUPERUSER' END,
                CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
                CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
                CASE WHEN r.rolreplication THEN 'REPLICATION' END,
                CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END
            ),
            (
                SELECT string_agg(f.fault, E'\n' ORDER BY f.fault)
                FROM role_fault AS f
                WHERE f.oid = r.oid
            )
        )
    FROM granted_role AS r
    UNION ALL
    SELECT
        11, 'comment', o.kind || ' ' || o.owner, o.position, o.kind || ' ' || o.name, d.description
    FROM object AS o
    INNER JOIN pg_description AS d
        ON o.classid = d.classoid AND o.objid = d.objoid AND o.objsubid = d.objsubid
    WHERE o.kind <> 'partition'
    UNION ALL
    SELECT 12, 'owner', o.kind || ' ' || o.owner, 0, o.kind || ' ' || o.name, w.fault
    FROM object AS o
    INNER JOIN wrong_owner AS w ON o.classid = w.classid AND o.objid = w.objid AND o.objsubid = 0
    WHERE o.kind <> 'partition' AND w.fault <> ''
    UNION ALL
    SELECT
        13, 'grant', o.kind || ' ' || o.owner, o.position, o.kind || ' ' || o.name,
        string_agg(g.definition, E'\n' ORDER BY g.definition COLLATE "C")
    FROM object AS o
    INNER JOIN object_grant AS g
        ON o.classid = g.classid AND o.objid = g.objid AND o.objsubid = g.objsubid
    WHERE o.kind NOT IN ('partition', 'overload')
    GROUP BY o.kind, o.owner, o.position, o.name
    UNION ALL
    SELECT
        13, 'grant', 'schema', 0, 'schema',
        string_agg(definition, E'\n' ORDER BY definition COLLATE "C")
    FROM object_grant
    WHERE classid = 'pg_namespace'::regclass
    HAVING count(*) > 0
)

SELECT kind, name, replace(definition, E'\r\n', E'\n') AS definition
FROM entry
ORDER BY kind_order, kind COLLATE "C", owner COLLATE "C", position, name COLLATE "C"
