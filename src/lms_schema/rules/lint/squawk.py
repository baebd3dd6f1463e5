"""No statement that squawk knows to be dangerous for a database in use.

Squawk knows which statements lock, rewrite or lose data, such as a column type that changes or a
constraint that is added with a full check. Findings carry squawk's name, as in
`squawk/changing-column-type`; `-- squawk-ignore changing-column-type` in the line before is
squawk's way to ignore it. Its rules that do not fit are left out, each for a reason that stands
in the module.
"""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from lms_schema.errors import UsageError
from lms_schema.rules.drafts import Problem
from lms_schema.rules.lint.reports import reports

EXAMPLE = {
    "tables/020_notes_body.sql": """\
ALTER TABLE notes ALTER COLUMN body TYPE varchar(20);
""",
}

LEFT_OUT = {
    "require-lock-timeout": "the runner sets it for every statement",
    "require-statement-timeout": "the runner decides about it",
    "prefer-robust-stmts": "a file is one transaction, and IF NOT EXISTS is refused",
    "require-concurrent-index-creation": "the runner builds concurrently where that is needed",
    "prefer-text-field": "a length is a rule of the contract, and longer costs no rewrite",
    "prefer-bigint-over-int": "counts and durations stay small; keys are another rule's",
    "prefer-timestamp-tz": "time-zone finds it",
    "ban-char-field": "column-type finds it",
    "transaction-nesting": "transaction-control finds it",
    "ban-uncommitted-transaction": "transaction-control finds it",
    "ban-concurrent-index-creation-in-transaction": "index-file and concurrently find it",
}
"""Rules of squawk that do not fit, and why."""


def find(paths: Sequence[Path]) -> Iterator[Problem]:
    """Yield what squawk finds in files.

    Raises:
        UsageError: When squawk is not installed.
        LmsSchemaError: When it fails.
    """
    program = require()
    command = [
        *(program, "--reporter", "json", "--assume-in-transaction", "--pg-version", "15.0"),
        *("--exclude", ",".join(LEFT_OUT), *map(str, paths)),
    ]
    for found in reports("squawk", command):
        message = " ".join(filter(None, (found["message"], found["help"])))
        yield Problem(Path(found["file"]), found["line"] + 1, message, found["rule_name"])


def require() -> str:
    """Return the path of the program.

    Raises:
        UsageError: When squawk is not installed.
    """
    # the package `squawk-cli` is a program without a module; it need not be on the PATH
    program = shutil.which("squawk", path=sysconfig.get_path("scripts")) or shutil.which("squawk")
    if program is None:
        raise UsageError("squawk is not installed. Run: pip install 'lms-schema[check]'")
    return program
