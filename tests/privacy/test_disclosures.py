"""The record of requests, disclosures and refusals (34 CFR 99.32)."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

from support.rows import Connection, Row, add, read, rolled_back, scalar


def record(connection: Connection, learner: uuid.UUID, action: str, **values: Any) -> int:
    arguments = {
        "p_learner_id": learner,
        "p_action": action,
        "p_party": "A college",
        "p_records": ["transcript"],
        "p_legitimate_interest": "Admission.",
        **{f"p_{name}": value for name, value in values.items()},
    }
    marks = ", ".join(f"{name} => %s" for name in arguments)
    query = f"SELECT record_disclosure({marks})".replace(
        "p_records => %s", "p_records => %s::text[]"
    )
    number = scalar(connection, query, *arguments.values())
    assert isinstance(number, int)
    return number


def entries(connection: Connection) -> list[Row]:
    return sorted(read(connection, "disclosures"), key=lambda row: row["id"])


def consent(
    connection: Connection, learner: uuid.UUID, action: str, purpose: str, **more: Any
) -> None:
    add(connection, "consent_events", learner_id=learner, action=action, purpose=purpose, **more)


def test_a_request_its_refusal_and_a_disclosure_are_on_record(
    transaction: Connection, learner: uuid.UUID
) -> None:
    asked = record(transaction, learner, "request")
    record(transaction, learner, "refuse", request_id=asked)
    record(
        transaction,
        learner,
        "disclose",
        request_id=asked,
        basis="emergency",
        emergency_threat="An outbreak of measles.",
        redisclosures='[{"party": "The county", "interest": "Public health."}]',
    )
    found = entries(transaction)
    assert [row["action"] for row in found] == ["request", "refuse", "disclose"]
    assert [row["request_id"] for row in found] == [None, asked, asked]
    assert found[2]["redisclosures"][0]["party"] == "The county"


def test_a_disclosure_by_consent_needs_the_consent(
    transaction: Connection, learner: uuid.UUID
) -> None:
    by_consent = {"basis": "consent", "purpose": "transfer"}
    with pytest.raises(psycopg.errors.CheckViolation, match="no consent"), rolled_back(transaction):
        record(transaction, learner, "disclose", **by_consent)
    consent(transaction, learner, "grant", "transfer", third_party="A college", regime="ferpa")
    record(transaction, learner, "disclose", **by_consent)
    for other in ({"purpose": "marketing"}, {"party": "A shop"}):
        with pytest.raises(psycopg.errors.CheckViolation), rolled_back(transaction):
            record(transaction, learner, "disclose", **{**by_consent, **other})
    consent(transaction, learner, "withdraw", "transfer", third_party="A college")
    with pytest.raises(psycopg.errors.CheckViolation), rolled_back(transaction):
        record(transaction, learner, "disclose", **by_consent)


def test_who_opted_out_is_in_no_directory(transaction: Connection, learner: uuid.UUID) -> None:
    record(transaction, learner, "disclose", basis="directory_information")
    consent(transaction, learner, "refuse", "directory_information")
    assert scalar(transaction, "SELECT has_directory_opt_out(%s)", learner)
    with pytest.raises(psycopg.errors.CheckViolation, match="opted out"), rolled_back(transaction):
        record(transaction, learner, "disclose", basis="directory_information")
    consent(transaction, learner, "grant", "directory_information")
    record(transaction, learner, "disclose", basis="directory_information")


def test_an_answer_names_a_request_of_this_learner(
    transaction: Connection, learner: uuid.UUID
) -> None:
    other = record(transaction, add(transaction, "learners")["id"], "request")
    refused = record(transaction, learner, "refuse")
    for number in (other, refused, -1):
        with pytest.raises(psycopg.errors.ForeignKeyViolation), rolled_back(transaction):
            record(transaction, learner, "refuse", request_id=number)
    with pytest.raises(psycopg.errors.ForeignKeyViolation), rolled_back(transaction):
        record(transaction, uuid.uuid4(), "request")
