"""Watches the statements of a connection from a second one: who blocks them, and for how long.

A statement that waits for a lock makes those behind it wait too, and lock_timeout limits each wait
alone: a file that waits for three tables in turn holds up the users of the first for three times as
long. So the waits of a transaction are limited together. And when a session that blocks it waits
for it in turn, PostgreSQL would after deadlock_timeout end either: the runner gives way at once,
which can try again.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import psycopg

from lms_schema.errors import printable
from lms_schema.events import Event

if TYPE_CHECKING:
    from lms_schema.server.sessions import Session

# In a circle, and across a queue: everybody whom somebody in the recursion waits for.
_QUERY = """
    WITH RECURSIVE blocking (waiter, pid) AS (
        SELECT %(pid)s::int, unnest(pg_blocking_pids(%(pid)s))
        UNION
        SELECT b.pid, unnest(pg_blocking_pids(b.pid)) FROM blocking AS b
    )
    SELECT b.pid, coalesce(a.application_name, ''), a.state,
        extract(epoch FROM clock_timestamp() - a.xact_start)::float8, a.query,
        EXISTS (SELECT FROM blocking WHERE pid = %(pid)s),
        (
            SELECT extract(epoch FROM clock_timestamp() - min(l.waitstart))::float8
            FROM pg_locks AS l WHERE l.pid = %(pid)s AND NOT l.granted
        )
    FROM blocking AS b LEFT JOIN pg_stat_activity AS a ON a.pid = b.pid
    WHERE b.waiter = %(pid)s
    ORDER BY a.xact_start, b.pid
"""

_INTERVAL = 0.1
"""Seconds between two looks, less when the lock timeout is short."""

_SELDOM = 1.0
"""Seconds between two looks at a statement that may wait as long as it takes."""

_REPEAT = 10.0
"""Seconds after which the same blockers are told again."""


@dataclass(frozen=True)
class _Running:
    where: str
    limited: bool
    began: float


class Blockers:
    """The sessions that block the statements of a session; also a context manager.

    Where the second connection cannot be had, nothing is told and each wait is limited alone.

    Attributes:
        seen: Those that blocked last, each described.
        gave_way: Why the last statement was cancelled from here; empty when it was not.
    """

    def __init__(self, session: Session, tell: Callable[[Event], None]) -> None:
        """Take the session, whose lock timeout limits all waits of a transaction, and whom to tell.

        `tell` is called from a thread of its own.
        """
        self._session = session
        self._limit = session.lock_timeout
        self._tell = tell
        self._running: _Running | None = None
        self._connection: psycopg.Connection[Any] | None = None
        self._waits = [0.0]
        self._told: tuple[float, tuple[int, ...]] = (0.0, ())
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.seen: tuple[str, ...] = ()
        self.gave_way = ""

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no longer."""
        self._closed.set()
        self._thread.join()

    def begin(self) -> None:
        """A transaction begins: nothing waited yet."""
        self._waits = [0.0]
        self.gave_way = ""

    @contextmanager
    def over(self, where: str, *, limited: bool) -> Iterator[None]:
        """Watch while a statement runs.

        Args:
            where: What to call it.
            limited: Whether its waits are limited.
        """
        self._running = _Running(where, limited, time.monotonic())
        try:
            yield
        finally:
            self._running = None

    def _watch(self) -> None:
        looked = 0.0
        try:
            while not self._closed.wait(min(_INTERVAL, self._limit / 5)):
                running, now = self._running, time.monotonic()
                if running and (running.limited or now - max(looked, running.began) > _SELDOM):
                    looked = now
                    self._look(running)
        except psycopg.Error:
            pass  # see the class: the connection is an extra
        finally:
            if self._connection is not None:
                self._connection.close()

    def _look(self, running: _Running) -> None:
        if self._connection is None:
            self._connection = self._session.beside()
        rows = self._connection.execute(_QUERY, {"pid": self._session.backend_pid}).fetchall()
        if self._running is not running:
            return
        if not rows:
            self._waits.append(0.0)
            return
        waited = rows[0][6] or 0.0
        if waited < self._waits[-1]:
            self._waits.append(0.0)
        self._waits[-1] = waited
        self.seen = tuple(_described(*row[:5]) for row in rows)
        pids = tuple(row[0] for row in rows)
        if pids != self._told[1] or time.monotonic() - self._told[0] > _REPEAT:
            self._told = (time.monotonic(), pids)
            self._tell(Event("waiting", f"{running.where} waits for {', '.join(self.seen)}"))
        if running.limited and rows[0][5]:
            self._cancel("a session that blocks it waits for it")
        elif running.limited and sum(self._waits) > self._limit:
            self._cancel(f"its transaction has waited for locks for {self._limit:g} s in all")

    def _cancel(self, reason: str) -> None:
        assert self._connection is not None  # noqa: S101
        self.gave_way = reason
        self._connection.execute("SELECT pg_cancel_backend(%s)", (self._session.backend_pid,))


def _described(
    pid: int, name: str, state: str | None, seconds: float | None, query: str | None
) -> str:
    if pid == 0:
        return "a prepared transaction (see pg_prepared_xacts)"
    parts = [printable(name) or "no application_name"]
    if seconds is not None:
        parts.append(f"in a transaction for {seconds:.0f} s")
    if state is not None and state != "active":
        parts.append(state)
    if query:
        text = re.sub(r"(?i)(password\s+)'(?:[^']|'')*'", r"\1'***'", " ".join(query.split()))
        parts.append(f"query: {printable(text if len(text) <= 100 else text[:97] + '...')}")
    return f"session {pid} ({', '.join(parts)})"
