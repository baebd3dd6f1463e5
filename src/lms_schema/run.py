"""One migrate, with the schema's lock held: which files, in which order, and again when busy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from psycopg import sql

from lms_schema import replace
from lms_schema.apply import Applier
from lms_schema.blockers import Blockers
from lms_schema.errors import DatabaseError, StatementFailed
from lms_schema.events import Action, Event
from lms_schema.execution import Executor
from lms_schema.indexes import IndexBuilder
from lms_schema.package import INDEXES, Kind, SchemaPackage, SqlFile
from lms_schema.patience import Patience
from lms_schema.status import compare
from lms_schema.watch import Watch

if TYPE_CHECKING:
    from lms_schema.database import Session
    from lms_schema.ledger import Entry, Ledger

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
        self._tell = tell
        self._blockers = Blockers(session, tell)
        self._patience = Patience(wait, self._blockers, tell)
        executor = Executor(session.connection, self._blockers)
        self._indexes = IndexBuilder(session, executor, self._patience, tell)
        self._tracked = False
        self._recorded: dict[str, Entry] = {}
        self._watch = watch or Watch()
        self._applier = Applier(
            session.connection, session.schema, package, ledger, executor, self._watch
        )

    def all(self, last: int | None) -> list[Action]:
        """Apply everything; return what was done."""
        with self._blockers:
            return self._all(last)

    def _all(self, last: int | None) -> list[Action]:
        self._read()
        found = compare(self._package, self._recorded)
        found.check()
        todo = {*found.pending, *found.changed}
        actions: list[Action] = []
        for file in self._package.files[:last]:
            if file.id in todo or file.kind is Kind.RECURRING:
                if file.folder.name == INDEXES:
                    done = self._build(file, todo)
                else:
                    done = self._patience.run(partial(self._apply, file, todo))
                todo.difference_update(action.file for action in done)
                actions += self._told(done)
        gone = [name for name in found.gone if name in self._applier.entries]
        if gone and last is None:
            actions += self._told(self._patience.run(partial(self._drop_gone, gone)))
        return actions

    def _told(self, actions: list[Action]) -> list[Action]:
        for action in actions:
            self._tell(Event(action.action, action.file))
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

    def _build(self, file: SqlFile, todo: set[str]) -> list[Action]:
        """Apply an index file, beside the writers of its table when that holds rows."""
        built = self._indexes.build(file)
        if built is None:
            return self._patience.run(partial(self._apply, file, todo))
        return self._patience.run(partial(self._finish, file, built))

    def _finish(self, file: SqlFile, built: str) -> list[Action]:
        with self._connection.transaction():
            if not self._tracked:
                self._prepare()
            self._watch.begin()
            actions = self._applier.finish(file, built)
        self._watch.committed(actions)
        self._read()
        return actions

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
                self._watch.committed(actions)
                self._read()
            except StatementFailed as error:
                if not self._tracked and error.sqlstate in _DUPLICATES and self._holds_objects():
                    raise DatabaseError(
                        f'Schema "{self._session.schema}" was installed without lms-schema: it '
                        "holds the package's objects and no record of them. verify and status "
                        "work; migrate cannot adopt it. Nothing was changed.\n"
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
        self._watch.committed(actions)
        return actions

    def _holds_objects(self) -> bool:
        return self._session.schema_exists() and bool(
            replace.objects(self._connection, self._session.schema)
        )
