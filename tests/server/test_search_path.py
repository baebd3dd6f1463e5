"""Nobody else's functions run: the tool's queries resolve names in pg_catalog alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

import lms_schema
from lms_schema import DatabaseError, Event
from lms_schema.operations.docs import docs
from lms_schema.records import ledger
from lms_schema.server import embedded, search_path, sessions
from lms_schema.source import package as packages
from support.runner import Make, execute, query

NOTES = {
    "tables/010_notes.sql": "CREATE TABLE notes (id int PRIMARY KEY);",
    "views/tall.sql": "CREATE OR REPLACE VIEW tall AS SELECT 1;",
}

PLANTED = {
    "quote_ident(name)": ("text", "pg_catalog.quote_ident($1::text)", "quote_ident('a'::name)"),
    "starts_with(name, text)": (
        "boolean",
        "pg_catalog.starts_with($1::text, $2)",
        "starts_with('a'::name, 'b'::text)",
    ),
    "format(text, name)": ("text", "pg_catalog.format($1, $2)", "format('%I'::text, 'a'::name)"),
    "format(text, name, regclass)": (
        "text",
        "pg_catalog.format($1, $2, $3)",
        "format('%I'::text, 'a'::name, 'pg_class'::regclass)",
    ),
    "unnest(integer[])": ("SETOF integer", "pg_catalog.unnest($1)", "unnest(ARRAY[1])"),
    "concat_ws(text, text, text)": (
        "text",
        "pg_catalog.concat_ws($1, $2, $3)",
        "concat_ws('a'::text, 'b'::text, 'c'::text)",
    ),
    "planted_join(text, name)": ("text", "$1::text", "'a'::text || 'b'::name"),
    "planted_same(oid, regclass)": (
        "boolean",
        "$1::bigint OPERATOR(pg_catalog.=) $2::bigint",
        "1::oid = 'pg_class'::regclass",
    ),
}
"""Functions for just the types of a call: what each returns, its true value, and a call of it."""

OPERATORS = {"planted_join(text, name)": "||", "planted_same(oid, regclass)": "="}


def _plant(conninfo: str, schema: str, role: str) -> None:
    """Have another role make each function, which leaves a mark that no rollback takes away."""
    execute(
        conninfo,
        "CREATE SCHEMA trap",
        "CREATE SEQUENCE trap.mark",
        f"GRANT USAGE ON SCHEMA trap TO {role}",
        f"GRANT CREATE, USAGE ON SCHEMA {schema} TO {role}",
    )
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"SET ROLE {role}".encode())
        for signature, (returns, value, _call) in PLANTED.items():
            done = "RETURN QUERY SELECT" if returns.startswith("SETOF") else "RETURN"
            connection.execute(
                f"CREATE FUNCTION {schema}.{signature} RETURNS {returns} LANGUAGE plpgsql AS $$"
                f"BEGIN PERFORM pg_catalog.nextval('trap.mark'); {done} {value}; END $$".encode()
            )
        for signature, operator in OPERATORS.items():
            name, left, right, _ = re.split(r"[(), ]+", signature)
            connection.execute(
                f"CREATE OPERATOR {schema}.{operator} "
                f"(FUNCTION = {schema}.{name}, LEFTARG = {left}, RIGHTARG = {right})".encode()
            )
    execute(conninfo, f"REVOKE CREATE ON SCHEMA {schema} FROM {role}")


def _sprung(conninfo: str) -> bool:
    return bool(query(conninfo, "SELECT is_called FROM trap.mark")[0][0])


@pytest.fixture(autouse=True)
def _disposable_server(monkeypatch: pytest.MonkeyPatch, new_database: Callable[[], str]) -> None:
    """Take a new database of the tests' server in place of a new server, which is slow."""

    @contextmanager
    def temporary() -> Iterator[str]:
        yield new_database()

    monkeypatch.setattr(embedded, "temporary", temporary)


@contextmanager
def _reader(conninfo: str, table: str) -> Iterator[psycopg.Connection]:
    """Read a table in a transaction that stays open."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(f"SELECT FROM {table}".encode())
        yield connection
        connection.rollback()


def _migrate_past_a_reader(conninfo: str, schema: str, package: packages.SchemaPackage) -> bool:
    """Migrate while a reader holds the table of `NOTES`; tell whether the watcher saw it."""
    seen: list[str] = []
    with _reader(conninfo, f"{schema}.notes") as reader:

        def release(event: Event) -> None:
            if event.kind == "waiting":
                seen.append(event.text)
                reader.rollback()

        lms_schema.migrate(
            conninfo, schema=schema, package=package, lock_timeout=20, on_event=release
        )
    return bool(seen)


@pytest.mark.parametrize("signature", PLANTED)
@pytest.mark.parametrize("schema", ["public", "lms"])
def test_a_planted_function_runs_where_the_path_is_open(
    empty_database: str, role: str, schema: str, signature: str
) -> None:
    execute(empty_database, "CREATE SCHEMA IF NOT EXISTS lms")
    _plant(empty_database, schema, role)
    with sessions.session(empty_database, schema=schema) as session:
        call = f"SELECT {PLANTED[signature][2]}".encode()
        session.connection.execute(call)
        assert not _sprung(empty_database)
        with search_path.opened(session.connection, schema):
            session.connection.execute(call)
    assert _sprung(empty_database)


def test_no_command_runs_what_others_planted_in_public(
    empty_database: str, role: str, make_package: Make, tmp_path: Path
) -> None:
    _plant(empty_database, "public", role)
    lms_schema.migrate(empty_database, schema="lms")
    lms_schema.maintain(empty_database, schema="lms", keep_interactions="24 months")
    assert lms_schema.verify(empty_database, schema="lms").exit_code == 0
    assert lms_schema.status(empty_database, schema="lms").exit_code == 0
    docs(tmp_path, conninfo=empty_database, schema="lms")
    for table in ledger.TABLES:
        execute(empty_database, f"DROP TABLE lms.{table}")
    assert lms_schema.status(empty_database, schema="lms").equals
    assert lms_schema.baseline(empty_database, schema="lms").exit_code == 0
    lms_schema.drop(empty_database, schema="lms")
    lms_schema.migrate(empty_database, schema="lms", package=make_package(NOTES))
    more = make_package(NOTES | {"tables/020_more.sql": "ALTER TABLE notes ADD COLUMN tall int;"})
    assert lms_schema.plan(empty_database, schema="lms", package=more).transactions
    assert _migrate_past_a_reader(empty_database, "lms", more)
    names = lms_schema.schemas_from(empty_database, "SELECT 'lms'::text")
    assert names == ("lms",)
    assert not _sprung(empty_database)


def test_no_command_that_only_looks_or_drops_runs_what_others_planted_in_the_schema(
    empty_database: str, role: str, tmp_path: Path
) -> None:
    lms_schema.migrate(empty_database, schema="lms")
    _plant(empty_database, "lms", role)
    lms_schema.verify(empty_database, schema="lms")
    lms_schema.status(empty_database, schema="lms")
    lms_schema.plan(empty_database, schema="lms")
    docs(tmp_path, conninfo=empty_database, schema="lms")
    lms_schema.drop(empty_database, schema="lms")
    assert not _sprung(empty_database)


def test_no_command_that_writes_works_in_a_schema_in_which_others_planted_something(
    empty_database: str, role: str, make_package: Make
) -> None:
    execute(empty_database, "CREATE SCHEMA lms")
    _plant(empty_database, "lms", role)
    with pytest.raises(DatabaseError, match=r"in the place of .* lms\.quote_ident\(name\)"):
        lms_schema.migrate(empty_database, schema="lms", package=make_package(NOTES))
    with pytest.raises(DatabaseError, match="in the place of"):
        lms_schema.baseline(empty_database, schema="lms")
    execute(empty_database, f"DROP OWNED BY {role}")
    lms_schema.migrate(empty_database, schema="lms")
    execute(empty_database, "DROP SCHEMA trap CASCADE")
    _plant(empty_database, "lms", role)
    with pytest.raises(DatabaseError, match="in the place of"):
        lms_schema.maintain(empty_database, schema="lms")
    assert not _sprung(empty_database)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The path under which each query of the tool's connections was sent, with the query."""
    found: list[tuple[str, str]] = []
    execute = psycopg.Cursor.execute

    def noted(cursor: psycopg.Cursor[Any], text: Any, *rest: Any, **named: Any) -> Any:
        info = cursor.connection.info
        if info.get_parameters().get("application_name", "").startswith("lms-schema"):
            shown = text.as_string() if isinstance(text, sql.Composable) else text
            shown = shown.decode() if isinstance(shown, bytes) else shown
            path = cursor.connection.pgconn.exec_(b"SHOW search_path").get_value(0, 0) or b""
            found.append((path.decode(), shown.strip()))
        return execute(cursor, text, *rest, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    return found


_FIRST = re.compile(
    r"SELECT pg_catalog\.pg_backend_pid\(\), pg_catalog\.current_schema\(\), "
    r"pg_catalog\.pg_is_in_recovery\(\), pg_catalog\.set_config"
    r"|SET search_path = pg_catalog$"
)
"""The first query of a connection, to which the role's own path applies."""

_OF_FILES = re.compile(
    r"SET (CONSTRAINTS|(LOCAL )?search_path)|(CREATE|DROP|ALTER|COMMENT|GRANT|ANALYZE)\b"
)
"""What is made of statements of files, or of names that they gave."""


@pytest.mark.slow
def test_every_query_of_the_tool_is_sent_while_the_path_is_pg_catalog_alone(
    empty_database: str,
    make_package: Make,
    tmp_path: Path,
    sent: list[tuple[str, str]],
) -> None:
    package = packages.read()
    written = {statement.text for file in package.files for statement in file.statements}
    lms_schema.migrate(empty_database, schema="lms", package=package, to="tables/020_learners")
    lms_schema.migrate(empty_database, schema="lms", package=package)
    lms_schema.migrate(empty_database, schema="lms", package=package)
    execute(
        empty_database,
        "UPDATE lms.lms_schema_migration SET checksum = '' WHERE migration_id LIKE 'views/%'",
    )
    lms_schema.migrate(empty_database, schema="lms")
    lms_schema.maintain(empty_database, schema="lms", keep_interactions="24 months")
    lms_schema.verify(empty_database, schema="lms")
    docs(tmp_path, conninfo=empty_database, schema="lms")
    for table in ledger.TABLES:
        execute(empty_database, f"DROP TABLE lms.{table}")
    lms_schema.status(empty_database, schema="lms")
    lms_schema.baseline(empty_database, schema="lms")
    lms_schema.drop(empty_database, schema="lms")
    lms_schema.migrate(empty_database, schema="lms", package=make_package(NOTES))
    more = make_package(NOTES | {"tables/020_more.sql": "ALTER TABLE notes ADD COLUMN tall int;"})
    lms_schema.plan(empty_database, schema="lms", package=more)
    assert _migrate_past_a_reader(empty_database, "lms", more)

    of_files = "lms, pg_temp"

    def is_allowed(path: str, text: str) -> bool:
        if path == of_files:
            return text in written or bool(_OF_FILES.match(text))
        return path == search_path.CATALOG or bool(_FIRST.match(text))

    assert [item for item in sent if not is_allowed(*item)] == []
    assert {path for path, text in sent if text in written} == {of_files}
