"""Runs a package on a disposable server that has a database's applied files, and watches."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from lms_schema.errors import StatementFailed, UsageError
from lms_schema.events import Action, Event, OnEvent, steps
from lms_schema.records import ledger, roles
from lms_schema.runner.migration import run_on_disposable
from lms_schema.runner.observer import Observer, Step
from lms_schema.server import embedded, search_path, sessions
from lms_schema.source import package as packages
from lms_schema.source.folders import INDEXES, SECURITY, Kind, folder_of
from lms_schema.source.package import SchemaPackage
from lms_schema.tracing import statement_effects

_INSUFFICIENT_PRIVILEGE = "42501"


@dataclass(frozen=True)
class TracedStatement:
    """A statement and what it did.

    Attributes:
        step: The statement.
        effects: What it did to tables that existed before its transaction.
    """

    step: Step
    effects: statement_effects.Effects


@dataclass(frozen=True)
class TracedTransaction:
    """A transaction.

    Attributes:
        actions: What it does with which files.
        statements: Its statements.
        concurrent: Whether they are in fact executed one by one, each a transaction of its own.
    """

    actions: tuple[Action, ...]
    statements: tuple[TracedStatement, ...]
    concurrent: bool = False


@dataclass(frozen=True)
class Trace:
    """What a run did on the disposable server.

    Attributes:
        server_major: Its PostgreSQL's major version.
        transactions: What is pending, in order.
        recurring: What the files that run at every migrate do when they find something to do.
    """

    server_major: int
    transactions: tuple[TracedTransaction, ...]
    recurring: tuple[TracedTransaction, ...]


class Tracer(Observer):
    """Reads the locks of each statement of a run."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection = connection
        self._schema = schema
        self._statements: list[TracedStatement] = []
        self._reader: statement_effects.EffectReader
        self.transactions: list[TracedTransaction] = []

    def begin(self) -> None:
        """Note what there is."""
        self._statements = []
        self._reader = statement_effects.EffectReader(self._connection, self._schema, ledger.TABLES)

    def executed(self, step: Step) -> None:
        """Note what the statement did."""
        with search_path.closed(self._connection, self._schema):
            effects = self._reader.read(step.file, step.line)
        if step.tag != "SET CONSTRAINTS":
            self._statements.append(TracedStatement(step, effects))

    def committed(self, actions: Sequence[Action]) -> None:
        """Keep the transaction, when it did something."""
        if actions:
            self.transactions.append(TracedTransaction(tuple(actions), tuple(self._statements)))


def on_disposable_server(
    package: SchemaPackage,
    applied: Mapping[str, str],
    repair: Mapping[str, str],
    *,
    schema: str,
    last: int | None,
    on_event: OnEvent,
) -> Trace:
    """Bring an embedded server to a database's state, then to the package's, and watch that.

    What a database holds was perhaps written by another than its owner. So all of it runs as a role
    that owns the disposable database and may do nothing beyond: neither run a program nor read a
    file. The package's files call functions and fire triggers of it, and run as that role too. It
    finds the roles that files make.

    Args:
        package: The files to come to.
        applied: The files that the database has, as they were applied, by id.
        repair: Ids of those that are to be applied again, with the reason.
        schema: The schema's name.
        last: How many of the package's files to apply; None for all, and to drop what is gone.
        on_event: Called with progress.

    Raises:
        UsageError: When the extra `embedded` is not installed.
        StatementFailed: When PostgreSQL refused a statement there.
        DatabaseError: When the server does not start.
    """
    on_event(Event("begin", embedded.STARTING))
    try:
        with embedded.temporary() as conninfo:
            security = [
                *(file.text for file in package.files if file.folder.name == SECURITY),
                *(text for name, text in applied.items() if _is_of_security(name)),
            ]
            _make_roles(conninfo, chain.from_iterable(map(roles.named_in, security)))
            plain = _without_rights(conninfo)
            return on_server(
                plain, package, applied, repair, schema=schema, last=last, on_event=on_event
            )
    except embedded.NotInstalled as error:
        raise UsageError(
            f"plan tries what is pending on a disposable server. {error}\n"
            "Without it, status lists the files that are pending."
        ) from None
    except StatementFailed as error:
        error.outcome = "It failed on a disposable server; the database was not changed."
        if error.sqlstate == _INSUFFICIENT_PRIVILEGE:
            error.outcome += (
                " What a database holds runs there without a superuser's rights, since others may "
                "have written it: plan cannot try a file that needs more, such as CREATE EXTENSION "
                "or CREATE ROLE. status lists what is pending."
            )
        raise


def _is_of_security(file_id: str) -> bool:
    folder = folder_of(file_id)
    return folder is not None and folder.name == SECURITY


def _make_roles(conninfo: str, names: Iterable[str]) -> None:
    """Make roles without any right on a disposable server, whatever their names."""
    with psycopg.connect(conninfo, autocommit=True) as admin:
        for name in dict.fromkeys(names):
            with suppress(psycopg.errors.DuplicateObject, psycopg.errors.ReservedName):
                admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))


def _without_rights(conninfo: str) -> str:
    """Give a superuser's disposable database to a plain role; return that role's conninfo.

    To SET ROLE would not do, as any statement can reset that.
    """
    role, password = f"lms_schema_plan_{secrets.token_hex(8)}", secrets.token_urlsafe()
    with psycopg.connect(conninfo, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(password)
            )
        )
        admin.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
                sql.Identifier(admin.info.dbname), sql.Identifier(role)
            )
        )
    return make_conninfo(conninfo, user=role, password=password)


def on_server(
    conninfo: str,
    package: SchemaPackage,
    applied: Mapping[str, str],
    repair: Mapping[str, str],
    *,
    schema: str,
    last: int | None,
    on_event: OnEvent,
) -> Trace:
    """Do that on any empty database."""
    before = packages.recorded(applied, package.extras)
    once = replace(
        before, files=tuple(file for file in before.files if file.kind is not Kind.RECURRING)
    )
    with sessions.session(conninfo, schema=schema) as session:
        connection = session.connection
        recurring, pending = (Tracer(connection, schema) for _ in range(2))
        for files, end, observer, again, what in (
            (once, None, None, {}, "applies what the database has on a disposable server"),
            (before, None, recurring, {}, "runs there what runs at every migrate"),
            (package, last, pending, repair, "tries there what is pending"),
        ):
            if files.files:
                if again:
                    _drop_indexes(session, again)
                run_on_disposable(
                    session,
                    files,
                    observer,
                    last=end,
                    repair=again,
                    on_event=steps(on_event, what),
                )
    return Trace(session.server_major, tuple(pending.transactions), tuple(recurring.transactions))


def _drop_indexes(session: sessions.Session, files: Collection[str]) -> None:
    """Drop what files of indexes made: one that is there would not be built again."""
    entries = ledger.read(session.connection, session.schema)
    with search_path.opened(session.connection, session.schema):
        for file_id in files:
            folder = folder_of(file_id)
            if folder and folder.name == INDEXES:
                for name in entries[file_id].objects:
                    session.connection.execute(f"DROP {name}".encode())
