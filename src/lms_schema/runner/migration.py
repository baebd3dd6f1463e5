"""One migrate, with the schema's lock held: which files, in which order, and again when busy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace as replaced
from functools import cached_property, partial
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from lms_schema.catalog import schema_objects, trust
from lms_schema.errors import DatabaseError, LmsSchemaError, StatementFailed, printable
from lms_schema.events import Action, Event, OnEvent, unheard
from lms_schema.records.file_states import compare
from lms_schema.runner.applier import Applier
from lms_schema.runner.executor import Executor
from lms_schema.runner.fresh_install import FreshInstall, only_defines, together
from lms_schema.runner.observer import Observer
from lms_schema.runner.view_swap import ViewSwap, unfinished
from lms_schema.server import suggested_commands
from lms_schema.server.blockers import Blockers
from lms_schema.server.retry import BUSY, Retry
from lms_schema.source.files import SqlFile, extra_of
from lms_schema.source.folders import INDEXES, Kind
from lms_schema.source.package import SchemaPackage

if TYPE_CHECKING:
    from lms_schema.records.ledger import Entry
    from lms_schema.records.record_writer import RecordWriter
    from lms_schema.runner.index_build import IndexBuilder
    from lms_schema.server.sessions import Session

_DUPLICATES = ("42P07", "42710")
"""SQLSTATEs of a table, and of a type, that exists."""

_UNFIT = ("23", "2B", "42")
"""Classes of SQLSTATEs of a file that needs what the schema lacks, or that something else forbids.
"""

_FLUSH = "SELECT pg_logical_emit_message(true, 'lms_schema', '') WHERE NOT pg_is_in_recovery()"
"""Writes to the log, so that its commit waits until that, and all before it, is on the disk."""


class Migration:
    """Brings the schema of a session up to date."""

    def __init__(
        self,
        session: Session,
        package: SchemaPackage,
        records: RecordWriter,
        wait: float,
        tell: Callable[[Event], None],
        observer: Observer | None = None,
    ) -> None:
        self._connection = session.connection
        self._session = session
        self._package = package
        self._records = records
        self._tell = tell
        self._wait = wait
        self._blockers = Blockers(session, tell)
        self._retry = Retry(wait, self._blockers, tell)
        self._executor = Executor(session.connection, self._blockers)
        self._repair: Mapping[str, str] = {}
        self._goes_on = False
        self.pending: tuple[str, ...] = ()
        self._is_behind = False
        self._tracked = False
        self._recorded: dict[str, Entry] = {}
        self._ground = trust.Ground(session.connection, session.schema)
        # Citus sends the text of a message on to its workers, whole
        one_by_one = observer or session.citus
        if session.citus:
            # the path of files, too: it names types in GRANT and REVOKE after what it finds in it
            session.connection.execute("SET citus.propagate_set_commands = 'local'")
        self._fresh = (
            None
            if one_by_one
            else FreshInstall(session, records, self._blockers, self._ground, self._notice)
        )
        session.connection.add_notice_handler(self._notice)
        self._observer = observer or Observer()
        self._applier = Applier(
            session.connection, session.schema, package, records, self._executor, self._observer
        )

    @cached_property
    def _indexes(self) -> IndexBuilder:
        from lms_schema.runner.index_build import IndexBuilder

        return IndexBuilder(self._session, self._executor, self._retry, self._tell)

    def all(self, last: int | None, repair: Mapping[str, str] | None = None) -> list[Action]:
        """Apply everything; return what was done.

        Args:
            last: How many files; None: all of them, and then what is gone is dropped.
            repair: Ids of files to apply again although nothing of them changed, each with the
                reason that is recorded. One that cannot be made again is told, and left.
        """
        self._goes_on = repair is not None
        self._repair = self._applier.reasons = repair or {}
        with self._blockers:
            return self._all(last)

    @contextmanager
    def _durable_in_the_end(self) -> Iterator[None]:
        """Let no commit wait for the disk, and in the end wait for all of them.

        What a crash of the server loses meanwhile is the last files with their records, which the
        next run applies again.
        """
        self._connection.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            if not self._connection.broken:
                self._connection.execute("RESET synchronous_commit")
                self._connection.execute(_FLUSH)

    def _all(self, last: int | None) -> list[Action]:
        self._read()
        self._ground.enter(self._tell)
        if self._recorded:
            self._fresh = None
        found = compare(self._package, self._recorded)
        found.check()
        todo = {*found.pending, *found.changed, *self._repair}
        if todo:
            trust.refuse_default_privileges(self._connection, self._session.schema)
        if any(unfinished(entry.objects) for entry in self._applier.entries.values()):
            self._retry.run(self._discard)
        reached = [file.id for file in self._package.files[:last] if file.id in todo]
        self.pending = (*reached, *(found.gone if last is None else ()))
        total = len(reached)
        if total:
            self._tell(Event("begin", "what is pending or changed", total=total))
            self._records.load()
        with self._durable_in_the_end() if total else nullcontext():
            return self._apply_all(todo, found.gone, last)

    def _apply_all(self, todo: set[str], missing: Sequence[str], last: int | None) -> list[Action]:
        """Apply files up to the last, and after all of them drop what missing files made."""
        actions: list[Action] = []
        files = self._package.files[:last]
        for group in together(files) if self._fresh else [files]:
            start = time.monotonic()
            actions += self._sent_whole(group) or self._one_by_one(group, todo, start)
        gone = [name for name in missing if name in self._applier.entries]
        if gone and last is None:
            start = time.monotonic()
            drop = partial(self._transaction, partial(self._applier.drop, gone))
            actions += self._told(self._retry.run(drop), start)
        return actions

    def _sent_whole(self, files: Sequence[SqlFile]) -> list[Action]:
        """Send new files of a fresh install whole; return nothing when that cannot be done.

        The applier is not told: it asks for the records of files that are applied again, and for
        those of the package when extras follow.
        """
        if not (self._fresh and self._tracked and only_defines(files[0])):
            return []
        if files[0].folder.name == INDEXES and self._indexes.is_needed(files):
            return []
        actions = self._fresh.apply(files)
        self._is_behind |= bool(actions)
        if not actions:
            self._fresh = None
        for action in actions:
            self._tell(Event(action.action, action.file, action.seconds))
        return actions

    def _one_by_one(self, files: Sequence[SqlFile], todo: set[str], start: float) -> list[Action]:
        """Apply those files that are pending or changed, or run at every migrate.

        The first of them takes the time since `start`.
        """
        actions: list[Action] = []
        for file in files:
            if file.kind is Kind.RECURRING:
                self._refuse_strange_routines()
            if file.id in todo or file.kind is Kind.RECURRING:
                if self._is_behind and extra_of(file.id):
                    self._read()
                done = self._repaired(file, todo) if self._goes_on else self._file(file, todo)
                todo.difference_update(action.file for action in done)
                todo.update(name for name, entry in self._recorded.items() if not entry.checksum)
                actions += self._told(done, start)
                start = time.monotonic()
        return actions

    def _told(self, actions: list[Action], start: float) -> list[Action]:
        """Tell what was done, and how long it took."""
        seconds = time.monotonic() - start
        timed = [replaced(actions[0], seconds=seconds), *actions[1:]] if actions else []
        for action in timed:
            self._tell(Event(action.action, action.file, action.seconds))
        return timed

    def _repaired(self, file: SqlFile, todo: set[str]) -> list[Action]:
        """Apply a file; when one that only mends what differs does not fit, go on without it."""
        try:
            return self._file(file, todo)
        except StatementFailed as error:
            mends = file.id in self._repair or (
                file.kind is Kind.RECURRING and file.id in self._recorded and not extra_of(file.id)
            )
            if not mends or (error.sqlstate or "")[:2] not in _UNFIT:
                raise
            first = str(error).splitlines()[0]
            self._tell(Event("warning", f"{file.id} could not be made again: {first}"))
            todo.discard(file.id)
            return []

    def _file(self, file: SqlFile, todo: set[str]) -> list[Action]:
        """Apply a file in the way that keeps others waiting least."""
        if file.folder.name == INDEXES:
            return self._build(file, todo)
        swap = self._applier.swap(file)
        if swap:
            return self._swap(swap, todo)
        return self._retry.run(partial(self._apply, file, todo))

    def _swap(self, swap: ViewSwap, todo: set[str]) -> list[Action]:
        """Build materialized views beside those that are read, then let them change names."""
        self._tell(Event("building", f"{swap.file.id} beside the one that is read"))
        self._retry.run(partial(self._transaction, partial(self._applier.build, swap)))
        try:
            swap.wait_for_snapshots(self._wait)
            return self._retry.run(partial(self._apply, swap.file, todo, swap))
        except LmsSchemaError:
            with suppress(LmsSchemaError):  # then the next run does it
                self._retry.run(self._discard)
            raise

    def _discard(self) -> list[Action]:
        return self._transaction(self._applier.discard)

    def _transaction(self, work: Callable[[], list[Action]]) -> list[Action]:
        with self._connection.transaction():
            self._ground.begin()
            if not self._tracked:
                self._prepare()
            self._observer.begin()
            actions = [
                replaced(action, action="repair") if action.file in self._repair else action
                for action in work()
            ]
            self._ground.end(self._known)
        self._observer.committed(actions)
        if not self._applier.learn():
            self._read()
        self._tracked = True
        return actions

    def _known(self) -> set[str]:
        """Return the names of all recorded objects."""
        entries = (*self._recorded.values(), *self._applier.entries.values())
        return {name for entry in entries for name in entry.objects}

    def _refuse_strange_routines(self) -> None:
        """Let a file that calls the package's routines at every migrate not call a stranger's."""
        routines = {
            name for name in self._known() if schema_objects.kind(name) in schema_objects.ROUTINES
        }
        self._ground.refuse_strangers(routines)

    def _prepare(self) -> None:
        """Create the schema and the state tables, in the transaction of the first file.

        A schema that somebody else made meanwhile is looked at like any other.
        """
        if not self._session.schema_exists():
            self._connection.execute(
                sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self._session.schema))
            )
        if self._ground.was_missing:
            self._ground.enter(self._tell)
        self._records.create()

    def _notice(self, notice: psycopg.errors.Diagnostic) -> None:
        self._tell(Event.of_notice(notice))

    def _read(self) -> None:
        from lms_schema.records import ledger

        self._is_behind = False
        self._tracked = ledger.exists(self._connection, self._session.schema)
        if self._tracked:
            self._recorded = ledger.read(self._connection, self._session.schema)
            self._applier.know(self._recorded)
        else:
            ledger.require_name(self._session)

    def _build(self, file: SqlFile, todo: set[str]) -> list[Action]:
        """Apply an index file, beside the writers of its table when that holds rows."""
        built = self._indexes.build(file, anew=file.id in self._repair)
        if built is None:
            return self._retry.run(partial(self._apply, file, todo))
        finish = partial(self._applier.finish, file, built)
        return self._retry.run(partial(self._transaction, finish))

    def _apply(self, file: SqlFile, todo: set[str], swap: ViewSwap | None = None) -> list[Action]:
        """Apply a file: in place when PostgreSQL allows that, else with all that depends on it."""
        rebuild: set[str] = {file.id} if swap else set()
        at_once = False
        while True:
            try:
                return self._transaction(
                    partial(self._applier.apply, file, rebuild, todo, at_once=at_once, swap=swap)
                )
            except StatementFailed as error:
                self._ground.explain(error)
                if not self._tracked and error.sqlstate in _DUPLICATES and self._holds_objects():
                    raise DatabaseError(
                        f'Schema "{printable(self._session.schema)}" was installed without '
                        "lms-schema: it holds the package's objects and no record of them. "
                        "Nothing was changed. Adopt it, which refuses what is not this release's, "
                        "and then migrate. "
                        f"Run: {suggested_commands.command('baseline', self._session.schema)}\n"
                        f"It failed at {str(error).splitlines()[0]}"
                    ) from error
                refused = self._package.id_at(error.file)
                if (
                    error.sqlstate in schema_objects.REFUSALS
                    and refused not in rebuild
                    and self._applier.replaceable(refused)
                ):
                    rebuild.add(refused)
                elif self._applier.postponed and error.sqlstate not in BUSY:
                    at_once = True  # it needs the new materialized views
                else:
                    raise

    def _holds_objects(self) -> bool:
        return self._session.schema_exists() and bool(
            schema_objects.objects(self._connection, self._session.schema)
        )


def run_on_disposable(
    session: Session,
    package: SchemaPackage,
    observer: Observer | None = None,
    *,
    last: int | None = None,
    repair: Mapping[str, str] | None = None,
    on_event: OnEvent = unheard,
) -> list[Action]:
    """Bring the schema of a disposable database to a package, and return what was done.

    Args:
        session: Of a database that nobody else uses.
        package: The files to come to.
        observer: Sees each statement.
        last: How many of the files to apply; None: all of them, and then what is gone is dropped.
        repair: Ids of files to apply again although nothing of them changed, each with the reason.
        on_event: Called with progress and the server's notices.

    Raises:
        StatementFailed: When PostgreSQL refused a statement.
    """
    from lms_schema.records.record_writer import RecordWriter

    records = RecordWriter(session.connection, session.schema)
    return Migration(session, package, records, 0, on_event, observer).all(last, repair)
