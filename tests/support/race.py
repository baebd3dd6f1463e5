"""Two connections against each other, without sleeping: a waiter is seen waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from support.rows import Connection

Result = TypeVar("Result")

BLOCKED = """
    SELECT FROM pg_locks
    WHERE NOT granted AND pid = coalesce(%s, pid) AND %s = ANY (pg_blocking_pids(pid))
"""


@contextmanager
def connections(database: str, count: int) -> Iterator[list[Connection]]:
    """Open connections that begin a transaction with their first statement."""
    bounded = "-c statement_timeout=120s"  # what hangs fails, also on a busy machine
    opened = [psycopg.connect(database, options=bounded) for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


@contextmanager
def waiting(
    database: str, connection: Connection | None, work: Callable[[], Result], blocker: Connection
) -> Iterator[Future[Result]]:
    """Run work, done on a connection, and go on once it waits for a lock of the blocker.

    Args:
        database: To watch from.
        connection: Which waits; None: one that the work opens.
        work: What is done.
        blocker: In the way; it is rolled back in the end, so that the work can end.
    """
    waiter = connection.info.backend_pid if connection else None
    with (
        psycopg.connect(database, autocommit=True) as observer,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        future = pool.submit(work)
        try:
            while True:
                assert not future.done(), f"did not wait: {future.exception() or future.result()}"
                blocked = observer.execute(BLOCKED, (waiter, blocker.info.backend_pid))
                if blocked.rowcount:
                    break
            yield future
        finally:
            blocker.rollback()  # so that the pool can end, whatever happened
