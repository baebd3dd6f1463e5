"""Reads an index file: one plain CREATE INDEX, which the runner may build concurrently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms_schema.source.create_statement import Created, Reader, created
from lms_schema.source.statements import Statement, SyntaxProblem

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
        how = "CONCURRENTLY " if concurrently else ""
        which = "ONLY " if only else ""
        return Statement(
            f"{self._before}{how}{name}{self._between}{which}{table}{self._after}", self.line
        )


def parse(statements: Sequence[Statement]) -> IndexStatement | None:
    """Return the CREATE INDEX of a file, or None when the file holds none.

    Raises:
        SyntaxProblem: When it is not plain, or not alone.
    """
    made = [created(statement) for statement in statements]
    if not any(found and found.kind == "INDEX" for found in made):
        return None
    for statement in statements[1:]:
        reader = Reader(statement.text)
        if not (reader.skip("COMMENT") or reader.skip("ALTER", "INDEX")):
            raise SyntaxProblem(_ADVICE, statement.line, RULE)
    statement, index = statements[0], made[0]
    if index is None or index.name is None or index.table is None or not _is_plain(index):
        raise SyntaxProblem(_ADVICE, statement.line, RULE)
    for name in (index.name, index.table):
        if len(name.text.encode()) > 63:
            written = statement.text[name.start : name.end]
            raise SyntaxProblem(
                f"{written} is longer than the 63 bytes that PostgreSQL keeps", statement.line
            )
    return IndexStatement(
        name=index.name.text,
        table=index.table.text,
        line=statement.line,
        _before=statement.text[: index.name.start],
        _between=statement.text[index.name.end : index.table.start],
        _after=statement.text[index.table.end :],
    )


def _is_plain(index: Created) -> bool:
    names = (index.name, index.table)
    return not index.options and not any(name and name.qualified for name in names)
