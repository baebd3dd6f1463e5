"""Brings a schema to the state of a package: each file is committed with its record."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lms_schema.errors import UsageError
from lms_schema.events import Action, Event, OnEvent, unheard
from lms_schema.runner.migration import Migration
from lms_schema.runner.observer import Observer
from lms_schema.server import advisory_lock, citus, sessions
from lms_schema.source import package as packages

if TYPE_CHECKING:
    from lms_schema.catalog.difference import Difference
    from lms_schema.server.sessions import Session
    from lms_schema.source.package import SchemaPackage


@dataclass(frozen=True)
class MigrateResult:
    """What a migrate did.

    Attributes:
        database: Name of the database.
        schema: The target schema.
        server_major: PostgreSQL's major version.
        pending: Ids of the files that were pending, changed or gone, as `status` counts them, and
            of those to repair.
        actions: What was done, in order, also with files that depend on these or run at every
            migrate; empty when there was nothing to do.
        seconds: How long it took altogether.
        repaired: With `repair`: what differed from the release and does not any more.
        left: With `repair`: what still differs, which nobody but its author can judge.
    """

    database: str
    schema: str
    server_major: int
    pending: tuple[str, ...]
    actions: tuple[Action, ...]
    seconds: float
    repaired: tuple[Difference, ...] = ()
    left: tuple[Difference, ...] = ()

    @property
    def exit_code(self) -> int:
        """4 when a repair left differences, else 0: what goes wrong is raised."""
        return 4 if self.left else 0

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {
            "format": 1,
            "command": "migrate",
            "database": self.database,
            "schema": self.schema,
            "server_major": self.server_major,
            "seconds": round(self.seconds, 3),
            "pending": list(self.pending),
            "actions": [
                {"file": item.file, "action": item.action, "seconds": round(item.seconds, 3)}
                for item in self.actions
            ],
            "repaired": [item.to_json() for item in self.repaired],
            "left": [item.to_json() for item in self.left],
        }


def migrate(
    conninfo: str,
    *,
    schema: str | None = None,
    package: SchemaPackage | None = None,
    extra: Sequence[str | Path] = (),
    to: str | None = None,
    repair: bool = False,
    lock_timeout: float = 5.0,
    wait: float = 60.0,
    allow_session_pooler: bool = False,
    on_event: OnEvent = unheard,
    observer: Observer | None = None,
) -> MigrateResult:
    """Bring a schema to the state of a package.

    A file is applied and recorded in one transaction, which on a fresh install those of a folder
    share that only define things: after a crash at any moment the same call goes on where the last
    one ended.

    Args:
        conninfo: Any libpq connection string.
        schema: The target schema, created when missing; by default the first existing one of the
            connection's search path.
        package: The files; by default those of this release.
        extra: Folders of a project's own SQL on top of the package, applied after it in the order
            given, by the same rules. Extras that the database holds and that are not given are
            left alone.
        to: Id of the last file to apply.
        repair: Also apply again the files of objects that are missing or differ from this
            release's catalog: functions, triggers, views, policies, and indexes. Differences of
            tables and types, and what is extra, are listed and never touched. With extras this
            needs the embedded server, as `verify` does. Not together with `to`.
        lock_timeout: Seconds that a statement waits for a lock before its file is tried again.
        wait: Seconds to keep trying, for another runner to end and for a file to get its locks.
        allow_session_pooler: Go on behind a connection pooler, since it is in session mode.
        on_event: Called with progress and the server's notices, at times from another thread.
        observer: Sees each statement, and so keeps a fresh install from sending files whole.

    Raises:
        StatementFailed: When PostgreSQL refused a statement; its file was rolled back, files
            before it stay applied.
        ReleasedFileEdited: When a versioned file differs from what was applied.
        DatabaseNewer: When a newer release migrated the database.
        LockNotObtained: When another runner, or a lock, did not go away in time.
        PoolerInBetween: When a connection pooler is in the way.
        DatabaseError: When the database could not be reached, the connection broke, or the schema
            was installed without `migrate`.
        UsageError: When the package, the server or an argument cannot be used.
    """
    from lms_schema.records.record_writer import RecordWriter

    if repair and to:
        from lms_schema.records.repair import REPAIR_OF_ALL

        raise UsageError(REPAIR_OF_ALL)
    start = time.monotonic()
    package = packages.extended(packages.read() if package is None else package, extra)
    last = package.files.index(package.file(to)) + 1 if to else None
    with sessions.session(
        conninfo,
        schema=schema,
        lock_timeout=lock_timeout,
        allow_pooler=allow_session_pooler,
    ) as session:
        citus.require(session)
        connection = session.connection
        waiting = advisory_lock.held(
            connection,
            session.schema,
            wait=wait,
            on_wait=lambda text: on_event(Event("waiting", text)),
        )
        with waiting:
            records = RecordWriter(connection, session.schema)
            run = Migration(session, package, records, wait, on_event, observer)
            if repair:
                actions, repaired, left = _repaired(run, session, package)
            else:
                actions, repaired, left = run.all(last), (), ()
    return MigrateResult(
        database=session.database,
        schema=session.schema,
        server_major=session.server_major,
        pending=run.pending,
        actions=tuple(actions),
        seconds=time.monotonic() - start,
        repaired=repaired,
        left=left,
    )


def _repaired(
    run: Migration, session: Session, package: SchemaPackage
) -> tuple[list[Action], tuple[Difference, ...], tuple[Difference, ...]]:
    """Apply everything, and again what is not as it was made.

    Returns:
        What was done, what it mended, and what it could not mend.
    """
    from lms_schema.catalog.expected_catalog import expected_catalog
    from lms_schema.records import repair

    expected, unsure = expected_catalog(package, session.server_major)
    again, _before = repair.needed(session, package, expected, unsure)
    actions = run.all(None, repair.reasons(again))
    _again, left = repair.needed(session, package, expected, unsure)
    names = {(item.kind, item.name) for item in left}
    mended = dict.fromkeys(item for what in again.values() for item in what)
    return actions, tuple(item for item in mended if (item.kind, item.name) not in names), left
