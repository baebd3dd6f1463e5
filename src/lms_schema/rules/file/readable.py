"""A file is UTF-8 text with a statement in it.

The runner applies what it can read alone: another encoding, a NUL, or a file of comments is most
often a mishap of an editor or a merge.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.findings import Draft, Problem

EXAMPLE = {
    "tables/010_notes.sql": """\
-- The table is still to be written.
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield what reading the file found."""
    return draft.unreadable("readable")
