"""Why PostgreSQL refused something, and what to do: what its message alone does not tell."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg import sql

from lms_schema.server import search_path

_DENIED = re.compile(
    r"permission denied for (?P<kind>(?:materialized )?[a-z]+) (?P<name>.+)", re.DOTALL
)
_OWNER = re.compile(r"must be owner of ")

_EVENT_TRIGGERS = """
    SELECT
        pg_catalog.quote_ident(e.evtname), e.evtfoid::pg_catalog.regproc::text,
        pg_catalog.quote_ident(p.proname)
    FROM pg_catalog.pg_event_trigger AS e
        JOIN pg_catalog.pg_proc AS p ON p.oid = e.evtfoid
    WHERE e.evtenabled <> 'D'
    ORDER BY e.evtname
"""


def reason(
    error: BaseException | None,
    connection: psycopg.Connection[Any],
    schema: str | None,
    *,
    read_only: bool,
) -> str | None:
    """Return sentences on why PostgreSQL refused something, or None when its message is all.

    Args:
        error: What it answered.
        connection: Whose it was; outside a transaction.
        schema: The schema that is worked on.
        read_only: Whether nothing was to be written.
    """
    if not isinstance(error, psycopg.Error) or connection.closed or connection.broken:
        return None
    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL search_path = {search_path.CATALOG}".encode())
            if error.sqlstate == "42501":
                if error.diag.message_hint:  # a file that raised it says what to do
                    return None
                return _denied(error, connection, schema, read_only=read_only)
            return _event_trigger(error, connection)
    except psycopg.Error:  # it is an extra
        return None


def _denied(
    error: psycopg.Error,
    connection: psycopg.Connection[Any],
    schema: str | None,
    *,
    read_only: bool,
) -> str | None:
    """Say who lacks which right, and what gives it."""
    row = connection.execute("SELECT current_user, pg_catalog.current_database()").fetchone()
    message = error.diag.message_primary or ""
    assert row is not None  # noqa: S101
    role, database = row
    if _OWNER.match(message):
        return (
            f'Role "{role}" neither owns it nor is a member of its owner. Run the command as the '
            "role that installed the schema."
        )
    denied = _DENIED.match(message)
    kind, name = (denied["kind"], denied["name"]) if denied else ("", "")
    if kind == "database":
        right, on = "CREATE", sql.SQL("DATABASE {}").format(sql.Identifier(database))
    elif kind == "schema":
        right = "USAGE" if read_only else "USAGE, CREATE"
        on = sql.SQL("SCHEMA {}").format(sql.Identifier(name))
    elif kind in ("table", "view", "materialized view") and read_only:
        place = (schema, name) if schema else (name,)
        right, on = "SELECT", sql.SQL("{}").format(sql.Identifier(*place))
    elif denied:
        return (
            f'Role "{role}" lacks a right on {kind} "{name}". Run the command as the role that '
            "installed the schema, or a member of it."
        )
    else:  # the server speaks another language
        return f'Role "{role}" lacks a right. docs/privileges.md lists what each command needs.'
    grant = sql.SQL("GRANT {} ON {} TO {};").format(sql.SQL(right), on, sql.Identifier(role))
    return (
        f'Role "{role}" lacks {right.replace(", ", " or ")} on {kind} "{name}". As its owner run: '
        f"{grant.as_string(connection)}"
    )


def _event_trigger(error: psycopg.Error, connection: psycopg.Connection[Any]) -> str | None:
    """Say that it is an event trigger of the database which failed, when it is one."""
    context = error.diag.context or ""
    if "function" not in context:
        return None
    for name, function, quoted in connection.execute(_EVENT_TRIGGERS):
        if re.search(rf"function (?:\S+\.)?{re.escape(quoted)}\(\)", context):
            return (
                f"It is the event trigger {name} of the database that failed, in its function "
                f"{function}(), and no file of this package. Mend the function (it has to pin its "
                f"search_path, or name its tables with their schema), or disable the trigger "
                f"meanwhile: ALTER EVENT TRIGGER {name} DISABLE."
            )
    return None
