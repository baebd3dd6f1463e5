"""A replaceable file can be applied to a database that has it, with the same result.

That is what happens whenever it changes. It must replace what it made, or fail to, so that the
runner can drop that and make it again; it must not add to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.errors import StatementFailed
from lms_schema.rules.drafts import Problem
from lms_schema.rules.trial_install import TrialInstall

EXAMPLE = {
    "security/notes.sql": """\
-- The first note.
INSERT INTO notes (id) VALUES (1);
""",
}


def find(trial: TrialInstall) -> Iterator[Problem]:
    """Yield the file that cannot be applied again, or what became another then."""
    trial.fresh.forget_replaceable(trial.package)
    try:
        trial.fresh.migrate(trial.package)
    except StatementFailed as error:
        yield trial.refused(error)
        return
    yield from trial.differing(
        trial.catalog, trial.fresh.catalog(), "is another when applied again"
    )
