"""What files created, and how to put a changed object in the place of an old one.

A changed file is run as it is first, since CREATE OR REPLACE keeps grants and whatever depends on
the object. Where PostgreSQL refuses that, the object, the package's own objects that depend on it
and what others attached to them (grants, owners, extra indexes and triggers) are dropped and made
again, in the same transaction. It never drops with CASCADE.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import psycopg

from lms_schema.server import search_path
from lms_schema.source.statements import quoted
from lms_schema.source.temporary_names import temporary

REFUSALS = frozenset(
    (
        "2BP01",  # something depends on it
        "42P07",  # the relation exists
        "42P13",  # another result type or parameter name
        "42P16",  # a view may not lose or rename columns
        "42710",  # the trigger, policy or type exists
        "42723",  # the function exists
        "42725",  # with the old function, the name alone is ambiguous
        "42809",  # another kind of object has the name
    )
)
"""SQLSTATEs with which PostgreSQL refuses to replace an object in place."""

ROUTINES = ("FUNCTION", "PROCEDURE", "AGGREGATE")

# Where objects are found, by their kinds: catalog, row, kind, name, and the transaction that wrote
# it with the number of its command. A table's row in pg_class is written again by a trigger or
# foreign key on it, so its type's is looked at.
_CATALOGS = {
    ROUTINES: """
        SELECT 'pg_proc'::regclass, oid,
            CASE prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END,
            oid::regprocedure::text, xmin, cmin
        FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace
    """,
    ("TABLE",): """
        SELECT 'pg_class'::regclass, c.oid, 'TABLE', c.oid::regclass::text, t.xmin, t.cmin
        FROM pg_class AS c JOIN pg_type AS t ON t.oid = c.reltype
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'p')
    """,
    ("VIEW", "MATERIALIZED VIEW"): """
        SELECT 'pg_class'::regclass, oid,
            CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END,
            oid::regclass::text, xmin, cmin
        FROM pg_class
        WHERE relnamespace = %(schema)s::regnamespace AND relkind IN ('v', 'm')
    """,
    ("INDEX",): """
        SELECT 'pg_class'::regclass, c.oid, 'INDEX', c.oid::regclass::text, c.xmin, c.cmin
        FROM pg_class AS c
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('i', 'I')
            AND NOT c.relispartition
            AND NOT EXISTS (
                SELECT FROM pg_constraint AS k
                WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
            )
    """,
    ("TYPE",): """
        SELECT 'pg_type'::regclass, oid, 'TYPE', oid::regtype::text, xmin, cmin
        FROM pg_type WHERE typnamespace = %(schema)s::regnamespace AND typtype = 'e'
    """,
    ("TRIGGER",): """
        SELECT 'pg_trigger'::regclass, t.oid, 'TRIGGER',
            format('%%I ON %%s', t.tgname, t.tgrelid::regclass), t.xmin, t.cmin
        FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal AND t.tgparentid = 0
    """,
    ("POLICY",): """
        SELECT 'pg_policy'::regclass, p.oid, 'POLICY',
            format('%%I ON %%s', p.polname, p.polrelid::regclass), p.xmin, p.cmin
        FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
        WHERE c.relnamespace = %(schema)s::regnamespace
    """,
}

# An object is written by this transaction when its row's xmin is in progress and visible, which
# holds for subtransactions too (DO blocks with EXCEPTION).
_OBJECTS = """
    WITH object (classid, objid, kind, name, writer, command) AS ({})
    SELECT classid::bigint AS classid, objid::bigint AS objid, kind, kind || ' ' || name AS name,
        CASE WHEN pg_current_xact_id_if_assigned() IS NULL OR age(writer) > 0 THEN false
            ELSE pg_xact_status(
                (pg_current_xact_id()::text::bigint - age(writer))::text::xid8
            ) = 'in progress'
        END AS is_written,
        command::text::bigint AS command
    FROM object
    WHERE NOT %(only_written)s OR age(writer) <= 0
    ORDER BY objid
"""

# Each row: the object, then what to put before and after its name to restore what it had.
_ATTACHED = """
    WITH relation AS (
        SELECT c.*, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END AS kind,
            c.oid::regclass::text AS name
        FROM pg_class AS c
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('v', 'm')
    ),
    routine AS (
        SELECT p.*, p.oid::regprocedure::text AS name,
            CASE prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END
                AS kind
        FROM pg_proc AS p WHERE p.pronamespace = %(schema)s::regnamespace
    ),
    granted AS (
        SELECT kind, name, a.privilege_type AS what, '' AS target, a.grantee, a.is_grantable
        FROM relation, aclexplode(relacl) AS a WHERE a.grantee <> relowner
        UNION ALL
        SELECT kind, name, format('%%s (%%I)', a.privilege_type, t.attname), '',
            a.grantee, a.is_grantable
        FROM relation JOIN pg_attribute AS t ON t.attrelid = relation.oid,
            aclexplode(t.attacl) AS a
        UNION ALL
        SELECT kind, name, a.privilege_type, 'ROUTINE', a.grantee, a.is_grantable
        FROM routine, aclexplode(proacl) AS a WHERE a.grantee <> proowner
    )
    SELECT kind || ' ' || name, 'REVOKE ALL ON ROUTINE', 'FROM PUBLIC'
    FROM routine
    WHERE proacl IS NOT NULL
        AND NOT EXISTS (SELECT FROM aclexplode(proacl) AS a WHERE a.grantee = 0)
    UNION ALL
    SELECT kind || ' ' || name, format('GRANT %%s ON %%s', what, target),
        'TO ' || CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END
        || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
    FROM granted
    UNION ALL
    SELECT kind || ' ' || name, alter, 'OWNER TO ' || quote_ident(pg_get_userbyid(owner))
    FROM (
        SELECT kind, name, 'ALTER TABLE', relowner FROM relation
        UNION ALL
        SELECT kind, name, 'ALTER ROUTINE', proowner FROM routine
    ) AS owned (kind, name, alter, owner)
    WHERE owner <> current_user::regrole
    UNION ALL
    SELECT relation.kind || ' ' || relation.name, pg_get_indexdef(i.indexrelid), NULL
    FROM relation JOIN pg_index AS i ON i.indrelid = relation.oid
    WHERE NOT 'INDEX ' || i.indexrelid::regclass::text = ANY (%(own)s)
    UNION ALL
    SELECT relation.kind || ' ' || relation.name,
        format('COMMENT ON INDEX %%s IS %%L', i.indexrelid::regclass, d.description), NULL
    FROM relation JOIN pg_index AS i ON i.indrelid = relation.oid
        JOIN pg_description AS d
            ON d.classoid = 'pg_class'::regclass AND d.objoid = i.indexrelid AND d.objsubid = 0
    WHERE NOT 'INDEX ' || i.indexrelid::regclass::text = ANY (%(own)s)
    UNION ALL
    SELECT relation.kind || ' ' || relation.name, pg_get_statisticsobjdef(s.oid), NULL
    FROM relation JOIN pg_statistic_ext AS s ON s.stxrelid = relation.oid
    UNION ALL
    SELECT relation.kind || ' ' || relation.name, pg_get_triggerdef(t.oid), NULL
    FROM relation JOIN pg_trigger AS t ON t.tgrelid = relation.oid
    WHERE NOT format('TRIGGER %%I ON %%s', t.tgname, relation.name) = ANY (%(own)s)
"""


_INDEXES_OF = """
    SELECT i.indexrelid::regclass::text
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
    WHERE c.relnamespace = %(schema)s::regnamespace AND c.relname = %(name)s
"""

_RELATIONS = ("VIEW", "MATERIALIZED VIEW")


@dataclass(frozen=True)
class Object:
    """An object of the target schema.

    Attributes:
        name: As DROP names it, relative to the schema, like `FUNCTION f(uuid)`.
        address: Its catalog and its row there.
        written: Whether the current transaction created or replaced it.
    """

    name: str
    address: tuple[int, int]
    written: bool


@dataclass(frozen=True)
class Attached:
    """What others gave to an object: a grant, an owner, an index or a trigger.

    Attributes:
        name: The object, like `VIEW v`.
        before: The statement's text before the object's name.
        after: Its text after the name; None when `before` is the whole statement.
    """

    name: str
    before: str
    after: str | None

    @property
    def is_index(self) -> bool:
        """Whether it is an index rather than anything else."""
        return self.after is None and self.before.startswith(("CREATE INDEX", "CREATE UNIQUE"))

    def statements(self, present: Collection[str], new: Collection[str]) -> list[str]:
        """Return the statements that give it back.

        Args:
            present: What there is now. The object itself gets it back when it is among that.
            new: What there was not before. Else those of the object's name get it, like a
                function with other parameters.
        """
        if self.name in present:
            heirs = [self.name]
        else:
            heirs = [name for name in new if _plain(name) == _plain(self.name)]
        if self.after is None:
            return [self.before] if heirs else []
        return [f"{self.before} {identity(name)} {self.after}" for name in heirs]


def kind(name: str) -> str:
    """Return the kind in an object's name: `MATERIALIZED VIEW` of `MATERIALIZED VIEW v`."""
    return "MATERIALIZED VIEW" if name.startswith("MATERIALIZED VIEW ") else name.split(" ", 1)[0]


def identity(name: str) -> str:
    """Return an object's name without its kind: `v` of `MATERIALIZED VIEW v`."""
    return name.removeprefix(kind(name) + " ")


def objects(connection: psycopg.Connection[Any], schema: str) -> dict[str, Object]:
    """Return the objects of the schema that files may create, by their name."""
    kinds = chain.from_iterable(_CATALOGS)
    return {found.name: found for found in _objects(connection, schema, kinds, only_written=False)}


def written(
    connection: psycopg.Connection[Any], schema: str, kinds: Iterable[str]
) -> dict[str, Object]:
    """Return those that the current transaction wrote, by their name.

    Only catalogs that hold one of the kinds are read: that is much faster than `objects`.
    """
    objects = _objects(connection, schema, kinds, only_written=True)
    return {found.name: found for found in objects if found.written}


def writing(connection: psycopg.Connection[Any], schema: str, kinds: Collection[str]) -> bytes:
    """Return the message that asks for those, each with the number of the command that wrote it.

    The number is that within the transaction, and of the last one. It is only good where no
    subtransaction was rolled back.
    """
    query = f"""
        SELECT name, command FROM ({_query(kinds)}) AS object
        WHERE is_written AND kind = ANY (%(kinds)s)
        ORDER BY objid
    """  # noqa: S608 (the queries above)
    values = {"schema": quoted(schema), "kinds": list(kinds), "only_written": True}
    return search_path.printing(connection, schema, query, values)


def _objects(
    connection: psycopg.Connection[Any], schema: str, kinds: Iterable[str], *, only_written: bool
) -> list[Object]:
    rows = search_path.printed(
        connection, schema, _query(kinds), {"schema": quoted(schema), "only_written": only_written}
    )
    return [Object(name, (catalog, row), is_new) for catalog, row, _, name, is_new, _ in rows]


def _query(kinds: Iterable[str]) -> str:
    wanted = set(kinds)
    parts = [part for held, part in _CATALOGS.items() if not wanted.isdisjoint(held)]
    return _OBJECTS.format("UNION ALL".join(parts))


def attached(
    connection: psycopg.Connection[Any], schema: str, own: Collection[str]
) -> list[Attached]:
    """Return what others attached to the schema's views and functions.

    Args:
        connection: Its search path is pg_catalog.
        schema: The schema.
        own: The package's own objects, which are nobody else's.
    """
    values = {"schema": quoted(schema), "own": list(own)}
    rows = search_path.printed(connection, schema, _ATTACHED, values)
    return [Attached(*row) for row in rows]


def moved(connection: psycopg.Connection[Any], schema: str, name: str) -> tuple[str, list[str]]:
    """Return another name for an object, as DROP names it, and the statements that give it.

    A materialized view loses its indexes: the new one has their names.
    """
    plain, _, parameters = identity(name).partition("(")
    bare = plain[1:-1].replace('""', '"') if plain.startswith('"') else plain
    taken = {_plain(other)[1] for other in objects(connection, schema)}
    number = 1
    old = temporary(bare, "old")
    while quoted(old) in taken or old in taken:
        number += 1
        old = temporary(f"{bare}_{number}", "old")
    alter = kind(name) if kind(name) in _RELATIONS else "ROUTINE"
    statements = []
    if kind(name) == "MATERIALIZED VIEW":
        values = {"schema": quoted(schema), "name": bare}
        rows = search_path.printed(connection, schema, _INDEXES_OF, values)
        statements += [f"DROP INDEX {row[0]}" for row in rows]
    statements.append(f"ALTER {alter} {identity(name)} RENAME TO {quoted(old)}")
    row = connection.execute("SELECT quote_ident(%s)", (old,)).fetchone()
    tail = f"({parameters}" if parameters else ""
    return f"{kind(name)} {row[0] if row else old}{tail}", statements


def _plain(name: str) -> tuple[bool, str]:
    """Return whether it is a view of either kind, and the name without parameters."""
    if kind(name) in _RELATIONS:
        return True, identity(name)
    return False, identity(name).rpartition("(")[0]
