"""No COPY FROM STDIN, nor COPY TO STDOUT.

The data are not SQL, and only psql reads and writes them. Write INSERT, or SELECT.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY);
COPY notes FROM STDIN;
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield what reading the file found."""
    return draft.unreadable("copy-from-stdin")
