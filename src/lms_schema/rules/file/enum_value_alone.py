"""ALTER TYPE ... ADD VALUE has a file of its own.

PostgreSQL does not let the transaction that added a value use it.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "types/020_more.sql": """\
ALTER TYPE mood ADD VALUE 'calm';
COMMENT ON TYPE mood IS 'calm, or not.';
ALTER TABLE notes ALTER COLUMN mood SET DEFAULT 'calm';
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield each ADD VALUE in a file with other statements than comments."""
    others = [code for code in draft.code if code.search(r"^(?!COMMENT\b|ALTER\s+TYPE\b)")]
    if others:
        yield from draft.search(
            r"^ALTER\s+TYPE\b[^;]*\bADD\s+VALUE\b",
            "the value cannot be used before this file is committed. Move ADD VALUE to a file of "
            "its own.",
        )
