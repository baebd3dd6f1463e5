"""No BEGIN, COMMIT, ROLLBACK or SAVEPOINT.

The runner applies a file and records it in one transaction. A COMMIT in between would leave a crash
with objects that nobody knows of.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/010_notes.sql": """\
BEGIN;
CREATE TABLE notes (id bigint PRIMARY KEY);
COMMIT;
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield what reading the file found."""
    return draft.unreadable("transaction-control")
