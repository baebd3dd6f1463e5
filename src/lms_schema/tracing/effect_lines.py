"""What a planned statement does to the tables of the database, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lms_schema.tracing.plan_result import PlannedStatement, Table
    from lms_schema.tracing.statement_effects import Lock


def effect_lines(statement: PlannedStatement, tables: Mapping[str, Table]) -> Iterable[str]:
    """Yield its locks, rewrites and scans of what exists in the database, a line each."""
    effects = statement.effects
    yield from _locks([lock for lock in effects.takes if _exists(tables, lock.table)], tables)
    for lock in effects.holds if statement.danger == "long" else ():
        if lock.blocks and _exists(tables, lock.table):
            waits = " and ".join(lock.blocks)
            yield f"meanwhile blocks {waits} of {_target(lock)}, locked at {lock.file}:{lock.line}"
    for word, names in (("rewrites", effects.rewrites), ("scans", effects.scans)):
        for name in names:
            if _exists(tables, name):
                yield f"{word} {name} {_size(tables[name])}"
    for name in effects.reindexes:
        yield f"builds index {name} anew"
    yield from statement.notes


def _locks(locks: Iterable[Lock], tables: Mapping[str, Table]) -> Iterable[str]:
    """Describe those that block somebody one by one, the others by their mode."""
    harmless: dict[str, list[str]] = {}
    for lock in locks:
        if lock.blocks:
            waits = " and ".join(lock.blocks)
            yield f"{lock.mode} on {_target(lock)} {_size(tables[lock.table])}: blocks {waits}"
        else:
            harmless.setdefault(lock.mode, []).append(_target(lock))
    for mode, targets in harmless.items():
        yield f"{mode} on {', '.join(targets)}: blocks neither reads nor writes"


def _exists(tables: Mapping[str, Table], name: str) -> bool:
    return tables[name].bytes is not None


def _target(lock: Lock) -> str:
    if lock.index:
        return f"index {lock.index} of {lock.table}"
    return f"the partitions of {lock.table}" if lock.partitions else lock.table


def _size(table: Table) -> str:
    if not table.filled:
        return "(empty)"
    rows = "never analyzed" if table.rows is None else f"about {table.rows:,} rows"
    return f"({_bytes(table.bytes or 0)}, {rows})"


def _bytes(number: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 10 * 1024 or unit == "GB":
            break
        number /= 1024
    return f"{number:,.0f} {unit}"
