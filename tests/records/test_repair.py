"""`migrate --repair` mends what verify finds, and touches nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

import lms_schema
from lms_schema import DatabaseError, UsageError, migrate, plan, status, verify
from lms_schema.catalog.catalog import ObjectKey, release_catalog
from lms_schema.cli import cli
from lms_schema.source.package import read
from support.runner import actions, execute, query

every_kind = pytest.mark.parametrize("kind", ["function", "trigger", "view", "index"])
every_way = pytest.mark.parametrize("how", ["drop", "change"])

INDEX = "learners_institution_id_idx"
PARTITIONED = ("learning_interactions", "audit_log")
INTRUDER = "CREATE OR REPLACE FUNCTION {} RETURNS {} LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"


def key(item: lms_schema.Difference) -> tuple[str, str, str]:
    return item.problem, item.kind, item.name


def mutable(kind: str, how: str) -> list[ObjectKey]:
    return [
        found
        for found in release_catalog().objects
        if found.kind == kind
        # a partitioned index has no storage parameters
        and not ((kind, how) == ("index", "change") and found.owner in PARTITIONED)
    ]


@pytest.fixture
def admin(database: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def mended(conninfo: str) -> set[str]:
    """Repair, see that nothing is left and that nothing more is found, and return the files."""
    assert verify(conninfo).differences
    result = migrate(conninfo, repair=True)
    assert (result.left, result.exit_code) == ((), 0)
    assert {action.action for action in result.actions} <= {"repair", "rebuild", "run"}
    assert verify(conninfo).differences == ()
    return {action.file for action in result.actions if action.action == "repair"}


def mutate(admin: psycopg.Connection[tuple[object, ...]], kind: str, name: str, how: str) -> None:
    """Drop an object of the package, or change it."""
    relation, _, member = name.partition(".")
    if kind == "function":
        statement = {
            "drop": f"DROP FUNCTION IF EXISTS {name} CASCADE",
            "change": f"ALTER FUNCTION {name} SET work_mem = '1MB'",
        }[how]
    elif kind == "trigger":
        statement = {
            "drop": f"DROP TRIGGER {member} ON {relation}",
            "change": f"ALTER TABLE {relation} DISABLE TRIGGER {member}",
        }[how]
    elif kind == "view":
        plain = release_catalog().objects[ObjectKey("view", name)].startswith("VIEW ")
        word, option = (
            ("", "security_barrier = true") if plain else ("MATERIALIZED", "fillfactor = 50")
        )
        statement = {
            "drop": f"DROP {word} VIEW {name}",
            "change": f"ALTER {word} VIEW {name} SET ({option})",
        }[how]
    else:
        statement = {
            "drop": f"DROP INDEX {member}",
            "change": f"ALTER INDEX {member} SET (fillfactor = 51)",
            "invalid": "UPDATE pg_index SET indisvalid = FALSE"
            f" WHERE indexrelid = '{member}'::regclass",
        }[how]
    admin.execute(statement.encode())


@pytest.mark.slow
@every_kind
@every_way
def test_one_object_after_another_that_is_dropped_or_changed_is_made_again(
    admin: psycopg.Connection[tuple[object, ...]], database: str, kind: str, how: str
) -> None:
    for found in mutable(kind, how)[::40]:
        mutate(admin, kind, found.name, how)
        result = migrate(database, repair=True)
        assert (bool(result.repaired), result.left) == (True, ()), found
    assert verify(database).differences == ()


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 2], ids=["all", "every second"])
@every_kind
@every_way
def test_objects_that_are_dropped_or_changed_together_are_made_again(
    admin: psycopg.Connection[tuple[object, ...]], database: str, kind: str, how: str, step: int
) -> None:
    found = mutable(kind, how)[::step]
    for item in found:
        mutate(admin, kind, item.name, how)
    result = migrate(database, repair=True)
    assert result.left == ()
    assert {item.name for item in found} <= {item.name for item in result.repaired}
    assert verify(database).differences == ()


@pytest.mark.parametrize(
    ("kind", "name", "how", "file"),
    [
        ("function", "set_updated_at()", "drop", "functions/set_updated_at"),
        ("function", "store_interactions(jsonb)", "change", "functions/store_interactions"),
        ("trigger", "learners.learners_updated_at", "drop", "triggers/learners"),
        ("trigger", "learners.learners_updated_at", "change", "triggers/learners"),
        (
            "trigger",
            "learning_interactions.learning_interactions_delta_insert",
            "drop",
            "triggers/learning_interactions",
        ),
        ("view", "learning_analytics_dashboard", "drop", "views/learning_analytics_dashboard"),
        ("view", "learning_analytics_dashboard", "change", "views/learning_analytics_dashboard"),
        (
            "index",
            "learning_analytics_dashboard.idx_learning_analytics_dashboard_course",
            "drop",
            "views/learning_analytics_dashboard",
        ),
        (
            "index",
            "learners.learners_institution_id_idx",
            "drop",
            "indexes/learners_institution_id_idx",
        ),
        (
            "index",
            "learners.learners_institution_id_idx",
            "change",
            "indexes/learners_institution_id_idx",
        ),
        (
            "index",
            "learners.learners_institution_id_idx",
            "invalid",
            "indexes/learners_institution_id_idx",
        ),
        (
            "index",
            "learning_interactions.learning_interactions_section_id_idx",
            "drop",
            "indexes/learning_interactions_section_id_idx",
        ),
    ],
)
def test_an_object_is_made_again_by_its_file(
    admin: psycopg.Connection[tuple[object, ...]],
    database: str,
    kind: str,
    name: str,
    how: str,
    file: str,
) -> None:
    mutate(admin, kind, name, how)
    assert file in mended(database)


@pytest.mark.parametrize(
    ("statements", "files"),
    [
        (
            INTRUDER.format("set_updated_at()", "trigger"),
            {"functions/set_updated_at"},
        ),
        (
            "GRANT EXECUTE ON FUNCTION store_interactions TO PUBLIC",
            {"functions/store_interactions", "security/600_functions"},
        ),
        (
            "DROP FUNCTION calculate_course_effectiveness;"
            + INTRUDER.format("calculate_course_effectiveness(p_course_id uuid)", "json"),
            {"functions/calculate_course_effectiveness", "security/600_functions"},
        ),
        (
            "ALTER FUNCTION store_interactions SECURITY DEFINER;"
            "ALTER FUNCTION store_interactions RESET ALL",
            {"functions/store_interactions"},
        ),
        (
            "REFRESH MATERIALIZED VIEW learning_analytics_dashboard WITH NO DATA",
            {"views/learning_analytics_dashboard"},
        ),
        (
            "ALTER MATERIALIZED VIEW learning_analytics_dashboard"
            " RENAME COLUMN completed_learners TO done",
            {"views/learning_analytics_dashboard"},
        ),
        (
            "DROP INDEX learning_interactions_section_id_idx;"
            "CREATE INDEX learning_interactions_section_id_idx"
            " ON ONLY learning_interactions (section_id, course_id)",
            {"indexes/learning_interactions_section_id_idx"},
        ),
        (
            "DO $$ BEGIN EXECUTE format('DROP TRIGGER learning_interactions_delta_insert ON %s',"
            " (SELECT inhrelid::regclass FROM pg_inherits"
            " WHERE inhparent = 'learning_interactions'::regclass LIMIT 1)); END $$",
            {"partitions/learning_interactions"},
        ),
    ],
)
def test_what_was_changed_in_another_way_is_made_again(
    database: str, statements: str, files: set[str]
) -> None:
    execute(database, statements)
    assert mended(database) == files


def test_an_index_of_a_table_with_rows_is_built_beside_its_writers(database: str) -> None:
    execute(
        database,
        "INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)"
        " VALUES ('a@b.org', 'A', 'B', 'graduate', '{}')",
        "DROP INDEX learners_institution_id_idx;"
        "CREATE INDEX learners_institution_id_idx ON learners (institution_id, email)",
    )
    with psycopg.connect(database) as writer:
        # a plain CREATE INDEX would wait for it, and so would DROP INDEX
        writer.execute("LOCK TABLE educational_institutions IN ROW EXCLUSIVE MODE")
        events: list[str] = []
        migrate(database, repair=True, on_event=lambda event: events.append(event.text))
    assert "indexes/learners_institution_id_idx on learners, concurrently" in events
    assert verify(database).differences == ()


def test_a_repair_whose_session_is_ended_in_between_is_finished_by_the_next(
    admin: psycopg.Connection[tuple[object, ...]], database: str
) -> None:
    execute(
        database,
        INTRUDER.format("set_updated_at()", "trigger"),
        f"ALTER TABLE learners DISABLE TRIGGER learners_updated_at;DROP INDEX {INDEX}",
    )

    def end(event: lms_schema.Event) -> None:
        if event.kind == "waiting":
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'lms-schema'"
            )

    with psycopg.connect(database) as writer:
        writer.execute("LOCK TABLE learners IN ROW EXCLUSIVE MODE")
        with pytest.raises(DatabaseError):
            migrate(database, repair=True, on_event=end)
    assert {key(item) for item in verify(database).differences} == {
        ("different", "trigger", "learners.learners_updated_at"),
        ("missing", "index", f"learners.{INDEX}"),
    }
    assert mended(database) == {"triggers/learners", f"indexes/{INDEX}"}


def test_tables_types_and_what_is_extra_are_listed_and_left(database: str) -> None:
    execute(
        database,
        "ALTER TABLE learners ADD COLUMN nickname text;"
        "ALTER TABLE learners DROP CONSTRAINT valid_email;"
        "CREATE UNIQUE INDEX others ON learners (last_name);"
        "CREATE POLICY others ON learners;"
        "CREATE RULE others AS ON DELETE TO learners DO INSTEAD NOTHING;"
        "CREATE FUNCTION calculate_course_effectiveness(text) RETURNS jsonb LANGUAGE sql"
        " RETURN NULL::jsonb;"
        "ALTER TYPE learning_style RENAME VALUE 'visual' TO 'optical'",
    )
    before = verify(database).differences
    result = migrate(database, repair=True)
    assert (result.actions, result.repaired, result.left) == ((), (), before)
    assert verify(database).differences == before
    assert result.exit_code == 4


def test_a_file_whose_table_is_gone_is_left_and_the_others_are_mended(database: str) -> None:
    execute(
        database,
        "DROP TABLE learning_interactions, course_summary CASCADE;"
        "DROP INDEX learners_institution_id_idx;"
        "ALTER TABLE learners DISABLE TRIGGER learners_updated_at;",
    )
    result = CliRunner().invoke(cli, ["migrate", "--repair", "--database", database])
    assert result.exit_code == 4
    assert {
        "missing table learning_interactions",
        "missing table course_summary",
        "missing view learning_analytics_dashboard",
    } <= set(result.stdout.splitlines())
    assert "1 could not be made again" in result.stdout
    done = re.findall(r"^repair +(\S+)", result.stderr, re.M)
    assert f": {len(done)} files done" in result.stdout
    told = re.findall(
        r"^warning +(\S+) could not be made again: .* does not exist", result.stderr, re.M
    )
    assert set(told) == {
        "views/learning_analytics_dashboard",
        "partitions/learning_interactions",
        "security/520_learning_analytics_dashboard",
    }
    assert set(re.findall(r"^repair +(\S+)", result.stderr, re.M)) == {
        "triggers/learners",
        "indexes/learners_institution_id_idx",
    }


def test_the_command_lists_what_is_left_and_ends_with_4(database: str) -> None:
    execute(
        database,
        "ALTER TABLE learners ADD COLUMN nickname text; DROP INDEX learners_institution_id_idx",
    )
    result = CliRunner().invoke(cli, ["migrate", "--repair", "--database", database])
    assert result.exit_code == 4
    assert result.stdout.startswith("extra column learners.nickname\n")
    assert "1 file done" in result.stdout
    assert "1 difference left" in result.stdout


def test_the_document_says_what_was_repaired_and_what_is_left(database: str) -> None:
    execute(database, "DROP INDEX learners_institution_id_idx; CREATE POLICY others ON learners")
    result = CliRunner().invoke(cli, ["migrate", "--repair", "--database", database, "--json"])
    document = json.loads(result.stdout)
    assert [item["name"] for item in document["repaired"]] == [
        "learners.learners_institution_id_idx"
    ]
    assert [item["name"] for item in document["left"]] == ["learners.others"]
    assert [item["action"] for item in document["actions"]] == ["repair"]


def test_nothing_is_repaired_where_nothing_differs(database: str) -> None:
    result = migrate(database, repair=True)
    assert (result.actions, result.repaired, result.left) == ((), (), ())
    assert status(database).repaired_at is None


def test_without_the_option_nothing_is_repaired(database: str) -> None:
    execute(database, "DROP INDEX learners_institution_id_idx")
    assert migrate(database).actions == ()
    assert len(verify(database).differences) == 1


def test_a_fresh_database_is_installed_and_needs_no_repair(empty_database: str) -> None:
    result = migrate(empty_database, repair=True)
    assert (result.repaired, result.left) == ((), ())
    assert len(result.actions) == len(read().files)


def test_a_repair_and_a_part_of_the_files_do_not_go_together(database: str) -> None:
    with pytest.raises(UsageError, match="--to"):
        migrate(database, repair=True, to="tables/020_learners")
    with pytest.raises(UsageError, match="--to"):
        plan(database, repair=True, to="tables/020_learners")


def test_status_and_the_log_say_when_the_last_repair_was_needed_and_why(database: str) -> None:
    execute(database, "DROP INDEX learners_institution_id_idx")
    migrate(database, repair=True)
    rows = query(
        database,
        "SELECT migration_id, comment, created_at_utc FROM lms_schema_log WHERE comment <> ''",
    )
    assert [row[:2] for row in rows] == [
        (
            "indexes/learners_institution_id_idx",
            "repair: missing index learners.learners_institution_id_idx",
        )
    ]
    assert status(database).repaired_at == rows[0][2]
    result = CliRunner().invoke(cli, ["status", "--database", database])
    assert f"last repaired {rows[0][2]:%Y-%m-%d %H:%M:%S} UTC" in result.stdout


def test_a_plan_tells_what_would_be_repaired_and_ends_with_3(database: str) -> None:
    execute(
        database,
        "DROP INDEX learners_institution_id_idx;"
        "ALTER TABLE learners DISABLE TRIGGER learners_updated_at",
    )
    assert plan(database).exit_code == 0
    planned = plan(database, repair=True)
    assert planned.exit_code == 3
    assert [(item.file, item.action) for each in planned.transactions for item in each.actions] == [
        ("triggers/learners", "repair"),
        ("indexes/learners_institution_id_idx", "repair"),
    ]
    assert len(verify(database).differences) == 2, "a plan changes nothing"
    migrate(database, repair=True)
    assert plan(database, repair=True).exit_code == 0


def test_verify_and_maintain_say_how_to_mend(database: str) -> None:
    execute(database, "DROP FUNCTION refresh_learning_analytics")
    result = CliRunner().invoke(cli, ["verify", "--database", database])
    assert "lms-schema migrate --repair" in result.stdout
    result = CliRunner().invoke(cli, ["maintain", "--database", database])
    assert "lms-schema migrate --repair" in result.stdout + result.stderr
    execute(database, "DROP FUNCTION drop_expired_data")
    result = CliRunner().invoke(cli, ["maintain", "--database", database])
    assert "lms-schema migrate --repair" in result.stdout + result.stderr


def test_verify_does_not_offer_to_mend_a_table(database: str) -> None:
    execute(database, "ALTER TABLE learners ADD COLUMN nickname text")
    result = CliRunner().invoke(cli, ["verify", "--database", database])
    assert result.exit_code == 4
    assert "--repair" not in result.stdout


@pytest.mark.slow
def test_an_override_is_not_repaired_away(database: str, tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "functions"
    folder.mkdir(parents=True)
    (folder / "mine.sql").write_text(
        "-- overrides: functions/set_updated_at\n"
        "CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql"
        " SET search_path FROM CURRENT AS $$ BEGIN new.updated_at := now(); RETURN new; END $$;"
    )
    extra = [folder.parent]
    migrate(database, extra=extra)
    expected = [("different", "function", "set_updated_at()")]
    assert verify(database, extra=extra).differences == ()
    assert [key(item) for item in verify(database).differences] == expected
    result = migrate(database, repair=True)
    assert (result.actions, [key(item) for item in result.left]) == ((), expected)
    execute(database, INTRUDER.format("set_updated_at()", "trigger"))
    result = migrate(database, extra=extra, repair=True)
    assert result.left == ()
    assert actions(result) == [
        ("functions/set_updated_at", "repair"),
        ("shop:functions/mine", "replace"),
    ]
    assert verify(database, extra=extra).differences == ()
