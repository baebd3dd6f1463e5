"""What a migrate tells while it runs, and what it did."""

from __future__ import annotations

from dataclasses import dataclass

from lms_schema.package import Kind, SqlFile


@dataclass(frozen=True)
class Event:
    """Something to tell while a migrate runs.

    Attributes:
        kind: `waiting`, `notice`, or the action that was done, as in `Action`.
        text: A file, or a sentence.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Action:
    """What was done with a file, or is planned to be done.

    Attributes:
        file: Its id, like `tables/020_learners`.
        action: `apply` (new), `replace` (changed, in place), `rebuild` (its objects were dropped
            and made again), `run` (recurring, and it found something to do), `drop` (it is gone
            from the package, and so are its objects); in a plan also `build` (a materialized view,
            beside the one that is read; the `rebuild` after it gives it the name).
    """

    file: str
    action: str


def verb(file: SqlFile, *, new: bool) -> str:
    """Return the action for a file that is applied as it is: `apply`, `replace` or `run`."""
    if file.kind is Kind.RECURRING:
        return "run"
    return "apply" if new else "replace"
