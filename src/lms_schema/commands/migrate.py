"""`lms-schema migrate`."""

from __future__ import annotations

from dataclasses import dataclass

import click

import lms_schema
from lms_schema.commands.options import (
    database_option,
    extra_option,
    json_option,
    repair_option,
    schemas_option,
    time_option,
)
from lms_schema.commands.output import count, count_files, print_differences, say, say_lines
from lms_schema.commands.schemas import chosen, report
from lms_schema.source import package as packages
from lms_schema.source.files import SqlFile
from lms_schema.source.package import SchemaPackage


@click.command()
@database_option
@schemas_option
@click.option(
    "--max-failures",
    metavar="N",
    type=click.IntRange(min=1),
    help="Of several schemas, begin no other after so many failures. Default: go on.",
)
@click.option("--to", metavar="ID", help="Stop after this file, like tables/020_learners.")
@extra_option
@repair_option
@click.option("--dry-run", is_flag=True, help="Change nothing: the same as plan.")
@click.option("--show-sql", is_flag=True, help="Print the SQL of the files that are applied.")
@time_option(
    "--lock-timeout",
    "5s",
    "How long a statement waits for a lock before its file is rolled back and tried again.",
)
@time_option(
    "--wait",
    "60s",
    "How long to keep trying: for another runner to end, and for a file to get its locks.",
)
@click.option(
    "--allow-session-pooler",
    is_flag=True,
    help="Go on behind a connection pooler: only when it is in session mode.",
)
@json_option
def migrate(
    conninfo: str,
    schemas: tuple[str, ...],
    schemas_from: str | None,
    jobs: int,
    max_failures: int | None,
    to: str | None,
    extra: tuple[str, ...],
    repair: bool,
    dry_run: bool,
    show_sql: bool,
    lock_timeout: float,
    wait: float,
    allow_session_pooler: bool,
    as_json: bool,
) -> None:
    """Apply what is pending, then what changed.

    Each file is committed with its record: after a crash, run it again. Tables, types and
    indexes are applied once. Functions, triggers, views and security are applied again when
    their file changed, and dropped when their file is gone. Of several schemas each is tried,
    whatever becomes of the others; it ends with the first of 5, 8, 1 and 6 that occurred.
    """
    choice = chosen(conninfo, schemas, schemas_from, jobs, max_failures)
    if dry_run:
        from lms_schema.commands.plan import show_plan

        if not choice.is_one:
            raise click.UsageError("A plan is of one schema; status tells of many what is pending.")
        show_plan(
            conninfo,
            schema=choice.names[0],
            to=to,
            extra=extra,
            repair=repair,
            show_sql=show_sql,
            as_json=as_json,
        )
    package = packages.extended(packages.read(), extra)
    report(
        choice,
        lambda schema, on_event: _Migrated(
            lms_schema.migrate(
                conninfo,
                schema=schema,
                package=package,
                to=to,
                repair=repair,
                lock_timeout=lock_timeout,
                wait=wait,
                allow_session_pooler=allow_session_pooler,
                on_event=on_event,
            ),
            package if show_sql else None,
        ),
        _Migrated.show,
        as_json=as_json,
        lists=True,
    )


@dataclass(frozen=True)
class _Migrated:
    """A result, and the package whose SQL is to be shown with it."""

    result: lms_schema.MigrateResult
    package: SchemaPackage | None

    @property
    def exit_code(self) -> int:
        return self.result.exit_code

    @property
    def _files(self) -> list[SqlFile]:
        if self.package is None:
            return []
        by_id = self.package.by_id
        return [by_id[action.file] for action in self.result.actions if action.file in by_id]

    def to_json(self) -> dict[str, object]:
        texts = {"sql": {file.id: file.text for file in self._files}} if self.package else {}
        return self.result.to_json() | texts

    def show(self) -> None:
        for file in self._files:
            say_lines(f"-- {file.path}\n{file.text}")
        if self.result.left:
            print_differences(self.result.left, ())
        say(_summary(self.result), err=self.package is not None)


def _summary(result: lms_schema.MigrateResult) -> str:
    where = f"Schema {result.schema} of database {result.database}"
    if not result.actions:
        return f"{where}: nothing to do.{_left(result)}"
    slowest = max(result.actions, key=lambda action: action.seconds)
    files = {action.file for action in result.actions}
    pending = [name for name in result.pending if name in files]  # others could not be made again
    done = count_files(pending, result.actions, "done")
    return (
        f"{where}: {done} in {result.seconds:.1f} s; the slowest, {slowest.file}, "
        f"took {slowest.seconds:.1f} s.{_left(result)}"
    )


def _left(result: lms_schema.MigrateResult) -> str:
    """Say how many differences a repair left, listed above."""
    if not result.left:
        return ""
    from lms_schema.records.repair import can_mend

    sentences = [f" {count(len(result.left), 'difference')} left."]
    failed = sum(map(can_mend, result.left))
    if failed:
        sentences.append(f"{failed} could not be made again; the warnings say why.")
    if failed < len(result.left):
        sentences.append(
            "A repair does not touch tables, types and extra objects, because only their author "
            "knows what the rows need: change or drop them by hand."
        )
    return " ".join(sentences)
