"""A file is UTF-8 text, and not empty.

Another encoding, a NUL, or a file without a word is most often a mishap of an editor or a merge. A
file that has nothing to do any more says so in a comment, and is applied as nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/010_notes.sql": "\n",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield what reading the file found."""
    return draft.unreadable("readable")
