"""Events past their retention go by whole months; what was counted of them stays."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import oracle
from support.properties import examples
from support.race import connections, waiting
from support.rows import Connection, Row, add, column, read, rolled_back, scalar
from support.world import World, place, worlds

# the worlds' events are of March and April of 2024
FIRST_MONTH = datetime(2024, 3, 1, tzinfo=UTC)
MAY = datetime(2024, 5, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
Dropped = list[tuple[str, datetime | None, datetime, int]]


def keep_from(connection: Connection, limit: datetime) -> Dropped:
    """Drop what is older than the limit."""
    return connection.execute(
        "SELECT * FROM drop_expired_data(p_keep => now() - %s)", (limit,)
    ).fetchall()


def make_months(connection: Connection, first: datetime = FIRST_MONTH) -> None:
    scalar(connection, "SELECT ensure_interaction_partitions(p_from => %s)", first.date())


@pytest.fixture
def months(transaction: Connection) -> Connection:
    """The transaction, with a partition for each month from March 2024 on."""
    make_months(transaction)
    return transaction


def partitions(connection: Connection) -> list[str]:
    return column(connection, "SELECT partition::text FROM interaction_partitions()")


def counted(connection: Connection) -> dict[tuple[uuid.UUID, uuid.UUID], Row]:
    stored = oracle.tables(connection)
    courses = [row["id"] for row in stored["educational_courses"]]
    return {
        key: counters
        for course in courses
        for key, counters in oracle.counted_progress(stored, course).items()
    }


def progress(connection: Connection) -> dict[tuple[uuid.UUID, uuid.UUID], Row]:
    return {
        (row["learner_id"], row["section_id"]): row for row in read(connection, "section_progress")
    }


def rebuild(connection: Connection) -> int:
    return sum(column(connection, "SELECT rebuild_section_progress(id) FROM educational_courses"))


@examples(12)
@given(
    world=worlds(),
    days=st.integers(0, 90),
    more=st.lists(st.tuples(st.integers(0, 13), st.integers(0, 100)), max_size=6),
)
def test_counts_of_progress_outlive_the_events(
    months: Connection, world: World, days: int, more: list[tuple[int, int]]
) -> None:
    limit = FIRST_MONTH + timedelta(days=days)
    boundary = max(
        start for start in [FIRST_MONTH, datetime(2024, 4, 1, tzinfo=UTC), MAY] if start <= limit
    )
    with rolled_back(months):
        place(months, world)
        rebuild(months)
        scalar(months, "SELECT recalculate_course_metrics()")
        events = read(months, "learning_interactions")
        expected = counted(months)
        before = progress(months)
        enrollments = read(months, "course_enrollments")

        dropped = keep_from(months, limit)
        # the partition of earlier events is empty, and does not go alone
        ends = [boundary] if boundary > FIRST_MONTH else []
        assert [upper for _, _, upper, _ in dropped][-1:] == ends
        gone = [event for event in events if event["timestamp"] < boundary]
        assert sum(interactions for *_, interactions in dropped) == len(gone)
        left = {event["id"] for event in events} - {event["id"] for event in gone}
        assert {event["id"] for event in read(months, "learning_interactions")} == left
        assert progress(months) == before
        assert read(months, "course_enrollments") == enrollments
        assert rebuild(months) == 0
        assert read(months, "course_enrollments") == enrollments
        assert column(months, "SELECT check_derived_columns()::text") == []

        # later events, also of the dropped time, are counted on, and expire in turn
        scalar(months, "SELECT ensure_interaction_partitions()")
        for number, day in more:
            if events:
                model = events[number % len(events)]
                time = FIRST_MONTH + timedelta(days=day)
                late = {**model, "id": uuid.uuid4(), "timestamp": time}
                events.append(late)
                months.execute(
                    "SELECT record_interaction(%s, %s, %s, p_timestamp => %s, p_id => %s,"
                    " p_duration_seconds => %s)",
                    [
                        late[name]
                        for name in (
                            "learner_id",
                            "section_id",
                            "interaction_type",
                            "timestamp",
                            "id",
                            "duration_seconds",
                        )
                    ],
                )
        keep_from(months, MAY)
        expected = {
            key: counters
            for course in world.ids("educational_courses")
            for key, counters in oracle.counted_progress(
                {
                    "section_progress": read(months, "section_progress"),
                    "learning_interactions": events,
                },
                course,
            ).items()
        }
        stored = progress(months)
        assert stored.keys() == expected.keys()
        for key, counters in expected.items():
            assert {name: stored[key][name] for name in counters} == counters
        assert rebuild(months) == 0
        assert column(months, "SELECT check_derived_columns()::text") == []


def test_nothing_is_dropped_unless_a_retention_is_asked_for(months: Connection) -> None:
    add(months, "learning_interactions")
    before = partitions(months)
    assert months.execute("SELECT * FROM drop_expired_data()").fetchall() == []
    assert partitions(months) == before
    assert len(read(months, "learning_interactions")) == 1


def test_a_partition_that_straddles_the_limit_stays(months: Connection) -> None:
    april = datetime(2024, 4, 1, tzinfo=UTC)
    keep_from(months, april - MICROSECOND)
    assert "learning_interactions_2024_03" in partitions(months)
    assert [name for name, *_ in keep_from(months, april)] == [
        "learning_interactions_history",
        "learning_interactions_2024_03",
    ]


def test_the_limit_counts_months_of_the_calendar_in_utc(months: Connection) -> None:
    months.execute("SET LOCAL TimeZone = 'Pacific/Kiritimati'")
    query = "SELECT partition::text FROM expired_interaction_partitions(%s, %s)"
    past = "learning_interactions_2024_03"
    # a month before 31 March is the end of February, a month before 1 May the end of March
    assert past not in column(months, query, "1 month", MAY - MICROSECOND)
    assert past in column(months, query, "1 month", MAY)


def test_what_was_dropped_is_returned_with_its_events(months: Connection) -> None:
    for time in (FIRST_MONTH - MICROSECOND, FIRST_MONTH, FIRST_MONTH + timedelta(days=9)):
        add(months, "learning_interactions", timestamp=time)
    assert keep_from(months, MAY) == [
        ("learning_interactions_history", None, FIRST_MONTH, 1),
        ("learning_interactions_2024_03", FIRST_MONTH, datetime(2024, 4, 1, tzinfo=UTC), 2),
        ("learning_interactions_2024_04", datetime(2024, 4, 1, tzinfo=UTC), MAY, 0),
    ]


def test_afterwards_history_is_made_again_up_to_the_first_month_that_is_left(
    months: Connection,
) -> None:
    keep_from(months, MAY)
    assert scalar(months, "SELECT ensure_interaction_partitions()") == 1
    first, second, *_ = months.execute("SELECT * FROM interaction_partitions()").fetchall()
    assert first == ("learning_interactions_history", None, MAY)
    assert second[1] == MAY
    assert keep_from(months, MAY) == []  # empty, it would be made again as it is
    add(months, "learning_interactions", timestamp=FIRST_MONTH)
    assert keep_from(months, MAY) == [("learning_interactions_history", None, MAY, 1)]


def test_metrics_of_a_time_at_which_the_events_counted_move_on(months: Connection) -> None:
    event = add(months, "learning_interactions", timestamp=FIRST_MONTH)
    for learner in (event["learner_id"], add(months, "learners")["id"]):
        add(months, "course_enrollments", learner_id=learner, course_id=event["course_id"])
    rebuild(months)
    scalar(months, "SELECT recalculate_course_metrics(p_as_of => %s)", FIRST_MONTH)
    assert max(column(months, "SELECT engagement_score FROM course_enrollments")) == 1
    keep_from(months, MAY)
    assert max(column(months, "SELECT engagement_score FROM course_enrollments")) == 0
    assert column(months, "SELECT check_derived_columns()::text") == []


def test_totals_go_with_their_learner(months: Connection) -> None:
    event = add(months, "learning_interactions", timestamp=FIRST_MONTH)
    keep_from(months, MAY)
    assert len(read(months, "expired_interaction_totals")) == 1
    months.execute("DELETE FROM learners WHERE id = %s", (event["learner_id"],))
    assert read(months, "expired_interaction_totals") == []


@pytest.mark.parametrize(
    "arguments",
    [
        "'29 days 23 hours'",
        "'-1 year'",
        "'1 year', now() + interval '1 second'",
        "'1 year', NULL",
    ],
)
def test_a_retention_that_would_drop_too_much_is_refused(
    transaction: Connection, arguments: str
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        transaction.execute(f"SELECT drop_expired_data({arguments})".encode())


def test_another_isolation_level_is_refused(database: str) -> None:
    with psycopg.connect(database) as connection:
        make_months(connection)
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.errors.InvalidTransactionState):
            keep_from(connection, MAY)


def test_what_is_no_partition_of_the_event_table_is_not_retired(transaction: Connection) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        transaction.execute("SELECT retire_interaction_partitions('{learners}')")


@pytest.fixture
def prepared(connection: Connection) -> Row:
    """An event of March 2024 and its progress, committed."""
    make_months(connection)
    event = add(connection, "learning_interactions", timestamp=FIRST_MONTH)
    rebuild(connection)
    return event


@pytest.mark.usefixtures("prepared")
def test_writers_and_readers_go_on_while_events_are_added_up(database: str) -> None:
    """Adding up ends where it waits for the table; until there it blocks nobody."""
    with connections(database, 3) as (reader, expiring, writer):
        reader.execute("SELECT FROM learning_interactions")
        # the latter half of it is how long the lock is tried for
        expiring.execute("SET deadlock_timeout = '40s'")
        with waiting(database, expiring, lambda: keep_from(expiring, MAY), reader) as outcome:
            writer.execute("SET lock_timeout = '10ms'")
            add(writer, "learners")  # referenced by the events
            add(writer, "learning_sections")
            writer.commit()
            reader.rollback()
            assert len(outcome.result()) == 3
        expiring.commit()
        assert read(reader, "learning_interactions") == []


@pytest.mark.usefixtures("prepared")
def test_a_lock_that_is_not_free_is_given_up_and_nothing_is_changed(database: str) -> None:
    with connections(database, 2) as (reader, expiring):
        reader.execute("SELECT FROM learning_interactions")
        expiring.execute("SET deadlock_timeout = '20ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            keep_from(expiring, MAY)
        expiring.rollback()
        assert len(read(reader, "learning_interactions")) == 1
        assert read(reader, "expired_interaction_totals") == []


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM learning_interactions",
        "UPDATE learning_interactions SET duration_seconds = 60",
        "INSERT INTO learning_interactions (learner_id, section_id, interaction_type, course_id,"
        " interaction_data, timestamp) SELECT learner_id, section_id, interaction_type, course_id,"
        " interaction_data, timestamp FROM learning_interactions",
    ],
)
def test_events_that_change_while_they_are_added_up_are_not_lost(
    database: str, change: str
) -> None:
    with connections(database, 2) as (writer, expiring):
        # begun and not yet seen when the adding up starts, committed when it ends
        writer.execute(change.encode())
        expiring.execute("SET deadlock_timeout = '40s'")
        with waiting(database, expiring, lambda: keep_from(expiring, MAY), writer) as outcome:
            writer.commit()
            with pytest.raises(psycopg.errors.SerializationFailure, match="2024_03 changed"):
                outcome.result()
        expiring.rollback()
        left = len(read(writer, "learning_interactions"))
        writer.rollback()
        assert sum(interactions for *_, interactions in keep_from(expiring, MAY)) == left
        expiring.commit()


def test_whoever_waits_for_a_row_of_expiring_events_does_not_become_the_victim_of_a_deadlock(
    database: str, prepared: Row
) -> None:
    """A learner is erased while their events expire: expiring gives way."""
    with connections(database, 3) as (first, expiring, erasing):
        # events expired before, so that the totals of the learner are a row that is updated
        keep_from(first, MAY)
        first.commit()
        make_months(first)
        add(
            first,
            "learning_interactions",
            timestamp=FIRST_MONTH,
            learner_id=prepared["learner_id"],
            section_id=prepared["section_id"],
            course_id=prepared["course_id"],
        )
        first.commit()
        first.execute("LOCK TABLE analytics_refresh_log")
        first.execute("SELECT FROM learning_interactions_delta FOR UPDATE")
        scalar(
            expiring,
            "SELECT interaction_count FROM expired_interaction_totals FOR UPDATE",
        )

        def erase() -> Any:
            return erasing.execute("DELETE FROM learners WHERE id = %s", (prepared["learner_id"],))

        with waiting(database, erasing, erase, expiring) as erased:
            with pytest.raises(psycopg.errors.SerializationFailure, match="others wait"):
                expiring.execute(
                    "SELECT retire_interaction_partitions("
                    "ARRAY(SELECT partition FROM interaction_partitions() LIMIT 2))"
                )
            expiring.rollback()
            erased.result()
        erasing.commit()
        assert read(erasing, "expired_interaction_totals") == []


def test_statements_of_retention_name_what_is_retired_and_then_dropped(
    months: Connection,
) -> None:
    statements = column(
        months,
        "SELECT interaction_retention_ddl(ARRAY(SELECT partition"
        " FROM expired_interaction_partitions(now() - %s)))",
        datetime(2024, 4, 1, tzinfo=UTC),
    )
    assert statements == [
        "SELECT * FROM retire_interaction_partitions("
        "'{learning_interactions_history,learning_interactions_2024_03}'::regclass[])",
        "DROP TABLE learning_interactions_history",
        "DROP TABLE learning_interactions_2024_03",
    ]


def test_dropping_locks_no_other_table_against_its_readers(connection: Connection) -> None:
    make_months(connection)
    with connection.transaction():
        keep_from(connection, MAY)
        locked = column(
            connection,
            "SELECT l.relation::regclass::text FROM pg_locks AS l"
            " JOIN pg_class AS c ON l.relation = c.oid WHERE l.pid = pg_backend_pid()"
            " AND l.mode = 'AccessExclusiveLock' AND c.relkind IN ('r', 'p')"
            " AND c.relnamespace = 'public'::regnamespace",
        )
    assert locked == ["learning_interactions"]
