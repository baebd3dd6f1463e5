"""Which schema is meant: --schema, LMS_SCHEMA, the search path; and no second copy by mistake."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import lms_schema
from lms_schema import UsageError, migrate
from lms_schema.cli import cli
from lms_schema.errors import printable
from lms_schema.server import embedded, suggested_commands
from lms_schema.source import package
from support.runner import Make, query

FILES = {"tables/010_a.sql": "CREATE TABLE a (i int);"}


@pytest.fixture(autouse=True)
def _small_package(monkeypatch: pytest.MonkeyPatch, make_package: Make, tmp_path: Path) -> None:
    """The commands take a package of one file."""
    make_package(FILES)
    monkeypatch.setattr(package, "shipped_folder", lambda: tmp_path / "schema")
    monkeypatch.delenv("LMS_SCHEMA", raising=False)


def _run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == code, result.output
    return result


def _copies(conninfo: str) -> list[str]:
    tables = "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'a' ORDER BY 1"
    return [row[0] for row in query(conninfo, tables)]


def test_the_option_s_schema_then_lms_schema_s_then_the_search_path_s_is_taken(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("migrate", "--database", empty_database)
    monkeypatch.setenv("LMS_SCHEMA", "a b")
    _run(*options)
    assert _copies(empty_database) == ['"a b"']
    assert "Schema a b " in _run("status", "--database", empty_database).stdout
    _run(*options, "--schema", "lms")
    _run(*options, "--schemas-from", "SELECT 'one'")
    assert _copies(empty_database) == ['"a b"', "lms", "one"]
    monkeypatch.setenv("LMS_SCHEMA", "")
    assert "Schema public " in _run("status", "--database", empty_database, code=3).stdout


def test_an_export_takes_lms_schema_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_SCHEMA", "a b")
    (file,) = json.loads(_run("export", str(tmp_path / "out"), "--json").stdout)["files"]
    assert '"a b"' in Path(file).read_text("utf-8")


def test_python_takes_lms_schema_too(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_SCHEMA", "lms")
    assert migrate(empty_database).schema == "lms"
    assert lms_schema.status(empty_database).schema == "lms"


@pytest.mark.parametrize("command", ["migrate", "plan", "baseline", "maintain"])
def test_a_second_copy_in_a_schema_that_nobody_named_is_refused_and_nothing_is_written(
    empty_database: str, command: str
) -> None:
    migrate(empty_database, schema="north pole")
    migrate(empty_database, schema="south")
    told = _run(command, "--database", empty_database, code=2).stderr
    assert '"north pole", "south"' in told
    assert "--schema 'north pole'" in told
    assert "LMS_SCHEMA" in told
    with pytest.raises(UsageError, match="north pole"):
        getattr(lms_schema, command)(empty_database)
    assert _copies(empty_database) == ['"north pole"', "south"]
    public = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    assert query(empty_database, public) == [(0,)]


def test_a_second_copy_that_is_named_is_made_and_then_needs_no_name(empty_database: str) -> None:
    migrate(empty_database, schema="lms")
    migrate(empty_database, schema="public")
    assert migrate(empty_database).actions == ()
    assert _copies(empty_database) == ["lms", "public"]


def test_status_of_a_schema_that_nobody_named_tells_which_ones_are_tracked(
    empty_database: str,
) -> None:
    migrate(empty_database, schema="lms")
    assert "tracked is lms" in _run("status", "--database", empty_database, code=3).stdout
    assert lms_schema.status(empty_database).elsewhere == ("lms",)
    assert lms_schema.status(empty_database, schema="public").elsewhere == ()


def test_a_hint_repeats_the_schema_and_an_embedded_database_and_no_other(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "start", lambda _directory: empty_database)
    schema = ("--schema", "a 'b'")
    database = ("--database", "embedded:/tmp/my data")
    told = _run("status", *database, *schema, code=3).stdout
    hint = next(line for line in told.splitlines() if "Run: " in line).partition("Run: ")[2]
    assert shlex.split(hint) == ["lms-schema", "migrate", *database, *schema]
    _run(*shlex.split(hint)[1:])
    assert _copies(empty_database) == ["\"a 'b'\""]
    told = _run("status", "--database", empty_database, "--schema", "new", code=3).stdout
    assert "Run: lms-schema migrate --schema new\n" in told


@pytest.mark.parametrize(
    ("command", "hinted"),
    [("maintain", "migrate"), ("verify", "migrate"), ("baseline", "migrate")],
)
def test_the_hints_of_errors_do_so_too(
    empty_database: str, monkeypatch: pytest.MonkeyPatch, command: str, hinted: str
) -> None:
    monkeypatch.setattr(embedded, "start", lambda _directory: empty_database)
    options = ("--database", "embedded:/x y", "--schema", "n")
    result = CliRunner().invoke(cli, [command, *options])
    assert f"lms-schema {hinted} --database 'embedded:/x y' --schema n" in result.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("name", ["a\nb", "it's\x1b[1m", "\\ \u202e'", "\x85\U000e0001", "$x %s"])
def test_a_hint_gives_a_shell_the_name_and_a_terminal_no_control_character(name: str) -> None:
    hint = suggested_commands.command("status", name)
    assert printable(hint) == hint
    command = f"printf %s {hint.partition('--schema ')[2]}"
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    told = subprocess.run(["bash", "-c", command], capture_output=True, env=environment, check=True)
    assert told.stdout.decode() == name
