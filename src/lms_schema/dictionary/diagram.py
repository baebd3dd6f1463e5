"""An entity-relationship diagram: where each table is drawn, and the lines between them.

Tables stand in columns: one that refers to another stands to the right of it, so that lines lead
from left to right. Within a column a table stands near those that it refers to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from lms_schema.dictionary.dictionary import Dictionary, Relation

WIDTH = 216
"""Of a box, in units of the drawing."""
HEAD, ROW = 28, 20
"""Heights of a box's title and of each of its columns."""
GAP_X, GAP_Y = 56, 20


@dataclass(frozen=True)
class Box:
    """A table.

    Attributes:
        name: Name of the table.
        rows: Its key columns, each with `PK`, `FK` or both.
        x: Left edge.
        y: Upper edge.
    """

    name: str
    rows: tuple[tuple[str, str], ...]
    x: int
    y: int

    @property
    def height(self) -> int:
        """Height of the box."""
        return HEAD + ROW * len(self.rows)


@dataclass(frozen=True)
class Line:
    """A foreign key: a curve from the table it points to.

    Attributes:
        title: What it says, in words.
        path: The `d` of an SVG path.
    """

    title: str
    path: str


@dataclass(frozen=True)
class Diagram:
    """Boxes and lines, and how much room they take."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


def draw(dictionary: Dictionary) -> Diagram:
    """Lay out the tables that foreign keys connect, without the internal ones.

    The same catalog gives the same drawing.
    """
    tables = {table.name: table for table in dictionary.tables}
    parents = {
        name: sorted({key.references for key in table.foreign_keys} & tables.keys() - {name})
        for name, table in tables.items()
    }
    connected = [
        name for name in tables if parents[name] or any(name in of for of in parents.values())
    ]
    boxes: dict[str, Box] = {}
    for number, names in enumerate(_columns(connected, parents)):
        y = 0
        middle = {name: _middle(parents[name], boxes) for name in names}
        for name in sorted(names, key=lambda name: (middle[name], name)):
            rows = tuple((column.name, kinds) for column, kinds in tables[name].key_columns)
            boxes[name] = Box(name, rows, number * (WIDTH + GAP_X), y)
            y += boxes[name].height + GAP_Y
    return Diagram(
        boxes=tuple(boxes.values()),
        lines=tuple(_lines(tables, boxes)),
        width=max((box.x + WIDTH for box in boxes.values()), default=0),
        height=max((box.y + box.height for box in boxes.values()), default=0),
    )


def _columns(names: Sequence[str], parents: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Put each table one column behind the last of those that it refers to."""
    columns: list[list[str]] = []
    left = list(names)
    placed: set[str] = set()
    while left:
        ready = [name for name in left if placed.issuperset(parents[name])]
        column = ready or left[:1]  # tables that refer to each other in a circle
        columns.append(column)
        placed.update(column)
        left = [name for name in left if name not in placed]
    return columns


def _middle(parents: Sequence[str], boxes: Mapping[str, Box]) -> float:
    known = [boxes[name] for name in parents if name in boxes]
    return mean(box.y + box.height / 2 for box in known) if known else 0.0


def _lines(tables: Mapping[str, Relation], boxes: Mapping[str, Box]) -> list[Line]:
    lines = []
    for child in boxes.values():
        for key in tables[child.name].foreign_keys:
            parent = boxes.get(key.references)
            if parent is None:  # an internal table
                continue
            position = [name for name, _ in child.rows].index(key.columns[0])
            start = (parent.x + WIDTH, parent.y + HEAD // 2)
            end = (child.x, child.y + HEAD + ROW * position + ROW // 2)
            bend = max((end[0] - start[0]) // 2, GAP_X // 2)
            lines.append(
                Line(
                    f"{child.name} ({', '.join(key.columns)}) refers to {parent.name}",
                    f"M{start[0]} {start[1]}C{start[0] + bend} {start[1]} "
                    f"{end[0] - bend} {end[1]} {end[0]} {end[1]}",
                )
            )
    return lines
