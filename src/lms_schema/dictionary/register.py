"""The register of processing (GDPR Art. 30): what is held of persons, read from data_map."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg

from lms_schema.server import search_path
from lms_schema.source import package

_FIELDS = (
    "purpose",
    "legal_basis",
    "retention",
    "table_name",
    "subject",
    "category",
    "on_erase",
    "is_exported",
)
_IS_READABLE = """
    SELECT coalesce(
        has_table_privilege(to_regclass(format('%%I.data_map', %s::text)), 'SELECT'), FALSE
    )
"""
_LINES = f"""
    SELECT {", ".join(_FIELDS)}, column_name FROM {{schema}}.data_map WHERE subject <> 'none'
"""  # noqa: S608 (names of this file)

_TEXT = r"'((?:[^']|'')*)'"
_ACTIVITY = re.compile(rf"\(\s*{_TEXT},\s*{_TEXT},\s*{_TEXT},\s*{_TEXT}\s*\)")
_HELD = re.compile(r"\(\s*" + r"'(\w+)',\s*" * 5 + r"(TRUE|FALSE),\s*'\{([^}]*)\}'\s*\)")


@dataclass(frozen=True, order=True)
class Entry:
    """Columns of a table about which the same is to be told; what the values mean says data_map.

    Attributes:
        purpose: What they are held for.
        legal_basis: What usually allows that.
        retention: How long they are held.
        table_name: The table or materialized view.
        subject: Whose data it is.
        category: What it tells of them.
        on_erase: What erase_learner does.
        is_exported: Whether export_learner_data hands it out.
        columns: The columns, by name.
    """

    purpose: str
    legal_basis: str
    retention: str
    table_name: str
    subject: str
    category: str
    on_erase: str
    is_exported: bool
    columns: tuple[str, ...]

    @property
    def activity(self) -> tuple[str, str, str]:
        """What it is held for, what allows that, and for how long."""
        return self.purpose, self.legal_basis, self.retention


def of_release() -> tuple[Entry, ...]:
    """Return the register of this release as it is shipped, without a server."""
    path = package.shipped_folder() / "views" / "data_map.sql"
    text = path.read_text(encoding="utf-8")
    activities = {
        name: (purpose, basis, retention)
        for name, purpose, basis, retention in _ACTIVITY.findall(text)
    }
    return _entries(
        (*activities[activity], table, subject, category, on_erase, exported == "TRUE", column)
        for activity, table, subject, category, on_erase, exported, columns in _HELD.findall(text)
        if subject != "none"
        for column in re.findall(r"\w+", columns)
    )


def of_database(connection: psycopg.Connection[Any], schema: str) -> tuple[Entry, ...]:
    """Return the register of a schema, with a project's own tables.

    It is empty where the schema has none, and for a role that may not read it.
    """
    row = connection.execute(_IS_READABLE, (schema,)).fetchone()
    if row is None or not row[0]:
        return ()
    return _entries(connection.execute(search_path.within(connection, schema, _LINES)))


def _entries(lines: Iterable[tuple[Any, ...]]) -> tuple[Entry, ...]:
    return tuple(sorted(_grouped(lines)))


def _grouped(lines: Iterable[tuple[Any, ...]]) -> Iterator[Entry]:
    for key, group in groupby(sorted(lines), key=lambda line: line[:-1]):
        yield Entry(*(*key, tuple(line[-1] for line in group)))
