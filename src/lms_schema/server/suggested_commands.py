"""The commands that messages tell people to run."""

from __future__ import annotations

import shlex

from lms_schema.errors import printable

_embedded: str | None = None


def note_database(option: str | None) -> None:
    """Note what `--database` was given. Only an embedded one is repeated: it has no password."""
    global _embedded
    is_embedded = option is not None and option.partition(":")[0] == "embedded"
    _embedded = option if is_embedded else None


def command(name: str, schema: str | None = None) -> str:
    """Return a command line that a shell takes, for the database that the running one is given.

    Args:
        name: The command, with options of its own.
        schema: The schema that it is to be run for.
    """
    words = ["lms-schema", *name.split()]
    if _embedded is not None:
        words += ["--database", _embedded]
    if schema is not None:
        words += ["--schema", schema]
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    """Return a word for a shell; what a terminal must not get is escaped, as bash and zsh do."""
    if printable(word) == word:
        return shlex.quote(word)
    return f"$'{''.join(map(_escaped, word))}'"


def _escaped(letter: str) -> str:
    is_plain = letter not in "\\'" and printable(letter) == letter
    return letter if is_plain else f"\\U{ord(letter):08x}"
