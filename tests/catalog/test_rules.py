"""The style's rules, asked of the catalog of the migrated package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Rule:
    """A rule of the schema.

    Attributes:
        query: Lists each offender with the SQL that mends it, by the views of `VOCABULARY`.
        plant: SQL that breaks the rule.
        planted: The offender that `plant` makes.
    """

    query: str
    plant: str
    planted: str


# What the rules are about: the package's objects, and not the runner's state tables.
VOCABULARY = """
CREATE TEMPORARY VIEW our_relation AS
SELECT c.*, c.oid::regclass::text AS name
FROM pg_class AS c
WHERE
    c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'p', 'v', 'm')
    AND NOT starts_with(c.relname, 'lms_schema_');

CREATE TEMPORARY VIEW our_function AS
SELECT p.*, p.oid::regprocedure::text AS name
FROM pg_proc AS p
WHERE p.pronamespace = 'public'::regnamespace;

CREATE TEMPORARY VIEW our_constraint AS
SELECT
    c.*,
    r.relname AS table_name,
    r.name || '.' || quote_ident(c.conname) AS name,
    (
        SELECT string_agg(a.attname, '_' ORDER BY k.position)
        FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, position)
        INNER JOIN pg_attribute AS a ON c.conrelid = a.attrelid AND k.attnum = a.attnum
    ) AS columns
FROM pg_constraint AS c
INNER JOIN our_relation AS r ON c.conrelid = r.oid
WHERE NOT r.relispartition AND c.conparentid = 0;
"""

RULES = {
    "every table has a primary key": Rule(
        """
        SELECT name, 'ALTER TABLE ' || name || ' ADD PRIMARY KEY (...);'
        FROM our_relation
        WHERE
            relkind IN ('r', 'p')
            AND oid NOT IN (SELECT conrelid FROM pg_constraint WHERE contype = 'p')
        """,
        "CREATE TABLE planted (a integer)",
        "planted",
    ),
    "every foreign key is indexed": Rule(
        """
        SELECT
            name,
            format(
                'CREATE INDEX %s_%s_idx ON %1$s (%s);',
                table_name, columns, replace(columns, '_id_', '_id, ')
            )
        FROM our_constraint AS c
        WHERE
            contype = 'f'
            AND NOT EXISTS (
                SELECT FROM pg_index AS i
                WHERE
                    i.indrelid = c.conrelid
                    AND i.indisvalid
                    AND i.indpred IS NULL
                    AND (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey
            )
        """,
        "CREATE TABLE planted (course_id uuid REFERENCES educational_courses);"
        "CREATE INDEX ON planted (course_id) WHERE course_id IS NOT NULL",
        "planted.planted_course_id_fkey",
    ),
    "every object has a comment": Rule(
        """
        SELECT kind || ' ' || name, format('COMMENT ON %s %s IS ''...'';', kind, name)
        FROM (
            SELECT
                CASE relkind
                    WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE'
                END,
                name, 'pg_class', oid
            FROM our_relation
            UNION ALL
            SELECT 'INDEX', i.indexrelid::regclass::text, 'pg_class', i.indexrelid
            FROM pg_index AS i
            INNER JOIN our_relation AS r ON i.indrelid = r.oid
            WHERE
                NOT r.relispartition
                AND i.indexrelid NOT IN (
                    SELECT conindid FROM pg_constraint WHERE contype IN ('p', 'u', 'x')
                )
            UNION ALL
            SELECT 'FUNCTION', name, 'pg_proc', oid FROM our_function
            UNION ALL
            SELECT 'TYPE', typname::text, 'pg_type', oid
            FROM pg_type
            WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
        ) AS o (kind, name, catalog, oid)
        WHERE obj_description(oid, catalog) IS NULL
        """,
        "CREATE TYPE planted AS ENUM ('a')",
        "TYPE planted",
    ),
    "every column has a comment": Rule(
        """
        SELECT
            r.name || '.' || a.attname,
            format('COMMENT ON COLUMN %s.%s IS ''...'';', r.name, a.attname)
        FROM our_relation AS r
        INNER JOIN pg_attribute AS a ON r.oid = a.attrelid
        WHERE
            a.attnum > 0
            AND NOT a.attisdropped
            AND NOT r.relispartition
            AND col_description(r.oid, a.attnum) IS NULL
        """,
        "ALTER TABLE learners ADD COLUMN planted integer",
        "learners.planted",
    ),
    "every comment of a type explains each label": Rule(
        """
        SELECT
            format('%s: %s', t.typname, e.enumlabel),
            format('COMMENT ON TYPE %s IS ''... %s: ...'';', t.typname, e.enumlabel)
        FROM pg_type AS t
        INNER JOIN pg_enum AS e ON t.oid = e.enumtypid
        WHERE
            t.typnamespace = 'public'::regnamespace
            AND strpos(coalesce(obj_description(t.oid, 'pg_type'), ''), e.enumlabel) = 0
        """,
        "CREATE TYPE planted AS ENUM ('a')",
        "planted: a",
    ),
    "every function pins its search path": Rule(
        """
        SELECT name, 'add SET search_path FROM CURRENT to ' || name
        FROM our_function AS f
        WHERE
            prosqlbody IS NULL
            AND NOT EXISTS (
                SELECT FROM unnest(proconfig) AS s WHERE starts_with(s, 'search_path=')
            )
        """,
        "CREATE FUNCTION planted() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "planted()",
    ),
    "a pinned search path is the schema, then pg_temp": Rule(
        """
        SELECT name, 'ALTER FUNCTION ' || name || ' SET search_path = public, pg_temp;'
        FROM our_function AS f
        WHERE EXISTS (
            SELECT FROM unnest(proconfig) AS s
            WHERE
                starts_with(s, 'search_path=')
                AND replace(s, '"', '') <> 'search_path=public, pg_temp'
        )
        """,
        'CREATE FUNCTION planted() RETURNS integer LANGUAGE sql SET search_path = "$user", public'
        " AS 'SELECT 1'",
        "planted()",
    ),
    "no function may be executed by PUBLIC": Rule(
        """
        SELECT name, 'REVOKE EXECUTE ON FUNCTION ' || name || ' FROM PUBLIC;'
        FROM our_function
        WHERE EXISTS (
            SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) AS a
            WHERE a.grantee = 0
        )
        """,
        "CREATE FUNCTION planted() RETURNS integer LANGUAGE sql RETURN 1",
        "planted()",
    ),
    "every constraint is named by the style": Rule(
        """
        SELECT
            name,
            format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I;', table_name, conname, expected)
        FROM (
            SELECT
                *,
                left(
                    table_name || CASE contype
                        WHEN 'p' THEN '_pkey'
                        WHEN 'u' THEN '_' || columns || '_key'
                        WHEN 'f' THEN '_' || columns || '_fkey'
                        WHEN 'c' THEN '_..._check'
                        WHEN 'x' THEN '_..._excl'
                    END,
                    63
                ) AS expected
            FROM our_constraint
            -- 'n': 18 lists NOT NULL; 't': a constraint trigger has a trigger's name
            WHERE contype NOT IN ('n', 't') AND conname <> 'valid_email' -- the guide's own name
        ) AS c
        WHERE conname NOT LIKE replace(replace(expected, '_', '\\_'), '...', '%')
        """,
        "ALTER TABLE learners ADD CONSTRAINT planted UNIQUE (last_name)",
        "learners.planted",
    ),
    # these two: rows can move to another server, where such a mark means nothing
    "no column holds a mark of the transaction log": Rule(
        """
        SELECT
            r.name || '.' || a.attname,
            format('ALTER TABLE %s DROP %I;', r.name, a.attname)
        FROM our_relation AS r
        INNER JOIN pg_attribute AS a ON r.oid = a.attrelid
        WHERE
            a.attnum > 0
            AND a.atttypid IN (
                'xid'::regtype, 'xid8'::regtype, 'pg_snapshot'::regtype,
                'txid_snapshot'::regtype, 'pg_lsn'::regtype
            )
        """,
        "ALTER TABLE learners ADD COLUMN planted xid8",
        "learners.planted",
    ),
    "no function asks how far transactions or a sequence are": Rule(
        r"""
        SELECT name, 'decide by rows, not by marks, in ' || name
        FROM our_function
        WHERE
            prokind = 'f'
            AND pg_get_functiondef(oid) ~ (
                '\m(txid_\w+|pg_\w*(xact_id|snapshot|wal_lsn)\w*'
                '|currval|lastval|nextval|setval|last_value)\M'
            )
        """,
        "CREATE FUNCTION planted() RETURNS xid8 LANGUAGE sql RETURN pg_current_xact_id()",
        "planted()",
    ),
    "every table reaches a standby": Rule(
        """
        SELECT name, format('ALTER TABLE %s SET LOGGED;', name)
        FROM our_relation
        WHERE relpersistence <> 'p' AND relkind IN ('r', 'p', 'm')
        """,
        "CREATE UNLOGGED TABLE planted (a integer PRIMARY KEY)",
        "planted",
    ),
    "every point in time has a time zone": Rule(
        """
        SELECT
            r.name || '.' || a.attname,
            format('ALTER TABLE %s ALTER %I TYPE timestamptz;', r.name, a.attname)
        FROM our_relation AS r
        INNER JOIN pg_attribute AS a ON r.oid = a.attrelid
        WHERE a.attnum > 0 AND a.atttypid IN ('timestamp'::regtype, 'timestamp[]'::regtype)
        """,
        "ALTER TABLE learners ADD COLUMN planted timestamp",
        "learners.planted",
    ),
}


def offenders(connection: Connection, rule: Rule) -> dict[str, str]:
    """What breaks the rule, each with the SQL that mends it."""
    connection.execute("SET LOCAL search_path = public, pg_temp")
    connection.execute(VOCABULARY.encode())
    return {row[0]: row[1] for row in connection.execute(rule.query.encode())}


@pytest.mark.parametrize("name", RULES)
def test_schema_keeps_the_rule(name: str, transaction: Connection) -> None:
    found = offenders(transaction, RULES[name])
    listed = "".join(f"\n  {offender}\n    {mend}" for offender, mend in sorted(found.items()))
    assert not found, f"{name}, except for these; mend them with the SQL below each:{listed}"


@pytest.mark.parametrize("name", RULES)
def test_rule_finds_a_planted_offender(name: str, transaction: Connection) -> None:
    rule = RULES[name]
    transaction.execute("SET LOCAL search_path = public")
    transaction.execute(rule.plant.encode())
    assert rule.planted in offenders(transaction, rule)
