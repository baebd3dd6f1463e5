"""Changes of events reach the queue of the analytics, however the events are changed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from support.rows import Connection, add, column, read, scalar

EVENTS = "learning_interactions"
QUEUE = "learning_interactions_delta"


def queued(connection: Connection) -> dict[Any, tuple[int, ...]]:
    """The sums of the queue, by learner and type, without those that cancel out."""
    sums: dict[Any, Counter[str]] = {}
    for row in read(connection, QUEUE):
        key = (row["learner_id"], row["interaction_type"])
        for name in ("interactions", "effectiveness_sum", "effectiveness_count"):
            sums.setdefault(key, Counter())[name] += row[name]
    found = {key: tuple(n.values()) for key, n in sums.items()}
    return {key: n for key, n in found.items() if any(n)}


def stored(connection: Connection) -> dict[Any, tuple[int, ...]]:
    """What the events add up to."""
    sums: dict[Any, list[int]] = {}
    for row in read(connection, EVENTS):
        found = sums.setdefault((row["learner_id"], row["interaction_type"]), [0, 0, 0])
        found[0] += 1
        found[1] += int(100 * (row["learning_effectiveness"] or 0))
        found[2] += row["learning_effectiveness"] is not None
    return {key: tuple(found) for key, found in sums.items()}


def partition_of(connection: Connection, time: datetime) -> str:
    """The partition that an event of that time is in."""
    name = scalar(
        connection,
        "SELECT tableoid::regclass::text FROM learning_interactions WHERE timestamp = %s LIMIT 1",
        time,
    )
    assert isinstance(name, str)
    return name


@pytest.fixture
def now(transaction: Connection) -> datetime:
    """The time of the transaction."""
    found = scalar(transaction, "SELECT now()")
    assert isinstance(found, datetime)
    return found


def test_inserts_updates_and_deletes_of_the_table_are_queued(
    transaction: Connection, now: datetime
) -> None:
    event = add(transaction, EVENTS, timestamp=now, learning_effectiveness=Decimal("0.37"))
    own = {"learner_id": event["learner_id"], "section_id": event["section_id"]}
    for kind in ("discussion", "navigation"):
        add(transaction, EVENTS, timestamp=now, interaction_type=kind, **own)
    assert queued(transaction) == stored(transaction)
    for change in (
        "UPDATE learning_interactions SET interaction_type = 'reflection', outcome = 'partial'",
        "UPDATE learning_interactions SET learning_effectiveness = 1"
        " WHERE learning_effectiveness IS NULL",
        "UPDATE learning_interactions SET timestamp = timestamp - interval '2 years'",
        "DELETE FROM learning_interactions WHERE learning_effectiveness = 1",
    ):
        transaction.execute(change.encode())
        assert queued(transaction) == stored(transaction), change
    transaction.execute("DELETE FROM learners")
    assert queued(transaction) == stored(transaction) == {}


def test_an_update_of_anything_else_changes_no_sum(transaction: Connection) -> None:
    add(transaction, EVENTS)
    before = queued(transaction)
    transaction.execute("UPDATE learning_interactions SET outcome = 'abandoned'")
    assert queued(transaction) == before


def test_statements_that_name_a_partition_are_queued_too(
    transaction: Connection, now: datetime
) -> None:
    event = add(transaction, EVENTS, timestamp=now)
    month = partition_of(transaction, now)
    columns = "learner_id, section_id, course_id, interaction_type, interaction_data, timestamp"
    transaction.execute(
        f"INSERT INTO {month} ({columns}) SELECT {columns} FROM learning_interactions".encode()
    )
    assert queued(transaction) == stored(transaction)
    assert stored(transaction) == {(event["learner_id"], "discussion"): (2, 0, 0)}
    transaction.execute(f"UPDATE {month} SET learning_effectiveness = 0.5".encode())
    assert queued(transaction) == stored(transaction)
    transaction.execute(f"DELETE FROM {month}".encode())
    assert queued(transaction) == stored(transaction) == {}


@pytest.mark.parametrize("whole", [True, False])
def test_a_truncate_asks_for_a_rebuild(transaction: Connection, now: datetime, whole: bool) -> None:
    add(transaction, EVENTS, timestamp=now)
    table = EVENTS if whole else partition_of(transaction, now)
    transaction.execute(f"TRUNCATE {table}".encode())
    reasons = column(transaction, "SELECT reason FROM analytics_rebuild_request")
    assert f"TRUNCATE {table}" in reasons


def test_partitions_made_later_and_partitions_without_triggers_get_them(
    transaction: Connection, now: datetime
) -> None:
    listed = "SELECT definition FROM statement_triggers(%s::regclass)"
    expected = column(transaction, listed, EVENTS)
    assert len(expected) == 10
    add(transaction, EVENTS, timestamp=now)
    month = partition_of(transaction, now)
    transaction.execute(f"DROP TRIGGER {EVENTS}_delta_insert ON {month}".encode())
    transaction.execute(
        f"CREATE OR REPLACE TRIGGER {EVENTS}_delta_delete AFTER DELETE ON {month}"
        " FOR EACH STATEMENT EXECUTE FUNCTION request_analytics_rebuild()".encode()
    )
    assert scalar(transaction, "SELECT ensure_interaction_partitions(15)") == 3
    for partition in column(
        transaction,
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
        EVENTS,
    ):
        assert column(transaction, listed, partition) == expected, partition
    assert scalar(transaction, "SELECT ensure_interaction_partitions(15)") == 0
    assert (
        column(transaction, "SELECT * FROM month_partition_ddl('learning_interactions', 15)") == []
    )


def test_a_partition_can_be_taken_out_whole(transaction: Connection, now: datetime) -> None:
    event = add(transaction, EVENTS, timestamp=now, learning_effectiveness=1)
    add(transaction, EVENTS, timestamp=now, learner_id=event["learner_id"])
    add(transaction, EVENTS, timestamp=now - timedelta(days=800))
    month = partition_of(transaction, now)
    transaction.execute(f"ALTER TABLE {EVENTS} DETACH PARTITION {month}".encode())
    transaction.execute("SELECT retract_interaction_partition(%s::regclass)", (month,))
    transaction.execute(f"DROP TABLE {month}".encode())
    assert queued(transaction) == stored(transaction)
    assert len(stored(transaction)) == 1


def test_writers_of_events_need_no_right_on_the_queue(
    transaction: Connection, now: datetime
) -> None:
    event = add(transaction, EVENTS, timestamp=now)
    transaction.execute("CREATE ROLE lms_test_writer BYPASSRLS")
    transaction.execute("GRANT SELECT, INSERT, DELETE ON learning_interactions TO lms_test_writer")
    transaction.execute("SET LOCAL ROLE lms_test_writer")
    columns = "learner_id, section_id, course_id, interaction_type, interaction_data, timestamp"
    transaction.execute(f"INSERT INTO {EVENTS} ({columns}) SELECT {columns} FROM {EVENTS}".encode())
    transaction.execute("RESET ROLE")
    assert queued(transaction) == {(event["learner_id"], "discussion"): (2, 0, 0)}
