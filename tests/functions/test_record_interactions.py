"""Many events in one call: the same as one call for each, and an error names the event."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from support.derived import AS_OF
from support.properties import examples
from support.race import connections, waiting
from support.rows import NOBODY, Connection, Row, add, column, read, rolled_back, scalar
from support.world import INTERACTION_TYPES

Place = tuple[uuid.UUID, uuid.UUID]
Event = dict[str, Any]

COMPUTED = ("updated_at", "created_at")


def record(connection: Connection, events: Any) -> int:
    stored = scalar(connection, "SELECT record_interactions(%s)", Jsonb(events))
    assert isinstance(stored, int)
    return stored


def record_one(connection: Connection, event: Event) -> None:
    """The event by the call for a single one; what is left out or null has its default."""
    given_values = {
        f"p_{name}": Jsonb(value) if isinstance(value, dict | list) else str(value)
        for name, value in event.items()
        if value is not None
    }
    named = ", ".join(f"{name} => %s" for name in given_values)
    connection.execute(f"SELECT record_interaction({named})".encode(), [*given_values.values()])


def event_of(place: Place, **values: Any) -> Event:
    event = {"learner_id": str(place[0]), "section_id": str(place[1])}
    return event | {"interaction_type": "discussion", "timestamp": AS_OF.isoformat()} | values


@pytest.fixture
def places(transaction: Connection) -> list[Place]:
    """Two learners in two sections each; one of the learners is not enrolled."""
    sections = [add(transaction, "learning_sections") for _ in range(2)]
    learners = [add(transaction, "learners")["id"] for _ in range(2)]
    for section in sections:
        add(
            transaction,
            "course_enrollments",
            learner_id=learners[0],
            course_id=section["course_id"],
        )
    return [(learner, section["id"]) for learner in learners for section in sections]


@pytest.fixture
def place(places: list[Place]) -> Place:
    return places[0]


EVENTS = st.lists(
    st.fixed_dictionaries(
        {"place": st.integers(0, 3), "interaction_type": st.sampled_from(INTERACTION_TYPES)},
        optional={
            # the same number is the same event, and the first one counts
            "number": st.integers(1, 4),
            "minutes": st.integers(-10_000, 10_000),
            "duration_seconds": st.none() | st.integers(0, 10**6) | st.just(2**31 - 1),
            "outcome": st.sampled_from([None, "partial", "successful"]),
            "interaction_data": st.none() | st.just({"a": [1]}),
            "learning_effectiveness": st.sampled_from([None, 0, 0.25, 1]),
            "device_type": st.none() | st.just("phone"),
        },
    ),
    max_size=12,
)


def stored_rows(connection: Connection, table: str, *more_computed: str) -> list[Row]:
    """All rows without what differs between two ways of writing the same."""
    left_out = {*COMPUTED, *more_computed}
    rows = [
        {name: value for name, value in row.items() if name not in left_out}
        for row in read(connection, table)
    ]
    return sorted(rows, key=repr)


@examples(80)
@given(drawn=EVENTS, already=EVENTS)
def test_a_batch_is_the_same_as_a_call_for_each_event(
    transaction: Connection, places: list[Place], drawn: list[Event], already: list[Event]
) -> None:
    def prepared(values: Event) -> Event:
        values = dict(values)
        number = values.pop("number", None)
        # without a time of its own it happens now, which is the same for all of a transaction
        minutes = values.pop("minutes", None)
        event = event_of(places[values.pop("place")], **values)
        if number is not None:
            event |= {
                "id": str(uuid.UUID(int=number)),
                "timestamp": (AS_OF + timedelta(minutes=number)).isoformat(),
            }
        elif minutes is None:
            del event["timestamp"]
        else:
            event["timestamp"] = (AS_OF + timedelta(minutes=minutes)).isoformat()
        return event

    events = [prepared(values) for values in drawn]

    def outcome(in_one_call: bool) -> tuple[list[list[Row]], int]:
        with rolled_back(transaction):
            for values in already:
                record_one(transaction, prepared(values))
            before = len(read(transaction, "learning_interactions"))
            if in_one_call:
                stored = record(transaction, events)
            else:
                for event in events:
                    record_one(transaction, event)
                stored = len(read(transaction, "learning_interactions")) - before
            # ids that nobody gave are random
            interactions = stored_rows(transaction, "learning_interactions", "id")
            ids = sorted(
                row["id"] for row in read(transaction, "learning_interactions") if row["id"].int < 9
            )
            rows = [
                interactions,
                [{"id": key} for key in ids],
                stored_rows(transaction, "section_progress", "id"),
                stored_rows(transaction, "course_enrollments", "measures_version"),
                stored_rows(transaction, "section_progress_history"),
            ]
            return rows, stored

    assert outcome(in_one_call=True) == outcome(in_one_call=False)


def test_all_details_of_an_event_are_stored(transaction: Connection, place: Place) -> None:
    details = {
        "id": str(uuid.UUID(int=7)),
        "interaction_subtype": "quiz",
        "learning_objective": "sums",
        "bloom_taxonomy_level": "apply",
        "difficulty_level": "advanced",
        "interaction_data": {"a": 1},
        "duration_seconds": 5,
        "outcome": "partial",
        "knowledge_demonstration": [1],
        "misconception_indicators": [2],
        "learning_effectiveness": 0.5,
        "personalization_data": {"b": 1},
        "difficulty_adjustment": {"c": 1},
        "device_type": "phone",
        "session_id": str(uuid.UUID(int=9)),
        "learning_environment": {"d": 1},
    }
    event = event_of(place, **details)
    assert record(transaction, [event]) == 1
    stored = scalar(transaction, "SELECT to_jsonb(i) FROM learning_interactions AS i")
    assert stored.pop("course_id") == str(
        scalar(transaction, "SELECT course_id FROM section_progress")
    )
    assert stored.pop("sectionless_course_id") is None
    stored["timestamp"] = event["timestamp"]
    assert stored == event


def test_every_parameter_of_the_single_call_is_a_key(transaction: Connection, place: Place) -> None:
    names = scalar(
        transaction,
        "SELECT proargnames FROM pg_proc WHERE oid = 'record_interaction'::regproc",
    )
    event = dict.fromkeys((name.removeprefix("p_") for name in names), None)
    assert record(transaction, [event | event_of(place)]) == 1


def test_a_repeated_batch_stores_only_what_is_new(transaction: Connection, place: Place) -> None:
    batch = [event_of(place, id=str(uuid.UUID(int=number))) for number in range(3)]
    assert record(transaction, batch[:2]) == 2
    assert record(transaction, batch) == 1
    assert record(transaction, []) == 0
    assert column(transaction, "SELECT interaction_count FROM section_progress") == [3]


@pytest.mark.parametrize(
    ("wrong", "sqlstate", "message"),
    [
        ({"learner": "x"}, "22023", "unknown key learner"),
        ({"place": "here", "No": 1}, "22023", 'unknown key "No", place'),
        ({"id": str(NOBODY), "timestamp": None}, "22023", "timestamp must be given with id"),
        ({"interaction_type": "sleeping"}, "22P02", "sleeping"),
        ({"learner_id": "me"}, "22P02", "uuid"),
        ({"duration_seconds": 1.5}, "22P02", "integer"),
        ({"duration_seconds": 2**31}, "22003", "out of range"),
        ({"timestamp": "yesterday evening"}, "22007", "timestamp"),
        ({"device_type": "x" * 51}, "22001", "too long"),
        ({"section_id": str(NOBODY)}, "23503", f"section {NOBODY} does not exist"),
        ({"course_id": str(NOBODY)}, "23503", f"not of {NOBODY}"),
        ({"section_id": None, "course_id": str(NOBODY)}, "23503", "sectionless_course_id_fkey"),
        ({"learner_id": str(NOBODY)}, "23503", "learner_id_fkey"),
        ({"learner_id": None}, "23502", "learner_id"),
        ({"interaction_type": None}, "23502", "interaction_type"),
        ({"timestamp": "2990-01-01T00:00:00Z"}, "23514", "in the future"),
        ({"duration_seconds": -1}, "23514", "duration_seconds_check"),
        ({"interaction_data": []}, "23514", "interaction_data_check"),
        (
            {"id": str(uuid.UUID(int=1)), "timestamp": "2024-02-01T00:00:00Z"},
            "23505",
            "exists at another time",
        ),
    ],
)
def test_an_error_names_the_event_at_fault_and_nothing_is_stored(
    transaction: Connection, place: Place, wrong: Event, sqlstate: str, message: str
) -> None:
    batch = [event_of(place, id=str(uuid.UUID(int=number))) for number in range(4)]
    batch[2] = event_of(place) | wrong
    with (
        pytest.raises((psycopg.DataError, psycopg.IntegrityError)) as error,
        rolled_back(transaction),
    ):
        record(transaction, batch)
    assert error.value.sqlstate == sqlstate
    assert str(error.value).startswith("p_events[2]: ")
    assert message in str(error.value)
    assert read(transaction, "learning_interactions") == []


@pytest.mark.parametrize(
    "time",
    [
        "2024-03-01",
        "2024-03-01T08:00:00",
        "2024-03-01 08:00:00.5",
        "2024-03-01T08:00:00 Europe/Dublin",
        "03/01/2024 08:00:00Z",
        "now",
        "yesterday",
        "epoch",
        "infinity",
        "-infinity",
        1709280000,
    ],
)
def test_a_time_that_each_session_would_read_in_its_own_way_is_refused(
    transaction: Connection, place: Place, time: Any
) -> None:
    with pytest.raises(psycopg.errors.InvalidDatetimeFormat, match="not a time with zone") as error:
        record(transaction, [event_of(place), event_of(place, timestamp=time)])
    assert str(error.value).startswith("p_events[1]: ")
    assert "ISO 8601" in str(error.value.diag.message_hint)


@pytest.mark.parametrize(
    "time",
    [
        "2024-03-01T08:00Z",
        "2024-03-01 08:00:00+00",
        "2024-03-01T13:30:00.000+05:30",
        "2024-03-01T05:00:00-0300",
    ],
)
def test_a_time_with_its_zone_is_the_same_in_every_session(
    transaction: Connection, place: Place, time: str
) -> None:
    transaction.execute("SET LOCAL TimeZone = 'Asia/Tokyo'; SET LOCAL DateStyle = 'SQL, DMY'")
    record(transaction, [event_of(place, timestamp=time)])
    assert scalar(
        transaction, "SELECT timestamp = '2024-03-01 08:00:00Z' FROM learning_interactions"
    )


def test_the_error_of_an_unknown_label_names_the_labels(
    transaction: Connection, place: Place
) -> None:
    with pytest.raises(psycopg.errors.InvalidTextRepresentation) as error:
        record(transaction, [event_of(place, outcome="excellent")])
    hint = str(error.value.diag.message_hint)
    assert "outcome: successful, partial, " in hint
    assert "interaction_type: content_view, " in hint


@pytest.mark.parametrize("element", ["x", 3, None, [1], ["id"]])
def test_an_event_that_is_no_object_is_named(
    transaction: Connection, place: Place, element: Any
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=r"p_events\[1\]: .* object"):
        record(transaction, [event_of(place), element])


@pytest.mark.parametrize("batch", ["null", "{}", "3", '"x"', None])
def test_what_is_no_array_is_refused(transaction: Connection, batch: str | None) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="array"):
        scalar(transaction, "SELECT record_interactions(%s::text::jsonb)", batch)


def test_an_id_stored_at_another_time_is_refused_by_the_name_of_the_key(
    transaction: Connection, place: Place
) -> None:
    event = event_of(place, id=str(NOBODY))
    record(transaction, [event])
    with pytest.raises(psycopg.errors.UniqueViolation, match=r"p_events\[1\]") as error:
        record(transaction, [event, event | {"timestamp": "2024-03-01T00:00:00Z"}])
    assert error.value.diag.constraint_name == "learning_interactions_pkey"


def shared_place(connection: Connection) -> Place:
    section = add(connection, "learning_sections")
    enrollment = add(connection, "course_enrollments", course_id=section["course_id"])
    connection.commit()
    return enrollment["learner_id"], section["id"]


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(days=1)])
@pytest.mark.parametrize("first_is_batch", [True, False])
def test_the_same_id_from_two_connections_is_one_event(
    database: str, shift: timedelta, first_is_batch: bool
) -> None:
    with connections(database, 2) as (one, other):
        place = shared_place(one)
        first = event_of(place, id=str(NOBODY))
        second = first | {"timestamp": (AS_OF + shift).isoformat()}

        def write(connection: Connection, event: Event, in_batch: bool) -> int:
            if in_batch:
                return record(connection, [event])
            record_one(connection, event)
            return 0

        write(one, first, first_is_batch)
        with waiting(
            database, other, lambda: write(other, second, not first_is_batch), one
        ) as outcome:
            one.commit()
            if shift:
                with pytest.raises(psycopg.errors.UniqueViolation):
                    outcome.result()
            else:
                assert outcome.result() == 0
        other.rollback() if shift else other.commit()
        assert column(one, "SELECT interaction_count FROM section_progress") == [1]


def test_batches_in_opposite_orders_wait_for_each_other_and_do_not_deadlock(database: str) -> None:
    with connections(database, 3) as (one, other, holder):
        sections = [shared_place(one) for _ in range(3)]
        batch = [event_of(place, id=str(uuid.uuid4())) for place in sections]
        record(one, batch)
        one.commit()
        # both batches wait for the row in the middle, each having locked what it takes before it
        middle = sorted(sections)[1]
        holder.execute(
            "SELECT FROM section_progress WHERE learner_id = %s FOR UPDATE", (middle[0],)
        )
        again = [event_of(place) for place in sections]
        with waiting(database, one, lambda: record(one, again), holder) as first:
            with waiting(database, other, lambda: record(other, again[::-1]), one) as second:
                holder.rollback()
                assert first.result() == 3
                one.commit()
                assert second.result() == 3
            other.commit()
        assert set(column(holder, "SELECT interaction_count FROM section_progress")) == {3}
