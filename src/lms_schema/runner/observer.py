"""What a migration does to a database, statement by statement, for whoever wants to see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms_schema.events import Action


@dataclass(frozen=True)
class Step:
    """A statement that was executed.

    Attributes:
        file: Path below the schema folder of the file that it belongs to.
        line: Where it begins in the file, from 1; for a statement that stands in no file, 1.
        statement: Its text.
        written: Whether it stands in the file; else it drops or restores what must be made again.
        tag: What PostgreSQL called it, like `ALTER TABLE`.
    """

    file: str
    line: int
    statement: str
    written: bool
    tag: str


class Observer:
    """Sees the transactions of a run. This one looks away.

    Attributes:
        judges_extras: Whether it says itself what an extra changes of the package, which then is
            not refused.
    """

    judges_extras = False

    def begin(self) -> None:
        """A transaction begins; what was seen since the last commit was rolled back."""

    def executed(self, step: Step) -> None:
        """A statement was executed in the open transaction."""

    def committed(self, actions: Sequence[Action]) -> None:
        """The transaction was committed, and did this."""
