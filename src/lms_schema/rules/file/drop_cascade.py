"""No CASCADE when something is dropped.

CASCADE drops what depends on the object, too: views, functions and foreign keys of others, whose
owners are not asked. Name what is to go.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/020_notes_body.sql": """\
ALTER TABLE notes DROP COLUMN body CASCADE;
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield each CASCADE that drops or empties; that of a foreign key's action is another."""
    yield from draft.search(
        r"(\bDROP\b[^;]*|^TRUNCATE\b[^;]*)(?<!DELETE )(?<!UPDATE )\bCASCADE\b",
        "CASCADE takes objects of others along without asking. Name what is to go.",
    )
