"""Which objects must go, and in which order, so that those of some files can be made anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from lms_schema.catalog.schema_objects import Object, kind

_DEPENDENCIES = """
    SELECT DISTINCT
        CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END::bigint,
        coalesce(r.ev_class, d.objid)::bigint,
        CASE WHEN v.relation IS NULL THEN d.refclassid ELSE 'pg_class'::regclass END::bigint,
        coalesce(v.relation, d.refobjid)::bigint
    FROM pg_depend AS d
        LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
        LEFT JOIN pg_type AS t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
        LEFT JOIN pg_type AS e ON e.oid = t.typelem
        CROSS JOIN LATERAL (
            SELECT nullif(greatest(t.typrelid, e.typrelid), 0) AS relation
        ) AS v
    WHERE d.deptype IN ('n', 'a') AND d.refobjid >= 16384
"""


_SHORTLY = """
    SELECT set_config('lock_timeout', greatest(d.setting::int / 2, 1) || 'ms', true)
    FROM pg_settings AS l, pg_settings AS d
    WHERE l.name = 'lock_timeout' AND d.name = 'deadlock_timeout'
        AND (l.setting::int = 0 OR l.setting::int > d.setting::int / 2)
"""


@dataclass(frozen=True)
class Removal:
    """How the objects of some files make room for new ones.

    Attributes:
        files: Whose objects go, or get another name: these files are run anew.
        drops: What is dropped, dependents first.
        moves: What is renamed and stays for a while, dependents first: a materialized view that
            readers go on with needs it.
        postponed: Files of these materialized views, which are to be made again; and of `moves`
            what goes when that is done.
        kept: Files whose objects stay as they are, these and what depends on them.
    """

    files: frozenset[str]
    drops: tuple[str, ...]
    moves: tuple[str, ...]
    postponed: Mapping[str, tuple[str, ...]]
    kept: frozenset[str]


def wait_shortly(connection: psycopg.Connection[Any]) -> None:
    """Let the open transaction wait for a lock half as long as PostgreSQL does to find a deadlock.

    A session that reads one view and wants another, while this one holds the other and wants the
    one, is then never ended as the victim: this one gives up first, and tries again.
    """
    connection.execute(_SHORTLY)


def of(
    connection: psycopg.Connection[Any],
    present: Mapping[str, Object],
    owners: Mapping[str, str],
    files: Collection[str],
    position: Mapping[str, int],
    todo: Collection[str],
) -> Removal:
    """Return what must go so that the objects of some files can be made anew.

    An object that must go takes its whole file with it, since the file is run again as a whole.

    Args:
        connection: Its search path is pg_catalog.
        present: What there is.
        owners: The file of each of the package's objects.
        files: Ids of the files whose objects must go.
        position: Where files stand in the package. A materialized view that depends on an object
            of `files` is not dropped when its file is among these: it is made anew later, beside
            the old one. Empty: all that depends on an object is dropped with it.
        todo: Ids of files that are run later in any case; what depends on their materialized
            views waits for them.
    """
    named = {present[name].address: name for name in owners if name in present}
    uses: dict[str, set[str]] = {}
    for row in connection.execute(_DEPENDENCIES):
        dependent, used = named.get((row[0], row[1])), named.get((row[2], row[3]))
        if dependent and used and dependent != used:
            uses.setdefault(dependent, set()).add(used)
    dependents: dict[str, set[str]] = {}
    for dependent, all_used in uses.items():
        for used in all_used:
            dependents.setdefault(used, set()).add(dependent)

    everything, all_files = _order(named.values(), owners, files, dependents, frozenset())
    views = {
        name: position[owners[name]]
        for name in named.values()
        if kind(name) == "MATERIALIZED VIEW"
        and owners[name] in position
        and owners[name] not in files
        and (name in everything or owners[name] in todo)
    }
    kept = _closure(views, dependents)
    drops, doomed = _order(named.values(), owners, files, dependents, kept)
    if kept.isdisjoint(everything) or not doomed.isdisjoint(owners[name] for name in kept):
        drops = _without_indexes(everything, uses)
        return Removal(frozenset(all_files), tuple(drops), (), {}, frozenset())
    drops = _without_indexes(drops, uses)
    needed = _closure(kept, uses)
    moves = [name for name in drops if name in needed]
    postponed: dict[str, list[str]] = {owners[view]: [] for view in views if view in everything}
    for moved in moves:
        users = _closure([moved], dependents)
        held_by = [v for v in views if not _closure([v], dependents).isdisjoint(users)]
        postponed.setdefault(owners[max(held_by, key=views.__getitem__)], []).append(moved)
    return Removal(
        frozenset(doomed),
        tuple(name for name in drops if name not in moves),
        tuple(moves),
        {file_id: tuple(names) for file_id, names in postponed.items()},
        frozenset(owners[name] for name in kept),
    )


def _without_indexes(names: list[str], uses: Mapping[str, set[str]]) -> list[str]:
    """Leave out indexes that go with their table: dropped first, one would lock that too early."""
    return [
        name for name in names if kind(name) != "INDEX" or uses.get(name, set()).isdisjoint(names)
    ]


def _closure(names: Iterable[str], edges: Mapping[str, Collection[str]]) -> frozenset[str]:
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += edges.get(name, ())
    return frozenset(found)


def _order(
    names: Iterable[str],
    owners: Mapping[str, str],
    files: Collection[str],
    dependents: Mapping[str, Collection[str]],
    kept: Collection[str],
) -> tuple[list[str], set[str]]:
    """Return all objects that go with those of some files, dependents first, and their files."""
    doomed = set(files)
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or name in kept:
            return
        for dependent in sorted(dependents.get(name, ())):
            if dependent not in kept:
                doomed.add(owners[dependent])
            visit(dependent)
        order.append(name)

    count = -1
    while count < len(doomed):
        count = len(doomed)
        for name in sorted(names):
            if owners[name] in doomed:
                visit(name)
    return order, doomed
