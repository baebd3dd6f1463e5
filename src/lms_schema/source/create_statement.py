"""Reads what a CREATE statement makes: its kind, its name, and the table that it is on."""

from __future__ import annotations

from dataclasses import dataclass

from lms_schema.source.statements import Statement, code

_MODIFIERS = (("OR", "REPLACE"), ("UNIQUE",), ("UNLOGGED",), ("RECURSIVE",), ("CONSTRAINT",))
_KINDS = (
    ("AGGREGATE",),
    ("DOMAIN",),
    ("FUNCTION",),
    ("INDEX",),
    ("MATERIALIZED", "VIEW"),
    ("POLICY",),
    ("PROCEDURE",),
    ("SEQUENCE",),
    ("TABLE",),
    ("TRIGGER",),
    ("TYPE",),
    ("VIEW",),
)
_ON_A_TABLE = ("INDEX", "POLICY", "TRIGGER")


@dataclass(frozen=True)
class Name:
    """A name in a statement.

    Attributes:
        text: The name as PostgreSQL reads it: in lower case unless it is quoted.
        start: Where it begins in the text of the statement, with its schema.
        end: Where it ends.
        qualified: Whether a schema stands before it.
    """

    text: str
    start: int
    end: int
    qualified: bool = False


@dataclass(frozen=True)
class Created:
    """What a statement creates.

    Attributes:
        kind: Like `MATERIALIZED VIEW`.
        name: Its name; None for an index without one.
        line: The line on which the statement begins.
        table: The table that an index, a policy or a trigger is on; else None.
        options: Which of CONCURRENTLY, IF NOT EXISTS and ONLY the statement has.
    """

    kind: str
    name: Name | None
    line: int
    table: Name | None
    options: frozenset[str]


class Reader:
    """Goes through the tokens of a statement; comments are passed over."""

    def __init__(self, text: str) -> None:
        """Begin with the first token."""
        self._ahead = code(text)
        self._read: list[tuple[str, str, int]] = []
        self._at = 0

    def skip(self, *words: str) -> bool:
        """Go past these words when they come next."""
        for number, word in enumerate(words):
            kind, text, _ = self._token(self._at + number)
            if kind != "word" or text.upper() != word:
                return False
        self._at += len(words)
        return True

    def skip_to(self, word: str) -> bool:
        """Go past the next place where a word stands; False at the end without one."""
        while not self.skip(word):
            if not self._token(self._at)[0]:
                return False
            self._at += 1
        return True

    def name(self) -> Name | None:
        """Go past a name, and its schema, when one comes next."""
        first = self.identifier()
        if first is None or not self.mark("."):
            return first
        second = self.identifier()
        return second and Name(second.text, first.start, second.end, qualified=True)

    def identifier(self) -> Name | None:
        """Go past a name without a schema when one comes next."""
        kind, text, start = self._token(self._at)
        if kind == "word":
            name = "".join(mark.lower() if mark.isascii() else mark for mark in text)
        elif kind == "name" and text.startswith('"'):
            name = text[1:-1].replace('""', '"')
        else:
            return None
        self._at += 1
        return Name(name, start, start + len(text))

    def mark(self, text: str) -> bool:
        """Go past a sign when it comes next."""
        is_next = self._token(self._at)[:2] == ("mark", text)
        self._at += is_next
        return is_next

    def _token(self, number: int) -> tuple[str, str, int]:
        """Return a token; of a statement only the beginning is read, as far as it is asked for."""
        while len(self._read) <= number:
            self._read.append(next(self._ahead, ("", "", 0)))
        return self._read[number]


def created(statement: Statement) -> Created | None:
    """Return what a statement creates in a schema, or None when it does something else."""
    reader = Reader(statement.text)
    if not reader.skip("CREATE"):
        return None
    while any(reader.skip(*words) for words in _MODIFIERS):
        pass
    kind = next((" ".join(words) for words in _KINDS if reader.skip(*words)), None)
    if kind is None:
        return None
    options = set()
    if kind == "INDEX" and reader.skip("CONCURRENTLY"):
        options.add("CONCURRENTLY")
    if reader.skip("IF", "NOT", "EXISTS"):
        options.add("IF NOT EXISTS")
    is_nameless = kind == "INDEX" and reader.skip("ON")
    name = None if is_nameless else reader.name()
    table = None
    if is_nameless or (kind in _ON_A_TABLE and reader.skip_to("ON")):
        if reader.skip("ONLY"):
            options.add("ONLY")
        table = reader.name()
    return Created(kind, name, statement.line, table, frozenset(options))
