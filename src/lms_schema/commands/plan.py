"""`lms-schema plan`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NoReturn

import click

import lms_schema
from lms_schema.commands.options import (
    database_option,
    extra_option,
    json_option,
    repair_option,
    schema_option,
)
from lms_schema.commands.output import count, print_json, say, say_lines
from lms_schema.tracing.plan_result import PlannedStatement, PlannedTransaction, Table
from lms_schema.tracing.table_locks import Lock

_MARKS = {
    "none": "   ",
    "brief": click.style(" ! ", fg="yellow"),
    "long": click.style("!! ", fg="red", bold=True),
}
_WIDTH = 90


@click.command()
@database_option
@schema_option
@click.option("--to", metavar="ID", help="Stop after this file, like tables/020_learners.")
@extra_option
@repair_option
@click.option("--show-sql", is_flag=True, help="Print each statement in full.")
@json_option
def plan(
    conninfo: str,
    schema: str | None,
    to: str | None,
    extra: tuple[str, ...],
    repair: bool,
    show_sql: bool,
    as_json: bool,
) -> None:
    """Tell what a migrate would do: locks, what they block, rewrites, sizes.

    Each pending file is tried on a disposable server that has this database's applied files; it
    needs the extra 'embedded'. The database itself is only read, with SELECT rights. It ends
    with 3 when something is pending. The same as: migrate --dry-run
    """
    show_plan(
        conninfo,
        schema=schema,
        to=to,
        extra=extra,
        repair=repair,
        show_sql=show_sql,
        as_json=as_json,
    )


def show_plan(
    conninfo: str,
    *,
    schema: str | None,
    to: str | None,
    extra: tuple[str, ...],
    repair: bool,
    show_sql: bool,
    as_json: bool,
) -> NoReturn:
    """Print a plan, and end with its exit code."""
    result = lms_schema.plan(conninfo, schema=schema, to=to, extra=extra, repair=repair)
    if as_json:
        print_json(result.to_json())
    else:
        _print_plan(result, show_sql=show_sql)
    click.get_current_context().exit(result.exit_code)


def _print_plan(result: lms_schema.PlanResult, *, show_sql: bool) -> None:
    where = f"Schema {result.schema} of database {result.database}"
    if not result.transactions:
        say(f"{where}: nothing to do.")
        return
    say(
        f"{where}, PostgreSQL {result.server_major}; "
        f"traced on an empty PostgreSQL {result.traced_major}."
    )
    for transaction in result.transactions:
        say()
        _print_transaction(transaction, result.tables, show_sql=show_sql)
    for transaction in result.recurring:
        say()
        say("At every migrate, when it finds something to do:")
        _print_transaction(transaction, result.tables, show_sql=show_sql)
    files = {action.file for item in result.transactions for action in item.actions}
    statements = [item for each in result.transactions for item in each.statements]
    long, brief = (sum(item.danger == word for item in statements) for word in ("long", "brief"))
    say()
    say(f"{count(len(files), 'file')} pending; nothing was changed.")
    say(
        f"{count(long, 'statement')} may keep readers or writers of a filled table waiting for "
        "long",
        before=_MARKS["long"],
    )
    say(
        f"{count(brief, 'statement')} for a moment, once the lock is obtained",
        before=_MARKS["brief"],
    )


def _print_transaction(
    transaction: PlannedTransaction, tables: Mapping[str, Table], *, show_sql: bool
) -> None:
    for action in transaction.actions:
        how = ", beside writers, not in a transaction" if transaction.concurrent else ""
        say(f"{action.file}.sql: {action.action}{how}", bold=True)
    quiet: list[PlannedStatement] = []
    for statement in transaction.statements:
        lines = list(_effects(statement, tables))
        if lines or show_sql:
            _print_quiet(quiet)
            quiet = []
            _print_statement(statement, lines, full=show_sql)
        else:
            quiet.append(statement)
    _print_quiet(quiet)


def _print_quiet(statements: list[PlannedStatement]) -> None:
    if statements:
        say(f"   {count(len(statements), 'statement')} that lock nothing of the database")


def _print_statement(statement: PlannedStatement, lines: Iterable[str], *, full: bool) -> None:
    text = statement.statement
    if full:
        text = text.replace("\n", "\n   ")
    else:
        text = " ".join(text.split())
        text = text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."
    place = f"{statement.file}:{statement.line}: " if statement.written else ""
    say_lines(f"{place}{text}", before=_MARKS[statement.danger])
    for line in lines:
        say(f"       {line}")


def _effects(statement: PlannedStatement, tables: Mapping[str, Table]) -> Iterable[str]:
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
