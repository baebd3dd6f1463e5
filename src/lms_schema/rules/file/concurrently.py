"""No index is built or dropped, and no partition detached, CONCURRENTLY.

That does not work in a transaction, and a file is one. The runner itself builds the index of a file
in `indexes/` concurrently where the table holds rows. Write a plain CREATE INDEX.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/020_notes_body.sql": """\
DROP INDEX CONCURRENTLY notes_body_idx;
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield each CONCURRENTLY but that of a refresh, which works in a transaction."""
    yield from draft.search(
        r"^(?!REFRESH\b)[^;]*\bCONCURRENTLY\b",
        "CONCURRENTLY does not work in a transaction, and each file is one. Write it plainly: "
        "the runner builds concurrently where that is needed.",
    )
