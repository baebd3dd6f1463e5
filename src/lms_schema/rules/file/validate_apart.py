"""ADD CONSTRAINT ... NOT VALID and VALIDATE CONSTRAINT stand in two files.

NOT VALID is there so that the check of old rows happens under a weaker lock, later. In one
transaction the strong lock of the first is held until the second has read the table.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/020_notes_body.sql": """\
ALTER TABLE notes ADD CONSTRAINT notes_body_check CHECK (body <> '') NOT VALID;
ALTER TABLE notes VALIDATE CONSTRAINT notes_body_check;
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield each VALIDATE CONSTRAINT behind an ADD CONSTRAINT."""
    if any(code.search(r"\bADD\s+(CONSTRAINT|CHECK|FOREIGN)\b") for code in draft.code):
        yield from draft.search(
            r"\bVALIDATE\s+CONSTRAINT\b",
            "this file adds a constraint too, and holds its lock while this reads the table. "
            "Move VALIDATE CONSTRAINT to the next file.",
        )
