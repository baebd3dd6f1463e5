"""Everything that a pipeline wants to know before a merge, on a disposable server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from lms_schema import embedded
from lms_schema import package as packages
from lms_schema.catalog import release_catalog

if TYPE_CHECKING:
    from lms_schema.rules import Severity


@dataclass(frozen=True)
class Finding:
    """One offence against one rule.

    Attributes:
        rule: Id of the rule, like `primary-key` or `sqlfluff/LT01`.
        severity: `error`, or `warning` for what is a matter of style.
        file: The file, relative to the working directory where it lies below that.
        line: Where in it, counted from 1.
        message: What is wrong and what to do.
    """

    rule: str
    severity: Severity
    file: str
    line: int
    message: str


@dataclass(frozen=True)
class CheckResult:
    """What `check` found.

    Attributes:
        findings: In the order of files and lines.
        skipped: Ids of the rules that could not be tried because of them.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """9 when there are findings, else 0."""
        return 9 if self.findings else 0

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {"format": 1, "command": "check", **asdict(self)}


def check(*, extra: Sequence[str | Path] = ()) -> CheckResult:
    """Check the package, or extras on top of it, by all rules; see docs/check.md.

    With extras it is these that are checked, and the package is what they stand on.

    Args:
        extra: Folders of a project's own SQL on top of the package, in order.

    Raises:
        UsageError: When the extras `embedded` or `check` are not installed, or a folder that is
            not checked cannot be read.
        DatabaseError: When the embedded PostgreSQL does not start.
    """
    # many modules, which no other command needs
    from lms_schema.examination import examine
    from lms_schema.rules.lint import sqlfluff, squawk
    from lms_schema.rules.subject import subject

    sqlfluff.require()
    squawk.require()
    folders = subject(packages.shipped_folder(), [Path(root) for root in extra])
    with embedded.temporary() as server:
        release = None if extra else release_catalog(_major(server))
        return examine(folders, server, release=release)


def _major(server: str) -> int:
    with psycopg.connect(server) as connection:
        return connection.info.server_version // 10000
