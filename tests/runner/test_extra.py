"""`--extra`: a project's own SQL on top of the package, by the same runner."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import lms_schema
from lms_schema import (
    DatabaseNewer,
    ReleasedFileEdited,
    StatementFailed,
    UsageError,
    migrate,
    status,
    verify,
)
from lms_schema.catalog.catalog import Catalog, ObjectKey
from lms_schema.catalog.difference import compare
from lms_schema.cli import cli
from lms_schema.runner.extra_objects import Additions
from lms_schema.source import package
from support.runner import Make, MakeExtra, actions, execute, query

PACKAGE = {
    "tables/010_a.sql": "CREATE TABLE a (i int, j int);",
    "views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i, j FROM a;",
}
SHOP = {
    "tables/010_orders.sql": "CREATE TABLE orders (i int);",
    "functions/total.sql": "CREATE OR REPLACE FUNCTION total() RETURNS int RETURN 1;",
    "indexes/a_j_idx.sql": "CREATE INDEX a_j_idx ON a (j);",
}


def test_files_of_an_extra_come_after_the_package_under_its_name(
    make_package: Make, make_extra: MakeExtra
) -> None:
    root = make_extra(SHOP)
    found = package.extended(make_package(PACKAGE), [root])
    assert [file.id for file in found.files] == [
        "tables/010_a",
        "views/v",
        "shop:tables/010_orders",
        "shop:functions/total",
        "shop:indexes/a_j_idx",
    ]
    assert found.file("shop:tables/010_orders").path == f"{root}/tables/010_orders.sql"
    assert found.extras == ("shop",)


def test_the_name_is_the_folder_s_wherever_it_is_called_from(
    make_package: Make, make_extra: MakeExtra, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = make_package(PACKAGE)
    monkeypatch.chdir(make_extra(SHOP))
    found = package.extended(files, ["."])
    assert found.files[-1].id == "shop:indexes/a_j_idx"
    assert found.files[-1].path == "./indexes/a_j_idx.sql"


def test_an_extra_may_depend_on_files_of_its_own_of_the_package_and_of_earlier_extras(
    make_package: Make, make_extra: MakeExtra
) -> None:
    shop = make_extra(
        {
            "functions/a.sql": "-- depends: functions/b tables/010_a\nSELECT 1;",
            "functions/b.sql": "SELECT 1;",
        }
    )
    later = make_extra({"tables/t.sql": "-- depends: shop:functions/b\nSELECT 1;"}, "later")
    found = package.extended(make_package(PACKAGE), [shop, later])
    assert [file.id for file in found.files[2:]] == [
        "shop:functions/b",
        "shop:functions/a",
        "later:tables/t",
    ]
    with pytest.raises(UsageError, match="'shop:functions/b', which does not exist"):
        package.extended(make_package(PACKAGE), [later, shop])


def test_on_a_fresh_install_too_each_file_of_an_extra_has_a_transaction_of_its_own(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    """It may touch what others use, and one who waits for that waits for no other file."""
    text = "CREATE FUNCTION {}() RETURNS int RETURN 1;"
    files = {f"functions/{name}.sql": text.format(name) for name in "bc"}
    own = {f"functions/{name}.sql": text.format(name) for name in "de"}
    migrate(empty_database, package=make_package(PACKAGE | files), extra=[make_extra(own)])
    assert query(
        empty_database,
        "SELECT count(DISTINCT xmin::text)::int FROM lms_schema_migration "
        "WHERE migration_id ~ 'functions' GROUP BY migration_id ~ ':' ORDER BY 1",
    ) == [(1,), (2,)]


def test_a_name_of_both_means_the_extra_s_own_file(
    make_package: Make, make_extra: MakeExtra
) -> None:
    shop = make_extra({"views/u.sql": "-- depends: views/v\nSELECT 1;", "views/v.sql": "SELECT 1;"})
    found = package.extended(make_package(PACKAGE), [shop])
    assert [file.id for file in found.files[2:]] == ["shop:views/v", "shop:views/u"]


def test_the_package_cannot_depend_on_an_extra(make_package: Make) -> None:
    with pytest.raises(UsageError, match="'shop:tables/010_orders', which does not exist"):
        make_package({"tables/t.sql": "-- depends: shop:tables/010_orders\nSELECT 1;"})


def test_two_extras_of_one_name_are_refused(make_package: Make, make_extra: MakeExtra) -> None:
    roots = [make_extra(SHOP, "one/shop"), make_extra(SHOP, "two/shop")]
    with pytest.raises(UsageError, match=r"Two extras are named 'shop', the second by .*two/shop"):
        package.extended(make_package(PACKAGE), roots)


def test_a_folder_whose_name_no_id_can_hold_is_refused(
    make_package: Make, make_extra: MakeExtra
) -> None:
    with pytest.raises(UsageError, match="my: shop"):
        package.extended(make_package(PACKAGE), [make_extra(SHOP, "my: shop")])


def test_a_missing_folder_is_an_error(make_package: Make, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere does not exist"):
        package.extended(make_package(PACKAGE), [tmp_path / "nowhere"])


def test_an_extra_is_applied_recorded_and_found_unchanged(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    files, root = make_package(PACKAGE), make_extra(SHOP)
    result = migrate(empty_database, package=files, extra=[root])
    assert actions(result)[2:] == [
        ("shop:tables/010_orders", "apply"),
        ("shop:functions/total", "apply"),
        ("shop:indexes/a_j_idx", "apply"),
    ]
    assert migrate(empty_database, package=files, extra=[root]).actions == ()
    found = status(empty_database, package=files, extra=[root])
    assert found.exit_code == 0
    assert "shop:indexes/a_j_idx" in found.files.applied


def test_without_the_extra_its_objects_stay_and_status_says_so(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    files, root = make_package(PACKAGE), make_extra(SHOP)
    migrate(empty_database, package=files, extra=[root])
    assert migrate(empty_database, package=files).actions == ()
    assert query(empty_database, "SELECT total(), (SELECT count(*) FROM orders)") == [(1, 0)]
    found = status(empty_database, package=files)
    assert found.exit_code == 0
    assert found.files.others == (
        "shop:functions/total",
        "shop:indexes/a_j_idx",
        "shop:tables/010_orders",
    )


def test_one_extra_of_two_can_go_on_alone(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    files, shop = make_package(PACKAGE), make_extra(SHOP)
    other = make_extra({"functions/f.sql": "CREATE FUNCTION f() RETURNS int RETURN 1;"}, "other")
    migrate(empty_database, package=files, extra=[shop, other])
    other = make_extra({"functions/g.sql": "CREATE FUNCTION g() RETURNS int RETURN 1;"}, "other")
    result = migrate(empty_database, package=files, extra=[other])
    assert actions(result) == [("other:functions/g", "apply"), ("other:functions/f", "drop")]
    assert query(empty_database, "SELECT total(), g()") == [(1, 1)]


def test_a_changed_function_of_an_extra_is_replaced_and_a_gone_one_dropped(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    files = make_package(PACKAGE)
    migrate(empty_database, package=files, extra=[make_extra(SHOP)])
    changed = {"functions/total.sql": "CREATE OR REPLACE FUNCTION total() RETURNS text RETURN 2;"}
    result = migrate(empty_database, package=files, extra=[make_extra(SHOP | changed)])
    assert actions(result) == [("shop:functions/total", "rebuild")]
    less = {name: text for name, text in SHOP.items() if name != "functions/total.sql"}
    result = migrate(empty_database, package=files, extra=[make_extra(less)])
    assert actions(result) == [("shop:functions/total", "drop")]


def test_an_edited_versioned_file_of_an_extra_is_refused_by_its_path(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    files = make_package(PACKAGE)
    migrate(empty_database, package=files, extra=[make_extra(SHOP)])
    edited = {"tables/010_orders.sql": "CREATE TABLE orders (i bigint);"}
    root = make_extra(SHOP | edited)
    with pytest.raises(ReleasedFileEdited, match=f"{root}/tables/010_orders.sql"):
        migrate(empty_database, package=files, extra=[root])
    assert status(empty_database, package=files, extra=[root]).exit_code == 5


def test_a_versioned_file_that_the_extra_lacks_makes_the_database_newer_than_the_extra(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    files = make_package(PACKAGE)
    migrate(empty_database, package=files, extra=[make_extra(SHOP)])
    older = {name: text for name, text in SHOP.items() if name != "indexes/a_j_idx.sql"}
    with pytest.raises(DatabaseNewer, match="newer than an extra: it holds shop:indexes/a_j_idx"):
        migrate(empty_database, package=files, extra=[make_extra(older)])


def test_a_failing_statement_of_an_extra_names_its_path_and_leaves_the_package_applied(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    files = make_package(PACKAGE)
    root = make_extra({"tables/010_orders.sql": "-- Orders.\nCREATE TABLE orders (i nope);"})
    with pytest.raises(StatementFailed) as caught:
        migrate(empty_database, package=files, extra=[root])
    assert (caught.value.file, caught.value.line) == (f"{root}/tables/010_orders.sql", 2)
    assert status(empty_database, package=files).exit_code == 0


VIEW_OVER_OURS = {"views/w.sql": "CREATE OR REPLACE VIEW w AS SELECT i FROM v;"}
SMALLER = PACKAGE | {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i FROM a;"}


def test_a_view_of_an_extra_is_made_again_with_the_package_s_that_it_reads(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    root = make_extra(VIEW_OVER_OURS)
    migrate(empty_database, package=make_package(PACKAGE), extra=[root])
    result = migrate(empty_database, package=make_package(SMALLER), extra=[root])
    assert actions(result) == [("views/v", "rebuild"), ("shop:views/w", "rebuild")]


def test_a_view_of_an_extra_that_was_not_given_is_never_dropped_and_the_error_says_what_to_give(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    migrate(empty_database, package=make_package(PACKAGE), extra=[make_extra(VIEW_OVER_OURS)])
    with pytest.raises(StatementFailed, match="view w depends on view v") as caught:
        migrate(empty_database, package=make_package(SMALLER))
    assert "the database holds shop" in str(caught.value)
    assert query(empty_database, "SELECT i FROM w") == []


def test_drop_removes_what_extras_made_too(
    empty_database: str, make_package: Make, make_extra: MakeExtra
) -> None:
    migrate(empty_database, package=make_package(PACKAGE), extra=[make_extra(SHOP)])
    lms_schema.drop(empty_database, schema="public")
    assert (
        query(
            empty_database,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        )
        == []
    )


ON_OURS = {
    "types/010_tiers.sql": "CREATE TYPE tier AS ENUM ('free', 'paid');",
    "tables/010_subscriptions.sql": "CREATE TABLE subscriptions (\n"
    "    learner_id uuid PRIMARY KEY REFERENCES learners, tier tier NOT NULL\n);",
    "tables/020_learners_nickname.sql": "ALTER TABLE learners ADD COLUMN nickname text\n"
    "    CONSTRAINT learners_nickname_check CHECK (nickname <> '');",
    "functions/tier_of.sql": "CREATE OR REPLACE FUNCTION tier_of(p uuid) RETURNS tier\n"
    "    RETURN (SELECT s.tier FROM subscriptions AS s WHERE s.learner_id = p);",
    "views/paying.sql": "CREATE OR REPLACE VIEW paying AS SELECT learners.email\n"
    "    FROM learners JOIN subscriptions ON learner_id = id WHERE tier = 'paid';",
    "indexes/learners_nickname_idx.sql": "CREATE INDEX learners_nickname_idx"
    " ON learners (nickname);",
}


@pytest.fixture(scope="module")
def shop_on_ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("extras") / "shop"
    for path, content in ON_OURS.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return root


@pytest.mark.slow
def test_verify_expects_what_an_extra_adds_to_our_tables_and_judges_its_objects(
    database: str, shop_on_ours: Path
) -> None:
    migrate(database, extra=[shop_on_ours])
    found = {item.name for item in verify(database).differences}
    assert found == {"learners.nickname", "learners.learners_nickname_check"}
    result = verify(database, extra=[shop_on_ours], strict=True)
    assert result.differences == ()
    execute(
        database,
        "DROP VIEW paying",
        "ALTER TABLE subscriptions ALTER tier DROP NOT NULL",
        "DROP INDEX learners_nickname_idx",
    )
    result = verify(database, extra=[shop_on_ours])
    assert {(item.problem, item.kind, item.name) for item in result.differences} == {
        ("missing", "view", "paying"),
        ("different", "column", "subscriptions.tier"),
        ("missing", "index", "learners.learners_nickname_idx"),
    }


def test_another_major_version_may_print_a_definition_otherwise_but_not_lack_it() -> None:
    view, table = ObjectKey("view", "paying"), ObjectKey("table", "subscriptions")
    parsed, quoted = ObjectKey("function", "f()"), ObjectKey("function", "g()")
    function = "FUNCTION ()\nRETURNS integer\nLANGUAGE {} STABLE\n\n{}"
    additions = Additions(
        18,
        {
            view: "VIEW AS SELECT email",
            table: "TABLE",
            parsed: function.format("sql", "RETURN 1"),
            quoted: function.format("plpgsql", "BEGIN RETURN 1; END"),
        },
    )
    expected = additions.on(Catalog({}))
    live = Catalog(
        {
            view: "VIEW AS SELECT learners.email",
            table: "UNLOGGED TABLE",
            parsed: function.format("sql", "RETURN (1)"),
            quoted: function.format("plpgsql", "BEGIN RETURN 2; END"),
        },
    )
    differences, notes = compare(expected, live, unsure=additions.unsure(15))
    assert [item.name for item in differences] == ["subscriptions", "g()"]
    assert [item.name for item in notes] == ["paying", "f()"]
    differences, _ = compare(expected, Catalog({}), unsure=additions.unsure(15))
    assert [item.problem for item in differences] == ["missing"] * 4
    differences, notes = compare(expected, live, unsure=additions.unsure(18))
    assert (len(differences), notes) == (4, ())


def test_the_commands_take_extras(empty_database: str, make_extra: MakeExtra) -> None:
    root = str(make_extra({"functions/f.sql": "CREATE FUNCTION f() RETURNS int RETURN 1;"}))
    runner = CliRunner()
    common = ["--database", empty_database, "--json"]
    found = json.loads(
        runner.invoke(cli, ["migrate", *common, "--extra", root, "--show-sql"]).stdout
    )
    last = found["actions"][-1]
    assert (last["file"], last["action"]) == ("shop:functions/f", "apply")
    assert "CREATE FUNCTION f()" in found["sql"]["shop:functions/f"]
    result = runner.invoke(cli, ["status", *common, "--extra", root])
    assert (result.exit_code, json.loads(result.stdout)["others"]) == (0, [])
    result = runner.invoke(cli, ["status", "--database", empty_database])
    assert "of extras that were not given, left alone: 1 file\n  shop:functions/f" in result.stdout
