"""Reads a file of materialized views, to build them under other names beside the ones in use."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from lms_schema.source.statements import Statement, quoted, tokens

PREFIX = "lms_schema_"
_BYTES = 63


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
    """What a statement names: the tokens of the object, and of the table of an index."""

    kind: str
    name: str
    spans: tuple[tuple[str, int, int], ...]


def temporary(name: str, word: str) -> str:
    """Return another name for an object, of at most 63 bytes: `lms_schema_new_v` of `v`.

    Args:
        name: Its name.
        word: What it says of it, `new` or `old`.
    """
    text = f"{PREFIX}{word}_{name}"
    if len(text.encode()) <= _BYTES:
        return text
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return text.encode()[: _BYTES - 9].decode(errors="ignore") + f"_{digest}"


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
        names[part.kind].append(part.name)
    created = {*names["view"], *names["index"]}
    named = {name for part in parts if part for name, _start, _end in part.spans}
    if not names["view"] or not named <= created:
        return None
    return Shadow(
        views=tuple(names["view"]),
        indexes=tuple(names["index"]),
        statements=tuple(
            renamed(statement, part.spans)
            for statement, part in zip(statements, parts, strict=True)
            if part
        ),
    )


def index_on(statement: Statement) -> Statement | None:
    """Return a CREATE INDEX with temporary names for the index and its table, schemas left out."""
    part = _part(statement)
    return renamed(statement, part.spans) if part and part.kind == "index" else None


def renamed(statement: Statement, spans: Sequence[tuple[str, int, int]]) -> Statement:
    """Return a statement with temporary names at some places."""
    text = statement.text
    for name, start, end in sorted(spans, key=lambda span: -span[1]):
        text = text[:start] + quoted(temporary(name, "new")) + text[end:]
    return Statement(text, statement.line)


class _Reader:
    """Goes through the tokens of a statement."""

    def __init__(self, text: str) -> None:
        self._tokens = [t for t in tokens(text) if t[0] not in ("space", "comment", "block")]
        self._at = 0

    def skip(self, *words: str) -> bool:
        """Go past these words when they come next."""
        ahead = self._tokens[self._at : self._at + len(words)]
        if [text.upper() for kind, text, _ in ahead if kind == "word"] != list(words):
            return False
        self._at += len(words)
        return True

    def name(self) -> tuple[str, int, int] | None:
        """Go past a name, and its schema; return it with the place of both."""
        first = self._identifier()
        if first is None:
            return None
        if self._next() != ".":
            return first
        self._at += 1
        second = self._identifier()
        return second and (second[0], first[1], second[2])

    def column_s_table(self) -> tuple[str, int, int] | None:
        """Go past the name of a table with its column; return the table's."""
        table = self._identifier()
        if table is None or self._next() != ".":
            return None
        self._at += 1
        return table if self._identifier() and self._next() != "." else None

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _identifier(self) -> tuple[str, int, int] | None:
        if self._at == len(self._tokens):
            return None
        kind, text, start = self._tokens[self._at]
        if kind == "word":
            name = "".join(mark.lower() if mark.isascii() else mark for mark in text)
        elif kind == "name" and text.startswith('"'):
            name = text[1:-1].replace('""', '"')
        else:
            return None
        self._at += 1
        return name, start, start + len(text)


def _part(statement: Statement) -> _Part | None:
    reader = _Reader(statement.text)
    if reader.skip("CREATE", "MATERIALIZED", "VIEW"):
        reader.skip("IF", "NOT", "EXISTS")
        return _of("view", reader.name())
    if reader.skip("CREATE", "INDEX") or reader.skip("CREATE", "UNIQUE", "INDEX"):
        reader.skip("IF", "NOT", "EXISTS")
        index = reader.name()
        if not reader.skip("ON"):
            return None
        reader.skip("ONLY")
        return _of("index", index, reader.name())
    if reader.skip("COMMENT", "ON", "COLUMN"):
        return _of("comment", reader.column_s_table())
    if reader.skip("COMMENT", "ON", "MATERIALIZED", "VIEW") or reader.skip(
        "COMMENT", "ON", "INDEX"
    ):
        return _of("comment", reader.name())
    return None


def _of(kind: str, *spans: tuple[str, int, int] | None) -> _Part | None:
    found = [span for span in spans if span is not None]
    return _Part(kind, found[0][0], tuple(found)) if len(found) == len(spans) else None
