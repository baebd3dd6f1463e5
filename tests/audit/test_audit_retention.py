"""Months of the audit log go when they were kept long enough, and what is left stays proven."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

import lms_schema
from support.race import connections, waiting
from support.rows import Connection, add, bypass_triggers, column, read, scalar

MARCH, APRIL, MAY = (datetime(2024, month, 1, tzinfo=UTC) for month in (3, 4, 5))
DROP = "SELECT drop_expired_audit_log()"
PROBLEMS = "SELECT problem FROM check_audit_log()"
LOGGED = "SELECT recorded_at FROM audit_log ORDER BY id"


@pytest.fixture
def months(connection: Connection) -> Connection:
    """A log with two rows of March 2024, sealed apart, and one each of April, May and today."""
    scalar(connection, "SELECT ensure_month_partitions('audit_log', p_from => '2024-03-01')")
    add(connection, "audit_log", recorded_at=MARCH)
    assert scalar(connection, "SELECT seal_audit_log()") == 1
    for time in (MARCH, APRIL, MAY, datetime.now(UTC)):
        add(connection, "audit_log", recorded_at=time)
    return connection


def keep_from(connection: Connection, limit: datetime) -> None:
    """Have the policy keep what is not older."""
    keep_for = datetime.now(UTC) - limit
    connection.execute("DELETE FROM retention_policies")
    add(connection, "retention_policies", what="audit_log", keep_for=keep_for)


def test_a_seal_is_of_one_month(months: Connection) -> None:
    assert [scalar(months, "SELECT seal_audit_log()") for _ in range(5)] == [1, 1, 1, 1, 0]


def test_months_go_with_a_seal_and_an_entry_and_the_rest_stays_proven(months: Connection) -> None:
    assert scalar(months, DROP) == 0  # no policy: for ever
    noted = months.execute("SELECT id, hash FROM audit_seals ORDER BY id DESC LIMIT 1").fetchone()
    keep_from(months, MAY)
    assert scalar(months, DROP) == 3  # with the one of all earlier rows
    assert column(months, LOGGED)[0] == MAY
    assert len(column(months, LOGGED)) == 2
    gone = [
        (row["upper_bound"], row["rows_gone"])
        for row in read(months, "retention_log")
        if row["what"] == "audit_log"
    ]
    assert sorted(gone) == [(MARCH, 0), (APRIL, 2), (MAY, 1)]
    seals = "SELECT expired_before FROM audit_seals WHERE expired_before IS NOT NULL ORDER BY id"
    assert column(months, seals) == [APRIL, MAY]
    assert months.execute("SELECT * FROM check_audit_log(%s, %s)", noted).fetchall() == []
    with months.transaction():
        bypass_triggers(months, "DELETE FROM audit_log WHERE recorded_at = '2024-05-01Z'")
    assert column(months, PROBLEMS) == ["rows are missing"]  # the positive control


def test_what_is_not_sealed_is_sealed_before_it_goes(months: Connection) -> None:
    keep_from(months, MAY)
    scalar(months, DROP)
    sealed = "SELECT count(*) FROM audit_seals WHERE expired_before IS NULL"
    assert scalar(months, sealed) == 5
    assert column(months, PROBLEMS) == []


def test_a_month_of_a_learner_under_a_hold_stays_with_all_later_ones(months: Connection) -> None:
    learner = add(months, "learners")["id"]
    add(months, "audit_log", recorded_at=APRIL, learner_id=learner)
    hold = add(months, "legal_holds", learner_id=learner)["id"]
    keep_from(months, datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    assert scalar(months, DROP) == 2
    assert column(months, LOGGED)[:2] == [APRIL, MAY]
    scalar(months, "SELECT ensure_month_partitions('audit_log')")
    assert scalar(months, DROP) == 0  # the one of all earlier rows is not made and dropped in turns
    months.execute("UPDATE legal_holds SET held_until = now() WHERE id = %s", (hold,))
    assert scalar(months, DROP) > 2
    assert column(months, PROBLEMS) == []


def test_maintain_applies_the_policy_and_the_log_goes_on(months: Connection, database: str) -> None:
    keep_from(months, MAY)
    steps = {step.step: step for step in lms_schema.maintain(database).steps}
    assert (steps["retention"].outcome, steps["retention"].count) == ("done", 3)
    assert steps["partitions"].count == 1
    add(months, "institution_staff")
    assert len(column(months, LOGGED)) == 3
    steps = {step.step: step for step in lms_schema.maintain(database).steps}
    assert (steps["retention"].count, steps["partitions"].count) == (0, 0)
    assert column(months, PROBLEMS) == []


@pytest.mark.usefixtures("months")
def test_a_late_row_of_a_month_is_waited_for(database: str) -> None:
    with connections(database, 2) as (late, dropper):
        keep_from(dropper, MAY)
        dropper.commit()
        add(late, "audit_log", recorded_at=APRIL)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            scalar(dropper, DROP)
        dropper.rollback()
        late.commit()
        assert scalar(dropper, DROP) == 3
        counted = "SELECT rows_gone FROM retention_log WHERE upper_bound = '2024-05-01Z'"
        assert column(dropper, counted) == [2]
        dropper.commit()


@pytest.mark.usefixtures("months")
def test_a_hold_waits_for_a_drop(database: str, connection: Connection) -> None:
    learner = add(connection, "learners")["id"]
    add(connection, "audit_log", recorded_at=APRIL, learner_id=learner)
    keep_from(connection, MAY)
    with connections(database, 2) as (lawyer, dropper):
        assert scalar(dropper, DROP) == 3
        place = "INSERT INTO legal_holds (learner_id, reason) VALUES (%s, 'Case')"

        def hold() -> Any:
            return lawyer.execute(place, (learner,))

        with waiting(database, lawyer, hold, dropper) as placed:
            dropper.commit()
            assert placed.result().rowcount == 1
        lawyer.commit()
