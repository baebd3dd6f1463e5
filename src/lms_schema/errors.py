"""What can go wrong, as exceptions that know their exit code.

Each message says what happened, where, and what to do next. No message holds a password.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from typing import ClassVar

_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Unicode's categories of control and format characters, halves of pairs, and ends of lines."""


class LmsSchemaError(Exception):
    """The base of every error that this package raises on purpose."""

    exit_code: ClassVar[int] = 1

    def to_json(self) -> dict[str, object]:
        """Return the error as a JSON-compatible mapping."""
        return {
            "error": type(self).__name__,
            "exit_code": self.exit_code,
            "message": str(self),
        }


class DatabaseError(LmsSchemaError):
    """The database could not be reached, or refused something outside the schema's files."""


class UsageError(LmsSchemaError):
    """Wrong options, a schema folder that cannot be read, or a server that is not supported."""

    exit_code = 2


class ReleasedFileEdited(LmsSchemaError):  # noqa: N818
    """A versioned file differs from what was applied to this database."""

    exit_code = 5


class LockNotObtained(LmsSchemaError):  # noqa: N818
    """Another runner, or a lock on a table, did not go away in time."""

    exit_code = 6


class PoolerInBetween(LmsSchemaError):  # noqa: N818
    """A connection pooler stands between the runner and PostgreSQL."""

    exit_code = 7


class DatabaseNewer(LmsSchemaError):  # noqa: N818
    """The database was migrated by a newer release of this package."""

    exit_code = 8


class StatementFailed(LmsSchemaError):  # noqa: N818
    """PostgreSQL refused a statement of a schema file; the file was rolled back.

    Attributes:
        file: Path of the file below the schema folder.
        line: Line of the error in the file, counted from 1.
        statement: Text of the statement.
        sqlstate: PostgreSQL's five-character code, or None.
        detail: PostgreSQL's detail, or None.
        hint: What to do, or None.
        outcome: In a sentence, what became of the database.
        reason: Why PostgreSQL refused it, where its message does not tell, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str,
        line: int,
        statement: str,
        sqlstate: str | None = None,
        detail: str | None = None,
        hint: str | None = None,
        context: str | None = None,
    ) -> None:
        self.file = file
        self.line = line
        self.statement = statement
        self.sqlstate = sqlstate
        self.detail = detail
        self.hint = hint
        self.reason: str | None = None
        self.outcome = "The file was rolled back; files before it stay applied."
        code = f" (SQLSTATE {sqlstate})" if sqlstate else ""
        parts = [f"{file}:{line}: {printable(message)}{code}"]
        for label, text in (("detail", detail), ("context", context), ("hint", hint)):
            if text:
                parts.append(f"{label}: {lines(text)}")
        parts.append("statement:\n" + _shortened(statement))
        super().__init__("\n".join(parts))

    def __str__(self) -> str:
        """Return all of it."""
        return "\n".join(filter(None, (super().__str__(), self.reason, self.outcome)))

    def to_json(self) -> dict[str, object]:
        """Return the error as a JSON-compatible mapping."""
        return super().to_json() | {
            "file": self.file,
            "line": self.line,
            "statement": self.statement,
            "sqlstate": self.sqlstate,
            "detail": self.detail,
            "hint": self.hint,
        }


def lines(text: str) -> str:
    """Return a text of the server with its own lines, of which none but the first is flush."""
    return "\n    ".join(printable(line, keep="\t") for line in text.split("\n"))


def _shortened(statement: str, lines: int = 12) -> str:
    """Return the first lines of a statement, indented."""
    kept = statement.splitlines()
    if len(kept) > lines:
        kept = [*kept[:lines], f"... ({len(kept) - lines} more lines)"]
    return "\n".join(f"    {line}" for line in kept)


def near(name: str, names: Iterable[str]) -> str:
    """Return a sentence that names what was probably meant, or nothing."""
    found = difflib.get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(found)}?" if found else ""


def printable(text: str, *, keep: str = "") -> str:
    r"""Return a text as one line that does nothing to a terminal.

    Names and messages of a database may hold what moves the cursor, starts a line or turns the
    direction of writing. Each such character is written as Python would: `\x1b`, `\n`, `\u202e`.

    Args:
        text: The text.
        keep: Characters to leave as they are.
    """
    return "".join(
        ascii(letter)[1:-1]
        if unicodedata.category(letter) in _UNPRINTABLE and letter not in keep
        else letter
        for letter in text
    )
