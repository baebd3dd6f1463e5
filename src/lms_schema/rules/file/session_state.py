"""A file leaves the session as it was.

A file runs in the runner's session, before other files. SET, RESET, DISCARD and their like would
change how these are applied. SET LOCAL ends with the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/010_notes.sql": """\
SET search_path = private;
CREATE TABLE notes (id bigint PRIMARY KEY);
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield each statement that changes the session."""
    yield from draft.search(
        r"^(SET\s+(?!LOCAL\b|CONSTRAINTS\b|TRANSACTION\b)|RESET\b|DISCARD\b|LISTEN\b|PREPARE\b"
        r"|SET\s+LOCAL\s+(search_path|ROLE|SESSION)\b)",
        "it changes the session in which the files after it are applied. Use SET LOCAL, or the SET "
        "clause of a function; search_path and role are the runner's.",
    )
