"""The SQL is laid out as sqlfluff's rules want it.

One form for all, so that a diff shows what changed and nothing else. The rules are the package's
own `.sqlfluff`; `sqlfluff fix --config` mends most of it. Findings carry sqlfluff's code, as in
`sqlfluff/LT01`; `-- noqa: LT01` on a line is sqlfluff's way to ignore it there. A file in which
nothing was found is not looked at again until it changes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from lms_schema.errors import UsageError
from lms_schema.rules.drafts import Problem
from lms_schema.rules.lint.clean_files import CleanFiles
from lms_schema.rules.lint.reports import reports

EXAMPLE = {
    "tables/010_notes.sql": """\
create table notes (id bigint PRIMARY KEY);
""",
}


def find(paths: Sequence[Path]) -> Iterator[Problem]:
    """Yield what sqlfluff finds in files.

    Raises:
        UsageError: When sqlfluff is not installed.
        LmsSchemaError: When it fails.
    """
    require()
    clean = CleanFiles("sqlfluff", version("sqlfluff"), config().read_bytes())
    others = clean.others(paths)
    if not others:
        return
    command = [
        *(sys.executable, "-m", "sqlfluff", "lint", "--format", "json", "--processes", "0"),
        *("--nocolor", "--disable-progress-bar", "--ignore-local-config"),
        *("--config", str(config()), *map(str, others)),
    ]
    found = reports("sqlfluff", command)
    without_findings = {Path(report["filepath"]) for report in found if not report["violations"]}
    # it shortens paths with .., and these are not remembered
    clean.add(digest for path, digest in others.items() if path in without_findings)
    for report in found:
        for violation in report["violations"]:
            yield Problem(
                Path(report["filepath"]),
                violation["start_line_no"],
                f"{violation['description']} ({violation['name']})",
                violation["code"],
            )


def require() -> None:
    """Make sure that it is installed.

    Raises:
        UsageError: When it is not.
    """
    try:
        import_module("sqlfluff")
    except ImportError:
        raise UsageError(
            "sqlfluff is not installed. Run: pip install 'lms-schema[check]'"
        ) from None


def config() -> Path:
    """Return the package's configuration of sqlfluff."""
    here = Path(__file__).resolve().parents[2]
    shipped = here / "sqlfluff.cfg"
    return shipped if shipped.is_file() else here.parents[1] / ".sqlfluff"
