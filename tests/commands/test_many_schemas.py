"""Many schemas in one run: each has its own result, and one failure does not stop the others."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

import lms_schema
from lms_schema import DatabaseError, LockNotObtained, ReleasedFileEdited, UsageError
from lms_schema.cli import cli
from lms_schema.source import package
from support.documents import check
from support.roles import new_role
from support.runner import Make, execute, query

FILES = {
    "types/kind.sql": "CREATE TYPE kind AS ENUM ('a', 'b');",
    "tables/010_a.sql": "CREATE TABLE a (id int PRIMARY KEY, k kind NOT NULL);",
    "functions/f.sql": "CREATE OR REPLACE FUNCTION f() RETURNS int RETURN 1;",
    "indexes/a_k_idx.sql": "CREATE INDEX a_k_idx ON a (k);",
}


class _Done:
    exit_code = 0

    def to_json(self) -> dict[str, object]:
        return {}


def _failing(errors: dict[str, lms_schema.LmsSchemaError], schema: str) -> _Done:
    if schema in errors:
        raise errors[schema]
    return _Done()


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_failure_does_not_stop_the_others(jobs: int) -> None:
    errors: dict[str, lms_schema.LmsSchemaError] = {"b": DatabaseError("no")}
    found = lms_schema.for_each_schema(
        lambda schema: _failing(errors, schema), ["a", "b", "c", "a"], jobs=jobs
    )
    assert [(item.schema, item.exit_code) for item in found.outcomes] == [
        ("a", 0),
        ("b", 1),
        ("c", 0),
    ]
    assert found.outcomes[1].error is errors["b"]
    assert found.skipped == ()


def test_no_schema_is_begun_once_max_failures_is_reached() -> None:
    errors: dict[str, lms_schema.LmsSchemaError] = {
        name: DatabaseError("no") for name in ("a", "c", "d")
    }
    found = lms_schema.for_each_schema(
        lambda schema: _failing(errors, schema), ["a", "b", "c", "d"], max_failures=2
    )
    assert [item.schema for item in found.outcomes] == ["a", "b", "c"]
    assert found.skipped == ("d",)


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([LockNotObtained("")], 6),
        ([LockNotObtained(""), DatabaseError("")], 1),
        ([DatabaseError(""), lms_schema.DatabaseNewer("")], 8),
        ([lms_schema.DatabaseNewer(""), ReleasedFileEdited(""), UsageError("")], 5),
        ([], 0),
    ],
)
def test_the_exit_code_is_the_first_of_5_8_1_and_6(
    errors: list[lms_schema.LmsSchemaError], code: int
) -> None:
    raised = {str(number): error for number, error in enumerate(errors)}
    found = lms_schema.for_each_schema(
        lambda schema: _failing(raised, schema), [str(number) for number in range(5)]
    )
    assert found.exit_code == code


def test_as_many_run_at_a_time_as_there_are_jobs() -> None:
    meeting = threading.Barrier(3, timeout=20)

    def meet(_schema: str) -> _Done:
        meeting.wait()
        return _Done()

    assert lms_schema.for_each_schema(meet, list("abcdef"), jobs=3).exit_code == 0


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT", "one column of text"),
        ("SELECT 1", "one column of text"),
        ("SELECT 'a', 'b'", "2 column"),
        ("SELECT 'a' WHERE FALSE", "no row"),
        ("SELECT NULL::text", "NULL"),
        ("SELECT wrong", '"wrong" does not exist'),
        ("SELECT 'a'; SELECT 'b'", "multiple commands"),
        ("CREATE TABLE t (i int)", "read-only"),
        ("WITH t AS (DELETE FROM pg_class RETURNING 1) SELECT 'a'", "read-only"),
    ],
)
def test_a_query_that_does_not_name_schemas_is_wrong_usage(
    empty_database: str, sql: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        lms_schema.schemas_from(empty_database, sql)


def test_a_query_names_schemas_in_its_order(empty_database: str) -> None:
    sql = "SELECT 'tenant_%' || i FROM generate_series(3, 1, -1) AS i"
    assert lms_schema.schemas_from(empty_database, sql) == ("tenant_%3", "tenant_%2", "tenant_%1")


@pytest.fixture
def small_package(monkeypatch: pytest.MonkeyPatch, make_package: Make, tmp_path: Path) -> None:
    make_package(FILES)
    monkeypatch.setattr(package, "shipped_folder", lambda: tmp_path / "schema")


@pytest.mark.usefixtures("small_package")
def test_the_text_tells_each_schema_s_result_and_the_sum(empty_database: str) -> None:
    execute(empty_database, "CREATE SCHEMA b", "CREATE TYPE b.kind AS ENUM ('x')")
    schemas = [part for name in "abc" for part in ("--schema", name)]
    options = ["--database", empty_database, *schemas]
    result = CliRunner().invoke(cli, ["migrate", *options])
    assert result.exit_code == 1
    assert "Schema a of database" in result.stdout
    assert "Error: schema b: " in result.stderr
    assert "of which 1 failed: b." in result.stdout
    assert "tables/010_a" not in result.stderr
    stopped = CliRunner().invoke(cli, ["migrate", *options, "--max-failures", "1"])
    assert "not begun: c." in stopped.stdout
    assert CliRunner().invoke(cli, ["status", *options]).exit_code == 3
    assert CliRunner().invoke(cli, ["migrate", *options, "--dry-run"]).exit_code == 2


@pytest.mark.slow
@pytest.mark.usefixtures("small_package")
def test_200_schemas_are_migrated_on_no_more_connections_than_jobs(empty_database: str) -> None:
    sql = "SELECT format('tenant_%s', i) FROM generate_series(1, 200) AS i"
    name = query(empty_database, "SELECT current_database()")[0][0]
    with new_role(
        empty_database,
        f'GRANT CREATE ON DATABASE "{name}" TO {{role}}',
        "ALTER ROLE {role} CONNECTION LIMIT 8",
    ) as role:
        options = ["--database", role.conninfo, "--schemas-from", sql, "--jobs", "4", "--json"]
        result = CliRunner().invoke(cli, ["migrate", *options])
        assert result.exit_code == 0, result.stderr
        document = json.loads(result.stdout)
        check("schemas", document)
        assert [len(item["result"]["actions"]) for item in document["schemas"]] == [4] * 200
        again = json.loads(CliRunner().invoke(cli, ["migrate", *options]).stdout)
        assert {len(item["result"]["actions"]) for item in again["schemas"]} == {0}
        assert CliRunner().invoke(cli, ["status", *options]).exit_code == 0
        indexes = "SELECT count(*) FROM pg_class WHERE relname = 'a_k_idx'"
        assert query(empty_database, indexes) == [(200,)]


def test_indexes_of_several_filled_schemas_are_built_concurrently_at_once(
    empty_database: str, make_package: Make
) -> None:
    """Builds in one database wait for each other's snapshots: none may fail of that."""
    schemas = [f"tenant_{n}" for n in range(6)]
    table = {"tables/010_a.sql": "CREATE TABLE a (id int PRIMARY KEY, t text);"}
    before = make_package(table)
    for schema in schemas:
        lms_schema.migrate(empty_database, schema=schema, package=before)
        execute(
            empty_database,
            f"INSERT INTO {schema}.a SELECT n, md5(n::text) FROM generate_series(1, 20000) AS n",
        )
    indexes = {
        "indexes/a_lower_idx.sql": "CREATE INDEX a_lower_idx ON a (lower(t));",
        "indexes/a_t_idx.sql": "CREATE INDEX a_t_idx ON a (t) WHERE id > 10;",
        "indexes/a_t_key.sql": "CREATE UNIQUE INDEX a_t_key ON a (t);",
    }
    after = make_package(table | indexes)
    building: list[lms_schema.Event] = []

    def migrate(schema: str) -> lms_schema.MigrateResult:
        return lms_schema.migrate(
            empty_database, schema=schema, package=after, on_event=building.append
        )

    found = lms_schema.for_each_schema(migrate, schemas, jobs=4)
    assert found.exit_code == 0, [str(outcome.error) for outcome in found.outcomes]
    assert sum(event.kind == "building" for event in building) >= len(schemas) * len(indexes)
    built = "SELECT indisvalid FROM pg_index WHERE indexrelid::regclass::text ~ 'a_(lower|t)_'"
    assert query(empty_database, built) == [(True,)] * len(schemas) * len(indexes)
