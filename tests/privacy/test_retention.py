"""What is past its retention goes by whole months, never under a hold, and is written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

import lms_schema
from support.race import connections, waiting
from support.rows import Connection, add, column, read, scalar

MARCH, APRIL = (datetime(2024, month, 1, tzinfo=UTC) for month in (3, 4))
LATER = datetime.now(UTC) + timedelta(hours=1)
DROPPED = "SELECT partition_name FROM drop_expired_data('12 months') WHERE interactions > 0"


@pytest.fixture
def events(connection: Connection) -> list[dict[str, Any]]:
    """Two events of two learners, of March and April 2024."""
    scalar(connection, "SELECT ensure_interaction_partitions(p_from => '2024-03-01')")
    return [add(connection, "learning_interactions", timestamp=time) for time in (MARCH, APRIL)]


def policy(connection: Connection, what: str, keep_for: str) -> None:
    add(connection, "retention_policies", what=what, keep_for=keep_for)


@pytest.mark.usefixtures("events")
def test_maintain_applies_the_policies_and_writes_down_what_went(
    connection: Connection, database: str
) -> None:
    assert "retention" not in [step.step for step in lms_schema.maintain(database).steps]
    for what in ("learning_interactions", "access_sessions", "analytics_refresh_log"):
        policy(connection, what, "12 months")
    old = datetime.now(UTC) - timedelta(days=400)
    add(connection, "access_sessions", opened_at=old, expires_at=old + timedelta(hours=1))
    add(connection, "access_sessions", opened_at=datetime.now(UTC), expires_at=LATER)
    add(connection, "analytics_refresh_log", started_at=old, finished_at=old)
    (step,) = [s for s in lms_schema.maintain(database).steps if s.step == "retention"]
    assert (step.outcome, step.error) == ("done", None)
    assert read(connection, "learning_interactions") == []
    assert len(read(connection, "access_sessions")) == 1
    assert (
        column(connection, "SELECT 1 FROM analytics_refresh_log WHERE finished_at < %s", old) == []
    )
    log = read(connection, "retention_log")
    assert sum(row["rows_gone"] for row in log if row["what"] == "learning_interactions") == 2
    assert len([row for row in log if row["what"] == "learning_interactions"]) == step.count
    assert [row["rows_gone"] for row in log if row["what"] == "access_sessions"] == [1]


def test_months_of_a_learner_under_a_hold_stay(
    connection: Connection, database: str, events: list[dict[str, Any]]
) -> None:
    hold = add(connection, "legal_holds", learner_id=events[0]["learner_id"])["id"]
    policy(connection, "learning_interactions", "12 months")
    lms_schema.maintain(database)
    assert [row["id"] for row in read(connection, "learning_interactions")] == [events[0]["id"]]
    connection.execute("UPDATE legal_holds SET held_until = now() WHERE id = %s", (hold,))
    lms_schema.maintain(database)
    assert read(connection, "learning_interactions") == []


def test_a_hold_waits_for_a_drop_and_a_drop_for_a_hold(
    database: str, events: list[dict[str, Any]]
) -> None:
    with connections(database, 2) as (lawyer, dropper):
        add(lawyer, "legal_holds", learner_id=events[0]["learner_id"])
        with waiting(database, dropper, lambda: column(dropper, DROPPED), lawyer) as drop:
            lawyer.commit()
            with pytest.raises(psycopg.errors.SerializationFailure, match="a legal hold was"):
                drop.result()
        dropper.rollback()
        assert column(dropper, DROPPED) == ["learning_interactions_2024_04"]
        place = "INSERT INTO legal_holds (learner_id, reason) VALUES (%s, 'Case 2')"
        who = (events[1]["learner_id"],)
        with waiting(database, lawyer, lambda: lawyer.execute(place, who), dropper) as placed:
            dropper.commit()
            assert placed.result().rowcount == 1
        lawyer.commit()


@pytest.mark.parametrize("as_of", ["NULL", "now() + interval '1 second'"])
def test_rows_do_not_expire_in_the_future(transaction: Connection, as_of: str) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="must not be in the future"):
        transaction.execute(f"SELECT delete_expired_rows({as_of})".encode())
