"""What of a database is believed: state tables that nobody else made, a schema without strangers.

What is found in a database may have been put there for whoever runs a command, often a superuser: a
view whose function runs when it is read, a function that is called in the place of PostgreSQL's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from lms_schema.catalog import schema_objects
from lms_schema.errors import DatabaseError, StatementFailed, printable
from lms_schema.events import Event
from lms_schema.source.statements import quoted

# pg_has_role would say of a superuser that it is a member of every role. From PostgreSQL 16 on who
# made a role is a member of it that may grant it, and for that alone neither inherits nor sets it.
# Who is a member of a superuser can become one, and who is one in this session can be it again
# after any SET ROLE, which the owner of the database may have set for every session: only the
# session's own role counts. pg_database_owner stands for its only member, the database's owner.
_ROLES = """
    WITH RECURSIVE own (oid) AS (
        SELECT oid FROM pg_roles WHERE rolname = session_user
        UNION
        SELECT m.roleid FROM own AS o JOIN pg_auth_members AS m ON m.member = o.oid
        WHERE NOT to_jsonb(m) @> '{"inherit_option": false, "set_option": false}'
    ),
    powerful (oid) AS (
        SELECT oid FROM pg_roles WHERE rolsuper
        UNION
        SELECT m.member FROM powerful AS p JOIN pg_auth_members AS m ON m.roleid = p.oid
    ),
    here AS (
        SELECT n.oid, n.nspowner, n.nspacl, d.oid AS database, d.datdba,
            CASE n.nspowner WHEN 'pg_database_owner'::regrole THEN d.datdba ELSE n.nspowner END
                AS owner
        FROM pg_namespace AS n JOIN pg_database AS d ON d.datname = current_database()
        WHERE n.nspname = %(schema)s
    ),
    trusted (oid) AS (
        SELECT oid FROM own UNION SELECT oid FROM powerful
        UNION SELECT owner FROM here UNION SELECT nspowner FROM here
    )
"""

# All that makes the server run what somebody wrote when the table is read or written, or that
# shows other rows than those of the table. A foreign key of another table is a trigger on this one.
_STATE = f"""
    {_ROLES}
    SELECT c.relname, c.relkind::text, pg_get_userbyid(c.relowner),
        c.relowner IN (SELECT oid FROM trusted),
        CASE WHEN c.relkind = 'r' THEN row_security_active(c.oid) ELSE false END,
        ARRAY(
            SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
            FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
        ),
        ARRAY(
            SELECT CASE WHEN tgisinternal THEN 'a foreign key of ' || tgconstrrelid::regclass::text
                ELSE 'trigger ' || tgname END
            FROM pg_trigger WHERE tgrelid = c.oid AND NOT (tgisinternal AND tgfoid IN (
                -- Citus gives its tables one
                SELECT d.objid FROM pg_depend AS d JOIN pg_extension AS e ON d.refobjid = e.oid
                WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
                    AND d.classid = 'pg_proc'::regclass AND e.extname = 'citus'
            ))
            UNION
            SELECT 'rule ' || rulename FROM pg_rewrite WHERE ev_class = c.oid
            UNION
            SELECT 'policy ' || polname FROM pg_policy WHERE polrelid = c.oid
            UNION
            SELECT 'parent ' || inhparent::regclass::text FROM pg_inherits WHERE inhrelid = c.oid
            UNION
            SELECT 'child ' || inhrelid::regclass::text FROM pg_inherits WHERE inhparent = c.oid
            UNION
            SELECT 'constraint ' || conname FROM pg_constraint
            WHERE conrelid = c.oid AND contype NOT IN ('p', 'n')
            UNION
            SELECT 'index ' || indexrelid::regclass::text FROM pg_index
            WHERE indrelid = c.oid AND NOT indisprimary
            UNION
            SELECT format('column %%s of type %%s', a.attname, t.oid::regtype)
            FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
            WHERE a.attrelid = c.oid AND a.attnum > 0
                AND t.typnamespace <> 'pg_catalog'::regnamespace
            UNION
            SELECT 'the default of column ' || a.attname
            FROM pg_attrdef AS d
                JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            WHERE d.adrelid = c.oid AND pg_get_expr(d.adbin, d.adrelid)
                !~ $e$^(''::text|[(]?(installed_at = )?'[^']+'::timestamp with time zone[)]?)$$e$
        )
    FROM here JOIN pg_class AS c ON c.relnamespace = here.oid
    WHERE c.relname = ANY (%(tables)s)
"""  # noqa: S608 (the roles above)

_KINDS = {
    "v": "a view",
    "m": "a materialized view",
    "f": "a foreign table",
    "p": "a partitioned table",
    "S": "a sequence",
    "c": "a composite type",
}

# The owner of what the bootstrap superuser owns is not listed, and trusted anyway.
_STRANGE = """
    SELECT json_build_array(
        d.classid::bigint, d.objid::bigint, coalesce(i.type, 'object'),
        coalesce(t.typname, i.object_names[cardinality(i.object_names)], ''),
        pg_get_userbyid(o.refobjid)
    )
    FROM pg_depend AS d
        JOIN pg_shdepend AS o ON o.classid = d.classid AND o.objid = d.objid AND o.objsubid = 0
            AND o.deptype = 'o' AND o.dbid = here.database
        CROSS JOIN LATERAL pg_identify_object_as_address(d.classid, d.objid, 0) AS i
        LEFT JOIN pg_type AS t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
    WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = here.oid
        AND o.refobjid NOT IN (SELECT oid FROM trusted)
    ORDER BY d.objid
"""

_STRANGERS = f"{_ROLES} SELECT ARRAY({_STRANGE}) FROM here"  # noqa: S608 (the parts above)

# Whatever lies in a schema depends on it: so one look finds relations, routines, types, operators
# and the rest. Default privileges and publications of the schema are not in it. The first list of
# objects is of what a call in a file or in a function of ours can reach by mistake: a stranger's
# routine with a name of PostgreSQL's or ours, whose arguments may fit better, and any operator of
# one.
_GROUND = f"""
    {_ROLES}
    SELECT
        EXISTS (SELECT FROM own JOIN powerful ON powerful.oid = own.oid),
        pg_get_userbyid(here.owner),
        here.owner IN (SELECT oid FROM powerful),
        here.owner IN (SELECT oid FROM own),
        ARRAY(
            SELECT DISTINCT CASE a.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(a.grantee)::text END
            FROM aclexplode(here.nspacl) AS a
            WHERE a.privilege_type = 'CREATE' AND a.grantee NOT IN (here.owner, here.nspowner)
                AND a.grantee NOT IN (SELECT oid FROM powerful)
                AND (
                    a.grantee <> 'pg_database_owner'::regrole
                    OR here.datdba NOT IN (SELECT oid FROM powerful)
                )
                AND (
                    a.grantee NOT IN (SELECT oid FROM own)
                    OR EXISTS (SELECT FROM own JOIN powerful ON powerful.oid = own.oid)
                )
            ORDER BY 1
        ),
        NOT EXISTS (
            SELECT FROM pg_depend
            WHERE refclassid = 'pg_namespace'::regclass AND refobjid = here.oid
                AND classid NOT IN (
                    'pg_default_acl'::regclass, 'pg_publication_namespace'::regclass
                )
        ),
        ARRAY(
            SELECT format('%%s, owned by "%%s"', p.oid::regprocedure, pg_get_userbyid(p.proowner))
            FROM pg_proc AS p
            WHERE p.pronamespace = here.oid AND p.proowner NOT IN (SELECT oid FROM trusted)
                AND p.proname IN (
                    SELECT proname FROM pg_proc
                    WHERE pronamespace = 'pg_catalog'::regnamespace
                        OR pronamespace = here.oid AND proowner IN (SELECT oid FROM trusted)
                )
            UNION ALL
            SELECT format('operator %%s, owned by "%%s"', oid::regoperator,
                pg_get_userbyid(oprowner))
            FROM pg_operator
            WHERE oprnamespace = here.oid AND oprowner NOT IN (SELECT oid FROM trusted)
            ORDER BY 1
        ),
        ARRAY({_STRANGE})
    FROM here
"""  # noqa: S608 (the parts above)

# Who was granted TRIGGER can have a function of its own run as whoever writes rows, as the action
# of a trigger or in its condition. Up to PostgreSQL 17 an AFTER trigger of a table from which a
# foreign key's action deletes runs as that one, too.
_TRIGGERS = f"""
    {_ROLES},
    written (oid, is_ours) AS (
        SELECT c.oid, true
        FROM here JOIN pg_class AS c ON c.relnamespace = here.oid
        WHERE c.relkind IN ('r', 'p', 'v') AND c.relowner IN (SELECT oid FROM trusted)
        UNION
        SELECT t.tgconstrrelid, false
        FROM written AS w
            JOIN pg_trigger AS t ON t.tgrelid = w.oid AND t.tgisinternal
            JOIN pg_proc AS p ON p.oid = t.tgfoid
        WHERE p.proname ~ '^RI_FKey_(cascade|setnull|setdefault)_'
    )
    SELECT DISTINCT format('trigger "%%s" on %%s, which uses what is owned by "%%s"',
        t.tgname, t.tgrelid::regclass, pg_get_userbyid(o.refobjid))
    FROM written AS w
        JOIN pg_trigger AS t ON t.tgrelid = w.oid AND NOT t.tgisinternal
        JOIN pg_depend AS d ON d.classid = 'pg_trigger'::regclass AND d.objid = t.oid
            AND d.refclassid <> 'pg_class'::regclass
        JOIN pg_shdepend AS o ON o.classid = d.refclassid AND o.objid = d.refobjid
            AND o.deptype = 'o' AND o.dbid = (SELECT database FROM here)
    WHERE (w.is_ours OR t.tgtype & 2 = 0 AND current_setting('server_version_num')::int < 180000)
        AND o.refobjid NOT IN (SELECT oid FROM trusted)
    ORDER BY 1
"""  # noqa: S608 (the roles above)

# What row security does not guard, given to others by default privileges, with the statement that
# takes it back. PUBLIC is left to the files, which revoke from it.
_GIVEN_AWAY = """
    SELECT format(
        'ALTER DEFAULT PRIVILEGES%%s REVOKE %%s ON %%s FROM %%s;',
        ' IN SCHEMA ' || nullif(d.defaclnamespace, 0)::regnamespace::text,
        a.privileges, k.kind, a.roles
    )
    FROM pg_default_acl AS d
        JOIN (VALUES ('r', 'TABLES'), ('f', 'FUNCTIONS')) AS k (letter, kind)
            ON k.letter = d.defaclobjtype::text
        CROSS JOIN LATERAL (
            SELECT string_agg(DISTINCT e.privilege_type, ', ') AS privileges,
                string_agg(DISTINCT e.grantee::regrole::text, ', ') AS roles
            FROM aclexplode(d.defaclacl) AS e
            WHERE e.grantee NOT IN (0, d.defaclrole)
                AND e.privilege_type IN ('EXECUTE', 'TRUNCATE', 'REFERENCES', 'TRIGGER')
        ) AS a
    WHERE a.roles IS NOT NULL
        AND d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
        AND d.defaclnamespace IN (0, (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s))
    ORDER BY d.oid
"""

_TAKEN = ("42501", "42P07", "42710", "42723", "42P13", "42P16", "42809")
"""SQLSTATEs with which PostgreSQL refuses to make what another role has made."""


def state_tables(
    connection: psycopg.Connection[Any], schema: str, columns: Mapping[str, Mapping[str, str]]
) -> frozenset[str]:
    """Return which of the state tables the schema holds; needs no right on them.

    Row security that is on and has no policies is none of what is refused, for a platform's event
    trigger may turn it on for each new table: it hides rows from a role that neither owns the
    table nor bypasses row security, and that role is told so.

    Args:
        connection: To the database.
        schema: The schema.
        columns: What is read of each state table, with its type as PostgreSQL prints it. The
            other columns are yoyo's affair, and have types of PostgreSQL.

    Raises:
        DatabaseError: When one is not an ordinary table with these columns and nothing that runs
            somebody's code, or is another role's. Nothing of it was read.
    """
    rows = connection.execute(_STATE, {"schema": schema, "tables": list(columns)}).fetchall()
    for name, kind, owner, is_trusted, is_hidden, found, more in rows:
        table = f"{quoted(schema)}.{name}"
        problems = []
        mend = f"DROP what does not belong to table {table}, after you know who added it."
        if not is_trusted:
            problems.append(
                f'its owner "{owner}" is neither this role, nor a role that it is a member of, nor '
                "the schema's owner, nor a superuser"
            )
            mend = (
                f'If it is yours, connect as "{owner}" or a member of it, or give the table to '
                "the schema's owner; else drop it."
            )
        if kind != "r":
            problems.append(f"it is {_KINDS.get(kind, 'no table')}")
            mend = "Drop it, after you know who made it."
        else:
            if more:
                problems.append(f"it has {', '.join(more)}")
            if not {" ".join(column) for column in columns[name].items()} <= set(found):
                problems.append("its columns are not those that migrate makes")
        if problems:
            raise DatabaseError(
                printable(
                    f'{table}, owned by "{owner}", is not the table that lms-schema keeps its '
                    f"records in: {'; '.join(problems)}. Nothing of it was read. {mend}"
                )
            )
        if is_hidden:
            raise DatabaseError(
                printable(
                    f'Row security hides the rows of {table} from role "{connection.info.user}". '
                    f'Connect as its owner "{owner}", or as the owner: '
                    f"ALTER TABLE {table} DISABLE ROW SECURITY."
                )
            )
    return frozenset(row[0] for row in rows)


@dataclass(frozen=True)
class Stranger:
    """An object of the schema whose owner is nobody that is trusted.

    Attributes:
        address: Its catalog and its row there.
        kind: What PostgreSQL calls it, like `function`.
        name: Its name, without the schema.
        owner: The role that owns it.
    """

    address: tuple[int, int]
    kind: str
    name: str
    owner: str

    def __str__(self) -> str:
        """Return it as errors name it."""
        return f'{self.kind} "{self.name}", owned by "{self.owner}"'


def strangers(connection: psycopg.Connection[Any], schema: str) -> list[Stranger]:
    """Return what of the schema belongs to others than those whose state tables are believed."""
    row = connection.execute(_STRANGERS, {"schema": schema}).fetchone()
    return _listed(row[0]) if row else []


def _listed(found: Sequence[Any]) -> list[Stranger]:
    return [Stranger((catalog, row), *more) for catalog, row, *more in found]


def refuse_strangers(
    connection: psycopg.Connection[Any], schema: str, names: Collection[str]
) -> None:
    """Refuse objects of ours that another role owns, and so can rewrite.

    Args:
        connection: In the schema.
        schema: The schema.
        names: Names of objects as DROP would name them, like `FUNCTION f(uuid)`.

    Raises:
        DatabaseError: When there are some; it names them and their owners.
    """
    _refuse_ours(connection, schema, names, strangers(connection, schema))


def _refuse_ours(
    connection: psycopg.Connection[Any],
    schema: str,
    names: Collection[str],
    found: Collection[Stranger],
) -> None:
    if found:
        present = schema_objects.objects(connection, schema)
        ours = {present[name].address for name in names if name in present}
        _refuse([item for item in found if item.address in ours])


def _refuse(found: Collection[Stranger]) -> None:
    if found:
        raise DatabaseError(
            printable(
                f"Another role owns what is ours by its name: {'; '.join(map(str, found))}. That "
                "role can rewrite it, and whoever uses the schema runs what it writes. Nothing of "
                "it was adopted or called. Drop it, or read it and then ALTER ... OWNER TO the "
                "schema's owner."
            )
        )


def refuse_default_privileges(connection: psycopg.Connection[Any], schema: str) -> None:
    """Refuse to make objects that default privileges of the role open to others at once.

    A platform may have set them, as Supabase does in `public`. The rights to read and write rows
    are let pass, since row security guards them.

    Args:
        connection: To the database.
        schema: The schema, which need not be there yet.

    Raises:
        DatabaseError: When others would get a right that row security does not guard.
    """
    mends = [row[0] for row in connection.execute(_GIVEN_AWAY, {"schema": schema}).fetchall()]
    if mends:
        raise DatabaseError(
            printable(
                f'Default privileges open to others what this role makes in schema "{schema}", and '
                "row security guards neither functions nor TRUNCATE, REFERENCES and TRIGGER. "
                "Nothing was made. Take a schema of its own, as --schema lms, or "
                f"another role, or run: {' '.join(mends)}"
            )
        )


def _is_named(name: str, text: str) -> bool:
    """Tell whether an error is about an object of that name."""
    found = re.escape(name)
    return bool(re.search(rf'"{found}"| of [a-z ]+ {found} \(|DROP FUNCTION {found}\(', text))


class Ground:
    """A schema to work in, in which perhaps others may create.

    A superuser is only let into such a schema when nothing at all is in it yet, and its owner is
    one, too. During that install, each transaction begins and ends with a look at what others have
    put there.

    Attributes:
        was_missing: Whether there was no such schema; it is to be entered when there is.
    """

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        """Take the connection, in the schema, and the schema."""
        self._connection = connection
        self._schema = schema
        self._is_superuser = False
        self._is_exposed = False
        self._strangers: list[Stranger] = []
        self._latest: list[Stranger] | None = None
        self.was_missing = False

    def enter(self, tell: Callable[[Event], None]) -> None:
        """Look who may create objects in the schema, before anything of it is used.

        Args:
            tell: Is told who, when the work can go on nevertheless.

        Raises:
            DatabaseError: When a superuser works here, and somebody else may; and for everybody
                when another role has put there what can be called in the place of something else,
                or for a superuser what runs when rows are written.
        """
        row = self._connection.execute(_GROUND, {"schema": self._schema}).fetchone()
        if row is None:
            self.was_missing = True
            return
        is_superuser, owner, is_powerful, is_own, grantees, is_empty, shadows, found = row
        self._is_superuser = is_superuser
        self._latest = _listed(found)
        self._strangers = self._latest if is_superuser else []
        if shadows:
            raise DatabaseError(
                printable(
                    "Another role owns what can be called in the place of PostgreSQL's or our "
                    f"functions: {'; '.join(shadows)}. Nothing was called. Drop it, or read it and "
                    "then ALTER ... OWNER TO the schema's owner."
                )
            )
        strange_owner = None if is_powerful or (is_own and not is_superuser) else owner
        if is_superuser:
            self._refuse_triggers()
        if strange_owner is None and not grantees:
            return
        message = printable(self._described(strange_owner, grantees))
        if is_superuser and (strange_owner is not None or not is_empty):
            raise DatabaseError(message)
        self._is_exposed = is_superuser
        tell(Event("warning", message))

    def begin(self) -> None:
        """Look again, as a transaction begins.

        Raises:
            DatabaseError: When others have put something into a schema that was empty.
        """
        if self._is_exposed:
            found = strangers(self._connection, self._schema)
            if found:
                raise DatabaseError(
                    printable(
                        f'Others put something into schema "{self._schema}" while it was '
                        f"installed: {'; '.join(map(str, found))}. Revoke their CREATE, drop what "
                        "they made, and migrate again: it goes on from here."
                    )
                )

    def end(self, known: Callable[[], Collection[str]]) -> None:
        """Look what the transaction has written, before it is committed.

        PostgreSQL lets nobody but a superuser replace an object of a stranger. One that the
        transaction itself made and gave to another role, as the old one had been given, is none.

        Args:
            known: Returns the names of objects that were recorded before, whoever owns them now.

        Raises:
            DatabaseError: When an object that is now ours is another role's.
        """
        self.begin()
        self._latest = None
        if self._strangers:
            present = schema_objects.objects(self._connection, self._schema)
            written = {
                present[name].address
                for name in present.keys() - set(known())
                if present[name].written
            }
            _refuse([item for item in self._strangers if item.address in written])

    def refuse_strangers(self, names: Collection[str]) -> None:
        """Refuse objects of ours that another role owns, as the function of that name does.

        The look of `enter` is good for it until a transaction has written something.
        """
        found = self._latest
        if found is None:
            found = strangers(self._connection, self._schema)
        _refuse_ours(self._connection, self._schema, names, found)

    def explain(self, error: StatementFailed) -> None:
        """Tell whose object it is that a statement could not make or replace.

        Raises:
            DatabaseError: When it failed for an object of a stranger.
        """
        if error.sqlstate in _TAKEN:
            text = f"{str(error).splitlines()[0]}\n{error.hint}"
            found = strangers(self._connection, self._schema)
            _refuse([item for item in found if _is_named(item.name, text)])

    def _refuse_triggers(self) -> None:
        rows = self._connection.execute(_TRIGGERS, {"schema": self._schema}).fetchall()
        if rows:
            raise DatabaseError(
                printable(
                    "Triggers run what others wrote as you, a superuser, when rows are written: "
                    f"{'; '.join(row[0] for row in rows)}. Nothing was written. Drop them and "
                    "REVOKE TRIGGER from who made them, or give what they call to the owner of "
                    "the table, or connect as a role that is no superuser."
                )
            )

    def _described(self, owner: str | None, grantees: Collection[str]) -> str:
        name = quoted(self._schema)
        roles = [f'"{role}"' if role else "PUBLIC, which is every role" for role in grantees]
        if owner is not None:
            roles.append(f'its owner "{owner}", who is not a superuser')
        mends = []
        if grantees:
            listed = ", ".join(quoted(role) if role else "PUBLIC" for role in grantees)
            mends.append(f"REVOKE CREATE ON SCHEMA {name} FROM {listed};")
        if owner is not None:
            mends.append(
                f'connect as "{owner}"'
                + (f", or ALTER SCHEMA {name} OWNER TO CURRENT_USER;" if self._is_superuser else "")
            )
        who = "you, a superuser" if self._is_superuser else "you"
        return (
            f'Others may create objects in schema "{self._schema}": {"; ".join(roles)}. What they '
            f"put there can run as {who}. To mend it: {' and '.join(mends)}"
        )
