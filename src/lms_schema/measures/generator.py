"""Writes the SQL files that list the measures of the analytics.

A template lies at the path of the file that is written from it. It is that file, its comments
included, in which Jinja fills in lists of measures; what files have in common is in `base/`.
"""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

_PACKAGE = "lms_schema.measures"
_WIDTH = 100


@dataclass(frozen=True)
class Column:
    """A column of integers of a queue, and of the summaries that hold it.

    Attributes:
        name: Its name.
        value: SQL of what a row adds; `{row}` stands for the row's alias.
        total: SQL of what rows add together; likewise.
        recount: The same as a bigint.
        about: What it is, for its comment.
    """

    name: str
    value: str
    total: str
    recount: str
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
    """A line of the list.

    Attributes:
        columns: What queues and summaries hold of it.
        figures: What is shown of it, by each summary that holds it; None where it is only held.
    """

    columns: tuple[Column, ...]
    figures: Mapping[str, Figure | None]


@dataclass(frozen=True)
class Source:
    """A table that the analytics follow.

    Attributes:
        table: Its name.
        rows: What its rows are called.
        key: The columns by which its queue groups, and their types.
        measures: What is measured of its rows.
        types: Columns of learner_summary, each the number of rows of the type of its name.
    """

    table: str
    rows: str
    key: Mapping[str, str]
    measures: tuple[Measure, ...]
    types: list[Column]

    @property
    def columns(self) -> list[Column]:
        """The columns of all measures."""
        return [column for measure in self.measures for column in measure.columns]

    def held(self, summary: str) -> list[Column]:
        """Return the columns that a summary, `learner` or `course`, holds."""
        return [
            column
            for measure in self.measures
            if summary in measure.figures
            for column in measure.columns
        ]

    def shown(self, summary: str) -> list[Figure]:
        """Return the figures that a summary shows."""
        figures = (measure.figures.get(summary) for measure in self.measures)
        return [figure for figure in figures if figure]


@dataclass(frozen=True)
class Summary:
    """What learner_summary or course_summary holds of all sources.

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
    """Return the tables of the list by name."""
    text = resources.files(_PACKAGE).joinpath("measures.toml").read_text(encoding="utf-8")
    return {
        table: Source(
            table,
            section["rows"],
            section.get("key", {}),
            tuple(_measure(line, section) for line in section["measures"]),
            [_count(name, f"number of {section['rows']} of type {name}") for name in section.get("types", ())],
        )
        for table, section in tomllib.loads(text).items()
    }


def files() -> dict[str, str]:
    """Return the content of each generated file by its path below the schema folder."""
    environment = Environment(
        loader=PackageLoader(_PACKAGE, "templates"),
        autoescape=False,  # noqa: S701 (it is SQL)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "names": _names,
        "values": _values,
        "signed": _signed,
        "totals": _totals,
        "recounts": _recounts,
        "aliased": _aliased,
        "lines": _lines,
        "fill": _fill,
    }
    tables = sources()
    environment.globals |= {
        "sources": tables,
        "learner": _summary("learner", tables),
        "course": _summary("course", tables),
        "comment": _comment,
    }
    return {
        name: environment.get_template(name).render()
        for name in environment.list_templates()
        if not name.startswith("base/")
    }


def _summary(name: str, tables: Mapping[str, Source]) -> Summary:
    return Summary(
        [column for source in tables.values() for column in source.held(name)],
        [figure for source in tables.values() for figure in source.shown(name)],
    )


def _measure(line: Mapping[str, Any], section: Mapping[str, Any]) -> Measure:
    name = line["name"]
    rows = line.get("rows", section["rows"])
    unit = line.get("unit")
    scale = 100 if line.get("hundredths") else 1
    of = line.get("sum") or line.get("mean")
    columns: tuple[Column, ...]
    if of is None:
        kind = "" if line["count"] == "all" else f"{name} "
        columns = (_count(name, f"number of {kind}{rows}", line["count"]),)
        formula = ""
    else:
        value = line.get("value", f"{{row}}.{of}")
        total = f"{scale} * {value}" if scale > 1 else value
        value = f"({total})::integer" if scale > 1 else value
        held_unit = " of a ".join(filter(None, ["hundredths" * (scale > 1), unit]))
        about = f"sum of {of} over {rows}" + (f", {held_unit}" if held_unit else "")
        if "mean" in line:
            count = f"count({{row}}.{of})"
            columns = (
                _sum(name, f"coalesce({value}, 0)", f"coalesce(sum({total}), 0)", about),
                Column(
                    f"{name}_count",
                    f"num_nonnulls({{row}}.{of})",
                    count,
                    count,
                    f"number of {rows} with {'an' if of[0] in 'aeio' else 'a'} {of}",
                ),
            )
            over = columns[1].name
        else:
            columns = (_sum(name, value, f"sum({total})", about),)
            over = next(row["name"] for row in section["measures"] if row.get("count") == "all")
        divisor = f"{scale} * {over}" if scale > 1 else over
        formula = f"{columns[0].name}::numeric / nullif({divisor}, 0)"
    figures: dict[str, Figure | None] = {}
    for summary in ("learner", "course"):
        shown = line.get(summary)
        if shown is True:
            figures[summary] = None
        elif shown == columns[0].name:
            figures[summary] = Figure(shown, "", columns[0].about)
        elif shown:
            about = f"mean {of} over {rows}" + (f", {unit}" if unit else "")
            figures[summary] = Figure(shown, formula, about)
    return Measure(columns, figures)


def _sum(name: str, value: str, total: str, about: str) -> Column:
    return Column(f"{name}_sum", value, total, f"{total}::bigint", about)


def _count(name: str, about: str, condition: str = "all") -> Column:
    if condition == "all":
        return Column(name, "1", "count(*)", "count(*)", about)
    total = f"count(*) FILTER (WHERE {condition})"
    return Column(name, f"({condition})::integer", total, total, about)


def _names(items: Iterable[Column | Figure]) -> list[str]:
    """Return the names of columns."""
    return [item.name for item in items]


def _aliased(names: Iterable[str], row: str) -> list[str]:
    """Return columns of a row by their names."""
    return [f"{row}.{name}" for name in names]


def _values(columns: Iterable[Column], row: str, *, named: bool = False) -> list[str]:
    """Return SQL of what a row adds to columns, but for those that count all rows."""
    return [
        column.value.replace("{row}", row) + (f" AS {column.name}" if named else "")
        for column in columns
        if column.value != "1"
    ]


def _signed(columns: Iterable[Column], row: str) -> list[str]:
    """Return SQL of what rows add, which have a sign and these values."""
    return [
        f"sum({row}.sign)" if column.value == "1" else f"sum({row}.sign * {row}.{column.name})"
        for column in columns
    ]


def _totals(columns: Iterable[Column], row: str, sign: str = "") -> list[str]:
    """Return SQL of what rows add to columns together."""
    return [sign + column.total.replace("{row}", row) for column in columns]


def _recounts(columns: Iterable[Column], row: str) -> list[str]:
    """Return SQL of what rows add to columns together, each a bigint."""
    return [column.recount.replace("{row}", row) for column in columns]


def _lines(items: Iterable[str], indent: int) -> str:
    """Return a list in SQL of which each item has a line."""
    return (",\n" + " " * indent).join(items)


def _fill(items: Sequence[str], indent: int) -> str:
    """Return a list in SQL that fills lines."""
    lines: list[str] = []
    for number, item in enumerate(items, 1):
        comma = "" if number == len(items) else ","
        if lines and indent + len(f"{lines[-1]} {item}{comma}") <= _WIDTH:
            lines[-1] += f" {item}{comma}"
        else:
            lines.append(item + comma)
    return ("\n" + " " * indent).join(lines)


def _comment(of: str, text: str) -> str:
    """Return a COMMENT, in which a long text is divided at blanks."""
    text = f"{text[0].upper()}{text[1:]}."
    short = f"COMMENT ON {of} IS '{text}';"
    if len(short) <= _WIDTH:
        return short
    parts = textwrap.wrap(text, _WIDTH - len("' '"))
    return f"COMMENT ON {of} IS\n'" + " '\n'".join(parts) + "';"
