"""A file creates what its folder is for.

The folder decides when a file is applied: `functions/` again when it changed, `tables/` once, in
the order of folders. A table in `functions/` would be made again, a function in `tables/` never.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY, body text);
CREATE INDEX notes_body_idx ON notes (body);
""",
}


_KINDS = {
    "types": {"TYPE", "DOMAIN"},
    "tables": {"TABLE", "SEQUENCE"},
    "functions": {"FUNCTION", "PROCEDURE", "AGGREGATE"},
    "triggers": {"TRIGGER"},
    "views": {"VIEW", "MATERIALIZED VIEW", "INDEX"},
    "indexes": {"INDEX"},
    "security": {"POLICY"},
}
_PLACES = {kind: folder for folder, kinds in reversed(_KINDS.items()) for kind in kinds} | {
    "INDEX": "indexes"
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield what is created in another folder than its own."""
    for created in draft.created:
        if created.kind not in _KINDS.get(draft.folder.name, {created.kind}):
            yield Problem(
                draft.path,
                created.line,
                f"CREATE {created.kind} belongs into {_PLACES[created.kind]}/. Move it there.",
            )
