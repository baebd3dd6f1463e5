"""A session on a database: its settings, its schema, and what it refuses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakSet

import psycopg

from lms_schema.errors import (
    DatabaseError,
    PoolerInBetween,
    StatementFailed,
    UsageError,
    lines,
    printable,
)
from lms_schema.server import (
    connection_strings,
    other_servers,
    search_path,
    suggested_commands,
)
from lms_schema.server.refusals import reason

SUPPORTED = range(15, 19)
"""The PostgreSQL major versions that this release knows."""

OPENED: ContextVar[WeakSet[psycopg.Connection[Any]] | None] = ContextVar("OPENED", default=None)
"""Where the connections of this thread are noted, so that another one can end them."""

_LONGEST = 2**31 - 1
"""Milliseconds that a timeout of PostgreSQL may have."""


@dataclass(frozen=True)
class Session:
    """A connection prepared for one schema.

    Attributes:
        connection: In autocommit mode; `search_path` is pg_catalog, see there.
        schema: The target schema, which may not exist yet.
        database: Name of the database.
        is_named: Whether somebody named the schema; else it is the first of the search path.
        server_major: PostgreSQL's major version.
        lock_timeout: Seconds that a statement waits for a lock.
        backend_pid: Id of the server's process, behind a pooler too.
    """

    connection: psycopg.Connection[Any]
    schema: str
    is_named: bool
    database: str
    server_major: int
    lock_timeout: float
    backend_pid: int

    @cached_property
    def citus(self) -> int | None:
        """The major version of the extension citus; None where the database does not have it."""
        query = "SELECT substring(extversion FROM '^[0-9]+')::int FROM pg_extension"
        row = self.connection.execute(f"{query} WHERE extname = 'citus'".encode()).fetchone()
        return row and row[0]

    def schema_exists(self) -> bool:
        """Tell whether the schema exists."""
        query = "SELECT FROM pg_namespace WHERE nspname = %s"
        return self.connection.execute(query, (self.schema,)).fetchone() is not None

    def beside(self) -> psycopg.Connection[Any]:
        """Open another connection to the same server."""
        info = self.connection.info
        parameters: dict[str, Any] = dict(info.get_parameters())
        parameters |= {"host": info.host, "port": info.port, "password": info.password or None}
        if "hostaddr" in parameters:
            parameters["hostaddr"] = info.hostaddr
        parameters |= {"application_name": "lms-schema watch", "connect_timeout": 5}
        connection = psycopg.connect(**parameters, autocommit=True, prepare_threshold=None)
        search_path.pin(connection)
        return connection

    def require_schema(self) -> None:
        """Refuse to go on without the schema.

        Raises:
            UsageError: When it does not exist.
        """
        if not self.schema_exists():
            raise UsageError(
                f'There is no schema "{printable(self.schema)}" in database '
                f'"{printable(self.database)}"; name another with --schema, '
                f"or run: {suggested_commands.command('migrate', self.schema)}"
            )


@contextmanager
def session(
    conninfo: str,
    *,
    schema: str | None = None,
    lock_timeout: float = 5.0,
    read_only: bool = False,
    allow_pooler: bool = False,
    on_notice: Callable[[psycopg.errors.Diagnostic], None] | None = None,
) -> Iterator[Session]:
    """Connect, check the server's version, and pin the settings that results depend on.

    A session that writes keeps its settings and the runner's lock in its server process, so it
    refuses a pooler. One that reads is a single transaction with settings of its own, so that it
    works behind any pooler and leaves nothing to whom the server process is given next.

    Args:
        conninfo: Any libpq connection string.
        schema: The target schema; by default the one that the environment's LMS_SCHEMA names, else
            the first existing one of the search path.
        lock_timeout: Seconds that a statement waits for a lock.
        read_only: Refuse writes.
        allow_pooler: Do not refuse a pooler, since it is in session mode.
        on_notice: Called for each notice of the server.

    Raises:
        DatabaseError: When connecting fails, or anything in the block that is not handled there.
        PoolerInBetween: When a pooler is in the way of a session that writes.
        UsageError: For a connection string that cannot be read, a server version that is not
            supported, or no schema to take.
    """
    with connected(conninfo) as connection:
        other_servers.refuse(connection)
        if on_notice is not None:
            connection.add_notice_handler(on_notice)
        opened: Session | None = None
        try:
            with _transaction(connection) if read_only else nullcontext():
                opened = _prepared(connection, schema, lock_timeout, read_only, allow_pooler)
                yield opened
        except (psycopg.Error, StatementFailed) as error:
            place = opened.schema if opened else schema
            if isinstance(error, StatementFailed):
                error.reason = reason(error.__cause__, connection, place, read_only=read_only)
                raise
            why = reason(error, connection, place, read_only=read_only)
            text = "\n".join(filter(None, (described(error), why)))
            raise DatabaseError(connection_strings.redacted(text, conninfo)) from None


@contextmanager
def connected(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect in autocommit mode, with the role's own settings.

    Args:
        conninfo: Any libpq connection string.

    Raises:
        DatabaseError: When connecting fails, or anything in the block that is not handled there.
        UsageError: For a connection string that cannot be read.
    """
    connection_strings.check(conninfo)
    opened = OPENED.get()
    try:
        with psycopg.connect(
            conninfo,
            autocommit=True,
            prepare_threshold=None,
            application_name="lms-schema",
            client_encoding="UTF8",
        ) as connection:
            if opened is not None:
                opened.add(connection)
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(connection_strings.redacted(described(error), conninfo)) from None


def described(error: psycopg.Error) -> str:
    """Return PostgreSQL's message with its code, detail and hint."""
    parts = [lines(error.diag.message_primary or str(error).strip() or type(error).__name__)]
    if error.sqlstate:
        parts[0] += f" (SQLSTATE {error.sqlstate})"
    if error.diag.message_detail:
        parts.append(f"detail: {printable(error.diag.message_detail)}")
    if error.diag.message_hint:
        parts.append(f"hint: {printable(error.diag.message_hint)}")
    return "\n".join(parts)


@contextmanager
def _transaction(connection: psycopg.Connection[Any]) -> Iterator[None]:
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    connection.read_only = True
    with connection.transaction():
        yield


def milliseconds(seconds: float) -> str:
    """Return a time as a setting of PostgreSQL; never 0, which would mean to wait forever.

    Raises:
        UsageError: When it is more than PostgreSQL takes.
    """
    if not seconds * 1000 <= _LONGEST:
        raise UsageError(
            f"A lock timeout of {seconds:g} s is more than PostgreSQL takes: write {_LONGEST}ms "
            "(24 days) at most."
        )
    return f"{max(1, round(seconds * 1000))}ms"


def _prepared(
    connection: psycopg.Connection[Any],
    schema: str | None,
    lock_timeout: float,
    read_only: bool,
    allow_pooler: bool,
) -> Session:
    major = connection.info.server_version // 10000
    if major not in SUPPORTED:
        raise UsageError(
            f"The server is PostgreSQL {major}; this release knows "
            f"{SUPPORTED.start} to {SUPPORTED.stop - 1}."
        )
    pid, current, is_standby = _pinned(connection, lock_timeout, read_only, allow_pooler)
    name = connection.info.dbname
    if not read_only and not allow_pooler and pid != connection.info.backend_pid:
        raise PoolerInBetween(
            "A connection pooler stands between here and PostgreSQL: in transaction mode the "
            "runner's lock and settings would end up in sessions of others. Nothing was changed. "
            "Connect to PostgreSQL itself; for a pooler that is in session mode, migrate has "
            "--allow-session-pooler."
        )
    if is_standby and not read_only:
        raise DatabaseError(
            "The server is a standby, which is read-only; nothing was changed. Connect to the "
            "primary: among several hosts target_session_attrs=primary finds it."
        )
    schema = schema if schema is not None else os.environ.get("LMS_SCHEMA") or None
    is_named = schema is not None
    schema = _checked(current if schema is None else schema)
    if read_only:
        return Session(connection, schema, is_named, name, major, lock_timeout, pid)
    # when this process dies, its statement ends soon, and with it the lock
    with suppress(psycopg.Error):  # not every platform can do it
        connection.execute("SET client_connection_check_interval = '1s'")
    return Session(connection, schema, is_named, name, major, lock_timeout, pid)


def _checked(schema: str | None) -> str:
    """Return the name of the schema, when it can be one."""
    if schema is None:
        raise UsageError(
            "No schema of the connection's search path exists; name one with --schema."
        )
    if schema in ("", "$user") or len(schema.encode()) > 63:
        raise UsageError(
            f"{schema!r} cannot be the schema: PostgreSQL knows no empty name, gives $user another "
            "meaning in a search path, and cuts names at 63 bytes."
        )
    if schema == "information_schema" or schema.startswith("pg_"):
        raise UsageError(f'"{schema}" cannot be the schema: it is PostgreSQL\'s own.')
    return schema


def _pinned(
    connection: psycopg.Connection[Any], lock_timeout: float, read_only: bool, allow_pooler: bool
) -> tuple[int, str | None, bool]:
    """Pin the settings; return the server process's id, the role's own schema, and if a standby.

    The role's own path holds while this one query is parsed, so that it qualifies every function
    and has no operator. Behind a pooler that is to be refused it changes nothing.
    """
    settings = {
        "search_path": search_path.CATALOG,
        "lock_timeout": milliseconds(lock_timeout),
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        "idle_session_timeout": "0",
        "TimeZone": "UTC",
        "DateStyle": "ISO",
        "IntervalStyle": "postgres",
        "default_transaction_read_only": "off",
        "default_transaction_isolation": "read committed",
        "default_transaction_deferrable": "off",
        "check_function_bodies": "on",
        "standard_conforming_strings": "on",
        "client_min_messages": "notice",
        "quote_all_identifiers": "off",
        "transform_null_equals": "off",
    }
    if connection.info.server_version >= 170000:
        settings["transaction_timeout"] = "0"
    is_local = f"pg_catalog.int4ne(pg_catalog.pg_backend_pid(), {connection.info.backend_pid})"
    if read_only or allow_pooler:
        is_local = str(read_only)
    calls = ", ".join([f"pg_catalog.set_config(%s, %s, {is_local})"] * len(settings))
    row = connection.execute(
        "SELECT pg_catalog.pg_backend_pid(), pg_catalog.current_schema(), "
        f"pg_catalog.pg_is_in_recovery(), {calls}".encode(),
        [text for setting in settings.items() for text in setting],
    ).fetchone()
    assert row is not None  # noqa: S101
    return row[0], row[1], row[2]
