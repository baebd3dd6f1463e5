"""`new` makes a file that can be applied as it is, in the right place, and takes nobody's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from lms_schema import UsageError
from lms_schema.cli import cli
from lms_schema.operations.new import KINDS, new
from lms_schema.rules.checked_folder import subject
from lms_schema.rules.examination import examine
from lms_schema.source import package as packages

PACKAGE = packages.shipped_folder()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("db/shop")


@pytest.mark.slow
def test_a_file_of_each_kind_passes_check_as_it_is(shop: Path, server: str) -> None:
    names = dict.fromkeys(KINDS, "things") | {"type": "moods", "view": "lists", "index": "i_idx"}
    for kind, name in names.items():
        new(kind, name, extra=[shop])
    result = examine(subject(PACKAGE, [shop]), server)
    assert (result.findings, result.skipped) == ((), ())


def test_types_and_tables_get_the_next_full_ten(shop: Path) -> None:
    assert new("table", "orders", extra=[shop]) == shop / "tables/010_orders.sql"
    (shop / "tables/014_lines.sql").touch()
    assert new("table", "pages", extra=[shop]) == shop / "tables/020_pages.sql"
    assert new("type", "moods", extra=[shop]) == shop / "types/010_moods.sql"
    (shop / "tables/990_a.sql").touch()
    assert new("table", "last", extra=[shop]) == shop / "tables/991_last.sql"
    (shop / "tables/999_b.sql").touch()
    with pytest.raises(UsageError, match="used up"):
        new("table", "more", extra=[shop])


@pytest.mark.parametrize(
    ("kind", "name"), [("table", "orders"), ("table", "learners"), ("function", "set_updated_at")]
)
def test_what_the_extra_or_the_package_has_is_not_made_again(
    shop: Path, kind: str, name: str
) -> None:
    first = new("table", "orders", extra=[shop])
    before = first.read_text()
    with pytest.raises(UsageError, match=f"{name}.sql is there already"):
        new(kind, name, extra=[shop])
    assert first.read_text() == before
    assert list(shop.rglob("*.sql")) == [first]


@pytest.mark.parametrize("name", ["Orders", "1st", "", "order-lines", "a/", "a" * 59])
def test_a_name_that_cannot_be_taken_is_refused(shop: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        new("table", name, extra=[shop])
    assert not shop.exists()


@pytest.mark.parametrize(
    ("kind", "name"),
    [("table", "a/b"), ("function", "../x"), ("function", "a/b/c"), ("view", "/v")],
)
def test_only_a_function_has_a_subject_and_it_is_one_folder(
    shop: Path, kind: str, name: str
) -> None:
    with pytest.raises(UsageError, match="cannot be the subject"):
        new(kind, name, extra=[shop])
    assert not shop.exists()


def test_a_function_goes_to_the_subject_before_its_name(shop: Path) -> None:
    made = new("function", "visits/record_visit", extra=[shop])
    assert made == shop / "functions/visits/record_visit.sql"
    with pytest.raises(UsageError, match="is there already"):
        new("function", "record_visit", extra=[shop])


def test_order_is_kept_true_where_there_is_one(shop: Path) -> None:
    new("table", "orders", extra=[shop])
    (shop / "ORDER").touch()
    new("function", "order_total", extra=[shop])
    lines = (shop / "ORDER").read_text().splitlines()
    assert [line[66:] for line in lines] == ["tables/010_orders.sql", "functions/order_total.sql"]


def test_in_a_clone_the_package_s_own_schema_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PACKAGE, tmp_path / "schema")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="--extra"):
        new("function", "made", extra=[])
    monkeypatch.setattr(packages, "shipped_folder", lambda: tmp_path / "schema")
    assert new("function", "made", extra=[]) == Path("schema/functions/made.sql")
    assert (tmp_path / "schema/ORDER").read_text() == packages.read(tmp_path / "schema").order()
    with pytest.raises(UsageError, match="There are 2 extras"):
        new("function", "made", extra=["a", "b"])


@pytest.mark.usefixtures("shop")
def test_the_command_takes_the_extra_of_the_settings_and_prints_the_file() -> None:
    Path("lms-schema.toml").write_text('extra = ["db/shop"]\n')
    result = CliRunner().invoke(cli, ["new", "table", "orders"])
    assert (result.exit_code, result.stdout) == (0, "db/shop/tables/010_orders.sql\n")
