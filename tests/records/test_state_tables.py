"""yoyo makes the state tables and writes their rows, and its own commands read them."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import psycopg

from lms_schema import baseline, migrate, status
from lms_schema.records import ledger
from lms_schema.records.ledger import LOG_TABLE, TABLE, TABLES, VERSION_TABLE
from lms_schema.source import package as packages
from lms_schema.source.package import SchemaPackage
from lms_schema.testing import Database
from support.runner import Make, execute, query

# yoyo has no option for the names of its other tables, and takes a file's base name for its id.
YOYO = f"""
import json, sys
from yoyo.backends.base import DatabaseBackend
from yoyo.migrations import Migration, MigrationList
from yoyo.scripts import main, migrate

DatabaseBackend.log_table = {LOG_TABLE!r}
DatabaseBackend.version_table = {VERSION_TABLE!r}
files = json.load(sys.stdin)
migrate.read_migrations = lambda: MigrationList(Migration(*file, "schema") for file in files)
main.main()
"""
DUMPED = """
    SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = 'source.{}'::regclass AND attnum > 0 AND attgenerated = ''
"""
A = {"tables/010_a.sql": "CREATE TABLE a (i int);"}
V = {"views/v.sql": "-- depends: tables/010_a\nCREATE OR REPLACE VIEW v AS SELECT i FROM a;"}


def listed(conninfo: str, package: SchemaPackage, schema: str = "public") -> dict[str, str]:
    """Return what yoyo's own command `list` says of each file: A for applied, U for unapplied."""
    address = Database(conninfo, schema).url.replace("postgresql:", "postgresql+psycopg:", 1)
    done = subprocess.run(
        [
            *(sys.executable, "-c", YOYO, "list", "--no-config-file", "--batch"),
            *("--migration-table", TABLE, "--database"),
            f"{address}{'&' if '?' in address else '?'}schema={schema}",
        ],
        input=json.dumps([(file.id, str(file.source)) for file in package.files]),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return {name: status for status, name in re.findall(r"^([AU]) +(\S+) ", done.stdout, re.M)}


def test_yoyo_lists_all_files_of_the_release_as_applied(database: str) -> None:
    package = packages.read()
    assert listed(database, package) == {file.id: "A" for file in package.files}


def test_yoyo_lists_what_is_applied_as_applied_and_nothing_else(
    empty_database: str, make_package: Make
) -> None:
    execute(empty_database, "CREATE SCHEMA s")
    package = make_package(A | V)
    migrate(empty_database, schema="s", package=package, to="tables/010_a")
    assert listed(empty_database, package, "s") == {"tables/010_a": "A", "views/v": "U"}
    migrate(empty_database, schema="s", package=package)
    assert listed(empty_database, package, "s") == {"tables/010_a": "A", "views/v": "A"}
    migrate(empty_database, schema="s", package=make_package(A))
    package = make_package(A | V)
    assert listed(empty_database, package, "s") == {"tables/010_a": "A", "views/v": "U"}
    assert query(
        empty_database, f"SELECT migration_id, operation FROM s.{LOG_TABLE} ORDER BY 1, 2"
    ) == [
        ("tables/010_a", "mark"),
        ("views/v", "mark"),
        ("views/v", "unmark"),
    ]


def test_yoyo_lists_what_a_baseline_adopted_as_applied(database: str) -> None:
    execute(database, f"DROP TABLE {', '.join(TABLES)}")
    assert baseline(database).adopted
    assert set(listed(database, packages.read()).values()) == {"A"}


def test_a_file_that_is_applied_again_has_one_record_and_two_entries_in_the_log(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(A | V))
    migrate(empty_database, package=make_package(A | {"views/v.sql": V["views/v.sql"] + " -- 2"}))
    assert query(
        empty_database, f"SELECT content LIKE '%2' FROM {TABLE} ORDER BY migration_id"
    ) == [
        (False,),
        (True,),
    ]
    assert query(empty_database, f"SELECT count(*) FROM {LOG_TABLE} WHERE operation = 'mark'") == [
        (3,)
    ]


def test_the_records_of_a_schema_whose_name_yoyo_and_psycopg_would_take_for_parameters(
    empty_database: str, make_package: Make
) -> None:
    schema = 'a:id%s%"\\ %(when)s:when'
    package = make_package(A | V)
    migrate(empty_database, schema=schema, package=package)
    migrate(empty_database, schema=schema, package=make_package(A))
    with psycopg.connect(empty_database) as connection:
        assert list(ledger.read(connection, schema)) == ["tables/010_a"]


def test_records_are_read_in_the_order_in_which_the_files_were_applied(
    shared_database: str,
) -> None:
    with psycopg.connect(shared_database) as connection:
        recorded = ledger.read(connection, "public")
    assert list(recorded) == [file.id for file in packages.read().files]


def test_what_a_restore_of_data_brings_along_collides_with_nothing_and_counts_for_nothing(
    empty_database: str, make_package: Make
) -> None:
    function = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql RETURN {};"
    table = {"tables/010_a.sql": "CREATE TABLE a (i int);"}
    package = make_package(table | {"functions/f.sql": function.format(1)})
    migrate(empty_database, schema="target", package=package)
    newer = make_package(
        table | {"tables/020_b.sql": "CREATE TABLE b ();", "functions/f.sql": function.format(2)}
    )
    migrate(empty_database, schema="source", package=newer)
    with psycopg.connect(empty_database) as connection:
        before = ledger.read(connection, "target")
        for name in TABLES:
            ((dumped,),) = query(empty_database, DUMPED.format(name))
            moved = f"INSERT INTO target.{name} ({dumped}) SELECT {dumped} FROM source.{name}"
            assert connection.execute(moved.encode()).rowcount > 0
        connection.execute("UPDATE target.lms_schema_log SET username = 'them' WHERE NOT is_own")
        assert ledger.read(connection, "target") == before
        assert ledger.contents(connection, "target").keys() == before.keys()
        assert ledger.last_changes(connection, "target")[0] == connection.info.user
    assert status(empty_database, schema="target", package=package).exit_code == 0
    assert migrate(empty_database, schema="target", package=newer).actions
    assert status(empty_database, schema="target", package=newer).exit_code == 0
