"""One call for each of many schemas of a database, several at a time.

Threads, not processes: a run waits for the server most of the time, and the package is read once.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

import psycopg

from lms_schema.errors import LmsSchemaError, UsageError
from lms_schema.server import sessions

EXIT_CODES = (5, 8, 1, 6, 7, 2, 4, 3)
"""The exit code of several schemas is the first of these that one of them ended with, else 0."""

_TEXT_TYPES = (18, 19, 25, 1042, 1043)
"""OIDs of "char", name, text, character and character varying."""


class Reported(Protocol):
    """What a call returns: `MigrateResult`, `StatusResult` and the like."""

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping."""


Result = TypeVar("Result", bound=Reported)


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What became of one schema: a result or an error.

    Attributes:
        schema: The schema.
        result: What the call returned, or None.
        error: What it raised, or None.
        seconds: How long it took.
    """

    schema: str
    result: Result | None
    error: LmsSchemaError | None
    seconds: float

    @property
    def exit_code(self) -> int:
        """The exit code of the command for this schema alone."""
        if self.error is not None:
            return self.error.exit_code
        return self.result.exit_code if self.result is not None else 0

    def to_json(self) -> dict[str, object]:
        """Return the outcome as a JSON-compatible mapping."""
        return {
            "schema": self.schema,
            "exit_code": self.exit_code,
            "seconds": round(self.seconds, 3),
            "result": self.result.to_json() if self.result is not None else None,
            "error": self.error.to_json() if self.error is not None else None,
        }


@dataclass(frozen=True)
class FleetResult(Generic[Result]):
    """What became of all schemas.

    Attributes:
        outcomes: One of each schema that was begun, in the order given.
        skipped: The schemas that were not begun, because too many had failed.
        seconds: How long it took altogether.
    """

    outcomes: tuple[Outcome[Result], ...]
    skipped: tuple[str, ...]
    seconds: float

    @property
    def exit_code(self) -> int:
        """The first of `EXIT_CODES` that occurred, else 0."""
        found = {outcome.exit_code for outcome in self.outcomes}
        return next((code for code in EXIT_CODES if code in found), 0)

    def to_json(self) -> dict[str, object]:
        """Return the results as a JSON-compatible mapping, format 1."""
        return {
            "format": 1,
            "exit_code": self.exit_code,
            "seconds": round(self.seconds, 3),
            "schemas": [outcome.to_json() for outcome in self.outcomes],
            "skipped": list(self.skipped),
        }


def for_each_schema(
    call: Callable[[str], Result],
    schemas: Sequence[str],
    *,
    jobs: int = 1,
    max_failures: int | None = None,
    on_done: Callable[[Outcome[Result]], None] | None = None,
) -> FleetResult[Result]:
    """Make a call for each schema; what one raises does not stop the others.

        lms_schema.for_each_schema(
            lambda schema: lms_schema.migrate(url, schema=schema), ["north", "south"], jobs=2
        )

    Args:
        call: Gets the schema. An `LmsSchemaError` of it is a failure, any other error ends all.
        schemas: Their names; one that is named twice is taken once.
        jobs: How many run at a time, each in a thread of its own.
        max_failures: After so many failures no further schema is begun; None: go on whatever
            happens. Those that run already are finished.
        on_done: Called with each outcome as it comes, in the caller's thread.
    """
    start = time.monotonic()
    names = list(dict.fromkeys(schemas))
    waiting = iter(names)
    outcomes: dict[str, Outcome[Result]] = {}
    running: set[Future[Outcome[Result]]] = set()
    opened: WeakSet[psycopg.Connection[Any]] = WeakSet()
    failures = 0
    with ThreadPoolExecutor(max_workers=jobs) as pool, _cut_off_when_left(running, opened):
        while True:
            while len(running) < jobs and (max_failures is None or failures < max_failures):
                name = next(waiting, None)
                if name is None:
                    break
                running.add(pool.submit(_outcome, call, name, opened))
            if not running:
                break
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            running -= done
            for future in done:
                outcome = future.result()
                outcomes[outcome.schema] = outcome
                failures += outcome.error is not None
                if on_done is not None:
                    on_done(outcome)
    return FleetResult(
        tuple(outcomes[name] for name in names if name in outcomes),
        tuple(name for name in names if name not in outcomes),
        time.monotonic() - start,
    )


def schemas_from(conninfo: str, query: str) -> tuple[str, ...]:
    """Return the names of schemas that a query selects, in its order.

    Args:
        conninfo: Any libpq connection string.
        query: One statement that returns one column of text. It runs in a transaction that may
            only read, under the role's own search path: it is the caller's SQL, and not the tool's.

    Raises:
        UsageError: When the query fails, or returns something else, or no row.
        DatabaseError: When the database cannot be reached.
    """
    with sessions.connected(conninfo) as connection:
        connection.autocommit = False
        connection.read_only = True
        with connection.cursor(binary=True) as cursor:  # binary: PostgreSQL takes one statement
            try:
                cursor.execute(query.encode())
            except psycopg.OperationalError:
                raise
            except psycopg.Error as error:
                raise UsageError(
                    f"The query of --schemas-from fails: {error.diag.message_primary or error}"
                ) from None
            columns = cursor.description or ()
            if len(columns) != 1 or columns[0].type_code not in _TEXT_TYPES:
                raise UsageError(
                    "The query of --schemas-from must return one column of text, the name of a "
                    f"schema per row; it returns {len(columns)} column(s)"
                    f"{' of another type' if len(columns) == 1 else ''}."
                )
            names = tuple(row[0] for row in cursor)
    if not names:
        raise UsageError("The query of --schemas-from returns no row, so there is no schema.")
    if None in names:
        raise UsageError("The query of --schemas-from returns a NULL, which names no schema.")
    return names


def _outcome(
    call: Callable[[str], Result], schema: str, opened: WeakSet[psycopg.Connection[Any]]
) -> Outcome[Result]:
    start = time.monotonic()
    result: Result | None = None
    error: LmsSchemaError | None = None
    sessions.OPENED.set(opened)
    try:
        result = call(schema)
    except LmsSchemaError as raised:
        error = raised
    return Outcome(schema, result, error, time.monotonic() - start)


@contextmanager
def _cut_off_when_left(
    running: Set[Future[Any]], opened: WeakSet[psycopg.Connection[Any]]
) -> Iterator[None]:
    """End what runs when the block ends early, by a signal or because of an error.

    A thread cannot be ended from another one; its connection can, and then it ends by itself.
    """
    try:
        yield
    except BaseException:
        left = set(running)
        while left:
            with suppress(KeyError):
                while True:
                    _cut_off(opened.pop())
            _, left = wait(left, timeout=0.1)  # one may be connecting
        raise


def _cut_off(connection: psycopg.Connection[Any]) -> None:
    """Cancel the statement of a connection of another thread, and break it."""
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=5)
    with (
        suppress(psycopg.Error, OSError),
        socket.socket(fileno=os.dup(connection.fileno())) as line,
    ):
        line.shutdown(socket.SHUT_RDWR)
