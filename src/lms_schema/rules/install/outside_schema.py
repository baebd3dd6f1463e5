"""A file makes objects in the target schema alone.

Several schemas of a database can then carry the package, and `drop` leaves nothing behind. An
extension belongs to the database: who may create it, the README or the deployment says.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Problem
from lms_schema.rules.rehearsal import SCHEMA
from lms_schema.rules.trial_install import TrialInstall

EXAMPLE = {
    "types/020_elsewhere.sql": """\
CREATE SCHEMA elsewhere;
""",
}

_MAKES = {
    f"CREATE {kind}"
    for kind in (
        "SCHEMA",
        "EXTENSION",
        "TABLE",
        "TYPE",
        "DOMAIN",
        "SEQUENCE",
        "FUNCTION",
        "PROCEDURE",
        "AGGREGATE",
        "VIEW",
        "MATERIALIZED VIEW",
    )
}


def find(trial: TrialInstall) -> Iterator[Problem]:
    """Yield each statement that made something elsewhere."""
    for note in trial.notes:
        place = trial.atlas.statement(note.statement)
        if place and note.schema != SCHEMA and note.tag in _MAKES:
            yield Problem(
                place.path, place.line, f"it makes {note.name}, which is not in the target schema."
            )
