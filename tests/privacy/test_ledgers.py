"""Ledgers refuse UPDATE, DELETE and TRUNCATE by everybody, and a switched-off trigger is found."""

from __future__ import annotations

import psycopg
import pytest

from support.rows import Connection, add, bypass_triggers, column, rolled_back, scalar

LEDGERS = [
    "consent_events",
    "disclosures",
    "audit_log",
    "audit_seals",
    "erasures",
    "retention_log",
]
PARTITIONS = (
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_log'::regclass"
)
CHANGES = [
    "UPDATE {} SET {key} = DEFAULT",
    "UPDATE {} SET {key} = DEFAULT WHERE FALSE",
    "DELETE FROM {}",
    "TRUNCATE {}",
    "TRUNCATE {} CASCADE",
    "MERGE INTO {} AS t USING (VALUES (1)) AS s (id) ON TRUE WHEN MATCHED THEN DELETE",
]
PROBLEMS = "SELECT problem, object, remedy FROM check_security()"


@pytest.fixture
def ledgers(transaction: Connection) -> Connection:
    """A transaction with a row in each ledger."""
    for table in LEDGERS:
        add(transaction, table)
    return transaction


@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_changes_no_ledger(ledgers: Connection, change: str) -> None:
    tables = [*LEDGERS, *column(ledgers, PARTITIONS)]
    assert len(tables) > 15
    for table in tables:
        key = "learner_id" if table == "erasures" else "id"
        with (
            pytest.raises(psycopg.errors.RestrictViolation, match="is append-only"),
            rolled_back(ledgers),
        ):
            ledgers.execute(change.format(table, key=key).encode())


@pytest.mark.parametrize("table", LEDGERS)
def test_with_the_trigger_bypassed_a_row_goes(ledgers: Connection, table: str) -> None:
    """The positive control."""
    bypass_triggers(ledgers, f"DELETE FROM {table}")
    assert scalar(ledgers, f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize(
    ("table", "trigger"),
    [
        ("consent_events", "consent_events_append_only"),
        ("disclosures", "disclosures_append_only"),
        ("audit_log", "audit_log_append_only"),
        ("audit_log_history", "audit_log_append_only"),
        ("audit_seals", "audit_seals_append_only"),
        ("erasures", "erasures_append_only"),
        ("retention_log", "retention_log_append_only"),
        ("assessment_attempts", "assessment_attempts_audit_update"),
        ("course_enrollments", "course_enrollments_audit_update"),
        ("learners", "learners_audit_delete"),
        ("guardian_links", "guardian_links_audit"),
    ],
)
def test_a_switched_off_trigger_is_found_and_the_remedy_switches_it_on(
    transaction: Connection, table: str, trigger: str
) -> None:
    for state in ("DISABLE", "ENABLE REPLICA"):
        transaction.execute(f"ALTER TABLE ONLY {table} {state} TRIGGER {trigger}".encode())
        found = [row for row in transaction.execute(PROBLEMS) if table in row[1]]
        assert len(found) == 1
        transaction.execute(found[0][2].encode())
        assert transaction.execute(PROBLEMS).fetchall() == []


def test_a_missing_trigger_of_a_ledger_is_found(transaction: Connection) -> None:
    transaction.execute("DROP TRIGGER disclosures_append_only ON disclosures")
    assert [row[1] for row in transaction.execute(PROBLEMS)] == ["disclosures"]
