"""The catalog that ships is that of a fresh install.

`verify` compares databases with it. `make generate` writes it. An extra has none.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Problem
from lms_schema.rules.trial_install import TrialInstall

EXAMPLE = {
    "tables/020_pages.sql": """\
CREATE TABLE pages (id bigint PRIMARY KEY);
""",
}


def find(trial: TrialInstall) -> Iterator[Problem]:
    """Yield what a fresh install has and the shipped catalog does not have."""
    if trial.release is not None:
        yield from trial.differing(
            trial.release,
            trial.base_catalog,
            "is not in the shipped catalog like this; generate it",
        )
