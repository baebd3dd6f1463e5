"""Reads a file of materialized views, to build them under other names beside the ones in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms_schema.source.create_statement import Name, Reader, created
from lms_schema.source.statements import Statement, quoted
from lms_schema.source.temporary_names import temporary


@dataclass(frozen=True)
class Shadow:
    """A file's statements, written for other names.

    Attributes:
        views: Names of its materialized views.
        indexes: Names of its indexes.
        statements: Its statements, with the temporary name in place of each of these.
    """

    views: tuple[str, ...]
    indexes: tuple[str, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class _Part:
    """What a statement names: the object, and the table of an index."""

    kind: str
    names: tuple[Name, ...]


def parse(statements: Sequence[Statement]) -> Shadow | None:
    """Return the file's shadow, or None when it cannot be built beside.

    It can when it holds nothing but CREATE MATERIALIZED VIEW, CREATE INDEX on these views, and
    COMMENT ON what it creates.
    """
    parts = [_part(statement) for statement in statements]
    names: dict[str, list[str]] = {"view": [], "index": [], "comment": []}
    for part in parts:
        if part is None:
            return None
        names[part.kind].append(part.names[0].text)
    own = {*names["view"], *names["index"]}
    named = {name.text for part in parts if part for name in part.names}
    if not names["view"] or not named <= own:
        return None
    return Shadow(
        views=tuple(names["view"]),
        indexes=tuple(names["index"]),
        statements=tuple(
            _renamed(statement, part.names)
            for statement, part in zip(statements, parts, strict=True)
            if part
        ),
    )


def index_on(statement: Statement) -> Statement | None:
    """Return a CREATE INDEX with temporary names for the index and its table, schemas left out."""
    part = _part(statement)
    return _renamed(statement, part.names) if part and part.kind == "index" else None


def _renamed(statement: Statement, names: Sequence[Name]) -> Statement:
    """Return a statement with temporary names in the place of some."""
    text = statement.text
    for name in reversed(names):
        text = text[: name.start] + quoted(temporary(name.text, "new")) + text[name.end :]
    return Statement(text, statement.line)


def _part(statement: Statement) -> _Part | None:
    made = created(statement)
    if made is not None:
        if made.kind == "MATERIALIZED VIEW":
            return _of("view", made.name)
        is_plain = made.kind == "INDEX" and "CONCURRENTLY" not in made.options
        return _of("index", made.name, made.table) if is_plain else None
    reader = Reader(statement.text)
    if not reader.skip("COMMENT", "ON"):
        return None
    if reader.skip("COLUMN"):
        return _of("comment", _table_of_a_column(reader))
    if reader.skip("MATERIALIZED", "VIEW") or reader.skip("INDEX"):
        return _of("comment", reader.name())
    return None


def _table_of_a_column(reader: Reader) -> Name | None:
    """Go past the name of a table with its column; return the table's, when it has no schema."""
    table = reader.identifier()
    is_member = table and reader.mark(".") and reader.identifier() and not reader.mark(".")
    return table if is_member else None


def _of(kind: str, *names: Name | None) -> _Part | None:
    found = tuple(name for name in names if name is not None)
    return _Part(kind, found) if len(found) == len(names) else None
