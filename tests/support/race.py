"""Two connections against each other, without sleeping: a waiter is seen waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from support.rows import Connection

Result = TypeVar("Result")


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
    database: str, connection: Connection, work: Callable[[], Result], blocker: Connection
) -> Iterator[Future[Result]]:
    """Run work, done on a connection, and go on once it waits for a lock of the blocker."""
    with (
        psycopg.connect(database, autocommit=True) as observer,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        future = pool.submit(work)
        try:
            while True:
                assert not future.done(), f"did not wait: {future.exception() or future.result()}"
                blockers = observer.execute(
                    "SELECT pg_blocking_pids(%s)", (connection.info.backend_pid,)
                ).fetchone()
                if blockers is not None and blocker.info.backend_pid in blockers[0]:
                    break
            yield future
        finally:
            blocker.rollback()  # so that the pool can end, whatever happened
