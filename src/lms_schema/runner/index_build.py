"""Builds an index on a table that holds rows, without locking out its writers.

Each step leaves a state from which the next run goes on: whatever index is found is judged by what
the catalog says of it, never by its name alone. An INVALID index is what a crash leaves; it is
dropped and built again when table, name and definition are those of the file. On a partitioned
table the index is made on the parent alone, INVALID until each partition has its own: these are
built one by one and attached. A partition that is made meanwhile brings its own index along.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress

from lms_schema.errors import LmsSchemaError, StatementFailed
from lms_schema.events import Event
from lms_schema.runner import index_names
from lms_schema.runner.executor import Executor
from lms_schema.runner.index_catalog import Index, IndexCatalog, Table
from lms_schema.server import search_path
from lms_schema.server.retry import Retry
from lms_schema.server.sessions import Session, milliseconds
from lms_schema.source import index_statement
from lms_schema.source.files import SqlFile
from lms_schema.source.index_statement import IndexStatement
from lms_schema.source.statements import Statement, quoted

_DUPLICATE = "42P07"
"""SQLSTATE of a relation that exists."""

_PROBE = "lms_schema_probe"
"""A table that exists inside one transaction only, to see what an index would be."""


class IndexBuilder:
    """Builds the indexes of files on tables that hold rows."""

    def __init__(
        self,
        session: Session,
        executor: Executor,
        retry: Retry,
        tell: Callable[[Event], None],
    ) -> None:
        """Take the session, who runs statements, who retries them, and whom to tell."""
        self._session = session
        self._executor = executor
        self._catalog = IndexCatalog(session.connection, session.schema)
        self._retry = retry
        self._tell = tell

    def is_needed(self, files: Iterable[SqlFile]) -> bool:
        """Tell whether a table that the files index holds rows, so that they are not just run."""
        wanted = filter(None, (index_statement.parse(file.statements) for file in files))
        return self._catalog.is_filled(self._session.schema, [index.table for index in wanted])

    def build(self, file: SqlFile, *, anew: bool = False) -> str | None:
        """Build the index of a file, or finish what is there of it.

        Args:
            file: The file.
            anew: Whether another index of the table is dropped that has the name.

        Returns:
            The index, like `INDEX i`; None when nothing is in the way of running the file as it
            is: there are no rows, or the statement fails anyway.

        Raises:
            StatementFailed: When PostgreSQL refused a statement; no part of the index is left. Or
                when another index has the name, which is left as it is.
            LockNotObtained: When a lock was not obtained in time; the next run goes on from here.
        """
        wanted = index_statement.parse(file.statements)
        if wanted is None:
            return None
        table = self._catalog.table(self._session.schema, wanted.table)
        if table is None or table.is_foreign:
            # PostgreSQL never makes an index valid that a foreign partition has no part of
            return None
        if not (table.filled or self._catalog.is_taken(table.schema, wanted.name)):
            return None
        found = self._catalog.index(table.schema, wanted.name)
        build = _Build(self._session, self._executor, self._retry, self._tell, file, wanted)
        if anew and found is not None and found.table == table.oid:
            found = build.without_another(table, found)
        return f"INDEX {build.on(table, found).name}"


class _Build:
    """The build of one file's index."""

    def __init__(
        self,
        session: Session,
        executor: Executor,
        retry: Retry,
        tell: Callable[[Event], None],
        file: SqlFile,
        wanted: IndexStatement,
    ) -> None:
        self._session = session
        self._connection = session.connection
        self._executor = executor
        self._catalog = IndexCatalog(session.connection, session.schema)
        self._retry = retry
        self._tell = tell
        self._file = file
        self._wanted = wanted

    def on(self, table: Table, found: Index | None) -> Index:
        """Build it on a table; `found` is what has the name there."""
        if found is not None:
            self._refuse_another(found, table)
        if table.kind != "p":
            return self._on_one(table, self._wanted.name, found)
        try:
            return self._on_partitioned(table, found)
        except StatementFailed:
            left = self._catalog.index(table.schema, self._wanted.name)
            if left is not None and not left.valid:
                with suppress(LmsSchemaError):  # then the next run goes on with it
                    self._transaction(self._statement(f"DROP INDEX {left.text}"))
            raise

    def without_another(self, table: Table, found: Index) -> Index | None:
        """Drop what has the name and is not what this file makes; return what is left."""
        if self._is_expected(found, table):
            return found
        if table.kind == "p":
            self._transaction(self._statement(f"DROP INDEX {found.text}"))
        else:
            self._alone(self._statement(f"DROP INDEX CONCURRENTLY {found.text}"))
        return None

    def _on_one(self, table: Table, name: str, found: Index | None) -> Index:
        """Build it on a table without partitions; `found` has the name and the definition."""
        while found is None or not found.valid:
            if found is None:
                self._tell(Event("building", f"{self._file.id} on {table.name}, concurrently"))
                self._retry.run(lambda: self._create(table, name))
            else:
                self._remove(table, found)
            found = self._catalog.index(table.schema, name)
        return found

    def _create(self, table: Table, name: str) -> None:
        self._clear(table, name)
        try:
            self._alone(self._wanted.build(quoted(name), table.text, concurrently=True))
        except StatementFailed as error:
            if error.sqlstate != _DUPLICATE:
                with suppress(LmsSchemaError):  # then the next attempt, or run, does it
                    self._clear(table, name)
            raise

    def _clear(self, table: Table, name: str) -> None:
        """Drop what a failed attempt left."""
        left = self._catalog.index(table.schema, name)
        if left is not None and not left.valid:
            self._remove(table, left)

    def _remove(self, table: Table, found: Index) -> None:
        """Drop an INVALID index, unless another session is building it and makes it valid."""
        if table.kind == "r":  # a build holds this lock to its end
            self._transaction(
                self._statement(f"LOCK TABLE ONLY {table.text} IN SHARE UPDATE EXCLUSIVE MODE")
            )
        now = self._catalog.again(found)
        if now is not None and not now.valid:
            self._alone(self._statement(f"DROP INDEX CONCURRENTLY {found.text}"))

    def _on_partitioned(self, table: Table, found: Index | None) -> Index:
        while found is None or not found.valid:
            if found is None:
                self._transaction(
                    self._wanted.build(quoted(self._wanted.name), table.text, only=True)
                )
            else:
                missing = self._catalog.missing(found)
                for partition in missing:
                    self._cover(partition, found)
                if not missing:
                    # The last one without it was detached, and nothing makes PostgreSQL look again.
                    self._transaction(self._statement(f"DROP INDEX {found.text}"))
            found = self._catalog.index(table.schema, self._wanted.name)
        return found

    def _cover(self, partition: Table, whole: Index) -> None:
        """Give a partition its part of the index."""
        present = [
            index
            for index in self._catalog.of(partition)
            if index.shape == whole.shape and not index.attached
        ]
        # on a partition that is partitioned itself, INVALID means no more than incomplete
        part = next((index for index in present if index.valid or partition.kind == "p"), None)
        if part is None:
            name, found = self._free_name(partition, whole, present)
            if partition.kind == "p" or (found is None and not partition.filled):
                self._transaction(
                    self._wanted.build(quoted(name), partition.text, only=partition.kind == "p"),
                    self._attach(partition, f"{quoted(partition.schema)}.{quoted(name)}"),
                )
                return
            part = self._on_one(partition, name, found)
        self._transaction(self._attach(partition, part.text))

    def _free_name(
        self, partition: Table, whole: Index, remains: Collection[Index]
    ) -> tuple[str, Index | None]:
        """Return the name that PostgreSQL would take, and the remains that bear it."""
        for name in index_names.candidates(partition.name, self._catalog.columns(whole)):
            found = self._catalog.index(partition.schema, name)
            if found is None or found in remains:
                return name, found
        raise AssertionError  # the candidates have no end

    def _attach(self, partition: Table, index: str) -> Statement:
        return self._statement(f"ALTER INDEX {partition.parent} ATTACH PARTITION {index}")

    def _is_expected(self, found: Index, table: Table) -> bool:
        """Tell whether an index is what this file makes, valid or not."""
        return found.table == table.oid and found.shape == self._retry.run(
            lambda: self._expected(table)
        )

    def _refuse_another(self, found: Index, table: Table) -> None:
        """Refuse to take, or to drop, what this file does not make."""
        if self._is_expected(found, table):
            return
        raise StatementFailed(
            f'"{self._wanted.name}" exists already, and is not what this file makes',
            file=self._file.path,
            line=self._wanted.line,
            statement=self._file.statements[0].text,
            sqlstate=_DUPLICATE,
            detail=found.definition,
            hint="It was left as it is. Rename or drop it, then migrate again.",
        )

    def _expected(self, table: Table) -> str:
        """Return the shape of the index that the file makes."""
        probe = f"{quoted(table.schema)}.{_PROBE}"
        with self._connection.transaction(force_rollback=True):
            self._run(
                self._statement(f"CREATE TABLE {probe} (LIKE {table.text})"),
                self._wanted.build(f"{_PROBE}_index", probe),
            )
            found = self._catalog.index(table.schema, f"{_PROBE}_index")
            return found.shape if found else ""

    def _transaction(self, *statements: Statement) -> None:
        def work() -> None:
            with self._connection.transaction():
                self._run(*statements)

        self._retry.run(work)

    def _alone(self, statement: Statement) -> None:
        """Run what cannot be in a transaction, and waits for others without locking them out."""
        with self._unlimited():
            self._run(statement, limited=False)

    def _run(self, *statements: Statement, limited: bool = True) -> None:
        with search_path.opened(self._connection, self._session.schema):
            for statement in statements:
                self._executor.run(self._file.path, statement, limited=limited)

    @contextmanager
    def _unlimited(self) -> Iterator[None]:
        """Let a statement wait as long as it takes."""
        self._connection.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            if not self._connection.broken:
                self._connection.execute(
                    "SELECT set_config('lock_timeout', %s, false)",
                    (milliseconds(self._session.lock_timeout),),
                )

    def _statement(self, text: str) -> Statement:
        return Statement(text, self._wanted.line)
