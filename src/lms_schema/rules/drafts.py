"""What rules look at and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lms_schema.source.create_statement import Created, created
from lms_schema.source.files import SqlFile, UnreadableFile
from lms_schema.source.folders import Folder
from lms_schema.source.statements import Statement, comments, plain

_IGNORE = re.compile(r"^--\s*lms-schema:\s*ignore\b\s*([a-z-]*)[\s.:,]*(.*)$")


@dataclass(frozen=True)
class Problem:
    """What a rule found.

    Attributes:
        path: The file.
        line: Where in it, counted from 1.
        message: What is wrong and what to do.
        rule: A rule below the one that found it, as sqlfluff and squawk have them; else empty.
    """

    path: Path
    line: int
    message: str
    rule: str = ""


@dataclass(frozen=True)
class Code(Statement):
    """A statement without comments and literals: blanks stand for their characters."""

    def search(self, pattern: str) -> int | None:
        """Return the line on which a pattern is found first, in any letter case, or None."""
        match = re.search(pattern, self.text, re.IGNORECASE)
        return self.line_of(match.start()) if match else None


@dataclass(frozen=True)
class Ignore:
    """A comment that says which rule its line, or the next one, breaks for a reason.

    Attributes:
        line: Where it is.
        rule: The rule, or empty when it names none.
        reason: The reason, or empty when it gives none.
    """

    line: int
    rule: str
    reason: str


@dataclass(frozen=True)
class Draft:
    """A file as it is found, readable or not.

    Attributes:
        path: Where it is.
        folder: The folder that it lies in.
        file: What it holds, or None.
        problem: Why that is None.
    """

    path: Path
    folder: Folder
    file: SqlFile | None
    problem: UnreadableFile | None = field(default=None)

    @cached_property
    def code(self) -> tuple[Code, ...]:
        """Its statements."""
        statements = self.file.statements if self.file else ()
        return tuple(Code(plain(statement.text), statement.line) for statement in statements)

    @cached_property
    def created(self) -> tuple[Created, ...]:
        """What it creates, by its own statements."""
        statements = self.file.statements if self.file else ()
        return tuple(filter(None, map(created, statements)))

    @cached_property
    def ignores(self) -> tuple[Ignore, ...]:
        """Its comments that ignore a rule."""
        found = comments(self.file.text) if self.file else ()
        matches = ((line, _IGNORE.match(text)) for text, line in found)
        return tuple(
            Ignore(line, match.group(1), match.group(2).strip()) for line, match in matches if match
        )

    def search(self, pattern: str, message: str) -> Iterator[Problem]:
        """Yield a problem for each statement in which a pattern is found."""
        for code in self.code:
            line = code.search(pattern)
            if line is not None:
                yield Problem(self.path, line, message)

    def unreadable(self, rule: str) -> Iterator[Problem]:
        """Yield why it cannot be read, when that is what the rule is about."""
        if self.problem is not None and self.problem.rule == rule:
            yield Problem(self.path, self.problem.line, self.problem.problem)
