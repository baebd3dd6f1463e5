"""How a migrate is followed on standard error: a bar, plain lines, or lines of JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import lms_schema
from lms_schema.commands.output import print_event, say
from lms_schema.errors import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Tell = Callable[[str | None, lms_schema.Event], None]


@contextmanager
def followed(*, as_json: bool, several: bool) -> Iterator[Tell]:
    """Yield what to call with the schema and each event.

    Args:
        as_json: Whether to print one JSON object per line.
        several: Whether there are several schemas: files are then not listed one by one.
    """
    if as_json:
        yield _print_json
    elif sys.stderr.isatty() and not several:
        bar = _Bar()
        try:
            yield bar.tell
        finally:
            bar.close()
    elif several:
        yield print_waits
    else:
        yield _print


def _print_json(schema: str | None, event: lms_schema.Event) -> None:
    print_event(event, schema=schema)


def _print(_schema: str | None, event: lms_schema.Event) -> None:
    if event.kind != "begin":
        say(f"{event.kind:<8} {event.text}", err=True)


def print_waits(schema: str | None, event: lms_schema.Event) -> None:
    """Print an event to standard error if it is a wait, a notice or a warning."""
    if event.kind in ("waiting", "notice", "warning"):
        where = f"{schema}: " if schema else ""
        say(f"{where}{event.kind} {event.text}", err=True)


class _Bar:
    """A line for each file, and below them a bar once it is known how many there are."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def tell(self, _schema: str | None, event: lms_schema.Event) -> None:
        if self._progress is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

            self._progress = Progress(
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True, highlight=False, soft_wrap=True, markup=False),
                transient=True,
            )
            self._progress.start()
        if event.total is not None:
            self._task = self._progress.add_task("", total=event.total)
            return
        took = "" if event.seconds is None else f"  {event.seconds:.2f} s"
        self._progress.console.print(printable(f"{event.kind:<8} {event.text}{took}"))
        if event.seconds is not None and self._task is not None:
            self._progress.advance(self._task)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
