"""Every quote, comment and parenthesis has an end.

Without it the rest of the file would be taken for a part of the statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/010_notes.sql": """\
CREATE TABLE notes (
    id bigint PRIMARY KEY;
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield what reading the file found."""
    return draft.unreadable("syntax")
