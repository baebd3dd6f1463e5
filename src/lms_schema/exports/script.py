"""The SQL that brings a database to a package as `migrate` would, with migrate's own records.

It is what `migrate` does on a disposable server: each transaction's statements, then the rows that
it left in the state tables, where times, ids and users are those of the role that runs the SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from lms_schema.events import Action, OnEvent, steps, unheard
from lms_schema.records import ledger, record_writer
from lms_schema.runner.migration import run_on_disposable
from lms_schema.runner.observer import Observer, Step
from lms_schema.server import search_path, sessions
from lms_schema.source.files import SqlFile
from lms_schema.source.folders import Kind
from lms_schema.source.package import SchemaPackage
from lms_schema.source.statements import code

_Row = Mapping[str, Any]

_NOW = sql.SQL("now() AT TIME ZONE 'UTC'")
_OF_THE_RUN = {
    "applied_at_utc": _NOW,
    "created_at_utc": _NOW,
    "installed_at_utc": _NOW,
    "id": sql.SQL("gen_random_uuid()"),
    "username": sql.SQL("current_user"),
    "hostname": sql.SQL("coalesce(host(inet_client_addr()), 'local')"),
}
"""Columns of the state tables whose values belong to the run and not to the package."""

# Months are made when the SQL runs, so what they are called is known only then.
_MADE_BY_A_RECURRING_FILE = sql.SQL("""(
    SELECT coalesce(array_agg('TABLE ' || c.oid::regclass::text ORDER BY c.oid), '{{}}')
    FROM pg_class AS c JOIN pg_inherits AS i ON i.inhrelid = c.oid
    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
        AND c.relispartition
        AND c.relkind IN ('r', 'p')
        AND EXISTS (  -- of a table of the package: others may have partitions here, too
            SELECT FROM {table} AS m
            WHERE m.is_own AND 'TABLE ' || i.inhparent::regclass::text = ANY (m.objects)
        )
        AND NOT EXISTS (
            SELECT FROM {table} AS m
            WHERE m.is_own AND 'TABLE ' || c.oid::regclass::text = ANY (m.objects)
        )
)""").format(table=sql.Identifier(ledger.TABLE))


@dataclass(frozen=True)
class Part:
    """A transaction of the script.

    Attributes:
        name: Id of the file that it applies, `state` for the state tables, or `release` for
            what proves that the database has the release that an upgrade starts from.
        text: Its SQL.
    """

    name: str
    text: str


@dataclass(frozen=True)
class _Left:
    """What a run left in the state tables.

    Attributes:
        records: The record of each file, by id.
        log: An entry of the log for each file and operation.
    """

    records: Mapping[str, _Row]
    log: Mapping[tuple[str, str], _Row]


class _Recorder(Observer):
    """Keeps the statements of each transaction, and what it did."""

    def __init__(self) -> None:
        self.transactions: list[tuple[Sequence[Action], Sequence[Step]]] = []
        self._steps: list[Step] = []

    def begin(self) -> None:
        self._steps = []

    def executed(self, step: Step) -> None:
        if step.tag != "SET CONSTRAINTS":
            self._steps.append(step)

    def committed(self, actions: Sequence[Action]) -> None:
        if actions:
            self.transactions.append((actions, self._steps))


def script(
    conninfo: str,
    package: SchemaPackage,
    *,
    schema: str,
    since: SchemaPackage | None = None,
    on_event: OnEvent = unheard,
) -> list[Part]:
    """Return the parts of the script, in order.

    Args:
        conninfo: An empty database of a disposable server.
        package: The files to come to.
        schema: The schema that the script is for.
        since: The files that the database has; None for a database that has nothing.
        on_event: Called with progress.

    Raises:
        StatementFailed: When a statement fails on the disposable server.
    """
    recorder = _Recorder()
    tell = steps(on_event, "applies the files on a disposable server")
    with sessions.session(conninfo, schema=schema) as session:
        connection = session.connection
        start = _precondition(since) if since else _state(connection, schema)
        if since:
            run_on_disposable(session, since, on_event=tell)
        run_on_disposable(session, package, recorder, on_event=tell)
        left = _Left(
            {row["migration_id"]: row for row in _rows(connection, schema, ledger.TABLE)},
            {
                (row["migration_id"], row["operation"]): row
                for row in _rows(connection, schema, ledger.LOG_TABLE)
            },
        )
    known = set(since.by_id) if since else set()
    return [start, *(_part(package, left, known, *done) for done in recorder.transactions)]


def _part(
    package: SchemaPackage,
    left: _Left,
    known: set[str],
    actions: Sequence[Action],
    steps: Sequence[Step],
) -> Part:
    (action, *more) = actions
    if not more and all(step.written for step in steps) and action.file in package.by_id:
        texts = [_terminated(package.by_id[action.file])]  # with its comments
    else:
        texts = [f"{step.statement};" for step in steps]
    for done in actions:
        texts += [_forgotten(done.file)] if done.file in known else []
        texts += (
            [_insert(ledger.LOG_TABLE, left.log[done.file, "unmark"])]
            if done.action == "drop"
            else _recorded(package, left, done.file)
        )
        known.add(done.file)
    return Part(action.file, "\n\n".join(texts) + "\n")


def _terminated(file: SqlFile) -> str:
    """Return a file's text; its last statement may lack the semicolon that what follows needs."""
    text = file.text.strip()
    last = [part for _, part, _ in code(text)][-1:]
    return text if last in ([], [";"]) else f"{text}\n;"


def _precondition(since: SchemaPackage) -> Part:
    """Return what fails unless the database has the files of a release, as they were."""
    table = sql.Identifier(ledger.TABLE)
    recorded = sql.SQL(",\n").join(
        sql.SQL("            ({}, {})").format(sql.Literal(file.id), sql.Literal(file.checksum))
        for file in since.files
    )
    text = sql.SQL("""DO $release$
DECLARE
    v_other text;
BEGIN
    SELECT string_agg(r.id, ', ' ORDER BY r.id) INTO v_other
    FROM (
        VALUES
{recorded}
    ) AS r (id, checksum)
    LEFT JOIN {table} AS m ON m.migration_id = r.id AND m.is_own
    WHERE m.checksum IS DISTINCT FROM r.checksum;
    IF v_other IS NOT NULL THEN
        RAISE EXCEPTION 'the database is not at the release that this upgrade starts from: %',
            v_other
            USING HINT = 'lms-schema status tells where it is. Export from that release.';
    END IF;
END;
$release$;
""").format(recorded=recorded, table=table)
    return Part("release", text.as_string(None))


def _state(connection: psycopg.Connection[Any], schema: str) -> Part:
    """Make the schema and its state tables, as migrate does; return what makes the tables."""
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    with connection.transaction(), search_path.opened(connection, schema):
        statements = [f"{statement};" for statement in record_writer.create(connection)]
    table = ledger.VERSION_TABLE
    statements += [_insert(table, row) for row in _rows(connection, schema, table)]
    return Part("state", "\n".join(statements) + "\n")


def _rows(connection: psycopg.Connection[Any], schema: str, table: str) -> list[_Row]:
    """Return the rows of a state table, without what is empty or filled by the table itself."""
    query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table))
    with connection.cursor(row_factory=dict_row) as cursor:
        return [
            {
                name: value
                for name, value in row.items()
                if value is not None and name not in ledger.ORIGIN
            }
            for row in cursor.execute(query).fetchall()
        ]


def _recorded(package: SchemaPackage, left: _Left, file_id: str) -> Iterable[str]:
    values = dict(left.records[file_id])
    if package.by_id[file_id].kind is Kind.RECURRING:
        values["objects"] = _MADE_BY_A_RECURRING_FILE
    return (
        _insert(ledger.TABLE, values),
        _insert(ledger.LOG_TABLE, left.log[file_id, "mark"]),
    )


def _forgotten(file_id: str) -> str:
    statement = sql.SQL("DELETE FROM {} WHERE migration_id = {};").format(
        sql.Identifier(ledger.TABLE), sql.Literal(file_id)
    )
    return statement.as_string(None)


def _insert(table: str, row: _Row) -> str:
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({});").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(
            _OF_THE_RUN.get(
                name, value if isinstance(value, sql.Composable) else sql.Literal(value)
            )
            for name, value in row.items()
        ),
    )
    return statement.as_string(None)
