"""No IF NOT EXISTS in a file that is applied once.

It is the runner that knows what is applied. IF NOT EXISTS would take another's object of the same
name, or the invalid remains of a concurrent build, for ours. Leave it out.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem
from lms_schema.source.folders import Kind

EXAMPLE = {
    "tables/010_notes.sql": """\
CREATE TABLE IF NOT EXISTS notes (id bigint PRIMARY KEY);
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield each IF NOT EXISTS."""
    if draft.folder.kind is Kind.VERSIONED:
        yield from draft.search(
            r"\bIF\s+NOT\s+EXISTS\b",
            "IF NOT EXISTS would leave another's object of this name in place. Leave it out.",
        )
