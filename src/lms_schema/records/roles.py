"""The roles that a package makes. They belong to the server: all its databases share them.

A file of `security/` makes those that are missing, so that nothing tells by itself whose a role is.
The file is recorded with the roles that it names, as `ROLE name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg import sql

from lms_schema.source.files import SqlFile
from lms_schema.source.folders import SECURITY

PREFIX = "ROLE "

# A name stands in the statement, or in a string of the code that makes the statement.
_MAKES = re.compile(r"\bCREATE\s+ROLE\b", re.IGNORECASE)
_NAMES = re.compile(
    r"""\bCREATE\s+ROLE\s+(?:"([^"]+)"|([\w$]+)) | '([\w$]+)'""", re.IGNORECASE | re.VERBOSE
)

_NAMED = f"""
    SELECT '{PREFIX}' || quote_ident(rolname) FROM pg_roles
    WHERE rolname = ANY (%s) AND NOT starts_with(rolname, 'pg_') AND NOT rolsuper
        AND NOT rolcanlogin
    ORDER BY rolname
"""  # noqa: S608 (a constant)

# What else the server holds of roles. Who made a role, from 16 on, is its member only to grant it.
_USES = """
    SELECT r.oid::regrole::text, r.rolname,
        ARRAY(
            SELECT DISTINCT CASE
                WHEN d.datname IS NULL THEN 'the server'
                WHEN d.datname = current_database() THEN 'another schema of this database'
                ELSE 'database ' || quote_ident(d.datname)
            END || ' uses it'
            FROM pg_shdepend AS s LEFT JOIN pg_database AS d ON d.oid = s.dbid
            WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid
            ORDER BY 1
        ) || ARRAY(
            SELECT m.member::regrole::text || ' is a member of it'
            FROM pg_auth_members AS m
            WHERE m.roleid = r.oid
                AND NOT to_jsonb(m) @> '{"inherit_option": false, "set_option": false}'
            ORDER BY 1
        )
    FROM pg_roles AS r
    WHERE r.oid = ANY (SELECT to_regrole(name) FROM unnest(%s::text[]) AS name)
        AND NOT r.rolcanlogin AND NOT r.rolsuper
    ORDER BY r.rolname
"""

_OWNERS = """
    SELECT quote_ident(c.relname), quote_ident(r.rolname)
    FROM pg_class AS c JOIN pg_roles AS r ON r.oid = c.relowner
    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)
        AND c.relkind IN ('r', 'p') AND r.rolcanlogin
    ORDER BY r.rolname
"""


def owners_that_log_in(connection: psycopg.Connection[Any], schema: str) -> dict[str, str]:
    """Return who owns which table and may log in, by table; row security does not bind them."""
    return dict(connection.execute(_OWNERS, (schema,)).fetchall())


def named_in(text: str) -> list[str]:
    """Return the roles that a file of `security/` makes where they are missing, by its text."""
    if not _MAKES.search(text):
        return []
    return [name for found in _NAMES.findall(text) for name in found if name]


def made_by(connection: psycopg.Connection[Any], file: SqlFile) -> list[str]:
    """Return the roles that a file makes where they are missing, as they are recorded.

    Args:
        connection: On which the file was applied.
        file: The file.
    """
    names = named_in(file.text) if file.folder.name == SECURITY else []
    return [row[0] for row in connection.execute(_NAMED, (names,))] if names else []


def drop_unused(
    connection: psycopg.Connection[Any], schema: str, recorded: Iterable[str]
) -> tuple[list[str], Mapping[str, str]]:
    """Drop, in the open transaction, the roles that the server has no other use for.

    Args:
        connection: Its search path is pg_catalog.
        schema: The schema that their grants end with; its own, USAGE for instance, are revoked.
        recorded: The roles, as they are recorded.

    Returns:
        The roles that were dropped, and of those that are left the reason.
    """
    names = [name.removeprefix(PREFIX) for name in recorded]
    dropped: list[str] = []
    left: dict[str, str] = {}
    for _, role, _ in connection.execute(_USES, (names,)).fetchall():
        _attempt(
            connection,
            sql.SQL("REVOKE ALL ON SCHEMA {} FROM {}").format(
                sql.Identifier(schema), sql.Identifier(role)
            ),
        )
    for name, role, uses in connection.execute(_USES, (names,)).fetchall():
        problem = ", ".join(uses) or _attempt(
            connection, sql.SQL("DROP ROLE {}").format(sql.Identifier(role))
        )
        if problem:
            left[f"{PREFIX}{name}"] = problem
        else:
            dropped.append(f"{PREFIX}{name}")
    return dropped, left


def _attempt(connection: psycopg.Connection[Any], statement: sql.Composed) -> str | None:
    """Execute a statement; return why that was refused, or None."""
    try:
        with connection.transaction():
            connection.execute(statement)
    except (
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.DependentObjectsStillExist,
        psycopg.errors.UndefinedObject,
    ) as error:
        return error.diag.message_primary or "it was refused"
    return None
