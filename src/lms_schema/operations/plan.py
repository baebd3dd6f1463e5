"""Tells beforehand what a migrate would do: locks, what they block, rewrites, sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from lms_schema.errors import DatabaseError, LockNotObtained, UsageError, printable
from lms_schema.events import Event, OnEvent, unheard
from lms_schema.records.file_states import compare
from lms_schema.server import citus, search_path, sessions
from lms_schema.source import package as packages
from lms_schema.source.package import SchemaPackage
from lms_schema.tracing.plan_result import (
    Danger,
    PlannedStatement,
    PlannedTransaction,
    PlanResult,
    Table,
)

if TYPE_CHECKING:
    from lms_schema.runner.observer import Step
    from lms_schema.tracing.statement_effects import Effects
    from lms_schema.tracing.trace import Trace, TracedTransaction

# A partition counts as its table. A table that was never analyzed has reltuples -1.
_SIZES = """
    SELECT
        coalesce(pg_partition_root(c.oid), c.oid)::regclass::text,
        sum(pg_total_relation_size(c.oid)),
        CASE WHEN bool_and(c.reltuples >= 0 OR pg_relation_size(c.oid) = 0 OR c.relkind = 'p')
            THEN sum(c.reltuples) FILTER (WHERE c.reltuples >= 0 AND c.relkind IN ('r', 'm'))
        END,
        sum(pg_relation_size(c.oid)) > 0 OR bool_or(c.relkind NOT IN ('r', 'p', 'm')),
        CASE WHEN bool_or(c.relkind = 'p') THEN 'p' ELSE max(c.relkind::text) END
    FROM pg_class AS c
    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)
        AND c.relkind IN ('r', 'p', 'm', 'v', 'f', 'S')
    GROUP BY 1
"""

_BY_QUERY = frozenset(
    ("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "REFRESH", "DO", "CALL", "COPY")
)
"""Tags of statements whose work depends on the rows that they find."""


def plan(
    conninfo: str,
    *,
    schema: str | None = None,
    package: SchemaPackage | None = None,
    to: str | None = None,
    extra: Sequence[str | Path] = (),
    repair: bool = False,
    lock_timeout: float = 5.0,
    on_event: OnEvent = unheard,
) -> PlanResult:
    """Tell what a migrate would do, without doing it.

    The pending files are run on a disposable server that has the target's applied files. Of the
    target only what is recorded, the sizes of its tables and its version are read; that needs
    no right but USAGE on the schema and SELECT on its `lms_schema_migration`.

    Args:
        conninfo: Any libpq connection string.
        schema: The schema; by default the first existing one of the search path.
        package: The files; by default those of this release.
        to: Id of the last file to apply.
        extra: Folders of a project's own SQL on top of the package, in order.
        repair: Count what a migrate with `repair` would apply again, too; the target's catalog is
            read for that. On the disposable server nothing is missing or different, so that it
            is replaced there.
        lock_timeout: Seconds to wait for a table of the target that is locked, to read its size.
        on_event: Called with progress.

    Raises:
        StatementFailed: When PostgreSQL refused a statement on the disposable server.
        ReleasedFileEdited: When a versioned file differs from what was applied.
        DatabaseNewer: When a newer release migrated the database.
        LockNotObtained: When a table stays locked while its size is read.
        DatabaseError: When the database cannot be reached or read, or the disposable server does
            not start.
        UsageError: When the package, the server or an argument cannot be used, or something is
            pending and the extra `embedded` is not installed.
    """
    from lms_schema.records import ledger

    if repair and to:
        from lms_schema.records.repair import REPAIR_OF_ALL

        raise UsageError(REPAIR_OF_ALL)
    package = packages.extended(packages.read() if package is None else package, extra)
    last = package.files.index(package.file(to)) + 1 if to else None
    on_event(Event("begin", "reads what the database has"))
    with sessions.session(
        conninfo, schema=schema, lock_timeout=lock_timeout, read_only=True
    ) as session:
        citus.require(session)
        connection = session.connection
        tracked = ledger.exists(connection, session.schema)
        if not tracked:
            ledger.require_name(session)
        entries = ledger.read(connection, session.schema) if tracked else {}
        found = compare(package, entries)
        found.check()
        again = _to_repair(session, package) if repair else {}
        todo = {*found.pending, *found.changed, *again}
        pending = (
            *(file.id for file in package.files[:last] if file.id in todo),
            *(found.gone if last is None else ()),
        )
        if not pending:
            return _result(session, (), None, {})
        applied = ledger.contents(connection, session.schema) if tracked else {}
        _refuse_unknown(applied)
        sizes = _sizes(connection, session.schema)
    from lms_schema.tracing.trace import on_disposable_server

    trace = on_disposable_server(
        package, applied, again, schema=session.schema, last=last, on_event=on_event
    )
    return _result(session, pending, _beside_writers(trace, package, sizes), sizes)


def _to_repair(session: sessions.Session, package: SchemaPackage) -> dict[str, str]:
    from lms_schema.catalog.expected_catalog import expected_catalog
    from lms_schema.records.repair import needed, reasons

    again, _ = needed(session, package, *expected_catalog(package, session.server_major))
    return reasons(again)


def _refuse_unknown(applied: Mapping[str, str]) -> None:
    unknown = sorted(name for name, content in applied.items() if not content)
    if unknown:
        raise DatabaseError(
            f"The records of {printable(', '.join(unknown))} lack the content that was applied, so "
            "that the database cannot be reproduced. status lists what is pending."
        )


def _beside_writers(trace: Trace, package: SchemaPackage, sizes: Mapping[str, Table]) -> Trace:
    """Put what is done on tables that hold rows in the place of what was traced on empty ones."""
    from lms_schema.tracing import index_steps

    kinds = {name: table.kind for name, table in sizes.items() if table.filled}
    transactions = []
    for item in trace.transactions:
        file = package.by_id.get(item.actions[0].file)
        instead = index_steps.statements(file, kinds) if file else []
        if instead:
            rest = [
                replace(statement, effects=replace(statement.effects, holds=()))
                for statement in item.statements[1:]
            ]
            item = replace(item, statements=(*instead, *rest), concurrent=True)
        transactions.append(item)
    return replace(trace, transactions=tuple(transactions))


def _sizes(connection: psycopg.Connection[Any], schema: str) -> dict[str, Table]:
    try:
        rows = search_path.printed(connection, schema, _SIZES, (schema,))
    except psycopg.errors.LockNotAvailable:
        raise LockNotObtained(
            f'A table of schema "{printable(schema)}" is locked, so that its size cannot be read. '
            "Run plan again when the statement that holds the lock is done."
        ) from None
    return {
        name: Table(name, int(size), None if estimate is None else round(estimate), filled, kind)
        for name, size, estimate, filled, kind in rows
    }


def _result(
    session: sessions.Session,
    pending: tuple[str, ...],
    trace: Trace | None,
    sizes: Mapping[str, Table],
) -> PlanResult:
    transactions = trace.transactions if trace else ()
    planned = {action.file for item in transactions for action in item.actions}
    recurring = [
        item
        for item in (trace.recurring if trace else ())
        if planned.isdisjoint(action.file for action in item.actions)
    ]
    filled = {name for name, table in sizes.items() if table.filled}
    result = [[_planned(item, filled) for item in items] for items in (transactions, recurring)]
    mentioned = {
        name
        for items in result
        for transaction in items
        for statement in transaction.statements
        for name in _tables(statement.effects)
    }
    return PlanResult(
        database=session.database,
        schema=session.schema,
        server_major=session.server_major,
        traced_major=trace.server_major if trace else None,
        pending=pending,
        transactions=tuple(result[0]),
        recurring=tuple(result[1]),
        tables={name: sizes.get(name, Table(name)) for name in sorted(mentioned)},
    )


def _planned(traced: TracedTransaction, filled: set[str]) -> PlannedTransaction:
    statements = []
    for item in traced.statements:
        step, effects = item.step, item.effects
        by_query = step.tag.partition(" ")[0] in _BY_QUERY
        if by_query:  # with rows, the planner may choose otherwise
            effects = replace(effects, scans=())
        statements.append(
            PlannedStatement(
                file=step.file,
                line=step.line,
                statement=step.statement,
                written=step.written,
                effects=effects,
                notes=_notes(step) if by_query else (),
                danger=_danger(effects, filled, by_query=by_query),
            )
        )
    return PlannedTransaction(traced.actions, tuple(statements), traced.concurrent)


def _notes(step: Step) -> tuple[str, ...]:
    """Say what a trace on tables without rows cannot tell."""
    if step.tag.startswith("REFRESH") or step.statement.split(None, 1)[0].upper() == "CREATE":
        return ("takes as long as its query does on the target's rows",)
    return (
        "depends on rows, of which the disposable server has none: its time, its row locks, and "
        "what triggers and foreign keys do for each row are not known",
    )


def _tables(effects: Effects) -> Iterable[str]:
    for lock in (*effects.takes, *effects.holds):
        yield lock.table
    yield from effects.rewrites
    yield from effects.scans


def _danger(effects: Effects, filled: set[str], *, by_query: bool) -> Danger:
    """Judge a statement by who waits for it, and whether that is for long."""
    taken = {lock.table for lock in effects.takes if lock.blocks} & filled
    held = {lock.table for lock in effects.holds if lock.blocks} & filled
    works = bool(filled.intersection((*effects.rewrites, *effects.scans)))
    works |= (bool(effects.reindexes) and bool(taken)) or by_query
    if (taken or held) and works:
        return "long"
    return "brief" if taken else "none"
