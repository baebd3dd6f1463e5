"""Tables and bars of figures: with emphasis on a terminal, plain text elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from lms_schema.errors import printable
from lms_schema.terminal_width import room

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 100
"""Columns that a table takes at most."""
_GAP = 2
"""Columns between two columns of a table."""
_TEXT = 16
"""Columns that a text has at least before a table is printed in parts."""


def print_table(
    title: str, note: str, headers: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Print a table to standard output, no wider than the terminal and than 100 columns.

    Where the columns do not fit side by side, those that are left follow in a further table, whose
    first column is the same.

    Args:
        title: What the table is.
        note: One line about what it shows.
        headers: Names of the columns.
        rows: Values. Numbers are rounded half up to at most 2 decimals; None is shown
            as a dash.
    """
    from rich.table import Table
    from rich.text import Text

    console = _heading(title, note)
    cells = [[_shown(value) for value in row] for row in rows]
    columns = [
        _Column(
            header,
            [row[number] for row in cells],
            is_text=any(isinstance(row[number], str) for row in rows),
        )
        for number, header in enumerate(headers)
    ]
    for number, part in enumerate(_parts([column.least for column in columns], console.width)):
        if number:
            console.print()
        table = Table(
            box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold underline"
        )
        together = [columns[one] for one in part]
        for column, width in zip(together, _narrowed(together, console.width), strict=True):
            table.add_column(
                column.header, justify="left" if column.is_text else "right", width=width
            )
        for row in cells:
            table.add_row(*(Text(row[number]) for number in part))
        console.print(table)


class _Column:
    """A column of a table, and how many columns of the terminal it takes.

    Attributes:
        header: Its name.
        is_text: Whether its values are text, which may wrap; a number never does.
        whole: What it takes when nothing wraps.
        uncut: What it takes when only its name wraps.
        least: What it takes at least.
    """

    def __init__(self, header: str, cells: Sequence[str], *, is_text: bool) -> None:
        longest = max(map(len, cells), default=0)
        words = [*header.split(), *(word for cell in cells for word in cell.split())]
        self.header = header
        self.is_text = is_text
        self.whole = max(len(header), longest)
        self.uncut = max(*map(len, header.split()), longest)
        self.least = max(*map(len, words), min(longest, _TEXT) if is_text else longest)


def _narrowed(columns: Sequence[_Column], room: int) -> list[int]:
    """Return the widths of columns so that they fit side by side: names wrap first, then texts.

    Rich itself narrows the widest column first, and does not keep to what the others need.
    """
    widths = [column.whole for column in columns]
    for bounds in ([column.uncut for column in columns], [column.least for column in columns]):
        while sum(widths) + _GAP * len(widths) > room and widths != bounds:
            slack = [width - bound for width, bound in zip(widths, bounds, strict=True)]
            widths[slack.index(max(slack))] -= 1
    return widths


def _parts(widths: Sequence[int], room: int) -> list[list[int]]:
    """Return the numbers of the columns that fit side by side; each part has the first one.

    There are no more parts than needed, and none is much wider than another.
    """
    fewest = len(list(_filled(widths, room)))
    choices = (list(_filled(widths, narrower)) for narrower in range(room + 1))
    return next(parts for parts in choices if len(parts) == fewest)


def _filled(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    part = [0]
    for number in range(1, len(widths)):
        needed = sum(widths[one] + _GAP for one in (*part, number))
        if needed > room and len(part) > 1:
            yield part
            part = [0]
        part.append(number)
    yield part


def print_bars(title: str, note: str, rows: Sequence[tuple[str, int]]) -> None:
    """Print counts as horizontal bars, no wider than the terminal and than 100 columns.

    Args:
        title: What the bars are.
        note: One line about what they show.
        rows: A label and a count each; the largest count is the longest bar.
    """
    from rich.bar import Bar
    from rich.table import Table

    console = _heading(title, note)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), show_header=False)
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_column()
    counts = [f"{count:,}" for _, count in rows]
    most = max((count for _, count in rows), default=0)
    taken = max((len(label) for label, _ in rows), default=0) + max(map(len, counts), default=0)
    width = min(60, console.width - taken - 3 * _GAP)
    for (label, number), count in zip(rows, counts, strict=True):
        table.add_row(label, count, Bar(max(most, 1), 0, number, width=width, color="blue"))
    console.print(table)


def _heading(title: str, note: str) -> Console:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.width = min(WIDTH, room())
    console.print()
    console.print(Text(title, "bold"))
    console.print(Text(note))
    return console


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float) or (isinstance(value, Decimal) and round(value, 2) != value):
        return f"{Decimal(str(value)).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    if isinstance(value, Decimal):
        return f"{value:,}"
    return printable(str(value))
