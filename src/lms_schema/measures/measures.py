"""Reads the list of measures: what queues and summaries hold, and the figures that follow."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

SummaryName = Literal["learner", "course"]


@dataclass(frozen=True)
class Column:
    """A column of integers of a queue, and of the summaries that hold it.

    Attributes:
        name: Its name.
        value: SQL of what a row adds; `{row}` stands for the row's alias.
        total: SQL of what many rows add together; likewise.
        about: What it is, for its comment.
    """

    name: str
    value: str
    total: str
    about: str


@dataclass(frozen=True)
class Figure:
    """A figure that a summary shows.

    Attributes:
        name: Its column.
        formula: SQL of it from columns of the summary; empty where it is one of them.
        about: What it is, for its comment.
    """

    name: str
    formula: str
    about: str


@dataclass(frozen=True)
class Measure:
    """A line of the list, which says what it may hold.

    Attributes:
        all_rows: The column that counts all rows of its table.
    """

    name: str
    rows: str
    all_rows: str
    count: str = ""
    sum: str = ""
    mean: str = ""
    hundredths: bool = False
    value: str = ""
    unit: str = ""
    learner: str | bool = False
    course: str | bool = False

    @property
    def columns(self) -> list[Column]:
        """What queues and summaries hold of it."""
        if self.count == "all":
            return [Column(self.name, "1", "count(*)", f"number of {self.rows}")]
        if self.count:
            return [
                Column(
                    self.name,
                    f"({self.count})::integer",
                    f"count(*) FILTER (WHERE {self.count})",
                    f"number of {self.name} {self.rows}",
                )
            ]
        scaled = plain = value = self.value or f"{{row}}.{self._of}"
        unit = self.unit
        if self.hundredths:
            scaled = f"100 * {plain}"
            plain = f"({scaled})::integer"
            unit = f"hundredths of a {unit}" if unit else "hundredths"
        about = _with_unit(f"sum of {self._of} over {self.rows}", unit)
        if self.sum:
            return [Column(f"{self.name}_sum", plain, f"sum({scaled})", about)]
        article = "an" if self.mean[0] in "aeiou" else "a"
        return [
            Column(
                f"{self.name}_sum", f"coalesce({plain}, 0)", f"coalesce(sum({scaled}), 0)", about
            ),
            Column(
                f"{self.name}_count",
                f"num_nonnulls({value})",
                f"count({value})",
                f"number of {self.rows} with {article} {self.mean}",
            ),
        ]

    def held(self, summary: SummaryName) -> list[Column]:
        """Return what a summary holds of it."""
        return self.columns if self._figure(summary) else []

    def shown(self, summary: SummaryName) -> list[Figure]:
        """Return the figure that a summary shows of it, if any."""
        name = self._figure(summary)
        if not isinstance(name, str):
            return []
        first, *others = self.columns
        if name == first.name:
            return [Figure(name, "", first.about)]
        divisor = others[0].name if others else self.all_rows
        divisor = f"100 * {divisor}" if self.hundredths else divisor
        about = _with_unit(f"mean {self._of} over {self.rows}", self.unit)
        return [Figure(name, f"{first.name}::numeric / nullif({divisor}, 0)", about)]

    @property
    def _of(self) -> str:
        return self.sum or self.mean

    def _figure(self, summary: SummaryName) -> str | bool:
        return self.learner if summary == "learner" else self.course


@dataclass(frozen=True)
class Key:
    """A column by which a queue groups.

    Attributes:
        name: Its name.
        type: Its type.
        value: SQL of it from a row; `{row}` stands for the row's alias.
        is_optional: Whether it may be NULL.
    """

    name: str
    type: str
    value: str
    is_optional: bool


@dataclass(frozen=True)
class Source:
    """A table that the analytics follow.

    Attributes:
        table: Its name.
        rows: What its rows are called.
        key: The columns by which its queue groups.
        measures: What is measured of its rows.
        types: Columns of learner_summary, each the number of rows of the type of its name.
    """

    table: str
    rows: str
    key: list[Key]
    measures: list[Measure]
    types: list[Column]

    @property
    def columns(self) -> list[Column]:
        """The columns of all measures."""
        return [column for measure in self.measures for column in measure.columns]

    def held(self, summary: SummaryName) -> list[Column]:
        """Return the columns that a summary holds."""
        return [column for measure in self.measures for column in measure.held(summary)]

    def shown(self, summary: SummaryName) -> list[Figure]:
        """Return the figures that a summary shows."""
        return [figure for measure in self.measures for figure in measure.shown(summary)]


@dataclass(frozen=True)
class Summary:
    """What learner_summary or course_summary has of all sources.

    Attributes:
        columns: Its sums.
        figures: What it shows.
    """

    columns: list[Column]
    figures: list[Figure]

    @property
    def shown(self) -> list[Column]:
        """The sums that are figures as they are."""
        figures = {figure.name for figure in self.figures}
        return [column for column in self.columns if column.name in figures]

    @property
    def formulas(self) -> list[Figure]:
        """The figures that follow from sums."""
        return [figure for figure in self.figures if figure.formula]


def sources() -> dict[str, Source]:
    """Return the tables of the list by name.

    Raises:
        TypeError: When a line has a word that is none of the list's.
    """
    text = resources.files(__package__).joinpath("measures.toml").read_text(encoding="utf-8")
    return {table: source(table, **section) for table, section in tomllib.loads(text).items()}


def summary(name: SummaryName, tables: Mapping[str, Source]) -> Summary:
    """Return what a summary has of all tables."""
    return Summary(
        [column for source in tables.values() for column in source.held(name)],
        [figure for source in tables.values() for figure in source.shown(name)],
    )


def source(
    table: str,
    rows: str,
    measures: list[dict[str, Any]],
    key: Mapping[str, str] | None = None,
    optional: Collection[str] = (),
    computed: Mapping[str, str] | None = None,
    types: Sequence[str] = (),
) -> Source:
    """Return the table of a section of the list.

    Raises:
        TypeError: When a line has a word that is none of the list's.
    """
    shared = {"rows": rows, "all_rows": measures[0]["name"]}
    return Source(
        table,
        rows,
        [
            Key(name, type_, (computed or {}).get(name, f"{{row}}.{name}"), name in optional)
            for name, type_ in (key or {}).items()
        ],
        [Measure(**{**shared, **line}) for line in measures],
        [Column(name, "", "", f"number of {rows} of type {name}") for name in types],
    )


def _with_unit(text: str, unit: str) -> str:
    return f"{text}, {unit}" if unit else text
