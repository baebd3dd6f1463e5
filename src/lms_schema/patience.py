"""Does a piece of work again when a lock timed out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lms_schema.errors import LockNotObtained, StatementFailed
from lms_schema.events import Event
from lms_schema.lock import Deadline

Result = TypeVar("Result")

BUSY = ("55P03", "40P01")
"""SQLSTATEs of a lock timeout and a deadlock: worth another try."""


class Patience:
    """Tries again, with back-off and jitter, until the time is used up."""

    def __init__(self, wait: float, tell: Callable[[Event], None]) -> None:
        """Take the time in seconds for each piece of work, and whom to tell."""
        self._wait = wait
        self._tell = tell

    def run(self, work: Callable[[], Result]) -> Result:
        """Do the work, which changes nothing when it fails.

        Raises:
            LockNotObtained: When it did not get its locks in time.
        """
        deadline = Deadline(self._wait)
        while True:
            try:
                return work()
            except StatementFailed as error:
                if error.sqlstate not in BUSY:
                    raise
                self._tell(Event("waiting", f"{error.file}:{error.line} waits for a lock"))
                if not deadline.pause():
                    raise LockNotObtained(
                        f"{error}\nTried for {self._wait:g} s. End the transactions that hold the "
                        "lock (see pg_stat_activity), or give it longer with --wait."
                    ) from None
