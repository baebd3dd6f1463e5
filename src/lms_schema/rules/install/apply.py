"""The files apply to an empty database.

They are applied to a disposable PostgreSQL of the `embedded` extra; the finding is at the statement
that it refused. What the rules after this one are about cannot be tried then.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.errors import StatementFailed
from lms_schema.rules.drafts import Problem
from lms_schema.rules.trial_install import TrialInstall

EXAMPLE = {
    "tables/010_notes.sql": """\
CREATE TABLE notes (
    id bigint PRIMARY KEY,
    author_id uuid REFERENCES authors
);
""",
}


def find(trial: TrialInstall) -> Iterator[Problem]:
    """Yield the statement that PostgreSQL refused."""
    try:
        trial.install()
    except StatementFailed as error:
        yield trial.refused(error)
