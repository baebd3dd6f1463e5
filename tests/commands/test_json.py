"""Every document has its documented shape, and the documented shapes allow nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator, ValidationError

from lms_schema.cli import cli
from lms_schema.server import advisory_lock
from lms_schema.source import package
from support.documents import SCHEMAS, check
from support.runner import Make, execute

TABLE = "CREATE TABLE a (i int);"


@pytest.fixture
def small_package(monkeypatch: pytest.MonkeyPatch, make_package: Make, tmp_path: Path) -> Path:
    make_package({"tables/010_a.sql": TABLE, "tables/020_b.sql": "CREATE TABLE b (i int);"})
    monkeypatch.setattr(package, "shipped_folder", lambda: tmp_path / "schema")
    return tmp_path / "schema"


def _document(name: str, *arguments: str, code: int = 0) -> Any:
    result = CliRunner().invoke(cli, [*arguments, "--json"])
    assert result.exit_code == code, result.output
    document = json.loads(result.stdout)
    check(name, document)
    return document


def _events(*arguments: str) -> list[Any]:
    result = CliRunner().invoke(cli, [*arguments, "--json"])
    events = [json.loads(line) for line in result.stderr.splitlines()]
    for event in events:
        check("event", event)
    return events


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_itself_valid_and_closed(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    with pytest.raises(ValidationError):
        check(name.removesuffix(".schema.json"), {"unknown": 1})


@pytest.mark.usefixtures("small_package")
def test_migrate_and_status(empty_database: str) -> None:
    options = ("--database", empty_database)
    assert _document("status", "status", *options, code=3)["tracked"] is False
    document = _document("migrate", "migrate", *options, "--show-sql")
    assert [item["file"] for item in document["actions"]] == ["tables/010_a", "tables/020_b"]
    assert document["seconds"] >= sum(item["seconds"] for item in document["actions"]) > 0
    assert document["sql"]["tables/010_a"] == TABLE
    assert _document("migrate", "migrate", *options)["actions"] == []
    assert _document("status", "status", *options)["tracked"] is True


def test_verify_baseline_and_drop(database: str) -> None:
    options = ("--database", database)
    assert _document("verify", "verify", *options)["differences"] == []
    assert _document("baseline", "baseline", *options)["tracked"] is True
    execute(database, "DROP INDEX learners_institution_id_idx", "CREATE INDEX ON learners (email)")
    found = _document("verify", "verify", *options, code=4)
    assert [item["problem"] for item in found["differences"]] == ["missing"]
    notes = [(item["problem"], item["kind"]) for item in found["notes"]]
    assert notes == [("extra", "index"), ("different", "owner")]  # who owns the tables may log in
    assert _document("drop", "drop", *options, "--confirm", "public")["dropped"]
    assert _document("baseline", "baseline", *options, code=4)["adopted"] == []


@pytest.mark.parametrize("command", ["export", "docs"])
def test_what_writes_files_names_them(command: str, tmp_path: Path) -> None:
    files = _document(command, command, str(tmp_path / "new"))["files"]
    assert all(Path(name).is_file() for name in files)


def test_maintain(database: str) -> None:
    execute(database, "SELECT ensure_interaction_partitions(p_from => '2024-03-01')")
    retention = ("--keep-interactions", "12 months")
    steps = _document("maintain", "maintain", "--database", database, *retention)["steps"]
    assert [step["step"] for step in steps] == ["metrics", "retention", "partitions", "analytics"]
    assert steps[1]["dropped"]
    with (
        psycopg.connect(database, autocommit=True) as connection,
        advisory_lock.tried(connection, "public", "maintain"),
    ):
        document = _document("maintain", "maintain", "--database", database)
    assert document["elsewhere"]
    several = ("--database", database, "--schema", "public", "--schema", "missing")
    found = _document("schemas", "maintain", *several, code=1)["schemas"]
    assert [item["result"] is None for item in found] == [False, True]


def test_errors(small_package: Path, empty_database: str) -> None:
    options = ("--database", empty_database)
    (small_package / "tables" / "020_b.sql").write_text("SELECT wrong")
    assert _document("error", "migrate", *options, code=1)["file"] == "tables/020_b.sql"
    (small_package / "tables" / "010_a.sql").write_text("CREATE TABLE a (j int);")
    assert _document("error", "migrate", *options, code=5)["error"] == "ReleasedFileEdited"
    assert _document("error", "migrate", "--jobs", "0", code=2)["error"] == "UsageError"
    assert _document("error", "status", "--database", "x", code=2)["command"] == "status"


def test_several_schemas_have_one_document(small_package: Path, empty_database: str) -> None:
    options = ("--database", empty_database, "--schema", "one", "--schema", "two")
    execute(empty_database, "CREATE SCHEMA two", "CREATE TABLE two.a (i int)")
    document = _document("schemas", "migrate", *options, code=1)
    assert [item["schema"] for item in document["schemas"]] == ["one", "two"]
    assert [item["exit_code"] for item in document["schemas"]] == [0, 1]
    assert document["schemas"][0]["result"]["command"] == "migrate"
    assert document["schemas"][1]["result"] is None
    execute(empty_database, "DROP TABLE two.a")
    _document("schemas", "migrate", *options)
    (small_package / "tables" / "030_c.sql").write_text("SELECT 1")
    assert _document("schemas", "status", *options, code=3)["skipped"] == []
    _document("schemas", "verify", *options, code=4)
    _document("schemas", "baseline", *options)
    query = ("--schemas-from", "SELECT 'one'")
    only = _document("schemas", "status", "--database", empty_database, *query, code=3)
    assert [item["schema"] for item in only["schemas"]] == ["one"]


def test_standard_error_holds_an_event_a_line(small_package: Path, empty_database: str) -> None:
    text = "DO $$ BEGIN RAISE NOTICE 'one moment'; END $$; SELECT wrong"
    (small_package / "tables" / "020_b.sql").write_text(text)
    events = _events("migrate", "--database", empty_database, "--schema", "lms")
    assert [event["event"] for event in events] == ["begin", "apply", "notice", "error"]
    assert events[0]["total"] == 2
    assert (events[1]["text"], events[1]["schema"]) == ("tables/010_a", "lms")
    assert "one moment" in events[2]["text"]
    assert "wrong" in events[3]["text"]
