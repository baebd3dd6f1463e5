"""An extra changes nothing of the package but what it says that it overrides."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from click.testing import CliRunner

from lms_schema import UsageError, migrate, status
from lms_schema.cli import cli
from support.runner import Make, MakeExtra, actions, execute, query

F = "CREATE OR REPLACE FUNCTION {}() RETURNS int LANGUAGE sql AS 'SELECT {}';"
PACKAGE = {
    "tables/010_a.sql": "CREATE TABLE a (i int CONSTRAINT positive CHECK (i > 0), j int);",
    "functions/f.sql": F.format("f", 1),
    "functions/t.sql": (
        "CREATE OR REPLACE FUNCTION t() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END';"
    ),
    "triggers/a.sql": (
        "CREATE OR REPLACE TRIGGER a_t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION t();"
    ),
    "views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i, j FROM a;",
    "indexes/a_i_idx.sql": "CREATE INDEX a_i_idx ON a (i);",
}
INTRUSIONS = {
    "function replaced": ("functions/f", F.format("f", 2)),
    "function dropped": ("functions/f", "DROP FUNCTION f();" + F.format("mine", 2)),
    "function altered": ("functions/f", "ALTER FUNCTION f() SECURITY DEFINER;"),
    "trigger replaced": (
        "triggers/a",
        "CREATE OR REPLACE TRIGGER a_t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION t();",
    ),
    "trigger dropped": ("triggers/a", "DROP TRIGGER a_t ON a;"),
    "trigger disabled": ("triggers/a", "ALTER TABLE a DISABLE TRIGGER a_t;"),
    "view replaced": ("views/v", "CREATE OR REPLACE VIEW v AS SELECT i, j FROM a WHERE i > 1;"),
    "view dropped": ("views/v", "DROP VIEW v;"),
    "by a block that runs SQL": ("functions/f", "DO $$ BEGIN DROP FUNCTION f(); END $$;"),
}
APPLIED_ONCE = {
    "index dropped": ("indexes/a_i_idx", "DROP INDEX a_i_idx;"),
    "constraint dropped": ("tables/010_a", "ALTER TABLE a DROP CONSTRAINT positive;"),
    "column altered": ("tables/010_a", "ALTER TABLE a ALTER COLUMN j SET DEFAULT 5;"),
}


def overriding(number: int) -> str:
    return f"-- overrides: functions/f\n{F.format('f', number)}"


def f(conninfo: str) -> int:
    value = query(conninfo, "SELECT f()")[0][0]
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize("name", INTRUSIONS)
def test_an_extra_that_changes_an_object_of_the_package_is_refused_unless_it_says_so(
    empty_database: str, make_package: Make, make_extra: MakeExtra, name: str
) -> None:
    maker, text = INTRUSIONS[name]
    package = make_package(PACKAGE)
    migrate(empty_database, package=package)
    extra = make_extra({"functions/mine.sql": text})
    with pytest.raises(UsageError, match=f"-- overrides: {maker}$"):
        migrate(empty_database, package=package, extra=[extra])
    assert f(empty_database) == 1
    assert query(empty_database, "SELECT tgenabled FROM pg_trigger") == [("O",)]
    extra = make_extra({"functions/mine.sql": f"-- overrides: {maker}\n{text}"})
    migrate(empty_database, package=package, extra=[extra])
    assert migrate(empty_database, package=package, extra=[extra]).actions == ()


@pytest.mark.parametrize("name", APPLIED_ONCE)
def test_what_is_applied_once_cannot_be_overridden(
    empty_database: str, make_package: Make, make_extra: MakeExtra, name: str
) -> None:
    maker, text = APPLIED_ONCE[name]
    package = make_package(PACKAGE)
    extra = make_extra({"functions/mine.sql": text})
    with pytest.raises(UsageError, match=f"What {maker} made is made once"):
        migrate(empty_database, package=package, extra=[extra])
    extra = make_extra({"functions/mine.sql": f"-- overrides: {maker}\n{text}"})
    with pytest.raises(UsageError, match="which is applied only once"):
        migrate(empty_database, package=package, extra=[extra])


def test_an_extra_may_add_to_the_package_s_tables_and_grant_its_objects(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    package = make_package(PACKAGE)
    files = {
        "tables/010_more.sql": (
            "ALTER TABLE a ADD COLUMN k int, ADD CONSTRAINT small CHECK (i < 100);"
        ),
        "indexes/a_j_idx.sql": "CREATE INDEX a_j_idx ON a (j);",
        "triggers/more.sql": (
            "CREATE OR REPLACE TRIGGER more BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION t();"
        ),
        "security/grants.sql": (
            "GRANT SELECT ON v TO pg_monitor; GRANT EXECUTE ON FUNCTION f TO pg_monitor;"
        ),
    }
    result = migrate(empty_database, package=package, extra=[make_extra(files)])
    assert len(result.actions) == len(PACKAGE) + len(files)


def test_an_override_is_applied_again_after_the_package_s_file_changed(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    extra = make_extra({"functions/mine.sql": overriding(10)})
    migrate(empty_database, package=make_package(PACKAGE), extra=[extra])
    assert f(empty_database) == 10
    newer = make_package(PACKAGE | {"functions/f.sql": F.format("f", 2)})
    assert status(empty_database, package=newer, extra=[extra]).files.changed == (
        "functions/f",
        "shop:functions/mine",
    )
    result = migrate(empty_database, package=newer, extra=[extra])
    assert actions(result) == [("functions/f", "replace"), ("shop:functions/mine", "replace")]
    assert f(empty_database) == 10


def test_an_override_comes_back_when_the_extra_was_left_out_meanwhile(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    extra = make_extra({"functions/mine.sql": overriding(10)})
    migrate(empty_database, package=make_package(PACKAGE), extra=[extra])
    newer = make_package(PACKAGE | {"functions/f.sql": F.format("f", 2)})
    migrate(empty_database, package=newer)
    assert f(empty_database) == 2
    assert actions(migrate(empty_database, package=newer, extra=[extra])) == [
        ("shop:functions/mine", "replace")
    ]
    assert f(empty_database) == 10


@pytest.mark.parametrize("files", [{"functions/other.sql": F.format("other", 5)}])
def test_the_package_s_object_is_made_again_when_an_override_is_gone(
    empty_database: str, make_package: Make, make_extra: MakeExtra, files: Mapping[str, str]
) -> None:
    package = make_package(PACKAGE)
    extra = make_extra({"functions/mine.sql": overriding(10), **files})
    migrate(empty_database, package=package, extra=[extra])
    extra = make_extra(files)
    result = migrate(empty_database, package=package, extra=[extra])
    assert actions(result) == [("functions/f", "replace"), ("shop:functions/mine", "drop")]
    assert f(empty_database) == 1
    assert migrate(empty_database, package=package, extra=[extra]).actions == ()


def test_the_package_s_object_is_made_again_when_a_file_overrides_it_no_more(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    package = make_package(PACKAGE)
    extra = make_extra({"functions/mine.sql": overriding(10)})
    migrate(empty_database, package=package, extra=[extra])
    extra = make_extra({"functions/mine.sql": F.format("mine", 10)})
    migrate(empty_database, package=package, extra=[extra])
    assert f(empty_database) == 1
    assert query(empty_database, "SELECT mine()") == [(10,)]


def test_a_migrate_that_ends_between_both_files_is_finished_by_the_next(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    extra = make_extra({"functions/mine.sql": overriding(10)})
    migrate(empty_database, package=make_package(PACKAGE), extra=[extra])
    newer = make_package(PACKAGE | {"functions/f.sql": F.format("f", 2)})
    migrate(empty_database, package=newer, extra=[extra], to="functions/f")
    assert f(empty_database) == 2
    migrate(empty_database, package=newer, extra=[extra])
    assert f(empty_database) == 10


def test_status_lists_what_is_overridden(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    package = make_package(PACKAGE)
    extra = make_extra({"functions/mine.sql": overriding(10)})
    migrate(empty_database, package=package, extra=[extra])
    assert status(empty_database, package=package, extra=[extra]).files.overridden == (
        ("functions/f", "shop:functions/mine"),
    )
    result = CliRunner().invoke(cli, ["status", "--database", empty_database, "--json"])
    assert json.loads(result.stdout)["overridden"] == [
        {"file": "functions/f", "by": "shop:functions/mine"}
    ]
    result = CliRunner().invoke(cli, ["status", "--database", empty_database])
    assert "functions/f by shop:functions/mine" in result.stdout


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (
            "functions/mine.sql",
            "-- overrides: functions/ff",
            "no file of the package. Did you mean",
        ),
        ("functions/mine.sql", "-- override: functions/f", "did you mean '-- overrides: ...'"),
        ("tables/010_mine.sql", "-- overrides: functions/f", "itself be applied only once"),
    ],
)
def test_an_override_that_cannot_be_is_an_error(
    make_package: Make, make_extra: MakeExtra, path: str, text: str, message: str
) -> None:
    from lms_schema.source.package import extended

    extra = make_extra({path: f"{text}\n{F.format('f', 2)}"})
    with pytest.raises(UsageError, match=message):
        extended(make_package(PACKAGE), [extra])


def test_a_file_of_the_package_overrides_nothing(make_package: Make) -> None:
    with pytest.raises(UsageError, match="no file of the package"):
        make_package(
            PACKAGE | {"functions/g.sql": "-- overrides: functions/f\n" + F.format("g", 1)}
        )


def test_the_package_s_file_stays_the_owner_of_what_is_overridden(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    package = make_package(PACKAGE)
    extra = make_extra({"functions/mine.sql": overriding(10)})
    migrate(empty_database, package=package, extra=[extra])
    execute(
        empty_database,
        "UPDATE lms_schema_migration SET checksum = '' WHERE migration_id = 'functions/f'",
    )
    migrate(empty_database, package=package, extra=[extra])
    assert f(empty_database) == 10
    assert query(
        empty_database,
        "SELECT migration_id, objects FROM lms_schema_migration"
        " WHERE migration_id LIKE '%functions/%' AND objects && '{FUNCTION f()}'",
    ) == [("functions/f", ["FUNCTION f()"])]


def test_an_extra_may_change_what_it_added_to_a_table_of_the_package(
    database: str, make_extra: MakeExtra
) -> None:
    added = {
        "tables/010_added.sql": "ALTER TABLE learners ADD COLUMN shoe_size integer,"
        " ADD CONSTRAINT learners_shoe_size_check CHECK (shoe_size > 0) NOT VALID;"
        "COMMENT ON COLUMN learners.shoe_size IS 'European.';",
    }
    changed = {
        "tables/020_changed.sql": "ALTER TABLE learners"
        " VALIDATE CONSTRAINT learners_shoe_size_check;"
        "COMMENT ON COLUMN learners.shoe_size IS 'Continental.';",
        "tables/030_gone.sql": "ALTER TABLE learners DROP COLUMN shoe_size;",
    }
    migrate(database, extra=[make_extra(added)])
    migrate(database, extra=[make_extra(added | changed)])
    ours = {"tables/040_ours.sql": "ALTER TABLE learners ALTER COLUMN first_name DROP NOT NULL;"}
    with pytest.raises(UsageError, match=r"it changes column learners\.first_name"):
        migrate(database, extra=[make_extra(added | changed | ours)])
