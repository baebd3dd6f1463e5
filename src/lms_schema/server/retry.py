"""Does a piece of work again when another session was in its way."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import psycopg

from lms_schema.errors import LockNotObtained, StatementFailed
from lms_schema.events import Event

if TYPE_CHECKING:
    from lms_schema.server.blockers import Blockers

Result = TypeVar("Result")
Failure = TypeVar("Failure", psycopg.Error, StatementFailed)

LOCK_TIMEOUT = "55P03"
"""SQLSTATE of a lock that was not obtained in time."""

BUSY = (LOCK_TIMEOUT, "40P01", "40001")
"""SQLSTATEs of a lock timeout, a deadlock and a change in between: worth another try."""


class Deadline:
    """A point in time until which to try again.

    Attributes:
        seconds: How long it was from the start.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._pause = 0.05

    def pause(self) -> bool:
        """Sleep a little longer each time, with jitter; False when the time is used up."""
        left = self._end - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(left, self._pause * random.uniform(0.5, 1.5)))  # noqa: S311 (jitter)
        self._pause = min(self._pause * 1.5, 1.0)
        return True


def retried(
    failure: type[Failure],
    work: Callable[[], Result],
    seconds: float,
    on_busy: Callable[[Failure], None],
) -> Result:
    """Do a piece of work, again while another session is in its way and there is time left.

    Args:
        failure: What it raises then.
        work: Changes nothing when it fails.
        seconds: For how long it is tried again.
        on_busy: Called with each failure that is worth another try, the last one too.

    Raises:
        Failure: What the last try raised.
    """
    deadline = Deadline(seconds)
    while True:
        try:
            return work()
        except failure as error:
            if error.sqlstate not in BUSY:
                raise
            on_busy(error)
            if not deadline.pause():
                raise


class Retry:
    """Tries again what runs statements of files, and tells whom it waits for."""

    def __init__(self, wait: float, blockers: Blockers, tell: Callable[[Event], None]) -> None:
        """Take the seconds for each piece of work, who knows what blocks it, and whom to tell."""
        self._wait = wait
        self._blockers = blockers
        self._tell = tell

    def run(self, work: Callable[[], Result]) -> Result:
        """Do the work, which changes nothing when it fails.

        Raises:
            LockNotObtained: When it did not get its locks in time.
        """

        def attempt() -> Result:
            self._blockers.begin()
            return work()

        try:
            return retried(StatementFailed, attempt, self._wait, self._busy)
        except StatementFailed as error:
            if error.sqlstate not in BUSY:
                raise
            known = "\n".join(f"    {blocker}" for blocker in self._blockers.seen)
            held = f"The lock is held by\n{known}\n" if known else ""
            which = "these transactions" if known else "the transactions that hold the lock"
            raise LockNotObtained(
                f"{error}\nTried for {self._wait:g} s. {held}End {which} "
                "(see pg_stat_activity), or give it longer with --wait."
            ) from None

    def _busy(self, error: StatementFailed) -> None:
        where = f"{error.file}:{error.line}"
        self._tell(Event("waiting", f"{where} waits for a lock and is tried again"))
