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
    return printable(shlex.join(words))
