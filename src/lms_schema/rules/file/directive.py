"""A directive is known, has a value, and stands in the file's first lines.

`-- depends:` is the only directive; other comments are prose. A misspelt one would be a comment
that nobody reads, and the order would be wrong one day.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "functions/f.sql": """\
-- A function.
-- depend: functions/g
CREATE OR REPLACE FUNCTION f() RETURNS integer RETURN 1;
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield what reading the file found."""
    return draft.unreadable("directive")
