r"""No psql commands.

`\i`, `\set` and their like exist in psql alone; other tools apply the same files.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/010_notes.sql": """\
\\set ON_ERROR_STOP on
CREATE TABLE notes (id bigint PRIMARY KEY);
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield what reading the file found."""
    return draft.unreadable("psql-command")
