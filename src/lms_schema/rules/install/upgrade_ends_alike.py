"""A fresh install and an upgrade end in the same catalog.

Else new databases and old ones differ, and nobody knows which of them the tests were about. Here a
replaceable file is gone that had switched something on: nothing switches it off again.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Problem
from lms_schema.rules.trial_install import TrialInstall

EXAMPLE = {
    "../schema.released/1.0.0/tables/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY);
""",
    "../schema.released/1.0.0/security/notes.sql": """\
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
""",
    "tables/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY);
""",
}


def find(trial: TrialInstall) -> Iterator[Problem]:
    """Yield each object that is another after an upgrade."""
    if trial.upgraded is not None:
        yield from trial.differing(
            trial.catalog, trial.upgraded, "is another after an upgrade from the last release"
        )
