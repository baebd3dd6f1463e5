"""Seals: all kinds of tampering are found, and no row is left out, however late it is committed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from lms_schema import maintain
from support.race import connections, waiting
from support.rows import Connection, add, bypass_triggers, column, insert, rolled_back, scalar

PROBLEMS = "SELECT problem, seal_id, row_ids::text FROM check_audit_log()"
WRITERS = 8
WRITES = 25

REST = (
    "table_name, operation, row_key, learner_id, changed_columns, old_values, new_values,"
    " person_id, role_name, login_name, application_name"
)

TAMPERING = {
    "a changed score": (
        "UPDATE audit_log SET new_values = '{\"score\": 100}' WHERE id = 2",
        [("rows were changed, one of these", 1, "{[1,5)}")],
    ),
    "another grader": (
        "UPDATE audit_log SET person_id = gen_random_uuid() WHERE id = 6",
        [("rows were changed, one of these", 2, "{[5,9)}")],
    ),
    "another time": (
        "UPDATE audit_log SET recorded_at = recorded_at - interval '1 microsecond' WHERE id = 2",
        [("rows were changed, one of these", 1, "{[1,5)}")],
    ),
    "a removed row": (
        "DELETE FROM audit_log WHERE id = 3",
        [("rows are missing", 1, "{[3,4)}")],
    ),
    "two rows in another order": (
        "UPDATE audit_log AS a SET row_key = b.row_key FROM audit_log AS b"
        " WHERE (a.id, b.id) IN ((5, 6), (6, 5))",
        [("rows were changed, one of these", 2, "{[5,9)}")],
    ),
    "a row that was moved to a free number": (
        "WITH gone AS (DELETE FROM audit_log WHERE id = 3 RETURNING *)"
        " INSERT INTO audit_log OVERRIDING SYSTEM VALUE SELECT 100, recorded_at,"
        f" {REST} FROM gone",
        [("rows are missing", 1, "{[3,4)}")],
    ),
    "a second row with the number of another": (
        "INSERT INTO audit_log OVERRIDING SYSTEM VALUE SELECT id, recorded_at - interval '1 s',"
        f" {REST} FROM audit_log WHERE id = 6",
        [("rows were changed, one of these", 2, "{[5,9)}")],
    ),
    "a removed seal": (
        "DELETE FROM audit_seals WHERE id = 2",
        [("seals before this one are missing", 3, None)],
    ),
    "the first seal removed": (
        "DELETE FROM audit_seals WHERE id = 1",
        [("seals before this one are missing", 2, None)],
    ),
    "a seal that leaves a row out": (
        "UPDATE audit_seals SET row_ids = '{[1,4)}',"
        " rows_hash = (SELECT rows_hash FROM audit_rows_hash('{[1,4)}')) WHERE id = 1",
        [("the seal, or the one before it, was changed", 1, None)],
    ),
    "a seal that was made anew, alone": (
        "UPDATE audit_seals SET row_ids = '{[1,4)}', rows_hash = h.rows_hash,"
        " hash = audit_seal_hash(1, sealed_at, '{[1,4)}', h.rows_hash, NULL, NULL)"
        " FROM audit_rows_hash('{[1,4)}') AS h WHERE id = 1",
        [("the seal, or the one before it, was changed", 2, None)],
    ),
    "another time of a seal": (
        "UPDATE audit_seals SET sealed_at = sealed_at - interval '1 day' WHERE id = 3",
        [("the seal, or the one before it, was changed", 3, None)],
    ),
    "rows that are said to have expired": (
        "WITH gone AS (DELETE FROM audit_log WHERE id BETWEEN 1 AND 4)"
        " SELECT append_audit_seal('{[1,5)}', now() + interval '1 s')",
        [("rows that expired are there", 4, "{[5,13)}")],
    ),
    "one row that is said to have expired": (
        "WITH gone AS (DELETE FROM audit_log WHERE id = 2)"
        " SELECT append_audit_seal('{[2,3)}', now() - interval '1 day')",
        [("rows are missing", 1, "{[2,3)}")],
    ),
    "rows that are said to be there still": (
        "UPDATE audit_seals SET expired_before = now() WHERE id = 1",
        [("the seal, or the one before it, was changed", 1, None)],
    ),
    "a month detached": (
        "ALTER TABLE audit_log DETACH PARTITION audit_log_{month}",
        [
            ("rows are missing", 1, "{[1,5)}"),
            ("rows are missing", 2, "{[5,9)}"),
            ("rows are missing", 3, "{[9,13)}"),
        ],
    ),
}


def write(connection: Connection, rows: int) -> None:
    """Change something that is recorded, that many times."""
    for _ in range(rows):
        add(connection, "institution_staff")


@pytest.fixture
def sealed(transaction: Connection) -> Connection:
    """A transaction with twelve rows in three seals."""
    first = scalar(transaction, "SELECT nextval(pg_get_serial_sequence('audit_log', 'id'))")
    transaction.execute("ALTER TABLE audit_log ALTER COLUMN id RESTART")
    assert first
    for _ in range(3):
        write(transaction, 4)
        assert scalar(transaction, "SELECT seal_audit_log()") == 4
    assert transaction.execute(PROBLEMS).fetchall() == []
    return transaction


@pytest.mark.parametrize("kind", TAMPERING)
def test_tampering_is_found_where_it_was_done(sealed: Connection, kind: str) -> None:
    statement, expected = TAMPERING[kind]
    month = scalar(sealed, "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')")
    statement = statement.replace("{month}", month)
    bypass_triggers(sealed, statement.replace("%", "%%"))
    assert sealed.execute(PROBLEMS).fetchall() == expected


def test_a_chain_that_was_made_anew_is_not_the_one_that_was_noted(sealed: Connection) -> None:
    noted = sealed.execute("SELECT id, hash FROM audit_seals WHERE id = 3").fetchone()
    known = "SELECT problem, seal_id FROM check_audit_log(%s, %s)"
    assert sealed.execute(known, noted).fetchall() == []
    bypass_triggers(sealed, "UPDATE audit_log SET person_id = NULL, role_name = 'x' WHERE id = 2")
    bypass_triggers(sealed, "DELETE FROM audit_seals")
    for _ in range(3):
        sealed.execute("SELECT seal_audit_log(4)")
    assert sealed.execute(PROBLEMS).fetchall() == []
    assert sealed.execute(known, noted).fetchall() == [
        ("the seal is not the one that was noted", 3)
    ]


def test_the_log_says_the_same_in_other_settings(sealed: Connection) -> None:
    for setting in ("TimeZone = 'Asia/Kolkata'", "DateStyle = 'German'", "bytea_output = 'escape'"):
        sealed.execute(f"SET LOCAL {setting}".encode())
        assert sealed.execute(PROBLEMS).fetchall() == []
    sealed.execute("SET LOCAL DateStyle = 'ISO'")
    write(sealed, 1)
    sealed.execute("SELECT seal_audit_log()")
    sealed.execute("SET LOCAL TimeZone = 'UTC'")
    assert sealed.execute(PROBLEMS).fetchall() == []


def test_a_row_that_is_committed_late_goes_into_a_later_seal(
    database: str, connection: Connection
) -> None:
    with connections(database, 1) as (late,):
        write(late, 1)
        write(connection, 1)
        assert scalar(connection, "SELECT seal_audit_log()") == 1
        late.commit()
    assert scalar(connection, "SELECT seal_audit_log()") == 1
    ids = "SELECT row_ids::text FROM audit_seals ORDER BY id"
    assert column(connection, ids) == ["{[2,3)}", "{[1,2)}"]
    assert connection.execute(PROBLEMS).fetchall() == []


def test_two_that_seal_at_once_seal_each_row_once(database: str, connection: Connection) -> None:
    write(connection, 3)
    with connections(database, 2) as (one, other):
        assert scalar(one, "SELECT seal_audit_log()") == 3
        seal: Callable[[], Any] = lambda: scalar(other, "SELECT seal_audit_log()")  # noqa: E731
        with waiting(database, other, seal, one) as sealed:
            one.commit()
            assert sealed.result() == 0
        other.commit()
    assert scalar(connection, "SELECT count(*) FROM audit_seals") == 1


def test_it_is_not_sealed_by_an_old_snapshot(database: str) -> None:
    with psycopg.connect(database) as old:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.errors.InvalidTransactionState):
            old.execute("SELECT seal_audit_log()")


def test_no_row_is_lost_beside_eight_writers(database: str, connection: Connection) -> None:
    institution = add(connection, "educational_institutions")["id"]

    def appoint(number: int) -> None:
        with psycopg.connect(database) as writer:
            for turn in range(WRITES):
                person = uuid.uuid4()
                row = {"institution_id": institution, "person_id": person}
                insert(writer, "institution_staff", [row])
                if (number + turn) % 5 == 0:
                    writer.rollback()
                elif (number + turn) % 2:
                    writer.commit()
            writer.commit()

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(appoint, number) for number in range(WRITERS)]
        seals = 0
        while not all(writer.done() for writer in writers):
            seals += bool(scalar(connection, "SELECT seal_audit_log()"))
        for writer in writers:
            writer.result()
    connection.execute("SELECT seal_audit_log()")
    assert seals > 1
    unsealed = (
        "SELECT count(*) FROM audit_log AS a WHERE NOT EXISTS"
        " (SELECT FROM audit_seals AS s WHERE s.row_ids @> a.id)"
    )
    assert scalar(connection, unsealed) == 0
    twice = "SELECT count(*) FROM audit_seals AS s, audit_seals AS t"
    twice += " WHERE s.id < t.id AND s.row_ids && t.row_ids"
    assert scalar(connection, twice) == 0
    assert scalar(connection, "SELECT count(*) FROM audit_log") > WRITERS * WRITES / 2
    assert connection.execute(PROBLEMS).fetchall() == []


def test_maintain_seals_and_makes_months(database: str, connection: Connection) -> None:
    write(connection, 2)
    last = column(connection, "SELECT partition::text FROM month_partitions('audit_log')")[-1]
    connection.execute(f"DROP TABLE {last}".encode())
    steps = {step.step: (step.outcome, step.count) for step in maintain(database).steps}
    assert (steps["seals"], steps["partitions"]) == (("done", 2), ("done", 1))
    assert column(connection, "SELECT partition::text FROM month_partitions('audit_log')")[-1] == (
        last
    )


def test_a_limit_bounds_a_seal(transaction: Connection) -> None:
    write(transaction, 3)
    assert [scalar(transaction, "SELECT seal_audit_log(2)") for _ in range(3)] == [2, 1, 0]
    with pytest.raises(psycopg.errors.InvalidParameterValue), rolled_back(transaction):
        transaction.execute("SELECT seal_audit_log(0)")
