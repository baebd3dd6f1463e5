"""Applies a package to a database: each file and its record in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from lms_schema import database, lock, replace
from lms_schema import package as packages
from lms_schema.errors import DatabaseError, LockNotObtained, StatementFailed
from lms_schema.package import Kind, SchemaPackage, SqlFile
from lms_schema.statements import Statement
from lms_schema.status import Comparison, compare

if TYPE_CHECKING:
    from lms_schema.ledger import Entry, Ledger

_BUSY = ("55P03", "40P01")
"""SQLSTATEs of a lock timeout and a deadlock: worth another try."""

_DUPLICATES = ("42P07", "42710")
"""SQLSTATEs of a table, and of a type, that exists."""


@dataclass(frozen=True)
class Event:
    """Something to tell while a migrate runs.

    Attributes:
        kind: `waiting`, `notice`, or the action that was done, as in `Action`.
        text: A file, or a sentence.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Action:
    """What was done with a file, or with --dry-run is to be done.

    Attributes:
        file: Its id, like `tables/020_learners`.
        action: `apply` (new), `replace` (changed, in place), `rebuild` (its objects were dropped
            and made again), `run` (recurring, and it found something to do), `drop` (it is gone
            from the package, and so are its objects).
    """

    file: str
    action: str


@dataclass(frozen=True)
class MigrateResult:
    """What a migrate did, or with --dry-run would do.

    Attributes:
        database: Name of the database.
        schema: The target schema.
        server_major: PostgreSQL's major version.
        dry_run: Whether nothing was changed.
        actions: What was done, in order; empty when there was nothing to do.
    """

    database: str
    schema: str
    server_major: int
    dry_run: bool
    actions: tuple[Action, ...]

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {
            "format": 1,
            "command": "migrate",
            "database": self.database,
            "schema": self.schema,
            "server_major": self.server_major,
            "dry_run": self.dry_run,
            "actions": [{"file": item.file, "action": item.action} for item in self.actions],
        }


def migrate(
    conninfo: str,
    *,
    schema: str | None = None,
    package: SchemaPackage | None = None,
    extra: Sequence[str | Path] = (),
    to: str | None = None,
    dry_run: bool = False,
    lock_timeout: float = 5.0,
    wait: float = 60.0,
    on_event: Callable[[Event], None] | None = None,
) -> MigrateResult:
    """Bring a schema to the state of a package.

    A file is applied and recorded in one transaction: after a crash at any moment the same call
    goes on where the last one ended.

    Args:
        conninfo: Any libpq connection string.
        schema: The target schema, created when missing; by default the first existing one of the
            connection's search path.
        package: The files; by default those of this release.
        extra: Folders of a project's own SQL on top of the package, applied after it in the order
            given, by the same rules. Extras that the database holds and that are not given are
            left alone.
        to: Id of the last file to apply.
        dry_run: Only tell what is pending; nothing is changed.
        lock_timeout: Seconds that a statement waits for a lock before its file is tried again.
        wait: Seconds to keep trying, for another runner to end and for a file to get its locks.
        on_event: Called with progress and the server's notices.

    Raises:
        StatementFailed: When PostgreSQL refused a statement; its file was rolled back, files
            before it stay applied.
        ReleasedFileEdited: When a versioned file differs from what was applied.
        DatabaseNewer: When a newer release migrated the database.
        LockNotObtained: When another runner, or a lock, did not go away in time.
        DatabaseError: When the database could not be reached, the connection broke, or the schema
            was installed without `migrate`.
        UsageError: When the package, the server or an argument cannot be used.
    """
    from lms_schema import ledger

    package = packages.extended(packages.read() if package is None else package, extra)
    last = package.files.index(package.file(to)) + 1 if to else None
    tell = on_event or (lambda _event: None)
    with database.session(
        conninfo,
        schema=schema,
        lock_timeout=lock_timeout,
        read_only=dry_run,
        on_notice=lambda notice: tell(
            Event("notice", f"{notice.severity}: {notice.message_primary}")
        ),
    ) as session:
        connection = session.connection
        if dry_run:
            entries: dict[str, Entry] = {}
            if ledger.exists(connection, session.schema):
                entries = ledger.read(connection, session.schema)
            actions = _planned(package, compare(package, entries), last)
        else:
            waiting = lock.held(
                connection,
                session.schema,
                wait=wait,
                on_wait=lambda text: tell(Event("waiting", text)),
            )
            with waiting:
                run = _Run(session, package, ledger.Ledger(connection), wait, tell)
                actions = run.all(last)
    return MigrateResult(
        database=session.database,
        schema=session.schema,
        server_major=session.server_major,
        dry_run=dry_run,
        actions=tuple(actions),
    )


def _planned(package: SchemaPackage, found: Comparison, last: int | None) -> list[Action]:
    found.check()
    actions = [
        Action(file.id, _verb(file, new=file.id in found.pending))
        for file in package.files[:last]
        if file.id in found.pending or file.id in found.changed
    ]
    return actions + [Action(name, "drop") for name in found.gone if last is None]


def _verb(file: SqlFile, *, new: bool) -> str:
    if file.kind is Kind.RECURRING:
        return "run"
    return "apply" if new else "replace"


class _Run:
    """One migrate, with the lock held."""

    def __init__(
        self,
        session: database.Session,
        package: SchemaPackage,
        ledger: Ledger,
        wait: float,
        tell: Callable[[Event], None],
    ) -> None:
        self.connection = session.connection
        self.session = session
        self.package = package
        self.ledger = ledger
        self.wait = wait
        self.tell = tell
        self.tracked = False
        self.recorded: dict[str, Entry] = {}
        self.entries: dict[str, Entry] = {}
        self.skipped: list[tuple[str, str | None]] = []
        self.connection.add_notice_handler(self._notice)

    def all(self, last: int | None) -> list[Action]:
        """Apply everything; return what was done."""
        self._read()
        found = compare(self.package, self.recorded)
        found.check()
        todo = {*found.pending, *found.changed}
        actions: list[Action] = []
        for file in self.package.files[:last]:
            if file.id in todo or file.kind is Kind.RECURRING:
                done = self._patiently(partial(self._apply, file, todo))
                todo.difference_update(action.file for action in done)
                actions += done
        gone = [name for name in found.gone if name in self.entries]
        if gone and last is None:
            actions += self._patiently(partial(self._drop_gone, gone))
        return actions

    def _prepare(self) -> None:
        """Create the schema and the state tables, in the transaction of the first file."""
        if not self.session.schema_exists():
            self.connection.execute(
                sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self.session.schema))
            )
        self.ledger.create()

    def _read(self) -> None:
        from lms_schema import ledger

        self.tracked = ledger.exists(self.connection, self.session.schema)
        if self.tracked:
            self.recorded = ledger.read(self.connection, self.session.schema)
            # what extras made that were not given is treated as the objects of others
            self.entries = {
                name: entry for name, entry in self.recorded.items() if self.package.covers(name)
            }

    def _patiently(self, work: Callable[[], list[Action]]) -> list[Action]:
        """Do it, again when a lock timed out, until the time is used up."""
        deadline = lock.Deadline(self.wait)
        while True:
            try:
                actions = work()
            except StatementFailed as error:
                if error.sqlstate not in _BUSY:
                    raise
                self.tell(Event("waiting", f"{error.file}:{error.line} waits for a lock"))
                if not deadline.pause():
                    raise LockNotObtained(
                        f"{error}\nTried for {self.wait:g} s. End the transactions that hold the "
                        "lock (see pg_stat_activity), or give it longer with --wait."
                    ) from None
            else:
                for action in actions:
                    self.tell(Event(action.action, action.file))
                return actions

    def _apply(self, file: SqlFile, todo: set[str]) -> list[Action]:
        """Apply a file: in place when PostgreSQL allows that, else with all that depends on it."""
        rebuild: set[str] = set()
        while True:
            try:
                with self.connection.transaction():
                    if not self.tracked:
                        self._prepare()
                    actions = self._attempt(file, rebuild, todo)
                self._read()
            except StatementFailed as error:
                if not self.tracked and error.sqlstate in _DUPLICATES and self._holds_objects():
                    raise DatabaseError(
                        f'Schema "{self.session.schema}" was installed without lms-schema: it '
                        "holds the package's objects and no record of them. verify and status "
                        "work; migrate cannot adopt it. Nothing was changed.\n"
                        f"It failed at {str(error).splitlines()[0]}"
                    ) from error
                refused = self._id(error.file)
                if (
                    error.sqlstate not in replace.REFUSALS
                    or refused in rebuild
                    or not self._replaceable(refused)
                ):
                    raise
                rebuild.add(refused)
            else:
                return actions

    def _holds_objects(self) -> bool:
        return self.session.schema_exists() and bool(
            replace.objects(self.connection, self.session.schema)
        )

    def _id(self, path: str) -> str:
        """Return the id of the file at a path of an error; of one that is gone, too."""
        file = self.package.by_path.get(path)
        return file.id if file else path.removesuffix(".sql")

    def _path(self, file_id: str) -> str:
        """Return where to look for a file; one that is gone has nothing but its id."""
        file = self.package.by_id.get(file_id)
        return file.path if file else f"{file_id}.sql"

    def _owners(self, files: Iterable[str]) -> dict[str, str]:
        """Return the file of each recorded object that may be dropped: never one with data."""
        return {
            name: file_id
            for file_id in files
            for name in self.entries[file_id].objects
            if replace.kind(name) not in ("TABLE", "TYPE")
        }

    def _replaceable(self, file_id: str) -> bool:
        """Tell whether the file's recorded objects may be dropped and made again."""
        file = self.package.by_id.get(file_id)
        return (
            file_id in self.entries
            and bool(self.entries[file_id].objects)
            and (file is None or file.kind is Kind.REPLACEABLE)
        )

    def _attempt(self, file: SqlFile, rebuild: set[str], todo: set[str]) -> list[Action]:
        """Apply a file in the open transaction.

        Args:
            file: The file.
            rebuild: Ids of files that cannot be replaced in place.
            todo: Ids of all files that are pending or changed.
        """
        before = replace.objects(self.connection, self.session.schema)
        owners = self._owners(self.entries)
        saved = replace.attached(self.connection, self.session.schema, owners)
        lost = replace.drop_order(self.connection, before, owners, rebuild) if rebuild else []
        for name in lost:
            self._drop(owners[name], name)
        doomed = rebuild | {owners[name] for name in lost}
        written = {name for name, found in before.items() if found.written}  # the state tables
        new: set[str] = set()
        actions = []
        for item in self._batch(file, doomed, todo):
            self._execute(item, in_place=item.id not in doomed and self._replaceable(item.id))
            silent = item.kind is Kind.RECURRING and item.id not in todo and not self._wrote()
            if silent:
                continue
            present = replace.objects(self.connection, self.session.schema)
            created = self._created(item, present, written)
            stale = [] if item.id in doomed else self._stale(item, present, created)
            for name in stale:
                self._drop(item.id, name)
            lost += stale
            written |= {name for name, found in present.items() if found.written}
            new |= {name for name in created if name not in before}
            self._record(item, created)
            verb = _verb(item, new=item.id not in self.entries)
            actions.append(Action(item.id, "rebuild" if item.id in doomed else verb))
        self._restore([item for item in saved if item.name in lost], new, file)
        for name in sorted(doomed - self.package.by_id.keys()):
            self.ledger.forget(name)
            actions.append(Action(name, "drop"))
        return actions

    def _batch(self, file: SqlFile, doomed: set[str], todo: set[str]) -> list[SqlFile]:
        """Return the files to run with this one.

        Those whose objects are dropped, and the pending ones before the last of them, whose new
        content may need these.
        """
        positions = [n for n, item in enumerate(self.package.files) if item.id in doomed]
        end = max(positions, default=-1) + 1
        wanted = {item.id for item in self.package.files[:end] if item.kind is Kind.REPLACEABLE}
        wanted = {file.id} | doomed | (wanted & todo)
        return [item for item in self.package.files if item.id in wanted]

    def _execute(self, file: SqlFile, *, in_place: bool) -> None:
        # What is deferred is checked at the end of the file, while it can be named.
        last = Statement("SET CONSTRAINTS ALL IMMEDIATE", file.statements[-1].line)
        for statement in (*file.statements, last):
            self.skipped.clear()
            try:
                self.connection.execute(statement.text.encode())
            except psycopg.Error as error:
                if self.connection.broken:
                    raise
                position = int(error.diag.statement_position or 1)
                raise _failed(
                    error.diag,
                    file.path,
                    statement.line + statement.text.count("\n", 0, position - 1),
                    statement.text,
                ) from error
            if in_place and self.skipped:
                # IF NOT EXISTS found the old object and left it: not a replacement.
                message, sqlstate = self.skipped[0]
                raise StatementFailed(
                    message,
                    file=file.path,
                    line=statement.line,
                    statement=statement.text,
                    sqlstate=sqlstate,
                )

    def _drop(self, file_id: str, name: str) -> None:
        statement = f"DROP {name} RESTRICT"
        try:
            self.connection.execute(statement.encode())
        except psycopg.Error as error:
            if self.connection.broken:
                raise
            raise _failed(
                error.diag,
                self._path(file_id),
                1,
                statement,
                hint="Drop or change what depends on it, then migrate again." + self._not_given(),
            ) from error

    def _not_given(self) -> str:
        """Return what to add to a hint when extras that the database holds were not given."""
        extras = {packages.extra_of(name) for name in self.recorded.keys() - self.entries.keys()}
        names = ", ".join(sorted(filter(None, extras)))
        return f" If it is of an extra, give that: the database holds {names}." if names else ""

    def _wrote(self) -> bool:
        row = self.connection.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()
        return bool(row and row[0] is not None)

    def _created(
        self, file: SqlFile, present: dict[str, replace.Object], written: set[str]
    ) -> list[str]:
        """Return what the file owns now: what it wrote, beyond what files before it wrote."""
        created = [
            name
            for name, found in present.items()
            if found.written and name not in written and replace.kind(name) in file.folder.owns
        ]
        if file.kind is Kind.RECURRING and file.id in self.entries:
            earlier = self.entries[file.id].objects
            created += [name for name in earlier if name in present and name not in created]
        return created

    def _stale(
        self, file: SqlFile, present: dict[str, replace.Object], created: list[str]
    ) -> list[str]:
        """Return what the file created earlier and no longer does, last created first."""
        if file.kind is not Kind.REPLACEABLE or file.id not in self.entries:
            return []
        earlier = self.entries[file.id].objects
        return [name for name in reversed(earlier) if name in present and name not in created]

    def _record(self, file: SqlFile, created: Sequence[str]) -> None:
        from lms_schema import __version__
        from lms_schema.ledger import Entry

        self.ledger.record(file.id, Entry(file.checksum, __version__, tuple(created)))

    def _restore(
        self, saved: Sequence[replace.Attached], new: Collection[str], file: SqlFile
    ) -> None:
        """Give what was dropped and made again what others had attached to it."""
        if not saved:
            return
        present = replace.objects(self.connection, self.session.schema)
        for item in saved:
            for statement in item.statements(present, new):
                try:
                    self.connection.execute(statement.encode())
                except psycopg.Error as error:
                    if self.connection.broken:
                        raise
                    raise _failed(
                        error.diag,
                        file.path,
                        1,
                        statement,
                        hint=f"It belongs to {item.name}, which had to be made again, and does "
                        "not fit any more. Drop or revoke it, then migrate again.",
                    ) from error

    def _drop_gone(self, gone: Sequence[str]) -> list[Action]:
        """Drop what files created that the package no longer has."""
        with self.connection.transaction():
            present = replace.objects(self.connection, self.session.schema)
            owners = self._owners(gone)
            for name in replace.drop_order(self.connection, present, owners, gone):
                self._drop(owners[name], name)
            for file_id in gone:
                self.ledger.forget(file_id)
        return [Action(file_id, "drop") for file_id in gone]

    def _notice(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.sqlstate in replace.REFUSALS:
            self.skipped.append((notice.message_primary or "", notice.sqlstate))


def _failed(
    diagnostic: psycopg.errors.Diagnostic,
    path: str,
    line: int,
    statement: str,
    hint: str | None = None,
) -> StatementFailed:
    return StatementFailed(
        diagnostic.message_primary or "the statement failed",
        file=path,
        line=line,
        statement=statement,
        sqlstate=diagnostic.sqlstate,
        detail=diagnostic.message_detail,
        hint=hint or diagnostic.message_hint,
        context=diagnostic.context,
    )
