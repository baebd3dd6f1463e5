"""The folders of a schema: here, and only here, their order and what each one's files are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How the files of a folder are applied."""

    VERSIONED = "versioned"
    """Once; never edited after its release."""
    REPLACEABLE = "replaceable"
    """Again whenever its content changed."""
    RECURRING = "recurring"
    """At every migrate; it does nothing when nothing is needed."""


@dataclass(frozen=True)
class Folder:
    """A folder below the schema folder.

    Attributes:
        name: Its name.
        kind: How its files are applied.
        owns: The kinds of object that its files create and that are recorded as theirs.
        numbered: Whether the names of its files begin with a number, which is their order.
        by_subject: Whether its files may lie in subfolders, one level of them, each a subject.
    """

    name: str
    kind: Kind
    owns: tuple[str, ...]
    numbered: bool = False
    by_subject: bool = False


INDEXES = "indexes"
"""Name of the folder whose files are built concurrently where their table holds rows."""

SECURITY = "security"
"""Name of the folder whose files say who may do what: roles, grants, row security, policies."""

FOLDERS = (
    Folder("types", Kind.VERSIONED, ("TYPE",), numbered=True),
    Folder("tables", Kind.VERSIONED, ("TABLE",), numbered=True),
    Folder("functions", Kind.REPLACEABLE, ("FUNCTION", "PROCEDURE", "AGGREGATE"), by_subject=True),
    Folder("triggers", Kind.REPLACEABLE, ("TRIGGER", "FUNCTION")),
    Folder("views", Kind.REPLACEABLE, ("VIEW", "MATERIALIZED VIEW", "INDEX")),
    Folder(INDEXES, Kind.VERSIONED, ("INDEX",)),
    Folder("partitions", Kind.RECURRING, ("TABLE",)),
    Folder(SECURITY, Kind.REPLACEABLE, ("POLICY",)),
)
"""All folders, in the order in which they are applied."""


def folder_of(file_id: str) -> Folder | None:
    """Return the folder of a file by its id, or None when this release knows no such folder."""
    name = file_id.rpartition(":")[2].split("/", 1)[0]
    return next((folder for folder in FOLDERS if folder.name == name), None)
