"""The state tables are yoyo's, though yoyo does not make them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from yoyo import internalmigrations

from lms_schema import migrate, status
from lms_schema.records import ledger
from lms_schema.records.ledger import TABLES
from lms_schema.records.yoyo_rows import Backend, migration
from lms_schema.source import package as packages
from support.runner import Make

COLUMNS = """
    SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s
        AND column_name NOT IN ('checksum', 'package_version', 'objects', 'content')
        AND column_name NOT IN ('installed_at', 'is_own')
    ORDER BY ordinal_position
"""
CONSTRAINTS = """
    SELECT conname, replace(pg_get_constraintdef(oid), ', installed_at', '')
    FROM pg_constraint WHERE conrelid = %s::regclass AND contype <> 'n'
"""
ROWS = "SELECT migration_hash, migration_id FROM lms_schema_migration"
LOG = """
    SELECT migration_hash, migration_id, operation, username, hostname, comment
    FROM lms_schema_log ORDER BY created_at_utc
"""


@pytest.fixture
def migrated(empty_database: str, make_package: Make) -> str:
    migrate(empty_database, package=make_package({"tables/010_a.sql": "CREATE TABLE a (i int);"}))
    return empty_database


def test_yoyo_makes_the_same_tables_and_rows(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:

        def seen() -> list[Any]:
            found: list[Any] = [connection.execute(text).fetchall() for text in (ROWS, LOG)]
            found.append(connection.execute(f"SELECT version FROM {TABLES[2]}").fetchall())
            for table in TABLES:
                for text in (COLUMNS, CONSTRAINTS):
                    found.append(connection.execute(text.encode(), (table,)).fetchall())
            return found

        ours = seen()
        connection.execute("CREATE SCHEMA theirs")
        connection.execute("SET search_path = theirs")
        backend = Backend(connection, "theirs", *TABLES)
        internalmigrations.upgrade(backend)
        backend.mark_one(migration("tables/010_a"))
        assert ours == seen()
        assert ours[0]


def test_records_are_read_in_the_order_in_which_the_files_were_applied(
    shared_database: str,
) -> None:
    with psycopg.connect(shared_database) as connection:
        recorded = ledger.read(connection, "public")
    assert list(recorded) == [file.id for file in packages.read().files]


def test_yoyo_reads_what_was_recorded_and_has_nothing_to_upgrade(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:
        backend = Backend(connection, "public", *TABLES)
        assert not internalmigrations.needs_upgrading(backend)
        assert backend.is_applied(migration("tables/010_a"))
        assert not backend.is_applied(migration("tables/020_b"))


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
        for name, columns in ledger.COLUMNS.items():
            dumped = ", ".join(column for column in columns if column != "is_own")
            moved = f"INSERT INTO target.{name} ({dumped}) SELECT {dumped} FROM source.{name}"
            assert connection.execute(moved.encode()).rowcount > 0
        connection.execute("UPDATE target.lms_schema_log SET username = 'them' WHERE NOT is_own")
        assert ledger.read(connection, "target") == before
        assert ledger.contents(connection, "target").keys() == before.keys()
        assert ledger.last_changes(connection, "target")[0] == connection.info.user
    assert status(empty_database, schema="target", package=package).exit_code == 0
    assert migrate(empty_database, schema="target", package=newer).actions
    assert status(empty_database, schema="target", package=newer).exit_code == 0
