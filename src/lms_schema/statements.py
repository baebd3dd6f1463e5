"""Splits SQL into statements where psql would, so that an error can name its file and line.

It knows quotes, E'' strings, dollar quotes, nested comments, parentheses and BEGIN ATOMIC bodies.
It refuses what a file of this package must not hold: transaction control, COPY FROM STDIN and
psql's backslash commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<string>(?:\b[uU]&|\b[bBxXnN])?'(?:[^']|'')*')
    | (?P<escaped>\b[eE]'(?:[^'\\]|''|\\.)*')
    | (?P<name>(?:\b[uU]&)?"(?:[^"]|"")*")
    | (?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d\w*)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CODE = ("space", "name", "word", "number", "mark")
"""Kinds of token that are neither comments nor literals."""
_OPENING = re.compile(r"['\"]|\$(?:[^\W\d]\w*)?\$")
_COMMENT_MARK = re.compile(r"/\*|\*/")
_TRANSACTION = frozenset(
    ("ABORT", "BEGIN", "COMMIT", "END", "RELEASE", "ROLLBACK", "SAVEPOINT", "START")
)


class SyntaxProblem(ValueError):  # noqa: N818
    """SQL that cannot be split, or that a file must not hold.

    Attributes:
        line: Where, counted from 1.
        rule: Id of the rule of `check` that it breaks.
    """

    def __init__(self, message: str, line: int, rule: str = "syntax") -> None:
        super().__init__(message)
        self.line = line
        self.rule = rule


@dataclass(frozen=True)
class Statement:
    """One statement without its semicolon, and the line on which it begins (from 1)."""

    text: str
    line: int


def split(sql: str) -> list[Statement]:
    """Split SQL into its statements; comments between statements are left out.

    Raises:
        SyntaxProblem: For an unfinished quote, comment or parenthesis, transaction control,
            COPY FROM STDIN, or a psql command.
    """
    statements: list[Statement] = []
    current = _Current()
    for kind, text, position in tokens(sql):
        if kind in ("space", "comment", "block"):
            continue
        if text == "\\":
            raise SyntaxProblem(
                "a psql command (backslash); write plain SQL", _line(sql, position), "psql-command"
            )
        if text == ";" and not current.inside:
            statements += current.finished(sql)
            current = _Current()
        else:
            current.add(kind, text, position)
    if current.inside:
        raise SyntaxProblem(f"{current.inside} is missing", _line(sql, current.start))
    return statements + current.finished(sql)


def plain(sql: str) -> str:
    """Return SQL with blanks for its comments and what is inside its quotes; lines stay."""
    return "".join(
        re.sub(r"[^\n]", " ", text) if kind not in _CODE else text for kind, text, _ in tokens(sql)
    )


def quoted(name: str) -> str:
    """Return a name as SQL text."""
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str, name: str) -> str:
    """Return the name of an object of a schema as SQL text."""
    return f"{quoted(schema)}.{quoted(name)}"


def comments(sql: str) -> Iterator[tuple[str, int]]:
    """Yield the `--` comments of SQL, each with its line; not those inside strings and bodies."""
    for kind, text, position in tokens(sql):
        if kind == "comment":
            yield text, _line(sql, position)


class _Current:
    """The statement that is being read."""

    def __init__(self) -> None:
        self.start = 0
        self.end = 0
        self.words: list[str] = []
        self.parentheses = 0
        self.blocks = 0

    @property
    def inside(self) -> str:
        """What must come before a semicolon can end the statement; empty when nothing."""
        if self.parentheses > 0:
            return "a )"
        return "the END of BEGIN ATOMIC" if self.blocks else ""

    def add(self, kind: str, text: str, position: int) -> None:
        if not self.end:
            self.start = position
        self.end = position + len(text)
        if text in ("(", ")"):
            self.parentheses += 1 if text == "(" else -1
        elif kind == "word":
            self.words.append(text.upper())
            # BEGIN ATOMIC ... END, with the CASE ... END inside it
            if self.words[-2:] == ["BEGIN", "ATOMIC"] or (self.blocks and self.words[-1] == "CASE"):
                self.blocks += 1
            elif self.blocks and self.words[-1] == "END":
                self.blocks -= 1

    def finished(self, sql: str) -> list[Statement]:
        """Return the statement, or nothing when it is empty."""
        if not self.end:
            return []
        line = _line(sql, self.start)
        first = self.words[0] if self.words else ""
        if first in _TRANSACTION or self.words[:2] == ["PREPARE", "TRANSACTION"]:
            raise SyntaxProblem(
                f"{first} controls the transaction, which is the runner's: each file is one",
                line,
                "transaction-control",
            )
        if first == "COPY" and "STDIN" in self.words:
            raise SyntaxProblem(
                "COPY FROM STDIN has no place in a file; write INSERT", line, "copy-from-stdin"
            )
        return [Statement(sql[self.start : self.end], line)]


def tokens(sql: str) -> Iterator[tuple[str, str, int]]:
    """Yield the tokens of SQL: kind, text and position.

    The kinds are space, comment, block (a comment too), string, escaped, name (quoted), dollar,
    word, number and mark (a single character).
    """
    position = 0
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        assert match is not None  # noqa: S101 (the last alternative takes anything)
        kind = match.lastgroup or ""
        end = _comment_end(sql, position) if kind == "block" else match.end()
        text = sql[position:end]
        if kind == "mark" and (quote := _OPENING.match(sql, position)):
            raise SyntaxProblem(
                f"a quote that begins with {quote.group()} has no end", _line(sql, position)
            )
        yield kind, text, position
        position = end


def _comment_end(sql: str, start: int) -> int:
    depth = 0
    for match in _COMMENT_MARK.finditer(sql, start):
        depth += 1 if match.group() == "/*" else -1
        if not depth:
            return match.end()
    raise SyntaxProblem("a comment that begins with /* has no end", _line(sql, start))


def _line(sql: str, position: int) -> int:
    return sql.count("\n", 0, position) + 1
