"""One migrate, with the schema's lock held: which files, in which order, and again when busy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace as replaced
from functools import partial
from typing import TYPE_CHECKING

from psycopg import sql

from lms_schema import lock, replace
from lms_schema.apply import Applier
from lms_schema.errors import DatabaseError, LockNotObtained, StatementFailed
from lms_schema.events import Action, Event
from lms_schema.package import Kind, SchemaPackage, SqlFile
from lms_schema.status import compare
from lms_schema.watch import Watch

if TYPE_CHECKING:
    from lms_schema.database import Session
    from lms_schema.ledger import Entry, Ledger

_BUSY = ("55P03", "40P01")
"""SQLSTATEs of a lock timeout and a deadlock: worth another try."""

_DUPLICATES = ("42P07", "42710")
"""SQLSTATEs of a table, and of a type, that exists."""


class Run:
    """Brings the schema of a session up to date."""

    def __init__(
        self,
        session: Session,
        package: SchemaPackage,
        ledger: Ledger,
        wait: float,
        tell: Callable[[Event], None],
        watch: Watch | None = None,
    ) -> None:
        self._connection = session.connection
        self._session = session
        self._package = package
        self._ledger = ledger
        self._wait = wait
        self._tell = tell
        self._tracked = False
        self._recorded: dict[str, Entry] = {}
        self._watch = watch or Watch()
        self._applier = Applier(session.connection, session.schema, package, ledger, self._watch)

    def all(self, last: int | None) -> list[Action]:
        """Apply everything; return what was done."""
        self._read()
        found = compare(self._package, self._recorded)
        found.check()
        todo = {*found.pending, *found.changed}
        actions: list[Action] = []
        if todo:
            self._tell(Event("begin", "what is pending or changed", total=len(todo)))
        for file in self._package.files[:last]:
            if file.id in todo or file.kind is Kind.RECURRING:
                start = time.monotonic()
                done = self._patiently(partial(self._apply, file, todo))
                todo.difference_update(action.file for action in done)
                actions += self._told(done, start)
        gone = [name for name in found.gone if name in self._applier.entries]
        if gone and last is None:
            start = time.monotonic()
            actions += self._told(self._patiently(partial(self._drop_gone, gone)), start)
        return actions

    def _prepare(self) -> None:
        """Create the schema and the state tables, in the transaction of the first file."""
        if not self._session.schema_exists():
            self._connection.execute(
                sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self._session.schema))
            )
        self._ledger.create()

    def _read(self) -> None:
        from lms_schema import ledger

        self._tracked = ledger.exists(self._connection, self._session.schema)
        if self._tracked:
            self._recorded = ledger.read(self._connection, self._session.schema)
            self._applier.know(self._recorded)

    def _note(self, actions: list[Action]) -> None:
        """Take note of a transaction that was committed."""
        self._tracked = True
        self._applier.committed()
        self._watch.committed(actions)

    def _patiently(self, work: Callable[[], list[Action]]) -> list[Action]:
        """Do it, again when a lock timed out, until the time is used up."""
        deadline = lock.Deadline(self._wait)
        while True:
            try:
                actions = work()
            except StatementFailed as error:
                if error.sqlstate not in _BUSY:
                    raise
                self._tell(Event("waiting", f"{error.file}:{error.line} waits for a lock"))
                if not deadline.pause():
                    raise LockNotObtained(
                        f"{error}\nTried for {self._wait:g} s. End the transactions that hold the "
                        "lock (see pg_stat_activity), or give it longer with --wait."
                    ) from None
            else:
                return actions

    def _told(self, actions: list[Action], start: float) -> list[Action]:
        """Tell what was done, and how long it took."""
        seconds = time.monotonic() - start
        timed = [replaced(actions[0], seconds=seconds), *actions[1:]] if actions else []
        for action in timed:
            self._tell(Event(action.action, action.file, action.seconds))
        return timed

    def _apply(self, file: SqlFile, todo: set[str]) -> list[Action]:
        """Apply a file: in place when PostgreSQL allows that, else with all that depends on it."""
        rebuild: set[str] = set()
        while True:
            try:
                with self._connection.transaction():
                    if not self._tracked:
                        self._prepare()
                    self._watch.begin()
                    actions = self._applier.apply(file, rebuild, todo)
                self._note(actions)
            except StatementFailed as error:
                if not self._tracked and error.sqlstate in _DUPLICATES and self._holds_objects():
                    raise DatabaseError(
                        f'Schema "{self._session.schema}" was installed without lms-schema: it '
                        "holds the package's objects and no record of them. Nothing was "
                        "changed. Adopt it with lms-schema baseline, which refuses what is not "
                        "this release's, and then migrate.\n"
                        f"It failed at {str(error).splitlines()[0]}"
                    ) from error
                refused = self._package.id_at(error.file)
                if (
                    error.sqlstate not in replace.REFUSALS
                    or refused in rebuild
                    or not self._applier.replaceable(refused)
                ):
                    raise
                rebuild.add(refused)
            else:
                return actions

    def _drop_gone(self, gone: list[str]) -> list[Action]:
        with self._connection.transaction():
            self._watch.begin()
            actions = self._applier.drop(gone)
        self._note(actions)
        return actions

    def _holds_objects(self) -> bool:
        return self._session.schema_exists() and bool(
            replace.objects(self._connection, self._session.schema)
        )
