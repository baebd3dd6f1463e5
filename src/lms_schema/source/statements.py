"""Splits SQL into statements where PostgreSQL does, so that an error can name its file and line.

It reads tokens as PostgreSQL's scanner does, and knows where a semicolon is inside a statement:
in parentheses and in BEGIN ATOMIC bodies. It refuses what a file of this package must not hold:
transaction control, COPY from and to the client, and psql's backslash commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPACE = r"[ \t\n\r\f\v]"
# What no word has, since Python takes long to compile a class that reaches up to U+10FFFF.
_SIGNS = r"\x00-#%-/:-@\[-^`{-\x7F"
_LETTER = rf"[^{_SIGNS}$0-9]"
_LETTER_OR_DIGIT = rf"[^{_SIGNS}$]"
_TAG = rf"(?:{_LETTER}{_LETTER_OR_DIGIT}*)?"
_ESCAPED = r"(?:[^'\\]|''|\\.)*+'"
_COMMENT = r"--[^\n\r]*+"
_CONTINUED = rf"(?:[ \t\f\v]|{_COMMENT})*+[\n\r](?:{_SPACE}|{_COMMENT}[\n\r])*+'"
"""What may stand between two parts of a string, and the quote that begins the second."""

_TOKEN = re.compile(
    rf"""
      (?P<space>(?:{_SPACE})+)
    | (?P<comment>{_COMMENT})
    | (?P<block>/\*)
    | (?P<string>(?:[uU]&|[bBxXnN])?'(?:[^']|'')*+')
    | (?P<escaped>[eE]'{_ESCAPED}(?:{_CONTINUED}{_ESCAPED})*)
    | (?P<name>(?:[uU]&)?"(?:[^"]|"")*+")
    | (?P<dollar>\$(?P<tag>{_TAG})\$.*?\$(?P=tag)\$)
    | (?P<word>{_LETTER}[^{_SIGNS}]*)
    | (?P<number>[0-9]{_LETTER_OR_DIGIT}*)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_GAP = re.compile(rf"(?:{_SPACE}|{_COMMENT})*+")
_CODE = ("space", "name", "word", "number", "mark")
"""Kinds of token that are neither comments nor literals."""
_OPENING = re.compile(rf"['\"]|\$(?:{_TAG})\$")
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

    def line_of(self, position: int) -> int:
        """Return the line of a position in the text."""
        return self.line + _line_ends(self.text[:position])


def split(sql: str) -> list[Statement]:
    """Split SQL into its statements; comments between statements are left out.

    Raises:
        SyntaxProblem: For an unfinished quote, comment or parenthesis, transaction control,
            COPY with the client, or a psql command.
    """
    statements: list[Statement] = []
    current = _Current()
    line, counted = 1, 0
    for kind, text, position in code(sql):
        if current.is_empty:
            line += _line_ends(sql[counted:position])
            counted = position
        if text == "\\":
            raise SyntaxProblem(
                "a psql command (backslash); write plain SQL",
                _line_at(sql, position),
                "psql-command",
            )
        if text == ";" and not current.inside:
            statements += current.finished(sql)
            current = _Current()
        else:
            current.add(kind, text, position, line)
    if current.inside:
        raise SyntaxProblem(f"{current.inside} is missing", current.line)
    return statements + current.finished(sql)


def plain(sql: str) -> str:
    """Return SQL with blanks for its comments and what is inside its quotes; lines stay."""
    return "".join(
        text if kind in _CODE else re.sub(r"[^\n\r]", " ", text) for kind, text, _ in tokens(sql)
    )


def lines(text: str) -> list[str]:
    """Return the lines of a text, as editors and psql number them: LF, CRLF and CR end one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def quoted(name: str) -> str:
    """Return a name as SQL text."""
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str, name: str) -> str:
    """Return the name of an object of a schema as SQL text."""
    return f"{quoted(schema)}.{quoted(name)}"


def comments(sql: str) -> Iterator[tuple[str, int]]:
    """Yield the `--` comments of SQL, each with its line; not those inside strings and bodies."""
    line = 1
    for kind, text, _ in tokens(sql):
        if kind == "comment":
            yield text, line
        line += _line_ends(text)


class _Current:
    """The statement that is being read."""

    def __init__(self) -> None:
        self.line = 0
        self._start = 0
        self._end = 0
        self._words: list[str] = []
        self._last = ""
        self._parentheses = 0
        self._in_body = False
        self._copies = ""

    @property
    def is_empty(self) -> bool:
        """Whether it has not begun."""
        return not self._end

    @property
    def inside(self) -> str:
        """What must come before a semicolon can end the statement; empty when nothing."""
        if self._parentheses > 0:
            return "a )"
        return "the END of BEGIN ATOMIC" if self._in_body else ""

    def add(self, kind: str, text: str, position: int, line: int) -> None:
        if self.is_empty:
            self._start, self.line = position, line
        self._end = position + len(text)
        before, self._last = self._last, text
        if text in ("(", ")"):
            self._parentheses += 1 if text == "(" else -1
        elif kind == "word":
            self._last = text.upper()
            self._words.append(self._last)
            if not self._parentheses:
                self._follow(before, self._last)

    def _follow(self, before: str, word: str) -> None:
        """Take note of a word outside parentheses and of the token before it."""
        if before == "BEGIN" and word == "ATOMIC" and self._makes_routine:
            self._in_body = True
            self._last = ";"  # what comes next begins a statement
        elif before == ";" and word == "END":
            # no statement begins with END, and everywhere else it is a CASE's, or a label
            self._in_body = False
        elif before in ("FROM", "TO") and word in ("STDIN", "STDOUT"):
            self._copies = f"{before} {word}"

    @property
    def _makes_routine(self) -> bool:
        words = [word for word in self._words[:4] if word not in ("OR", "REPLACE")]
        return words[:2] in (["CREATE", "FUNCTION"], ["CREATE", "PROCEDURE"])

    def finished(self, sql: str) -> list[Statement]:
        """Return the statement, or nothing when it is empty."""
        if self.is_empty:
            return []
        first = self._words[0] if self._words else ""
        if first in _TRANSACTION or self._words[:2] == ["PREPARE", "TRANSACTION"]:
            raise SyntaxProblem(
                f"{first} controls the transaction, which is the runner's: each file is one",
                self.line,
                "transaction-control",
            )
        if first == "COPY" and self._copies:
            raise SyntaxProblem(
                f"COPY {self._copies} has no place in a file; write INSERT or SELECT",
                self.line,
                "copy-from-stdin",
            )
        return [Statement(sql[self._start : self._end], self.line)]


def tokens(sql: str) -> Iterator[tuple[str, str, int]]:
    """Yield the tokens of SQL: kind, text and position.

    The kinds are space, comment, block (a comment too), string, escaped, name (quoted), dollar,
    word, number and mark (a single character).
    """
    position = 0
    while position < len(sql):
        kind, end = _next(sql, position)
        yield kind, sql[position:end], position
        position = end


def code(sql: str) -> Iterator[tuple[str, str, int]]:
    """Yield the tokens of SQL but for space and comments."""
    position = 0
    while (gap := _GAP.match(sql, position)) and (position := gap.end()) < len(sql):
        kind, end = _next(sql, position)
        if kind != "block":
            yield kind, sql[position:end], position
        position = end


def _next(sql: str, position: int) -> tuple[str, int]:
    """Return the kind of the token at a position, and where it ends."""
    match = _TOKEN.match(sql, position)
    assert match is not None  # noqa: S101 (the last alternative takes anything)
    kind = match.lastgroup or ""
    if kind == "mark" and (quote := _OPENING.match(sql, position)):
        raise SyntaxProblem(
            f"a quote that begins with {quote.group()} has no end", _line_at(sql, position)
        )
    return kind, _comment_end(sql, position) if kind == "block" else match.end()


def _comment_end(sql: str, start: int) -> int:
    depth = 0
    for match in _COMMENT_MARK.finditer(sql, start):
        depth += 1 if match.group() == "/*" else -1
        if not depth:
            return match.end()
    raise SyntaxProblem("a comment that begins with /* has no end", _line_at(sql, start))


def _line_at(sql: str, position: int) -> int:
    return _line_ends(sql[:position]) + 1


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")
