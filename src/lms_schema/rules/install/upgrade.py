"""The files apply on top of the last release.

The last release is the newest copy beside the folder, like `schema.released/1.2.0/`. Databases
that have it get what is new, and again what changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.errors import DatabaseNewer, ReleasedFileEdited, StatementFailed
from lms_schema.rules.drafts import Problem
from lms_schema.rules.trial_install import TrialInstall

EXAMPLE = {
    "../schema.released/1.0.0/tables/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY);
""",
    "../schema.released/1.0.0/security/notes.sql": """\
INSERT INTO notes (id) VALUES (1);
""",
    "tables/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY);
""",
    "tables/020_notes_body.sql": """\
ALTER TABLE notes ADD COLUMN body text NOT NULL;
""",
}


def find(trial: TrialInstall) -> Iterator[Problem]:
    """Yield the statement that PostgreSQL refused."""
    try:
        trial.upgrade()
    except StatementFailed as error:
        yield trial.refused(error)
    except (DatabaseNewer, ReleasedFileEdited):
        return  # another rule says which file it is
