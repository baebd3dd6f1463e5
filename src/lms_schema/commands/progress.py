"""How a command is followed on standard error: a bar, plain lines, or lines of JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lms_schema.commands.output import print_event, say
from lms_schema.errors import printable
from lms_schema.events import Event

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Tell = Callable[[str | None, Event], None]

_SENTENCES = ("waiting", "notice", "warning")
"""Kinds of events that are told of every command."""
_OF_A_BAR = ("begin", "step")
"""Kinds of events that a bar alone shows."""


@contextmanager
def followed(
    *, as_json: bool = False, several: bool = False, lists: bool = False
) -> Iterator[Tell]:
    """Yield what to call with the schema and each event.

    Results are printed afterwards: a bar has the last line of the terminal for itself.

    Args:
        as_json: Whether to print one JSON object per line.
        several: Whether there are several schemas, which are told apart by their names.
        lists: Whether to print a line for each file that is done, where there is one schema.
    """
    if as_json:
        yield _print_json
    elif several:
        yield _print_named
    elif sys.stderr.isatty():
        bar = _Bar(lists=lists)
        try:
            yield bar.tell
        finally:
            bar.close()
    else:
        yield _print if lists else _print_named


def _print_json(schema: str | None, event: Event) -> None:
    print_event(event, schema=schema)


def _print(_schema: str | None, event: Event) -> None:
    if event.kind not in _OF_A_BAR:
        say(f"{event.kind:<8} {event.text}", err=True)


def _print_named(schema: str | None, event: Event) -> None:
    if event.kind in _SENTENCES:
        where = f"{schema}: " if schema else ""
        say(f"{where}{event.kind} {event.text}", err=True)


class _Bar:
    """A bar with what is being done, below the lines of what was."""

    def __init__(self, *, lists: bool) -> None:
        self._lists = lists
        self._shown: tuple[Progress, TaskID] | None = None

    def tell(self, _schema: str | None, event: Event) -> None:
        if self._shown is None:
            progress = _progress()
            self._shown = progress, progress.add_task("", total=None)
        progress, task = self._shown
        if event.kind == "begin":
            progress.tasks[0].total = event.total  # update() takes None for no change
            progress.update(task, description=printable(event.text), completed=0)
        progress.start()
        if event.kind in _SENTENCES or (self._lists and event.kind not in _OF_A_BAR):
            took = "" if event.seconds is None else f"  {event.seconds:.2f} s"
            text = printable(f"{event.kind:<8} {event.text}{took}")
            progress.console.print(text, soft_wrap=True)
        if event.kind == "step" or event.seconds is not None:
            progress.advance(task)

    def close(self) -> None:
        if self._shown is not None:
            self._shown[0].stop()


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        Task,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.table import Column
    from rich.text import Text

    class Count(MofNCompleteColumn):
        """How many steps are done, where it is known how many there are."""

        def render(self, task: Task) -> Text:
            return Text() if task.total is None else super().render(task)

    return Progress(
        BarColumn(bar_width=12),
        Count(),
        TimeElapsedColumn(),
        TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
        ),
        console=Console(stderr=True, highlight=False, markup=False),
        transient=True,
        expand=True,
        redirect_stdout=False,
    )
