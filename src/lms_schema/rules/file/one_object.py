"""A file holds one table, function, view or index, or the triggers of one table.

A change is then reviewed, applied again and dropped by itself, and found by its name.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem
from lms_schema.source.create_statement import Name

EXAMPLE = {
    "functions/f.sql": """\
CREATE OR REPLACE FUNCTION f() RETURNS integer RETURN 1;
REVOKE EXECUTE ON FUNCTION f FROM public;
COMMENT ON FUNCTION f() IS 'One.';
CREATE OR REPLACE FUNCTION g() RETURNS integer RETURN 2;
REVOKE EXECUTE ON FUNCTION g FROM public;
COMMENT ON FUNCTION g() IS 'Two.';
""",
}


_SINGLE = {
    "tables": {"TABLE"},
    "functions": {"FUNCTION", "PROCEDURE", "AGGREGATE"},
    "views": {"VIEW", "MATERIALIZED VIEW"},
    "indexes": {"INDEX"},
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield each object after the first."""
    kinds = _SINGLE.get(draft.folder.name, set())
    for created in [item for item in draft.created if item.kind in kinds][1:]:
        yield Problem(
            draft.path,
            created.line,
            f"a second {created.kind.lower()}, {_text(created.name)}. Give it a file of its own.",
        )
    if draft.folder.name == "triggers":
        for created in draft.created:
            table = _text(created.table)
            if table != _text(draft.created[0].table):
                yield Problem(
                    draft.path,
                    created.line,
                    f"a trigger of {table}. Give that table a file of its own.",
                )


def _text(name: Name | None) -> str:
    return name.text if name else ""
