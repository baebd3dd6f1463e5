"""Applies one file in the open transaction, with all that must be made again with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

import psycopg

from lms_schema.catalog import schema_objects
from lms_schema.errors import StatementFailed
from lms_schema.events import Action
from lms_schema.records import roles
from lms_schema.records.ledger import TABLES
from lms_schema.runner import removal as removals
from lms_schema.runner import view_swap as swaps
from lms_schema.runner.executor import Executor
from lms_schema.runner.observer import Observer, Step
from lms_schema.runner.removal import Removal
from lms_schema.runner.view_swap import ViewSwap, unfinished
from lms_schema.server import search_path
from lms_schema.source.files import SqlFile, extra_of
from lms_schema.source.folders import Kind
from lms_schema.source.package import SchemaPackage
from lms_schema.source.statements import Statement

if TYPE_CHECKING:
    from lms_schema.catalog.catalog import Catalog
    from lms_schema.records.ledger import Entry
    from lms_schema.records.record_writer import RecordWriter


class Applier:
    """Applies files of a package to the schema of a connection.

    Attributes:
        entries: What is recorded of the package and its extras, by id of the file.
        postponed: Whether the last `apply` left materialized views to be made again.
        reasons: Why files are applied again that did not change, by id.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        schema: str,
        package: SchemaPackage,
        records: RecordWriter,
        executor: Executor,
        observer: Observer,
    ) -> None:
        self._connection = connection
        self._executor = executor
        self._schema = schema
        self._package = package
        self._records = records
        self._observer = observer
        self._skipped: list[tuple[str, str | None]] = []
        self._not_given: tuple[str, ...] = ()
        self._recorded: list[tuple[str, Entry]] = []
        self._is_careful = True
        self._others: Mapping[str, Entry] = {}
        self._catalog: Catalog | None = None
        self._next_catalog: Catalog | None = None
        self.postponed = False
        self.reasons: Mapping[str, str] = {}
        self.entries: Mapping[str, Entry] = {}
        connection.add_notice_handler(self._notice)

    def know(self, recorded: Mapping[str, Entry]) -> None:
        """Take note of what is recorded now.

        What an extra made that was not given is treated as the objects of others.
        """
        self.entries = {
            name: entry for name, entry in recorded.items() if self._package.covers(name)
        }
        self._others = {name: entry for name, entry in recorded.items() if name not in self.entries}
        self._not_given = tuple(sorted(filter(None, map(extra_of, self._others))))

    def learn(self) -> bool:
        """Take note of what the transaction recorded, which is committed.

        False: it changed earlier records, so that they must be read again.
        """
        self._catalog, self._next_catalog = self._next_catalog, None
        if self._is_careful:
            return False
        for file_id, entry in self._recorded:
            others = (found.objects for name, found in self.entries.items() if name != file_id)
            if not set(entry.objects).isdisjoint(chain.from_iterable(others)):
                return False
            self.entries = {**self.entries, file_id: entry}
        return True

    def apply(
        self,
        file: SqlFile,
        rebuild: set[str],
        todo: set[str],
        *,
        at_once: bool = False,
        swap: ViewSwap | None = None,
    ) -> list[Action]:
        """Apply a file in the open transaction.

        Args:
            file: The file.
            rebuild: Ids of files that cannot be replaced in place.
            todo: Ids of all files that are pending or changed.
            at_once: Whether materialized views that depend on what is rebuilt are rebuilt with
                it, while their readers wait; else they are marked to be made again.
            swap: The file's materialized views, built.
        """
        self.postponed = False
        self._next_catalog = None
        self._recorded.clear()
        # of a file that is new nothing can get lost, and the catalog need not be asked for it
        self._is_careful = bool(rebuild or swap or self.replaceable(file.id))
        before: dict[str, schema_objects.Object] = {}
        saved: list[schema_objects.Attached] = []
        owners = self._owners(self.entries) if self._is_careful else {}
        if self._is_careful:
            before = schema_objects.objects(self._connection, self._schema)
            saved = schema_objects.attached(self._connection, self._schema, owners)
        removal = self._make_room(before, owners, rebuild, todo, at_once=at_once, swap=swap)
        lost = [*removal.drops, *removal.moves]
        doomed = rebuild | removal.files
        # the state tables, and what was given another name
        written = self._written() if rebuild else _written(before)
        written |= {f"TABLE {table}" for table in TABLES}
        new: set[str] = set()
        actions = []
        for item in self._batch(file, doomed, todo - removal.kept):
            if swap and item is file:
                created: Sequence[str] = swap.rename(self._send)
                written |= self._written()
            else:
                if rebuild or extra_of(item.id) is None:
                    self._catalog = None
                with self._guarded(item):
                    self._execute(
                        item,
                        item.statements,
                        in_place=item.id not in doomed and self.replaceable(item.id),
                    )
                silent = item.kind is Kind.RECURRING and item.id not in todo and not self._wrote()
                if silent:
                    continue
                if self._is_careful or item.id in self.entries:
                    present = schema_objects.objects(self._connection, self._schema)
                else:
                    present = schema_objects.written(
                        self._connection, self._schema, item.folder.owns
                    )
                created = self._created(item, present, written)
                stale = [] if item.id in doomed else self._stale(item, present, created)
                for name in stale:
                    self._drop(item.id, name)
                lost += stale
                written |= _written(present)
            new |= {name for name in created if name not in before}
            self._record(item, [*created, *roles.made_by(self._connection, item)])
            done = item.action(new=item.id not in self.entries)
            actions.append(Action(item.id, "rebuild" if item.id in doomed else done))
        self._restore(
            [item for item in saved if item.name in lost and not (swap and item.is_index)],
            new,
            file,
        )
        for name in sorted(doomed - self._package.by_id.keys()):
            self._records.forget(name)
            actions.append(Action(name, "drop"))
        return actions

    @contextmanager
    def _guarded(self, file: SqlFile) -> Iterator[None]:
        """Refuse what a file of an extra changes of the package and does not say it overrides."""
        if extra_of(file.id) is None or self._observer.judges_extras:
            yield
            return
        from lms_schema.catalog.catalog import read_catalog
        from lms_schema.runner import overrides

        # what the last file left is what this one finds
        before = self._catalog or read_catalog(self._connection, self._schema)
        yield
        self._catalog, self._next_catalog = None, read_catalog(self._connection, self._schema)
        overrides.refuse_changes(file, before, self._next_catalog, self.entries)

    def finish(self, file: SqlFile, created: str) -> list[Action]:
        """Run in the open transaction what follows the first statement, and record the file.

        Args:
            file: The file.
            created: What its first statement created, outside the transaction.
        """
        self._is_careful = True
        self._execute(file, file.statements[1:])
        self._record(file, [created])
        return [Action(file.id, "apply")]

    def swap(self, file: SqlFile) -> ViewSwap | None:
        """Return how to replace the file's materialized views without keeping readers waiting.

        None: when it creates none that is there, or does more than that.
        """
        if not self.replaceable(file.id):
            return None
        return swaps.of(self._connection, self._schema, file, self.entries[file.id].objects)

    def build(self, swap: ViewSwap) -> list[Action]:
        """Build the views of a swap in the open transaction, and record that they are ours."""
        self._is_careful = True
        own = self.entries[swap.file.id].objects
        swap.build(self._send, own)
        self._records.revise(swap.file.id, (*own, *swap.objects))
        return [Action(swap.file.id, "build")]

    def discard(self) -> list[Action]:
        """Drop in the open transaction what builds left that never came into use."""
        self._is_careful = True
        present = schema_objects.objects(self._connection, self._schema)
        for file_id, entry in self.entries.items():
            left = unfinished(entry.objects)
            for name in left:
                if name in present and schema_objects.kind(name) != "INDEX":
                    self._drop(file_id, name)
            if left:
                self._records.revise(file_id, [name for name in entry.objects if name not in left])
        return []

    def _make_room(
        self,
        present: Mapping[str, schema_objects.Object],
        owners: dict[str, str],
        rebuild: set[str],
        todo: set[str],
        *,
        at_once: bool,
        swap: ViewSwap | None,
    ) -> Removal:
        """Drop, or give another name to, what stands in the way of files that are run anew."""
        if not rebuild:
            return Removal(frozenset(), (), (), {}, frozenset())
        removals.wait_shortly(self._connection)
        if swap:
            for name in [*swap.objects, *(n for n in owners if schema_objects.kind(n) == "INDEX")]:
                owners.pop(name, None)  # the new ones have them
        position = {} if at_once else {file.id: n for n, file in enumerate(self._package.files)}
        removal = removals.of(self._connection, present, owners, rebuild, position, todo)
        self.postponed = bool(removal.postponed)
        for name in removal.drops:
            self._drop(owners[name], name)
        moved = {name: self._move(owners[name], name) for name in removal.moves}
        for file_id, names in removal.postponed.items():
            earlier = self.entries[file_id].objects
            later = [moved[name] for name in reversed(names)]
            self._records.revise(file_id, (*earlier, *later), again=True)
        return removal

    def _move(self, file_id: str, name: str) -> str:
        """Give an object another name, and return it as DROP names it."""
        path = self._package.path_of(file_id)
        old, statements = schema_objects.moved(self._connection, self._schema, name)
        for statement in statements:
            self._send(path, statement)
        return old

    def _written(self) -> set[str]:
        return _written(schema_objects.objects(self._connection, self._schema))

    def drop(self, gone: Sequence[str]) -> list[Action]:
        """Drop in the open transaction what files created that the package no longer has."""
        self._is_careful = True
        present = schema_objects.objects(self._connection, self._schema)
        owners = self._owners(gone)
        for name in removals.of(self._connection, present, owners, gone, {}, ()).drops:
            self._drop(owners[name], name)
        for file_id in gone:
            self._records.forget(file_id)
        return [Action(file_id, "drop") for file_id in gone]

    def replaceable(self, file_id: str) -> bool:
        """Tell whether the file's recorded objects may be dropped and made again."""
        file = self._package.by_id.get(file_id)
        return (
            file_id in self.entries
            and bool(self.entries[file_id].objects)
            and (file is None or file.kind is Kind.REPLACEABLE)
        )

    def _owners(self, files: Iterable[str]) -> dict[str, str]:
        """Return the file of each recorded object that may be dropped: never one with data."""
        return {
            name: file_id
            for file_id in files
            for name in self.entries[file_id].objects
            if schema_objects.kind(name) not in ("TABLE", "TYPE")
        }

    def _batch(self, file: SqlFile, doomed: set[str], todo: set[str]) -> list[SqlFile]:
        """Return the files to run with this one.

        Those whose objects are dropped, and the pending ones before the last of them, whose new
        content may need these.
        """
        positions = [n for n, item in enumerate(self._package.files) if item.id in doomed]
        end = max(positions, default=-1) + 1
        wanted = {
            item.id
            for item in self._package.files[:end]
            if item.kind is Kind.REPLACEABLE and item.id in todo and not self._is_read(item.id)
        }
        wanted |= {file.id} | doomed
        return [item for item in self._package.files if item.id in wanted]

    def _is_read(self, file_id: str) -> bool:
        """Tell whether the file made a materialized view: it has a transaction of its own."""
        recorded = self.entries[file_id].objects if file_id in self.entries else ()
        return any(schema_objects.kind(name) == "MATERIALIZED VIEW" for name in recorded)

    def _execute(
        self, file: SqlFile, statements: Sequence[Statement], *, in_place: bool = False
    ) -> None:
        # What is deferred is checked at the end of the file, while it can be named.
        end = max((statement.line for statement in file.statements), default=1)
        last = Statement("SET CONSTRAINTS ALL IMMEDIATE", end)
        with search_path.opened(self._connection, self._schema):
            for statement in (*statements, last):
                self._skipped.clear()
                self._run(file.path, statement, written=statement != last)
                if in_place and self._skipped:
                    # IF NOT EXISTS found the old object and left it: not a replacement.
                    message, sqlstate = self._skipped[0]
                    raise StatementFailed(
                        message,
                        file=file.path,
                        line=statement.line,
                        statement=statement.text,
                        sqlstate=sqlstate,
                    )

    def _drop(self, file_id: str, name: str) -> None:
        hint = "Drop or change what depends on it, then migrate again."
        if self._not_given:
            hint += (
                " If that is of an extra, give the extra: the database holds "
                f"{', '.join(self._not_given)}."
            )
        self._send(self._package.path_of(file_id), f"DROP {name} RESTRICT", hint=hint)

    def _send(
        self, path: str, text: str, *, line: int = 1, written: bool = False, hint: str | None = None
    ) -> None:
        """Execute a statement on objects of the schema.

        Args:
            path: The file that it belongs to.
            text: The statement.
            line: Where it begins in the file.
            written: Whether it stands in the file.
            hint: What to do when it fails, in place of PostgreSQL's hint.
        """
        with search_path.opened(self._connection, self._schema):
            self._run(path, Statement(text, line), written=written, hint=hint)

    def _run(
        self, path: str, statement: Statement, *, written: bool, hint: str | None = None
    ) -> None:
        tag = self._executor.run(path, statement, written=written, hint=hint)
        self._observer.executed(Step(path, statement.line, statement.text, written, tag))

    def _wrote(self) -> bool:
        row = self._connection.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()
        return bool(row and row[0] is not None)

    def _created(
        self, file: SqlFile, present: dict[str, schema_objects.Object], written: set[str]
    ) -> list[str]:
        """Return what the file owns now: what it wrote, beyond what files before it wrote."""
        # what it overrides stays the package's: without it that is made again
        written = written.union(
            *(self.entries[other].objects for other in file.overrides if other in self.entries)
        )
        created = [
            name
            for name, found in present.items()
            if found.written
            and name not in written
            and schema_objects.kind(name) in file.folder.owns
        ]
        if file.kind is Kind.RECURRING and file.id in self.entries:
            earlier = self.entries[file.id].objects
            created += [name for name in earlier if name in present and name not in created]
        return created

    def _stale(
        self, file: SqlFile, present: dict[str, schema_objects.Object], created: list[str]
    ) -> list[str]:
        """Return what the file created earlier and no longer does, last created first."""
        if file.kind is not Kind.REPLACEABLE or file.id not in self.entries:
            return []
        earlier = self.entries[file.id].objects
        return [name for name in reversed(earlier) if name in present and name not in created]

    def _record(self, file: SqlFile, created: Sequence[str]) -> None:
        entry = self._records.record(file, created, self.reasons.get(file.id))
        self._recorded.append((file.id, entry))
        for name, other in {**self.entries, **self._others}.items():
            if file.id in other.overrides:
                self._records.revise(name, other.objects, again=True)

    def _restore(
        self, saved: Sequence[schema_objects.Attached], new: Collection[str], file: SqlFile
    ) -> None:
        """Give what was dropped and made again what others had attached to it."""
        if not saved:
            return
        present = schema_objects.objects(self._connection, self._schema)
        for item in saved:
            for statement in item.statements(present, new):
                self._send(
                    file.path,
                    statement,
                    hint=f"It belongs to {item.name}, which had to be made again, and does "
                    "not fit any more. Drop or revoke it, then migrate again.",
                )

    def _notice(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.sqlstate in schema_objects.REFUSALS:
            self._skipped.append((notice.message_primary or "", notice.sqlstate))


def _written(present: Mapping[str, schema_objects.Object]) -> set[str]:
    return {name for name, found in present.items() if found.written}
