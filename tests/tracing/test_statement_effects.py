"""The locks that a trace reports are those that other sessions feel, also on tables with rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from lms_schema.server import search_path
from lms_schema.tracing.statement_effects import EffectReader, blocks
from support.runner import execute

SETUP = """
    CREATE TABLE parent (id int PRIMARY KEY);
    CREATE TABLE child (
        id int PRIMARY KEY, parent_id int, note varchar(10), amount int, extra int, checked int,
        CONSTRAINT checked_check CHECK (checked IS NOT NULL)
    );
    ALTER TABLE child ADD CONSTRAINT amount_check CHECK (amount > 0) NOT VALID;
    ALTER TABLE child ADD CONSTRAINT child_fkey FOREIGN KEY (parent_id) REFERENCES parent NOT VALID;
    CREATE INDEX child_note ON child (note);
    CREATE VIEW over AS SELECT id FROM child;
    CREATE MATERIALIZED VIEW filled AS SELECT id FROM child;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TABLE parted (at int, what int) PARTITION BY RANGE (at);
    CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
    ALTER TABLE parted ADD CONSTRAINT what_check CHECK (what > 0) NOT VALID;
    CREATE TABLE parted_2 (LIKE parted INCLUDING CONSTRAINTS);
    CREATE INDEX whole ON ONLY parted (at);
    CREATE INDEX part ON parted_1 (at);
"""
ROWS = """
    INSERT INTO parent SELECT generate_series(1, 10);
    INSERT INTO child SELECT i, i, i, i, i, i FROM generate_series(1, 10) AS i;
    INSERT INTO parted SELECT i, 1 FROM generate_series(1, 9) AS i;
    INSERT INTO parted_2 SELECT i, 1 FROM generate_series(10, 19) AS i;
    REFRESH MATERIALIZED VIEW filled;
"""


WRITES = {"parted_1": "INSERT INTO parted_1 VALUES (1, 1)"}


@dataclass(frozen=True)
class Case:
    """A statement, and what PostgreSQL's manual says that it does.

    `locks` has the mode by table, `*` after the name for its partitions.
    """

    statement: str
    locks: dict[str, str]
    rewrites: frozenset[str] = frozenset()
    scans: frozenset[str] = frozenset()


def _case(statement: str, locks: dict[str, str], *, rewrites: str = "", scans: str = "") -> Case:
    return Case(statement, locks, frozenset(rewrites.split()), frozenset(scans.split()))


CASES = [
    _case("ALTER TABLE child ADD COLUMN c int", {"child": "ACCESS EXCLUSIVE"}),
    _case("ALTER TABLE child ADD COLUMN c int DEFAULT 7", {"child": "ACCESS EXCLUSIVE"}),
    _case(
        "ALTER TABLE child ADD COLUMN c timestamptz DEFAULT now()", {"child": "ACCESS EXCLUSIVE"}
    ),
    _case(
        "ALTER TABLE child ADD COLUMN c uuid DEFAULT gen_random_uuid()",
        {"child": "ACCESS EXCLUSIVE"},
        rewrites="child",
    ),
    _case(
        "ALTER TABLE child ALTER amount TYPE bigint",
        {"child": "ACCESS EXCLUSIVE"},
        rewrites="child",
    ),
    _case("ALTER TABLE child ALTER note TYPE varchar(20)", {"child": "ACCESS EXCLUSIVE"}),
    _case("ALTER TABLE child DROP COLUMN extra", {"child": "ACCESS EXCLUSIVE"}),
    _case("ALTER TABLE child ALTER amount SET DEFAULT 1", {"child": "ACCESS EXCLUSIVE"}),
    _case(
        "ALTER TABLE child ALTER extra SET NOT NULL", {"child": "ACCESS EXCLUSIVE"}, scans="child"
    ),
    _case("ALTER TABLE child ALTER checked SET NOT NULL", {"child": "ACCESS EXCLUSIVE"}),
    _case(
        "ALTER TABLE child ADD CONSTRAINT c CHECK (extra > 0)",
        {"child": "ACCESS EXCLUSIVE"},
        scans="child",
    ),
    _case(
        "ALTER TABLE child ADD CONSTRAINT c CHECK (extra > 0) NOT VALID",
        {"child": "ACCESS EXCLUSIVE"},
    ),
    _case(
        "ALTER TABLE child VALIDATE CONSTRAINT amount_check",
        {"child": "SHARE UPDATE EXCLUSIVE"},
        scans="child",
    ),
    _case(
        "ALTER TABLE child ADD CONSTRAINT c FOREIGN KEY (extra) REFERENCES parent NOT VALID",
        {"child": "SHARE ROW EXCLUSIVE", "parent": "SHARE ROW EXCLUSIVE"},
    ),
    _case(
        "ALTER TABLE child VALIDATE CONSTRAINT child_fkey",
        {"child": "SHARE UPDATE EXCLUSIVE", "parent": "ROW SHARE"},
        scans="child",
    ),
    _case("CREATE INDEX i ON child (amount)", {"child": "SHARE"}, scans="child"),
    _case("DROP INDEX child_note", {"child": "ACCESS EXCLUSIVE"}),
    _case(
        "CREATE INDEX i ON parted (what)", {"parted": "SHARE", "parted*": "SHARE"}, scans="parted"
    ),
    _case("CREATE INDEX i ON ONLY parted (what)", {"parted": "SHARE"}),
    _case(
        "ALTER INDEX whole ATTACH PARTITION part",
        {"parted": "ACCESS SHARE", "parted*": "ACCESS EXCLUSIVE"},
    ),
    _case(
        "CREATE TRIGGER t AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION f()",
        {"child": "SHARE ROW EXCLUSIVE"},
    ),
    _case("COMMENT ON TABLE child IS 'x'", {"child": "SHARE UPDATE EXCLUSIVE"}),
    _case("ALTER TABLE child SET (fillfactor = 90)", {"child": "SHARE UPDATE EXCLUSIVE"}),
    _case(
        "CREATE OR REPLACE VIEW over AS SELECT id FROM child WHERE id > 0",
        {"over": "ACCESS EXCLUSIVE", "child": "ACCESS SHARE"},
    ),
    _case("DROP VIEW over", {"over": "ACCESS EXCLUSIVE"}),
    _case(
        "REFRESH MATERIALIZED VIEW filled",
        {"filled": "ACCESS EXCLUSIVE", "child": "ACCESS SHARE"},
        rewrites="filled",
    ),
    _case(
        "ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM (10) TO (20)",
        {"parted": "SHARE UPDATE EXCLUSIVE", "parted_2": "ACCESS EXCLUSIVE"},
        scans="parted_2",
    ),
    _case(
        "CREATE TABLE parted_3 PARTITION OF parted FOR VALUES FROM (20) TO (30)",
        {"parted": "ACCESS EXCLUSIVE"},
    ),
    _case(
        "ALTER TABLE parted VALIDATE CONSTRAINT what_check",
        {"parted": "SHARE UPDATE EXCLUSIVE", "parted*": "SHARE UPDATE EXCLUSIVE"},
        scans="parted",
    ),
    _case("UPDATE child SET amount = 2 WHERE id < 0", {"child": "ROW EXCLUSIVE"}, scans="child"),
    _case(
        "ALTER TABLE child ENABLE ROW LEVEL SECURITY",
        {"child": "ACCESS EXCLUSIVE"},
    ),
    _case("CREATE TABLE other (LIKE child)", {"child": "ACCESS SHARE"}),
]


@pytest.fixture
def prepared(request: pytest.FixtureRequest, empty_database: str) -> str:
    execute(empty_database, SETUP, *([ROWS] if request.param else []))
    return empty_database


def _execute(connection: psycopg.Connection[Any], statement: str) -> None:
    """Execute a statement as one of a file."""
    with search_path.opened(connection, "public"):
        connection.execute(statement.encode())


def _waits(conninfo: str, statement: str) -> bool:
    """Try a statement in another session; tell whether it waits for a lock."""
    with psycopg.connect(conninfo, options="-c lock_timeout=20ms") as other:
        try:
            other.execute(statement.encode())
        except psycopg.errors.LockNotAvailable:
            return True
        finally:
            other.rollback()
    return False


@pytest.mark.parametrize("prepared", [False, True], indirect=True, ids=["empty", "with rows"])
def test_each_statement_takes_the_locks_of_the_manual_and_others_feel_them(prepared: str) -> None:
    wrong: list[object] = []
    for case in CASES:
        with psycopg.connect(prepared) as connection:
            reader = EffectReader(connection, "public")
            _execute(connection, case.statement)
            effects = reader.read("tables/x.sql", 1)
            found = {
                lock.table + ("*" if lock.partitions else ""): lock.mode for lock in effects.takes
            }
            if (found, frozenset(effects.rewrites)) != (case.locks, case.rewrites):
                wrong.append((case.statement, found, effects.rewrites))
            # how a foreign key finds its parent rows, and a query its own, is the planner's choice
            planned = {"parent"} if "fkey" in case.statement else set()
            if not case.statement.startswith(("UPDATE", "REFRESH")) and (
                set(effects.scans) - planned != case.scans
            ):
                wrong.append((case.statement, effects.scans, case.scans))
            for name, mode in case.locks.items():
                table = {"parted*": "parted_1"}.get(name, name)
                felt = {
                    "reads": _waits(prepared, f"SELECT FROM ONLY {table}"),
                    # nobody writes to a materialized view; an index may be what is locked
                    "writes": _waits(
                        prepared, WRITES.get(table, f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
                    )
                    if table != "filled"
                    else "writes" in blocks(mode),
                }
                if {kind for kind, waits in felt.items() if waits} != set(blocks(mode)):
                    wrong.append((case.statement, table, mode, felt))
            connection.rollback()
    assert wrong == []


@pytest.mark.parametrize("prepared", [True], indirect=True, ids=["with rows"])
def test_a_rewrite_is_one_that_gives_every_row_a_new_version(prepared: str) -> None:
    found = {}
    for case in CASES:
        if not case.statement.startswith("ALTER TABLE child"):
            continue
        with psycopg.connect(prepared) as connection:
            connection.execute(case.statement.encode())
            row = connection.execute(
                "SELECT bool_and(xmin::text = pg_current_xact_id()::text) FROM child"
            ).fetchone()
            found[case.statement] = bool(row and row[0])
            connection.rollback()
    assert {text for text, rewritten in found.items() if rewritten} == {
        case.statement for case in CASES if "child" in case.rewrites
    }


def test_a_lock_is_held_until_the_transaction_ends(empty_database: str) -> None:
    execute(empty_database, SETUP)
    with psycopg.connect(empty_database) as connection:
        reader = EffectReader(connection, "public")
        _execute(connection, "ALTER TABLE child ADD COLUMN c int")
        first = reader.read("tables/x.sql", 3)
        _execute(connection, "COMMENT ON COLUMN child.c IS 'x'")
        second = reader.read("tables/x.sql", 5)
        _execute(connection, "ALTER TABLE child ADD COLUMN d int")
        third = reader.read("tables/x.sql", 7)
        connection.rollback()
    assert first.holds == ()
    assert [lock.mode for lock in second.takes] == ["SHARE UPDATE EXCLUSIVE"]
    assert second.holds == third.holds == first.takes
    assert third.takes == ()
    assert [(lock.mode, lock.line) for lock in third.holds] == [("ACCESS EXCLUSIVE", 3)]


def test_a_table_that_the_transaction_made_is_not_reported(empty_database: str) -> None:
    execute(empty_database, SETUP)
    with psycopg.connect(empty_database) as connection:
        reader = EffectReader(connection, "public")
        _execute(connection, "CREATE TABLE new (i int REFERENCES parent)")
        _execute(connection, "CREATE INDEX ON new (i)")
        assert {lock.table for lock in reader.read("tables/x.sql", 1).takes} == {"parent"}
        connection.rollback()
