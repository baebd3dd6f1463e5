"""Sessions: what open_session refuses, how long a session lasts, and what is left of it."""

from __future__ import annotations

import uuid
from contextlib import ExitStack

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import lms_schema
from support.access import become, make_world, open_session
from support.rows import Connection, add, column, rolled_back, scalar

PERSON = uuid.uuid4()
TOKEN = "t" * 32


@pytest.mark.parametrize(
    ("token", "person", "ttl", "message"),
    [
        (None, PERSON, "1 hour", "p_token"),
        ("t" * 31, PERSON, "1 hour", "p_token"),
        (TOKEN, None, "1 hour", "p_person_id"),
        (TOKEN, PERSON, None, "p_ttl"),
        (TOKEN, PERSON, "0", "p_ttl"),
        (TOKEN, PERSON, "-1 hour", "p_ttl"),
        (TOKEN, PERSON, "24 hours 1 second", "p_ttl"),
        (TOKEN, PERSON, "1 year -359 days", "p_ttl"),  # a day to compare, and six to add
    ],
)
def test_a_session_that_would_be_none_or_endless_is_refused(
    transaction: Connection,
    token: str | None,
    person: uuid.UUID | None,
    ttl: str | None,
    message: str,
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=message):
        transaction.execute("SELECT open_session(%s, %s, %s)", (token, person, ttl))


def test_a_session_lasts_as_long_as_it_was_opened_for(transaction: Connection) -> None:
    for ttl, seconds in (("1 day", 86_400), ("24 hours", 86_400), ("1 second", 1)):
        transaction.execute("SELECT open_session(%s, %s, %s)", (f"{ttl} {TOKEN}", PERSON, ttl))
        assert seconds == scalar(
            transaction,
            "SELECT extract(EPOCH FROM expires_at - opened_at) FROM access_sessions"
            " WHERE token_hash = sha256(convert_to(%s, 'UTF8'))",
            f"{ttl} {TOKEN}",
        )


def test_a_day_of_25_hours_lasts_24(transaction: Connection) -> None:
    transaction.execute("SET LOCAL timezone = 'Europe/Dublin'")
    transaction.execute("SELECT open_session(%s, %s, '1 day')", (TOKEN, PERSON))


def test_a_token_in_use_is_not_given_to_somebody_else(transaction: Connection) -> None:
    transaction.execute("SELECT open_session(%s, %s)", (TOKEN, PERSON))
    with pytest.raises(psycopg.errors.UniqueViolation):
        transaction.execute("SELECT open_session(%s, %s)", (TOKEN, uuid.uuid4()))


def test_sessions_that_have_ended_go_when_the_person_comes_back(transaction: Connection) -> None:
    for _ in range(3):
        add(transaction, "access_sessions", person_id=PERSON)
    add(transaction, "access_sessions")
    open_session(transaction, PERSON)
    sessions = column(transaction, "SELECT person_id FROM access_sessions")
    assert len(sessions) == 2
    assert sessions.count(PERSON) == 1


def test_an_unknown_token_is_closed_without_a_word(transaction: Connection) -> None:
    open_session(transaction, PERSON)
    transaction.execute("SELECT close_session(%s)", (TOKEN,))
    assert scalar(transaction, "SELECT count(*) FROM access_sessions") == 1


def test_the_answer_follows_the_token_within_a_transaction(transaction: Connection) -> None:
    world = make_world(transaction)
    become(transaction, "lms_learner", world.tokens["ana"])
    assert scalar(transaction, "SELECT session_person()") == world.ids["ana"]
    become(transaction, "lms_learner", world.tokens["ben"])
    assert scalar(transaction, "SELECT session_person()") == world.ids["ben"]
    assert column(transaction, "SELECT first_name FROM learners") == ["ben"]


@pytest.mark.parametrize("claims", ["", "{}", '{"sub": null}', "null", '"x"'])
def test_claims_without_a_person_are_nobody(transaction: Connection, claims: str) -> None:
    transaction.execute("UPDATE access_settings SET identity_source = 'jwt_claims'")
    transaction.execute("SELECT set_config('request.jwt.claims', %s, TRUE)", (claims,))
    assert scalar(transaction, "SELECT session_person()") is None


@pytest.mark.parametrize("claims", ["{", '{"sub": "auth0|1"}'])
def test_claims_that_cannot_be_read_are_an_error(transaction: Connection, claims: str) -> None:
    transaction.execute("UPDATE access_settings SET identity_source = 'jwt_claims'")
    transaction.execute("SELECT set_config('request.jwt.claims', %s, TRUE)", (claims,))
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        transaction.execute("SELECT session_person()")


def test_a_session_of_one_schema_is_nothing_in_another_one(empty_database: str) -> None:
    schemas = ("first", "second")
    connections, worlds = {}, {}
    with ExitStack() as stack:
        for schema in schemas:
            lms_schema.migrate(empty_database, schema=schema)
            path = make_conninfo(empty_database, options=f"-csearch_path={schema},pg_temp")
            connections[schema] = stack.enter_context(psycopg.connect(path))
            worlds[schema] = make_world(connections[schema])
            connections[schema].commit()
        for schema, other in (schemas, schemas[::-1]):
            connection = connections[schema]
            become(connection, "lms_learner", worlds[schema].tokens["ana"])
            assert column(connection, "SELECT first_name FROM learners") == ["ana"]
            become(connection, "lms_learner", worlds[other].tokens["ana"])
            assert column(connection, "SELECT first_name FROM learners") == []


def test_a_month_made_later_is_guarded_before_it_holds_a_row(transaction: Connection) -> None:
    unguarded = (
        "SELECT oid::regclass::text FROM pg_class WHERE relispartition AND NOT relrowsecurity"
    )
    unguarded += " AND relkind = 'r'"
    made = scalar(transaction, "SELECT ensure_interaction_partitions(20)")
    assert made > 0
    assert column(transaction, unguarded) == []


def test_a_month_that_lost_its_guard_gets_it_back(transaction: Connection) -> None:
    transaction.execute("ALTER TABLE learning_interactions_history DISABLE ROW LEVEL SECURITY")
    statements = column(transaction, "SELECT month_partition_ddl('learning_interactions')")
    assert statements == [["ALTER TABLE learning_interactions_history ENABLE ROW LEVEL SECURITY"]]
    transaction.execute("SELECT ensure_interaction_partitions()")
    assert column(transaction, "SELECT month_partition_ddl('learning_interactions')") == []


def test_learners_log_events_by_themselves(transaction: Connection) -> None:
    world = make_world(transaction)
    me = world.ids["ana"]
    course, section = world.ids["north_course"], world.ids["north_course_section"]
    become(transaction, "lms_learner", world.tokens["ana"])
    events = [
        {"section_id": str(section).upper(), "interaction_type": "discussion"},
        {"course_id": str(course), "interaction_type": "content_view"},
        {"interaction_type": "navigation", "learner_id": str(me).upper()},
    ]
    record = "SELECT record_my_interactions(%s)"
    assert scalar(transaction, record, psycopg.types.json.Jsonb(events)) == 3
    assert scalar(transaction, record, psycopg.types.json.Jsonb([])) == 0
    for wrong, error, message in (
        ({"a": 1}, psycopg.errors.InvalidParameterValue, "must be a JSON array"),
        ([1], psycopg.errors.InvalidParameterValue, r"p_events\[0\]: an event is a JSON object"),
        ([{"interaction_type": "x"}], psycopg.errors.InvalidTextRepresentation, r"p_events\[0\]"),
        (
            [events[0], {**events[1], "course_id": str(world.ids["free_course"])}],
            psycopg.errors.InsufficientPrivilege,
            r"p_events\[1\]",
        ),
    ):
        with pytest.raises(error, match=message), rolled_back(transaction):
            transaction.execute(record, (psycopg.types.json.Jsonb(wrong),))
