"""An extra adds to the package, and changes nothing of it but what it says that it overrides.

What it replaced or dropped would come back with the next release, or break it. It may add columns,
constraints, indexes and triggers to the package's tables. A file that makes another function, view
or trigger in the package's place on purpose says `-- overrides: functions/name` in its first lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.catalog.catalog import Catalog
from lms_schema.rules.drafts import Problem
from lms_schema.rules.trial_install import TrialInstall
from lms_schema.runner.overrides import of_package

EXAMPLE = {
    "functions/set_updated_at.sql": """\
CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RETURN NULL;
END;
$$;
""",
}


def find(trial: TrialInstall) -> Iterator[Problem]:
    """Yield each object of the package that an extra changed or dropped."""
    overridden = {other for file in trial.package.files for other in file.overrides}
    makers = dict(of_package(trial.base_catalog.objects, trial.base_entries))
    before, after = (
        Catalog(
            {
                key: text
                for key, text in catalog.objects.items()
                if key in trial.base_catalog.objects
                and key.kind != "grant"
                and makers.get(key) not in overridden
            },
        )
        for catalog in (trial.base_catalog, trial.catalog)
    )
    yield from trial.differing(before, after, "is the package's, and is changed here")
