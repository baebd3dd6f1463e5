"""Everything that a pipeline wants to know before a merge, on a disposable server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg

from lms_schema.catalog.catalog import release_catalog
from lms_schema.rules.result import CheckResult
from lms_schema.server import embedded
from lms_schema.source import package as packages


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
    from lms_schema.rules.checked_folder import subject
    from lms_schema.rules.examination import examine
    from lms_schema.rules.lint import sqlfluff, squawk

    sqlfluff.require()
    squawk.require()
    folders = subject(packages.shipped_folder(), [Path(root) for root in extra])
    with embedded.temporary() as server:
        release = None if extra else release_catalog(_major(server))
        return examine(folders, server, release=release)


def _major(server: str) -> int:
    with psycopg.connect(server) as connection:
        return connection.info.server_version // 10000
