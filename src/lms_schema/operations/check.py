"""Everything that a pipeline wants to know before a merge, on a disposable server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lms_schema.catalog.catalog import release_catalog
from lms_schema.events import Event, OnEvent, unheard
from lms_schema.rules.result import CheckResult
from lms_schema.server import embedded
from lms_schema.source import package as packages

if TYPE_CHECKING:
    from lms_schema.rules import Level


def check(
    *,
    extra: Sequence[str | Path] = (),
    levels: Mapping[str, Level] | None = None,
    on_event: OnEvent = unheard,
) -> CheckResult:
    """Check the package, or extras on top of it, by all rules; see docs/check.md.

    With extras it is these that are checked, and the package is what they stand on.

    Args:
        extra: Folders of a project's own SQL on top of the package, in order.
        levels: How serious a finding is, by the id of its rule, like `squawk` or
            `squawk/prefer-robust-stmts`; `error` where nothing is said.
        on_event: Called with progress.

    Raises:
        UsageError: When the extras `embedded` or `check` are not installed, or a folder that is
            not checked cannot be read.
        DatabaseError: When the embedded PostgreSQL does not start.
    """
    # many modules, which no other command needs
    from lms_schema.rules.checked_folder import subject
    from lms_schema.rules.examination import examine
    from lms_schema.rules.lint import sqlfluff, squawk

    levels = levels or {}
    for name, linter in (("sqlfluff", sqlfluff), ("squawk", squawk)):
        if levels.get(name) != "off":
            linter.require()
    folders = subject(packages.shipped_folder(), [Path(root) for root in extra])
    on_event(Event("begin", embedded.STARTING))
    with embedded.temporary() as server:
        release = None if extra else release_catalog()
        return examine(folders, server, release=release, levels=levels, on_event=on_event)
