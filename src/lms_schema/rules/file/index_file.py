"""A file in `indexes/` holds one plain CREATE INDEX of a name, and its comment.

The runner decides how to build it: concurrently where the table holds rows, partition by partition
on a partitioned table. So it must be able to write the statement anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "indexes/notes_body_idx.sql": """\
CREATE INDEX CONCURRENTLY notes_body_idx ON notes (body);
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield what reading the file found."""
    return draft.unreadable("index-file")
