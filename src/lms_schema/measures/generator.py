"""Writes the SQL files that list the measures of the analytics.

A template lies at the path of the file that is written from it. It is that file, its comments
included, in which Jinja fills in lists of measures; what files have in common is in `base/`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from lms_schema.measures import measures
from lms_schema.measures.measures import Column, Figure, Key

_HEADER = "-- Written from src/lms_schema/measures by make generate.\n"
_WIDTH = 100


def files() -> dict[str, str]:
    """Return the content of each generated file by its path below the schema folder."""
    environment = Environment(
        loader=PackageLoader(__package__, "templates"),
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
        "gained": _gained,
        "totals": _totals,
        "aliased": _aliased,
        "lines": _lines,
        "fill": _fill,
    }
    tables = measures.sources()
    environment.globals |= {
        "sources": tables,
        "learner": measures.summary("learner", tables),
        "course": measures.summary("course", tables),
        "comment": _comment,
    }
    return {
        name: _HEADER + environment.get_template(name).render()
        for name in environment.list_templates()
        if not name.startswith("base/")
    }


def _names(items: Iterable[Key | Column | Figure]) -> list[str]:
    """Return the names of columns."""
    return [item.name for item in items]


def _aliased(names: Iterable[str], row: str) -> list[str]:
    """Return columns of a row by their names."""
    return [f"{row}.{name}" for name in names]


def _values(columns: Iterable[Key | Column], row: str, *, named: bool = False) -> list[str]:
    """Return SQL of what a row has of a key or adds to columns."""
    values = [(column.name, column.value.replace("{row}", row)) for column in columns]
    return [value + f" AS {name}" * (named and value != f"{row}.{name}") for name, value in values]


def _signed(columns: Iterable[Column], row: str, *, named: bool = False) -> list[str]:
    """Return SQL of what rows add that have a sign, and values where they are not all 1."""
    return [
        f"sum({row}.sign{'' if column.value == '1' else f' * {row}.{column.name}'})"
        + f" AS {column.name}" * named
        for column in columns
    ]


def _gained(columns: Sequence[Column], old: str, new: str) -> list[str]:
    """Return SQL of what a row adds to columns by becoming a new one."""
    sides = zip(_values(columns, new), _values(columns, old), strict=True)
    return ["0" if now == was else f"{now} - {was}" for now, was in sides]


def _totals(columns: Iterable[Column], row: str, sign: str = "") -> list[str]:
    """Return SQL of what rows add to columns together."""
    return [sign + column.total.replace("{row}", row) for column in columns]


def _lines(items: Iterable[str], indent: int) -> str:
    """Return a list in SQL of which each item has a line."""
    return (",\n" + " " * indent).join(_broken(item, indent) for item in items)


def _broken(item: str, indent: int) -> str:
    """Return an item of a list, a difference or a call, in lines where it is too long for one."""
    if indent + len(f"{item},") <= _WIDTH:
        return item
    line = "\n" + " " * indent
    if " - " in item:
        return item.replace(" - ", f"{line}    - ")
    call, _, rest = item.partition("(")
    arguments, _, end = rest.rpartition(")")
    return f"{call}({line}    {arguments}{line}){end}"


def _fill(items: Sequence[str], indent: int) -> str:
    """Return a list in SQL that fills lines."""
    lines: list[str] = []
    for number, item in enumerate(items, 1):
        comma = "" if number == len(items) else ","
        if lines and indent + len(f"{lines[-1]} {item}{comma}") <= _WIDTH:
            lines[-1] += f" {item}{comma}"
        else:
            lines.append(_broken(item, indent) + comma)
    return ("\n" + " " * indent).join(lines)


def _comment(of: str, text: str) -> str:
    """Return a COMMENT, in which a long text is divided at blanks."""
    text = f"{text[0].upper()}{text[1:]}."
    short = f"COMMENT ON {of} IS '{text}';"
    if len(short) <= _WIDTH:
        return short
    parts = textwrap.wrap(text, _WIDTH - len("' '"))
    return f"COMMENT ON {of} IS\n'" + " '\n'".join(parts) + "';"
