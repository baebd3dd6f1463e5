"""A second migrate finds nothing to do.

Files are applied once, or when they changed. A file in `partitions/` runs every time and writes
only when something is missing; one that always writes says so at every deployment.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Problem
from lms_schema.rules.trial_install import TrialInstall

EXAMPLE = {
    "partitions/notes.sql": """\
SELECT pg_current_xact_id();
""",
}


def find(trial: TrialInstall) -> Iterator[Problem]:
    """Yield each file that did something again."""
    for action in trial.fresh.migrate(trial.package):
        file = trial.package.by_id[action.file]
        yield Problem(file.source, 1, "it did something again, with nothing changed in between.")
