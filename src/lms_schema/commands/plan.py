"""`lms-schema plan`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
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
from lms_schema.commands.output import (
    count,
    count_files,
    folder,
    print_json,
    say,
    say_lines,
    say_wrapped,
)
from lms_schema.commands.progress import followed
from lms_schema.terminal_width import room
from lms_schema.tracing.effect_lines import effect_lines
from lms_schema.tracing.plan_result import PlannedStatement, PlannedTransaction, Table

_MARKS = {
    "none": "   ",
    "brief": click.style(" ! ", fg="yellow"),
    "long": click.style("!! ", fg="red", bold=True),
}

_MARGIN = 3
"""Columns of a mark."""
_LEAST = 30
"""Columns that a statement has at least beside its place."""


@click.command()
@database_option
@schema_option
@click.option("--to", metavar="ID", help="Stop after this file, like tables/020_learners.")
@extra_option
@repair_option
@click.option("--show-sql", is_flag=True, help="Print each statement in full.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="text for people, markdown for the comment of a pull request.",
)
@json_option
def plan(
    conninfo: str,
    schema: str | None,
    to: str | None,
    extra: tuple[str, ...],
    repair: bool,
    show_sql: bool,
    form: str,
    as_json: bool,
) -> None:
    """Tell what a migrate would do: locks, what they block, rewrites, sizes.

    Each pending file is tried on a disposable server that has this database's applied files; it
    needs the extra 'embedded'. The database itself is only read, with SELECT rights. It ends
    with 3 when something is pending. The same as: migrate --dry-run
    """
    if as_json and form == "markdown":
        raise click.UsageError("Give --json or --format markdown, not both.")
    show_plan(
        conninfo,
        schema=schema,
        to=to,
        extra=extra,
        repair=repair,
        show_sql=show_sql,
        as_json=as_json,
        as_markdown=form == "markdown",
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
    as_markdown: bool = False,
) -> NoReturn:
    """Print a plan, and end with its exit code."""
    with followed(as_json=as_json) as tell:
        result = lms_schema.plan(
            conninfo,
            schema=schema,
            to=to,
            extra=extra,
            repair=repair,
            on_event=partial(tell, schema),
        )
    if as_json:
        print_json(result.to_json())
    elif as_markdown:
        from lms_schema.commands.plan_markdown import markdown

        say_lines(markdown(result, show_sql=show_sql))
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
    loud: Sequence[PlannedTransaction] = result.transactions
    if not show_sql:
        loud, quiet = _split(result)
        _print_counts(quiet)
    for transaction in loud:
        say()
        _print_transaction(transaction, result.tables, show_sql=show_sql)
    for transaction in result.recurring:
        say()
        say("At every migrate, when it finds something to do:")
        _print_transaction(transaction, result.tables, show_sql=show_sql)
    actions = [action for item in result.transactions for action in item.actions]
    statements = [item for each in result.transactions for item in each.statements]
    long, brief = (sum(item.danger == word for item in statements) for word in ("long", "brief"))
    say()
    say(f"{count_files(result.pending, actions, 'pending')}; nothing was changed.")
    say(
        f"{count(long, 'statement')} may keep readers or writers of a filled table waiting for "
        "long",
        before=_MARKS["long"],
    )
    say(
        f"{count(brief, 'statement')} for a moment, once the lock is obtained",
        before=_MARKS["brief"],
    )


def _split(
    result: lms_schema.PlanResult,
) -> tuple[Sequence[PlannedTransaction], Sequence[PlannedTransaction]]:
    """Return the transactions that have something to tell, and those that have not."""

    def tells(transaction: PlannedTransaction) -> bool:
        return transaction.concurrent or any(
            line for item in transaction.statements for line in effect_lines(item, result.tables)
        )

    loud: list[PlannedTransaction] = []
    quiet: list[PlannedTransaction] = []
    for transaction in result.transactions:
        (loud if tells(transaction) else quiet).append(transaction)
    return loud, quiet


def _print_counts(transactions: Iterable[PlannedTransaction]) -> None:
    """Print one line for each folder and action."""
    files: Counter[tuple[str, str]] = Counter()
    statements: Counter[tuple[str, str]] = Counter()
    for transaction in transactions:
        keys = [(folder(item.file), item.action) for item in transaction.actions]
        files.update(keys)
        statements[keys[0]] += len(transaction.statements)
    if files:
        say()
        say("These lock nothing of the database; --show-sql lists them:")
    for (name, action), number in files.items():
        counted = f"{count(number, 'file')}, {count(statements[name, action], 'statement')}"
        say(f"   {name:<10} {action:<8} {counted}")


def _print_transaction(
    transaction: PlannedTransaction, tables: Mapping[str, Table], *, show_sql: bool
) -> None:
    for action in transaction.actions:
        how = ", beside writers, not in a transaction" if transaction.concurrent else ""
        say(f"{action.file}.sql: {action.action}{how}", bold=True)
    quiet: list[PlannedStatement] = []
    for statement in transaction.statements:
        lines = list(effect_lines(statement, tables))
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
    place = f"{statement.file}:{statement.line}: " if statement.written else ""
    before = _MARKS[statement.danger]
    text = statement.statement
    if full:
        text = text.replace("\n", "\n   ")
    else:
        left = room() - len(place) - _MARGIN
        if left < _LEAST:  # on a line of its own
            say(place.rstrip(), before=before)
            place, before, left = "", " " * 2 * _MARGIN, room() - 2 * _MARGIN
        text = " ".join(text.split())
        text = text if len(text) <= left else f"{text[: left - 3]}..."
    say_lines(f"{place}{text}", before=before)
    for line in lines:
        say_wrapped(line, indent=7)
