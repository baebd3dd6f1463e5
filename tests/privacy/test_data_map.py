"""The register of what is held of persons is complete, and nobody can forget a column."""

from __future__ import annotations

import psycopg
import pytest

from lms_schema.dictionary import register
from support.access import become
from support.rows import Connection, add, column, read, scalar

UNMAPPED = "SELECT table_name || '.' || column_name FROM unmapped_columns()"


def enter_notes(connection: Connection, *lines: tuple[str, str, str]) -> None:
    """Enter columns of a table `notes` of a project's own: the name, the category, on_erase."""
    for name, category, on_erase in lines:
        add(
            connection,
            "data_map_entries",
            table_name="notes",
            column_name=name,
            category=category,
            on_erase=on_erase,
        )


def test_every_column_has_one_line(transaction: Connection) -> None:
    assert column(transaction, UNMAPPED) == []
    lines = [(line["table_name"], line["column_name"]) for line in read(transaction, "data_map")]
    assert len(lines) == len(set(lines)) > 300


def test_every_line_is_of_a_column(transaction: Connection) -> None:
    assert (
        column(
            transaction,
            "SELECT d.table_name || '.' || d.column_name FROM data_map AS d WHERE NOT EXISTS"
            " (SELECT FROM pg_attribute AS a WHERE a.attrelid = to_regclass(d.table_name)"
            " AND a.attname = d.column_name AND NOT a.attisdropped)",
        )
        == []
    )


def test_lines_of_the_package_keep_to_the_rules_of_a_projects_own(transaction: Connection) -> None:
    lines = read(transaction, "data_map")
    for line in lines:
        add(transaction, "data_map_entries", **line)
    assert read(transaction, "data_map") == lines  # and change nothing


@pytest.mark.parametrize(
    ("statement", "unmapped"),
    [
        ("ALTER TABLE learners ADD COLUMN nickname text", ["learners.nickname"]),
        ("CREATE TABLE notes (id integer)", ["notes.id"]),
        ("CREATE MATERIALIZED VIEW copied AS SELECT email FROM learners", ["copied.email"]),
        (
            "CREATE SCHEMA app; CREATE TABLE app.notes (learner_id uuid REFERENCES learners)",
            ["app.notes.learner_id"],
        ),
        ("CREATE SCHEMA app; CREATE TABLE app.weather (day date)", []),
        ("CREATE TABLE lms_schema_state (id integer)", []),
    ],
)
def test_what_nobody_decided_about_is_neither_exported_nor_erased(
    transaction: Connection, statement: str, unmapped: list[str]
) -> None:
    learner = add(transaction, "learners")["id"]
    transaction.execute(statement.encode())
    assert column(transaction, UNMAPPED) == unmapped
    for function in ("export_learner_data", "erase_learner"):
        with transaction.transaction(force_rollback=True):
            if not unmapped:
                assert scalar(transaction, f"SELECT {function}(%s)", learner)
                continue
            with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=unmapped[0]):
                scalar(transaction, f"SELECT {function}(%s)", learner)


def test_a_projects_own_table_is_exported_and_erased_by_its_entries(
    transaction: Connection,
) -> None:
    learner, other = (add(transaction, "learners")["id"] for _ in range(2))
    transaction.execute(
        "CREATE TABLE notes (id integer, learner_id uuid REFERENCES learners ON DELETE CASCADE,"
        " note text NOT NULL, pace text DEFAULT 'slow', tags jsonb NOT NULL)"
    )
    enter_notes(
        transaction,
        ("id", "education", "keep"),
        ("learner_id", "identifier", "rekey"),
        ("note", "content", "empty"),
        ("pace", "content", "empty"),
        ("tags", "content", "empty"),
    )
    for number, person in enumerate((learner, other)):
        transaction.execute(
            "INSERT INTO notes VALUES (%s, %s, 'likes tea', 'fast', '[\"tea\"]')", (number, person)
        )
    data = scalar(transaction, "SELECT export_learner_data(%s) -> 'data' -> 'notes'", learner)
    expected = {"learner_id": str(learner), "note": "likes tea", "pace": "fast", "tags": ["tea"]}
    assert data == [{"id": 0, **expected}]
    proof = scalar(transaction, "SELECT erase_learner(%s)", learner)
    assert proof["erased_rows"]["notes"] == 1
    erased, kept = sorted(read(transaction, "notes"), key=lambda row: int(row["id"]))
    stub = scalar(transaction, "SELECT id FROM learners WHERE email LIKE 'erased-%%'")
    assert erased == {"id": 0, "learner_id": stub, "note": "", "pace": "slow", "tags": {}}
    assert kept["note"] == "likes tea"


TRAP = """
    CREATE TABLE {0} (learner_id uuid, note text);
    INSERT INTO {0} SELECT id FROM learners;
    CREATE FUNCTION pg_temp.trap() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'runs as %', current_user;
    END $$;
    CREATE TRIGGER trap BEFORE UPDATE ON {0} FOR EACH ROW EXECUTE FUNCTION pg_temp.trap()
"""


@pytest.mark.parametrize(
    ("statement", "is_ours"),
    [
        ("SELECT 1", False),
        (TRAP.format("pg_temp.notes"), False),
        ("CREATE TEMP VIEW notes AS SELECT id AS learner_id, 'x' AS note FROM learners", False),
        ("CREATE TABLE notes (learner_id uuid)", False),
        (f"{TRAP.format('notes')}; ALTER TABLE notes OWNER TO lms_service", False),
        (TRAP.format("notes"), True),  # the control: the owner's own trigger runs
    ],
    ids=["gone", "temporary table", "temporary view", "column gone", "another owner", "own"],
)
def test_nothing_runs_in_the_place_of_a_table_of_the_owner(
    transaction: Connection, statement: str, *, is_ours: bool
) -> None:
    learner = add(transaction, "learners")["id"]
    enter_notes(transaction, ("learner_id", "identifier", "rekey"), ("note", "content", "empty"))
    transaction.execute(statement.encode())
    if is_ours:
        assert scalar(transaction, "SELECT export_learner_data(%s)", learner)["data"]["notes"]
        with pytest.raises(psycopg.errors.RaiseException, match="runs as"):
            scalar(transaction, "SELECT erase_learner(%s)", learner)
        return
    become(transaction, "lms_privacy")
    for function in ("export_learner_data", "erase_learner"):
        with (
            pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=r"notes\.note"),
            transaction.transaction(),
        ):
            scalar(transaction, f"SELECT {function}(%s)", learner)


def test_the_register_that_is_shipped_is_that_of_a_database(transaction: Connection) -> None:
    entries = register.of_database(transaction, "public")
    assert register.of_release() == entries
    assert len(entries) > 50
    add(transaction, "data_map_entries")
    (added,) = set(register.of_database(transaction, "public")) - set(entries)
    assert (added.table_name, added.columns) == ("notes", ("note",))
