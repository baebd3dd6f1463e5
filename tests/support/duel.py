"""Two operations against each other, in every order and at every isolation level, and the verdict.

Both sides commit and all derived values are true, or a side that is not READ COMMITTED got 40001
and all derived values are true. Anything else is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

import psycopg

from support import school
from support.operations import CORE, Operation
from support.race import connections
from support.rows import Connection

LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")

_DIFFERENT = [levels for levels in product(LEVELS, LEVELS) if levels.count("SERIALIZABLE") != 1]
"""The levels of two sessions that PostgreSQL treats differently: it looks for dangerous
dependencies between serializable transactions only, so that SERIALIZABLE beside another level is
the same as REPEATABLE READ beside it."""

SqlState = str | None

_GLANCE = 0.002
"""Seconds between two looks at whether a session waits: each takes the time of the session."""


class Session:
    """One of two: runs a statement in a thread, so that it may wait for the other."""

    def __init__(
        self, connection: Connection, observer: Connection, pool: ThreadPoolExecutor
    ) -> None:
        self._connection = connection
        self._observer = observer
        self._pool = pool
        self._started: Future[SqlState] | None = None

    def run(self, script: str) -> SqlState:
        """Execute statements; returns the SQLSTATE of an error, which ends the transaction."""
        try:
            self._connection.execute(script.encode())
        except psycopg.Error as error:
            self._connection.execute("ROLLBACK")
            return error.sqlstate
        return None

    def start(self, script: str) -> bool:
        """Begin to execute; returns whether it waits for a lock, else it is done."""
        self._started = self._pool.submit(self.run, script)
        pid = self._connection.info.backend_pid
        while not wait([self._started], _GLANCE).done:
            row = self._observer.execute("SELECT pg_blocking_pids(%s) <> '{}'", (pid,)).fetchone()
            if row and row[0]:
                return True
        return False

    def result(self) -> SqlState:
        """The SQLSTATE of what was started, once it is done."""
        assert self._started is not None
        return self._started.result()


Schedule = Callable[[Session, Session, tuple[str, str], tuple[str, str]], tuple[SqlState, SqlState]]


def _old_snapshot(
    one: Session, other: Session, begin: tuple[str, str], work: tuple[str, str]
) -> tuple[SqlState, SqlState]:
    one.run(f"{begin[0]}; SELECT 1")
    others = other.run(f"{begin[1]}; {work[1]}") or other.run("COMMIT")
    return one.run(work[0]) or one.run("COMMIT"), others


def _in_flight(
    one: Session, other: Session, begin: tuple[str, str], work: tuple[str, str]
) -> tuple[SqlState, SqlState]:
    ones = one.run(f"{begin[0]}; {work[0]}")
    other.start(f"{begin[1]}; {work[1]}")
    ones = ones or one.run("COMMIT")
    return ones, other.result() or other.run("COMMIT")


SCHEDULES: dict[str, Schedule] = {
    "with an old snapshot": _old_snapshot,
    "in flight": _in_flight,
}


@dataclass(frozen=True)
class Bout:
    """One run of two operations."""

    operations: tuple[Operation, Operation]
    levels: tuple[str, str]
    schedule: str

    def __str__(self) -> str:
        sides = zip(self.operations, self.levels, strict=True)
        one, other = (f"{operation.name} ({level})" for operation, level in sides)
        return f"{one}, then {other}, {self.schedule}"

    def excuse(self, side: int, state: SqlState) -> bool:
        """Whether a side may end like this."""
        if state == "40001":
            return self.levels[side] != "READ COMMITTED"
        if state == "23503":
            return self.operations[1 - side].takes_away
        if state == "23514":  # who is no longer enrolled rates nothing
            names = (self.operations[side].name, self.operations[1 - side].name)
            return names == ("course rated", "unenrolled")
        return state is None


def bouts(one: Operation, other: Operation) -> list[Bout]:
    """All runs of two operations: each first, at all levels, in all schedules.

    Core operations meet each other at every combination of levels, whatever else at those that are
    treated differently.
    """
    orders = [(one, other)] if one == other else [(one, other), (other, one)]
    levels_of_both = product(LEVELS, LEVELS) if {one, other} <= CORE else _DIFFERENT
    return [
        Bout(operations, levels, schedule)
        for operations, levels, schedule in product(orders, levels_of_both, SCHEDULES)
        # at READ COMMITTED each statement has a snapshot of its own: no old one
        if not (schedule == "with an old snapshot" and levels[0] == "READ COMMITTED")
    ]


class Ring:
    """A database with copies of the school, and two sessions that meet there."""

    def __init__(self, observer: Connection, one: Session, other: Session) -> None:
        self._observer = observer
        self._sessions = (one, other)

    def fight(self, pairs: Iterable[tuple[Operation, Operation]]) -> list[str]:
        """Let the operations of each pair meet in all ways; returns what went wrong."""
        wanted = [bout for pair in pairs for bout in bouts(*pair)]
        assert len(wanted) <= school.count(self._observer), "each bout needs a school of its own"
        states = [self._run(bout, number) for number, bout in enumerate(wanted, 1)]
        untrue = school.faults(self._observer)
        found = []
        for number, (bout, ended) in enumerate(zip(wanted, states, strict=True), 1):
            faults: list[object] = [
                f"side {side + 1} got {state}"
                for side, state in enumerate(ended)
                if not bout.excuse(side, state)
            ]
            if ended == ("40001", "40001"):
                faults.append("both sides got 40001")
            faults += untrue.get(number, [])
            if faults:
                found.append(f"{bout}: {', '.join(map(str, faults))}")
        return found + [f"afterwards: {row}" for row in school.checks(self._observer) if not found]

    def _run(self, bout: Bout, copy_number: int) -> tuple[SqlState, SqlState]:
        one, other = self._sessions
        begin = tuple(f"BEGIN ISOLATION LEVEL {level}" for level in bout.levels)
        work = tuple(
            operation.on(copy_number, side) for side, operation in enumerate(bout.operations, 1)
        )
        return SCHEDULES[bout.schedule](one, other, (begin[0], begin[1]), (work[0], work[1]))


@contextmanager
def ring(database: str) -> Iterator[Ring]:
    """Open a ring in a database with copies of the school."""
    with (
        psycopg.connect(database, autocommit=True) as observer,
        connections(database, 2) as opened,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        for connection in opened:
            connection.autocommit = True
        one, other = (Session(connection, observer, pool) for connection in opened)
        yield Ring(observer, one, other)
