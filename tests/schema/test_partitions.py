"""The event table: history and 13 UTC months, whatever the session's settings are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from support.race import connections, waiting
from support.rows import Connection, add, column, rolled_back, scalar

EVENTS = "learning_interactions"
HISTORY = f"{EVENTS}_history"
MICROSECOND = timedelta(microseconds=1)
Bounds = dict[str, tuple[datetime | None, datetime]]

OTHER_SETTINGS = [
    "SET TimeZone = 'America/New_York'",
    "SET TimeZone = 'Pacific/Kiritimati'; SET DateStyle = 'SQL, DMY'",
    "SET TimeZone = 'Asia/Kolkata'; SET DateStyle = 'German'",
    "SET TimeZone = 'UTC'; SET DateStyle = 'Postgres, MDY'",
]


def bounds(connection: Connection) -> Bounds:
    """Lower and upper bound of each partition; None is the beginning of time."""
    with rolled_back(connection):
        connection.execute("SET LOCAL TimeZone = 'UTC'")
        connection.execute("SET LOCAL DateStyle = 'ISO'")
        rows = connection.execute(
            "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits AS i"
            " JOIN pg_class AS c ON i.inhrelid = c.oid WHERE i.inhparent = %s::regclass",
            (EVENTS,),
        ).fetchall()
    found: Bounds = {}
    for name, text in rows:
        match = re.fullmatch(r"FOR VALUES FROM \((?:MINVALUE|'(.*)')\) TO \('(.*)'\)", text)
        assert match is not None, text
        lower, upper = match.groups()
        found[name] = (
            None if lower is None else datetime.fromisoformat(f"{lower}:00"),
            datetime.fromisoformat(f"{upper}:00"),
        )
    return found


def months(found: Bounds) -> list[datetime]:
    """The months that have a partition; they are whole UTC months and leave no gap."""
    starts = sorted(lower for lower, _ in found.values() if lower is not None)
    assert found[HISTORY] == (None, starts[0])
    for start in starts:
        name = f"{EVENTS}_{start:%Y_%m}"
        assert found[name] == (start, following(start))
        assert (start.day, start.time(), start.utcoffset()) == (1, datetime.min.time(), timedelta())
    for earlier, later in pairwise(starts):
        assert following(earlier) == later
    return starts


def following(month: datetime, count: int = 1) -> datetime:
    """The start of a month some months later, or earlier."""
    years, index = divmod(month.month - 1 + count, 12)
    return datetime(month.year + years, index + 1, 1, tzinfo=UTC)


def ensure(connection: Connection, *arguments: Any) -> int:
    names = ["p_months_ahead => %s", "p_from => %s"][: len(arguments)]
    made = scalar(
        connection, f"SELECT ensure_interaction_partitions({', '.join(names)})", *arguments
    )
    assert isinstance(made, int)
    return made


def this_month(connection: Connection) -> datetime:
    now = scalar(connection, "SELECT now()").astimezone(UTC)
    return datetime(now.year, now.month, 1, tzinfo=UTC)


@contextmanager
def session(connection: Connection, settings: str) -> Iterator[None]:
    """Other settings while a statement runs; psycopg reads times in ISO style only."""
    connection.execute(settings.encode())
    yield
    connection.execute("RESET TimeZone")
    connection.execute("RESET DateStyle")


def drop_partitions(connection: Connection) -> None:
    for name in bounds(connection):
        connection.execute(f"DROP TABLE {name}".encode())


def partitions_of(
    connection: Connection, times: Iterable[datetime], settings: str = "SET TimeZone = 'UTC'"
) -> list[str]:
    """Where events of the times land that a session with the settings writes."""
    learner = add(connection, "learners")["id"]
    section = add(connection, "learning_sections")
    with session(connection, settings):
        return [
            scalar(
                connection,
                f"INSERT INTO {EVENTS} (learner_id, section_id, course_id, interaction_type,"
                " interaction_data, timestamp) VALUES (%s, %s, %s, 'discussion', '{}', %s)"
                " RETURNING tableoid::regclass::text",
                learner,
                section["id"],
                section["course_id"],
                time,
            )
            for time in times
        ]


@pytest.mark.parametrize("settings", OTHER_SETTINGS)
def test_the_first_call_makes_history_this_month_and_the_next_twelve(
    transaction: Connection, settings: str
) -> None:
    drop_partitions(transaction)
    with session(transaction, settings):
        assert ensure(transaction) == 14
    present = this_month(transaction)
    assert months(bounds(transaction)) == [following(present, n) for n in range(13)]


def test_an_installed_schema_has_them(transaction: Connection) -> None:
    assert len(months(bounds(transaction))) >= 13


def test_a_second_call_does_nothing_at_all(connection: Connection) -> None:
    ensure(connection)
    with connection.transaction():
        assert ensure(connection) == 0
        assert scalar(connection, "SELECT pg_current_xact_id_if_assigned()") is None


@pytest.mark.parametrize("settings", OTHER_SETTINGS)
def test_an_event_lands_in_the_utc_month_of_its_time(
    transaction: Connection, settings: str
) -> None:
    starts = months(bounds(transaction))
    landing = {start: f"{EVENTS}_{start:%Y_%m}" for start in starts}
    landing |= {following(start) - MICROSECOND: f"{EVENTS}_{start:%Y_%m}" for start in starts}
    landing[starts[0] - MICROSECOND] = HISTORY
    landing[datetime(1, 1, 1, tzinfo=UTC)] = HISTORY
    assert partitions_of(transaction, landing, settings) == list(landing.values())


def test_an_event_too_far_ahead_is_rejected(transaction: Connection) -> None:
    end = max(upper for _, upper in bounds(transaction).values())
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        add(transaction, EVENTS, timestamp=end)
    assert "no partition" in str(error.value)


@pytest.mark.parametrize("settings", OTHER_SETTINGS)
def test_more_months_ahead_are_added_after_the_last(transaction: Connection, settings: str) -> None:
    ensure(transaction)
    before = months(bounds(transaction))
    with session(transaction, settings):
        assert ensure(transaction, 15) == 3
    after = months(bounds(transaction))
    assert after[: len(before)] == before
    assert after[-1] == following(before[-1], 3)
    assert ensure(transaction, 15) == ensure(transaction, 0) == 0


@pytest.mark.parametrize("missing", [slice(-2, None), slice(0, 2), slice(4, 6)])
def test_missing_months_are_made_again(transaction: Connection, missing: slice) -> None:
    ensure(transaction)
    starts = months(bounds(transaction))
    for start in starts[missing]:
        transaction.execute(f"DROP TABLE {EVENTS}_{start:%Y_%m}".encode())
    assert ensure(transaction) == 2
    assert months(bounds(transaction)) == starts


@pytest.mark.parametrize("ahead", [-1, 121, None])
def test_months_ahead_out_of_range_are_refused(transaction: Connection, ahead: int | None) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        ensure(transaction, ahead)


@pytest.mark.parametrize("text", ["infinity", "-infinity"])
def test_an_infinite_start_is_refused(transaction: Connection, text: str) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        transaction.execute("SELECT ensure_interaction_partitions(12, %s::text::date)", (text,))


@pytest.mark.parametrize("settings", OTHER_SETTINGS)
def test_a_start_in_the_past_gives_its_months_a_partition_each(
    transaction: Connection, settings: str
) -> None:
    ensure(transaction)
    first = months(bounds(transaction))[0]
    wanted = following(first, -5)
    old = add(transaction, EVENTS, timestamp=wanted - MICROSECOND)
    with session(transaction, settings):
        assert ensure(transaction, 12, wanted.date() + timedelta(days=14)) == 5
    assert months(bounds(transaction))[:6] == [following(wanted, n) for n in range(6)]
    assert partitions_of(transaction, [wanted]) == [f"{EVENTS}_{wanted:%Y_%m}"]
    assert column(transaction, f"SELECT id FROM {HISTORY}") == [old["id"]]
    assert ensure(transaction, 12, wanted.date()) == 0


def test_a_start_that_is_reached_already_adds_nothing(transaction: Connection) -> None:
    ensure(transaction)
    starts = months(bounds(transaction))
    assert ensure(transaction, 12, starts[1].date()) == 0
    assert months(bounds(transaction)) == starts


@pytest.mark.parametrize("past", [1, 40])
def test_a_first_call_with_a_start_in_the_past_begins_there(
    transaction: Connection, past: int
) -> None:
    wanted = following(this_month(transaction), -past)
    drop_partitions(transaction)
    assert ensure(transaction, 1, wanted.date()) == 1 + past + 2
    assert months(bounds(transaction))[0] == wanted


def test_a_start_is_refused_with_the_count_of_events_stored_since(
    transaction: Connection,
) -> None:
    ensure(transaction)
    before = bounds(transaction)
    wanted = following(months(before)[0], -3)
    for offset in (-MICROSECOND, timedelta(0), timedelta(days=40)):
        add(transaction, EVENTS, timestamp=wanted + offset)
    with (
        pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState) as error,
        rolled_back(transaction),
    ):
        ensure(transaction, 12, wanted.date())
    assert f"holds 2 rows from {wanted:%Y-%m-%d} on" in str(error.value)
    assert bounds(transaction) == before


def test_a_partition_is_like_the_table(transaction: Connection) -> None:
    like = (
        "SELECT count(*) FROM pg_constraint WHERE conrelid = %(t)s::regclass AND contype IN"
        " ('c', 'f', 'p')",
        "SELECT count(*) FROM pg_index WHERE indrelid = %(t)s::regclass AND indisvalid",
        "SELECT array_agg((attname, attnotnull, atttypid, atttypmod)::text ORDER BY attnum)"
        " FROM pg_attribute WHERE attrelid = %(t)s::regclass AND attnum > 0",
        "SELECT array_agg(pg_get_expr(adbin, adrelid) ORDER BY adnum) FROM pg_attrdef"
        " WHERE adrelid = %(t)s::regclass",
    )
    ensure(transaction, 13)

    def facts(table: str) -> list[Any]:
        return [transaction.execute(text.encode(), {"t": table}).fetchone() for text in like]

    for name in bounds(transaction):
        assert facts(name) == facts(EVENTS), name
        assert scalar(transaction, "SELECT obj_description(%s::regclass)", name)


def test_two_callers_at_once_make_each_month_once(connection: Connection, database: str) -> None:
    ensure(connection)
    starts = months(bounds(connection))
    for start in starts[-3:]:
        connection.execute(f"DROP TABLE {EVENTS}_{start:%Y_%m}".encode())
    with connections(database, 2) as (one, other):
        assert ensure(one) == 3
        with waiting(database, other, lambda: ensure(other), one) as outcome:
            one.commit()
            assert outcome.result() == 0
    assert months(bounds(connection)) == starts


def test_writers_go_on_while_months_are_added_ahead(connection: Connection, database: str) -> None:
    learner = add(connection, "learners")["id"]
    section = add(connection, "learning_sections")
    with connections(database, 2) as (adding, writing):
        assert ensure(adding, 14) >= 1
        writing.execute("SET lock_timeout = '100ms'")
        writing.execute("SELECT count(*) FROM learning_interactions")
        adding.commit()
        add(writing, EVENTS, learner_id=learner, section_id=section["id"])


def test_the_date_of_a_start_is_a_utc_date(transaction: Connection) -> None:
    ensure(transaction)
    wanted = following(months(bounds(transaction))[0], -1)
    with session(transaction, "SET TimeZone = 'Pacific/Kiritimati'"):  # 14 hours ahead
        assert ensure(transaction, 12, date(wanted.year, wanted.month, 1)) == 1
    assert months(bounds(transaction))[0] == wanted


@pytest.mark.parametrize("settings", OTHER_SETTINGS)
def test_the_statements_mean_the_same_in_every_session(
    transaction: Connection, settings: str
) -> None:
    query = (
        "SELECT * FROM month_partition_ddl('learning_interactions', 14,"
        " (now() - interval '90 days')::date)"
    )
    expected = column(transaction, query)
    with session(transaction, settings):
        assert column(transaction, query) == expected
