"""Tables and bars of figures: with emphasis on a terminal, plain text elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from lms_schema.errors import printable

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 100
"""Columns that a table takes at most."""


def print_table(
    title: str, note: str, headers: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Print a table to standard output, no wider than 100 columns.

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
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold underline")
    cells = [[_shown(value) for value in row] for row in rows]
    for number, header in enumerate(headers):
        if any(isinstance(row[number], str) for row in rows):
            table.add_column(header)
        else:  # the words of a header may wrap, a number never
            words = [*header.split(), *(row[number] for row in cells)]
            table.add_column(header, justify="right", min_width=max(map(len, words)))
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


def print_bars(title: str, note: str, rows: Sequence[tuple[str, int]]) -> None:
    """Print counts as horizontal bars to standard output, no wider than 100 columns.

    Args:
        title: What the bars are.
        note: One line about what they show.
        rows: A label and a count each; the largest count is the longest bar.
    """
    from rich.bar import Bar
    from rich.table import Table

    console = _heading(title, note)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_column()
    most = max((count for _, count in rows), default=0)
    for label, count in rows:
        table.add_row(label, f"{count:,}", Bar(max(most, 1), 0, count, width=60, color="blue"))
    console.print(table)


def _heading(title: str, note: str) -> Console:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.width = WIDTH
    console.print()
    console.print(Text(title, "bold"), soft_wrap=True)
    console.print(Text(note), soft_wrap=True)
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
