"""What statements do to tables: the locks that they take, what these block, rewrites and scans."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from lms_schema.server import search_path

MODES = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
"""From the weakest to the strongest, in the order of PostgreSQL's manual."""

_RELATIONS = """
    SELECT
        c.oid, c.relkind::text, c.oid::regclass::text, pg_relation_filenode(c.oid),
        pg_stat_get_xact_numscans(c.oid), t.oid::regclass::text, t.relispartition,
        coalesce(pg_partition_root(t.oid), t.oid)::regclass::text
    FROM pg_class AS c
        LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
        JOIN pg_class AS t ON t.oid = coalesce(i.indrelid, c.oid)
    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')
        AND t.relname <> ALL (%s)
"""

# A table that is rewritten or read as a whole is locked, so it is among these.
_HELD = """
    SELECT
        l.relation, l.mode, pg_relation_filenode(l.relation),
        pg_stat_get_xact_numscans(l.relation)
    FROM pg_locks AS l
    WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.relation >= 16384
"""


@dataclass(frozen=True)
class Lock:
    """A lock on a table, view, materialized view or sequence.

    Attributes:
        table: Its name.
        mode: As PostgreSQL's manual writes it, like `ACCESS EXCLUSIVE`.
        partitions: Whether it is on partitions of the table rather than on the table itself.
        index: The index of the table that is locked rather than the table itself, or None.
        file: Path of the file whose statement took it.
        line: Line of that statement.
    """

    table: str
    mode: str
    partitions: bool
    index: str | None
    file: str
    line: int

    @property
    def blocks(self) -> tuple[str, ...]:
        """What waits for it: `reads` (SELECT), `writes` (INSERT, UPDATE, DELETE)."""
        return blocks(self.mode)


@dataclass(frozen=True)
class Effects:
    """What a statement does to tables that existed before its transaction.

    Attributes:
        takes: Locks that it takes and the transaction did not hold yet; the strongest of a table.
        holds: Locks that the transaction holds from statements before it.
        rewrites: Tables of which it writes a new copy.
        reindexes: Indexes that it builds anew without rewriting their table.
        scans: Tables that it reads from end to end.
    """

    takes: tuple[Lock, ...]
    holds: tuple[Lock, ...]
    rewrites: tuple[str, ...]
    reindexes: tuple[str, ...]
    scans: tuple[str, ...]


@dataclass(frozen=True)
class _Relation:
    kind: str
    name: str
    table: str
    partitions: bool

    @property
    def is_index(self) -> bool:
        return self.kind in ("i", "I")


def blocks(mode: str) -> tuple[str, ...]:
    """Return what waits for a lock of that mode: nothing, `writes`, or `reads` and `writes`.

    A SELECT needs ACCESS SHARE, which only ACCESS EXCLUSIVE conflicts with; INSERT, UPDATE and
    DELETE need ROW EXCLUSIVE, which conflicts with SHARE and what is stronger.
    """
    if mode == "ACCESS EXCLUSIVE":
        return ("reads", "writes")
    return ("writes",) if MODES.index(mode) >= MODES.index("SHARE") else ()


class EffectReader:
    """Reads after each statement of one transaction what that statement did."""

    def __init__(
        self, connection: psycopg.Connection[Any], schema: str, ignored: Sequence[str] = ()
    ) -> None:
        """Note what there is, at the beginning of the transaction.

        Args:
            connection: The transaction's; its search path is pg_catalog.
            schema: Where to look.
            ignored: Tables that are not looked at.
        """
        self._connection = connection
        self._relations: dict[int, _Relation] = {}
        self._files: dict[int, int | None] = {}
        self._scans: dict[int, int] = {}
        self._taken: dict[tuple[str, bool, str | None], dict[str, Lock]] = {}
        for oid, kind, name, file, scans, table, partition, root in search_path.printed(
            connection, schema, _RELATIONS, (schema, list(ignored))
        ):
            self._relations[oid] = _Relation(kind, name, root if partition else table, partition)
            self._files[oid], self._scans[oid] = file, scans

    def read(self, file: str, line: int) -> Effects:
        """Return what the statement that was just executed did.

        Args:
            file: Path of its file.
            line: Its line.
        """
        holds = self._strongest()
        new: dict[tuple[str, bool, str | None], dict[str, Lock]] = {}
        rewritten: dict[int, _Relation] = {}
        scanned: dict[int, _Relation] = {}
        for oid, mode, node, scans in self._connection.execute(_HELD):
            relation = self._relations.get(oid)
            if relation is None:
                continue
            lock = _lock(relation, _spelled(mode), file, line)
            key = (lock.table, lock.partitions, lock.index)
            # Whoever reads or writes a table opens its indexes: only this mode keeps them out.
            weak = relation.is_index and lock.mode != "ACCESS EXCLUSIVE"
            if not weak and lock.mode not in self._taken.get(key, {}):
                new.setdefault(key, {})[lock.mode] = lock
            if node is not None and node != self._files[oid]:
                rewritten[oid] = relation
                self._files[oid] = node
            if scans is not None and scans > self._scans[oid]:
                scanned[oid] = relation
                self._scans[oid] = scans
        for key, locks in new.items():
            self._taken.setdefault(key, {}).update(locks)
        for table, partitions, index in list(self._taken):
            # then the index adds nothing
            if index and "ACCESS EXCLUSIVE" in self._taken.get((table, partitions, None), {}):
                new.pop((table, partitions, index), None)
                del self._taken[table, partitions, index]
        tables = {item.table for item in rewritten.values() if not item.is_index}
        return Effects(
            takes=tuple(_strongest(locks) for _key, locks in sorted(new.items(), key=_by_name)),
            holds=holds,
            rewrites=tuple(sorted(tables)),
            reindexes=tuple(
                sorted(
                    item.name
                    for item in rewritten.values()
                    if item.is_index and item.table not in tables
                )
            ),
            scans=tuple(
                sorted({i.table for i in scanned.values() if not i.is_index} - tables),
            ),
        )

    def _strongest(self) -> tuple[Lock, ...]:
        return tuple(_strongest(locks) for _key, locks in sorted(self._taken.items(), key=_by_name))


def _lock(relation: _Relation, mode: str, file: str, line: int) -> Lock:
    index = relation.name if relation.is_index and not relation.partitions else None
    return Lock(relation.table, mode, relation.partitions, index, file, line)


def _by_name(item: tuple[tuple[str, bool, str | None], object]) -> tuple[str, bool, str]:
    table, partitions, index = item[0]
    return table, partitions, index or ""


def _strongest(locks: Mapping[str, Lock]) -> Lock:
    return locks[max(locks, key=MODES.index)]


def _spelled(mode: str) -> str:
    """Return a mode of pg_locks as the manual writes it: `ACCESS SHARE` of AccessShareLock."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mode.removesuffix("Lock")).upper()
