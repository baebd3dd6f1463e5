"""`-- lms-schema: ignore <rule>` names a rule that is broken there, and gives the reason.

The comment silences that rule on its own line and on the next one. Without a reason nobody dares
to remove it; when nothing is left to silence, it is in the way of the next finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules import SCOPES
from lms_schema.rules.drafts import Draft, Problem

EXAMPLE = {
    "tables/010_notes.sql": """\
-- Notes.
-- lms-schema: ignore primary-key
CREATE TABLE notes (id bigint);
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield each such comment without a known rule or a reason; `check` knows the unused ones."""
    known = {rule for rules in SCOPES.values() for rule in rules}
    for ignore in draft.ignores:
        if ignore.rule not in known:
            yield Problem(
                draft.path,
                ignore.line,
                f"there is no rule {ignore.rule!r}. docs/check.md lists them. sqlfluff and squawk "
                "have comments of their own.",
            )
        elif not ignore.reason:
            yield Problem(draft.path, ignore.line, f"why is {ignore.rule} ignored? Add the reason.")
