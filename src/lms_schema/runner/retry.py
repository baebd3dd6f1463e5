"""Does a piece of work again when a lock timed out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lms_schema.errors import LockNotObtained, StatementFailed
from lms_schema.events import Event
from lms_schema.runner.executor import LOCK_NOT_AVAILABLE
from lms_schema.server.advisory_lock import Deadline
from lms_schema.server.blockers import Blockers

Result = TypeVar("Result")

BUSY = (LOCK_NOT_AVAILABLE, "40P01")
"""SQLSTATEs of a lock timeout and a deadlock: worth another try."""


class Patience:
    """Tries again, with back-off and jitter, until the time is used up."""

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
        deadline = Deadline(self._wait)
        while True:
            self._blockers.begin()
            try:
                return work()
            except StatementFailed as error:
                if error.sqlstate not in BUSY:
                    raise
                where, blockers = f"{error.file}:{error.line}", self._blockers.seen
                self._tell(Event("waiting", f"{where} waits for a lock and is tried again"))
                if not deadline.pause():
                    known = "\n".join(f"    {blocker}" for blocker in blockers)
                    held = f"The lock is held by\n{known}\n" if known else ""
                    which = "these transactions" if known else "the transactions that hold the lock"
                    raise LockNotObtained(
                        f"{error}\nTried for {self._wait:g} s. {held}End {which} "
                        "(see pg_stat_activity), or give it longer with --wait."
                    ) from None
