"""The example application, with each of the libraries that it is written for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lms_schema import verify
from lms_schema.testing import Database

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "application"

# two of three sections done, each 150 s in two events; one point of two
PRINTED = """\
progress 66.67 %, 5 minutes, grade 50.00 %
next: Adding fractions
Fractions: 1 enrolled, mean progress 66.67 %, mean score 50.00 %
a learner sees Fractions 66.67 %
an instructor sees Ada 66.67 %
a registrar sees Ada ada@example.org
"""


@pytest.mark.parametrize("library", ["psycopg", "sqlalchemy", "django"])
def test_the_application_prints_what_its_learner_did(library: str, lms_database: Database) -> None:
    script = FOLDER / f"with_{library}.py"
    done = subprocess.run(
        [sys.executable, "-W", "error", script, lms_database.url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (PRINTED, "")
    assert verify(lms_database.conninfo).differences == ()
