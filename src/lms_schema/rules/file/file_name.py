"""A file is named after what it holds: lower case, tables and types with a number before it.

`functions/f.sql` holds f, `views/v.sql` v, `indexes/i.sql` i, `triggers/t.sql` the triggers of
table t. The number gives tables and types their order: `tables/010_learners.sql`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem
from lms_schema.source.create_statement import Created

EXAMPLE = {
    "functions/get_one.sql": """\
CREATE OR REPLACE FUNCTION f() RETURNS integer RETURN 1;
REVOKE EXECUTE ON FUNCTION f FROM public;
COMMENT ON FUNCTION f() IS 'One.';
""",
}


_NAME = re.compile(r"[a-z0-9_]+")
_NUMBERED = re.compile(r"\d{3}_[a-z0-9_]+")


def find(draft: Draft) -> Iterator[Problem]:
    """Yield a name that is not that of its content."""
    name = draft.path.stem
    folder = draft.folder.name
    if draft.folder.numbered:
        if not _NUMBERED.fullmatch(name):
            yield Problem(
                draft.path,
                1,
                f"{name!r} needs three digits before it, like 010_learners. Rename it.",
            )
    elif not _NAME.fullmatch(name):
        yield Problem(
            draft.path, 1, f"{name!r} is not lower case words with underscores. Rename it."
        )
    elif folder in ("functions", "views", "indexes", "triggers"):
        for created in draft.created[:1]:
            yield from _misnamed(draft, created, folder)


def _misnamed(draft: Draft, created: Created, folder: str) -> Iterator[Problem]:
    name = created.table if folder == "triggers" else created.name
    if name is None:
        yield Problem(
            draft.path, created.line, f"the index has no name. Name it {draft.path.stem}."
        )
    elif name.text.lower() != draft.path.stem:
        what = f"triggers of {name.text}" if folder == "triggers" else name.text
        yield Problem(
            draft.path,
            created.line,
            f"the file holds {what}. Rename it to {name.text.lower()}.sql.",
        )
