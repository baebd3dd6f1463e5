"""One runner at a time per database and schema, by a polled advisory lock.

Polled: a session that waits inside pg_advisory_lock() holds a snapshot, on which CREATE INDEX
CONCURRENTLY of the lock's holder would wait in turn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from lms_schema.errors import LockNotObtained, printable
from lms_schema.server.retry import Deadline

_HOLDER = """
    SELECT a.pid, a.application_name, a.backend_start
    FROM pg_locks AS l
        JOIN pg_database AS d ON d.oid = l.database
        LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND d.datname = current_database()
        AND (l.classid::bigint << 32) | l.objid::bigint = %s
"""


def key(database: str, schema: str) -> int:
    """Return the lock's key: 8 bytes of a hash, as a signed integer."""
    digest = hashlib.sha256(f"lms-schema\0{database}\0{schema}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


@contextmanager
def held(
    connection: psycopg.Connection[Any],
    schema: str,
    *,
    wait: float,
    on_wait: Callable[[str], None],
) -> Iterator[None]:
    """Hold the lock of a schema.

    Args:
        connection: Its session holds the lock, so it ends with the session.
        schema: The target schema.
        wait: Seconds to try for.
        on_wait: Called once, with the holder, when the lock is not free.

    Raises:
        LockNotObtained: When it was not free in time; it names the holder.
    """
    lock = key(connection.info.dbname, schema)
    deadline = Deadline(wait)
    told = False
    while not _try(connection, "SELECT pg_try_advisory_lock(%s)", lock):
        holder = _holder(connection, lock)
        if not told:
            on_wait(f"waiting for {holder}")
            told = True
        if not deadline.pause():
            raise LockNotObtained(
                f"{holder} is migrating schema {schema!r}; waited {wait:g} s. "
                "Wait for it to end, or give it longer with --wait."
            )
    try:
        yield
    finally:
        if not connection.closed:
            _try(connection, "SELECT pg_advisory_unlock(%s)", lock)


@contextmanager
def tried(connection: psycopg.Connection[Any], schema: str, purpose: str) -> Iterator[str | None]:
    """Hold the lock of a schema for a purpose of its own, when it is free.

    Yields:
        None with the lock held, else the name of who holds it.
    """
    lock = key(connection.info.dbname, f"{schema}\0{purpose}")
    if not _try(connection, "SELECT pg_try_advisory_lock(%s)", lock):
        yield _holder(connection, lock)
        return
    try:
        yield None
    finally:
        if not connection.closed:
            _try(connection, "SELECT pg_advisory_unlock(%s)", lock)


def _try(connection: psycopg.Connection[Any], query: str, lock: int) -> bool:
    row = connection.execute(query, (lock,)).fetchone()
    return bool(row and row[0])


def _holder(connection: psycopg.Connection[Any], lock: int) -> str:
    row = connection.execute(_HOLDER, (lock,)).fetchone()
    if row is None or row[0] is None:
        return "another session"
    pid, name, since = row
    connected = f", connected since {since.isoformat(' ', 'seconds')}" if since else ""
    return f"session {pid} ({printable(name) or 'no application_name'}{connected})"
