"""The ledger of consents, who may give one, and the mirror of it in learners."""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from support.access import become, make_world, open_session
from support.race import connections, waiting
from support.rows import Connection, add, column, rolled_back, scalar

NOTICE = sha256(b"the notice").digest()
LEDGER = "SELECT purpose FROM consent_events WHERE learner_id = %s ORDER BY id"


def record(
    connection: Connection,
    learner: uuid.UUID,
    action: str = "grant",
    *,
    purpose: str = "learning_analytics",
    by: uuid.UUID | None = None,
    capacity: str = "self",
    regime: str = "gdpr",
    third_party: str | None = None,
    expires_at: str | None = None,
) -> int:
    """Record a consent; by default of the learner."""
    number = scalar(
        connection,
        "SELECT record_consent(%s, %s, %s, %s, %s, %s, '1', %s, 'form', %s, %s)",
        *(learner, purpose, regime, action, by or learner, capacity, NOTICE),
        *(third_party, expires_at),
    )
    assert isinstance(number, int)
    return number


def has(connection: Connection, learner: uuid.UUID, *arguments: Any) -> bool:
    marks = ", %s" * len(arguments)
    query = f"SELECT has_consent(%s, 'learning_analytics'{marks})"
    return bool(scalar(connection, query, learner, *arguments))


def mirror(connection: Connection, learner: uuid.UUID) -> dict[str, Any]:
    found = scalar(connection, "SELECT data_consent FROM learners WHERE id = %s", learner)
    assert isinstance(found, dict)
    assert found == scalar(connection, "SELECT consent_state(%s)", learner)
    return found


def test_nothing_recorded_is_no_consent(transaction: Connection, learner: uuid.UUID) -> None:
    assert not has(transaction, learner)
    assert mirror(transaction, learner) == {}


@pytest.mark.parametrize("last", ["withdraw", "refuse"])
def test_the_latest_event_counts(transaction: Connection, learner: uuid.UUID, last: str) -> None:
    record(transaction, learner)
    assert has(transaction, learner)
    record(transaction, learner, last)
    assert not has(transaction, learner)
    record(transaction, learner)
    assert has(transaction, learner)
    assert mirror(transaction, learner)["learning_analytics"]["action"] == "grant"
    assert len(column(transaction, LEDGER, learner)) == 3


def test_a_consent_is_of_one_purpose_and_one_third_party(
    transaction: Connection, learner: uuid.UUID
) -> None:
    record(transaction, learner, third_party="A company")
    assert not has(transaction, learner)
    assert has(transaction, learner, "A company")
    assert not has(transaction, learner, "Another company")
    record(transaction, learner, purpose="marketing")
    assert not has(transaction, learner)
    assert set(mirror(transaction, learner)) == {"learning_analytics/A company", "marketing"}


def test_a_consent_is_known_at_a_time_and_ends_when_it_expires(
    transaction: Connection, learner: uuid.UUID
) -> None:
    record(transaction, learner, expires_at="2999-01-01")
    for time, expected in {
        "2000-01-01": False,
        "2998-12-31 00:00+00": True,
        "2999-01-02 00:00+00": False,
    }.items():
        assert has(transaction, learner, None, time) is expected


@pytest.mark.parametrize(
    ("state", "written"),
    [("none", '{"learning_analytics": true}'), ("recorded", "{}"), ("recorded", '{"x": 1}')],
)
def test_an_application_cannot_write_what_the_ledger_does_not_say(
    transaction: Connection, learner: uuid.UUID, state: str, written: str
) -> None:
    if state == "recorded":
        record(transaction, learner)
    update = "UPDATE learners SET data_consent = %s WHERE id = %s"
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="mirrors consent_events"),
        rolled_back(transaction),
    ):
        transaction.execute(update, (written, learner))
    # the positive control
    transaction.execute(
        "UPDATE learners SET data_consent = consent_state(id) WHERE id = %s", (learner,)
    )


def test_an_upsert_of_a_learner_with_consents_leaves_them(
    transaction: Connection, learner: uuid.UUID
) -> None:
    record(transaction, learner)
    transaction.execute(
        "INSERT INTO learners (id, email, first_name, last_name, academic_level, data_consent)"
        " VALUES (%s, 'new@example.org', 'A', 'B', 'graduate', '{}')"
        " ON CONFLICT (id) DO UPDATE SET email = excluded.email",
        (learner,),
    )
    assert scalar(transaction, "SELECT email FROM learners WHERE id = %s", learner) == (
        "new@example.org"
    )
    assert has(transaction, learner)


def test_two_sessions_at_once_lose_no_consent_in_the_mirror(
    database: str, connection: Connection
) -> None:
    learner = add(connection, "learners")["id"]
    with connections(database, 2) as (one, other):
        record(one, learner, purpose="one")
        with waiting(
            database, other, lambda: record(other, learner, purpose="other"), one
        ) as recorded:
            one.commit()
            later = recorded.result()
        other.commit()
    assert column(connection, LEDGER, learner) == ["one", "other"]
    assert scalar(connection, "SELECT max(id) FROM consent_events") == later
    assert set(mirror(connection, learner)) == {"one", "other"}


def test_a_direct_write_that_waited_for_a_consent_is_judged_by_it(
    database: str, connection: Connection
) -> None:
    learner = add(connection, "learners")["id"]
    write = "UPDATE learners SET data_consent = '{}' WHERE id = %s"
    with connections(database, 2) as (one, other):
        record(one, learner)
        with waiting(database, other, lambda: other.execute(write, (learner,)), one) as written:
            one.commit()
            with pytest.raises(psycopg.errors.CheckViolation):
                written.result()
    assert set(mirror(connection, learner)) == {"learning_analytics"}


def test_who_has_a_guardian_does_not_consent_alone(
    transaction: Connection, learner: uuid.UUID
) -> None:
    record(transaction, learner)
    guardian = add(transaction, "guardian_links", learner_id=learner)["guardian_id"]
    assert not has(transaction, learner)
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="a guardian decides"),
        rolled_back(transaction),
    ):
        record(transaction, learner)
    record(transaction, learner, by=guardian, capacity="parent")
    assert has(transaction, learner)
    # to say no needs nobody
    record(transaction, learner, "withdraw")
    assert not has(transaction, learner)
    transaction.execute("UPDATE guardian_links SET valid_until = now() - interval '1 second'")
    record(transaction, learner)
    assert has(transaction, learner)


def test_who_is_no_guardian_or_staff_consents_for_nobody(
    transaction: Connection, learner: uuid.UUID
) -> None:
    ward = add(transaction, "guardian_links", learner_id=learner)
    stranger = uuid.uuid4()
    for capacity in ("parent", "school"):
        with pytest.raises(psycopg.errors.CheckViolation), rolled_back(transaction):
            record(transaction, learner, by=stranger, capacity=capacity)
    institution = add(transaction, "educational_institutions")["id"]
    transaction.execute("UPDATE learners SET institution_id = %s", (institution,))
    staff = add(transaction, "institution_staff", institution_id=institution)["person_id"]
    for person, capacity in ((ward["guardian_id"], "parent"), (staff, "school")):
        with rolled_back(transaction):
            record(transaction, learner, by=person, capacity=capacity, regime="coppa")
            assert has(transaction, learner)


def test_learners_and_guardians_record_their_own_decisions_alone(transaction: Connection) -> None:
    world = make_world(transaction)
    mine = (
        "SELECT record_my_consent(%s, 'learning_analytics', 'gdpr', 'grant', '1', sha256('x'),"
        " 'form')"
    )
    for role, person, learner, may in (
        ("learner", "ben", "ben", False),  # gil decides
        ("learner", "new", "new", True),
        ("learner", "new", "ana", False),
        ("guardian", "gus", "ana", True),
        ("guardian", "gus", "cy", False),
        ("guardian", "gil", "ana", False),
    ):
        with rolled_back(transaction):
            become(transaction, f"lms_{role}", world.tokens[person])
            if may:
                transaction.execute(mine, (world.ids[learner],))
                transaction.execute("RESET ROLE")
                assert has(transaction, world.ids[learner])
                capacity = "SELECT given_by, capacity FROM consent_events ORDER BY id DESC LIMIT 1"
                assert transaction.execute(capacity).fetchone() == (
                    world.ids[person],
                    {"learner": "self", "guardian": "parent"}[role],
                )
            else:
                with pytest.raises(
                    (psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)
                ):
                    transaction.execute(mine, (world.ids[learner],))


def test_a_session_that_ended_consents_to_nothing(transaction: Connection) -> None:
    world = make_world(transaction)
    token = open_session(transaction, world.ids["new"])
    transaction.execute("SELECT close_session(%s)", (token,))
    become(transaction, "lms_learner", token)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        transaction.execute(
            "SELECT record_my_consent(%s, 'x', 'gdpr', 'refuse')", (world.ids["new"],)
        )
