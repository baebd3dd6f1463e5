"""Reads an index file: one plain CREATE INDEX, which the runner may build concurrently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms_schema.source.statements import Statement, SyntaxProblem, tokens

RULE = "index-file"
"""Id of the rule of `check` that a file breaks which is no index file."""

_ADVICE = (
    "an index file holds one plain CREATE [UNIQUE] INDEX name ON table (...), then COMMENT ON "
    "INDEX or ALTER INDEX at most; the runner decides how to build it"
)


@dataclass(frozen=True)
class IndexStatement:
    """A CREATE INDEX, to be written for other names.

    Attributes:
        name: Name of the index.
        table: Name of its table.
        line: Where the statement begins in its file, counted from 1.
    """

    name: str
    table: str
    line: int
    _before: str
    _between: str
    _after: str

    def build(
        self, name: str, table: str, *, concurrently: bool = False, only: bool = False
    ) -> Statement:
        """Write the statement anew; each line stays the line that it is.

        Args:
            name: Name of the index, as SQL text.
            table: The table, as SQL text.
            concurrently: Whether writers are let through.
            only: Whether the partitions of the table are left out.
        """
        how = " CONCURRENTLY" if concurrently else ""
        which = "ONLY " if only else ""
        return Statement(
            f"{self._before}{how} {name}{self._between}{which}{table}{self._after}", self.line
        )


def parse(statements: Sequence[Statement]) -> IndexStatement | None:
    """Return the CREATE INDEX of a file, or None when the file holds none.

    Raises:
        SyntaxProblem: When it is not plain, or not alone.
    """
    beginnings = [_words(statement)[:3] for statement in statements]
    if not any(
        words[:2] == ["CREATE", "INDEX"] or words == ["CREATE", "UNIQUE", "INDEX"]
        for words in beginnings
    ):
        return None
    for statement, words in zip(statements[1:], beginnings[1:], strict=True):
        if words[:1] != ["COMMENT"] and words[:2] != ["ALTER", "INDEX"]:
            raise SyntaxProblem(_ADVICE, statement.line, RULE)
    return _parsed(statements[0])


def _words(statement: Statement) -> list[str]:
    return [text.upper() for kind, text, _ in tokens(statement.text) if kind == "word"]


def _parsed(statement: Statement) -> IndexStatement:
    text = statement.text
    parts = [token for token in tokens(text) if token[0] not in ("space", "comment", "block")]
    at = 3 if parts[1][1].upper() == "UNIQUE" else 2
    if len(parts) < at + 4:
        raise SyntaxProblem(_ADVICE, statement.line, RULE)
    before, name, on, table, after = parts[at - 1 : at + 4]
    if on[1].upper() != "ON" or table[1].upper() == "ONLY" or after[1] == ".":
        raise SyntaxProblem(_ADVICE, statement.line, RULE)
    return IndexStatement(
        name=_identifier(name[0], name[1], statement.line),
        table=_identifier(table[0], table[1], statement.line),
        line=statement.line,
        _before=text[: before[2] + len(before[1])],
        _between=text[name[2] + len(name[1]) : table[2]],
        _after=text[table[2] + len(table[1]) :],
    )


def _identifier(kind: str, text: str, line: int) -> str:
    """Return the name that PostgreSQL reads."""
    if kind == "word":
        name = "".join(mark.lower() if mark.isascii() else mark for mark in text)
    elif kind == "name" and text.startswith('"'):
        name = text[1:-1].replace('""', '"')
    else:
        raise SyntaxProblem(_ADVICE, line, RULE)
    if len(name.encode()) > 63:
        raise SyntaxProblem(f"{text} is longer than the 63 bytes that PostgreSQL keeps", line)
    return name
