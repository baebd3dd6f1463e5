"""An upgrade from the last release, and a fresh install, end in one catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lms_schema.rules.checked_folder import subject
from lms_schema.rules.examination import examine
from lms_schema.rules.result import Finding
from support.guarded import Guarded

TABLE = "CREATE TABLE a (i integer);\n"
VIEW = "CREATE OR REPLACE VIEW v AS SELECT i FROM a;\n"
COLUMN = "ALTER TABLE a ADD COLUMN j integer;\n"

Upgrade = Callable[..., list[Finding]]


@pytest.fixture
def upgrade(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """Check files, given the files of releases by their version."""
    monkeypatch.chdir(tmp_path)

    def check(files: Mapping[str, str], **releases: Mapping[str, str]) -> list[Finding]:
        folders = {f"schema.released/{name[1:]}": old for name, old in releases.items()}
        for folder, content in {**folders, "schema": files}.items():
            for path, text in content.items():
                target = tmp_path / folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
        result = examine(subject(Path("schema")), server, scopes=["folder", "install"])
        refused = any(finding.rule in ("released-file", "upgrade") for finding in result.findings)
        assert result.skipped == (("upgrade-ends-alike",) if refused else ())
        return list(result.findings)

    return check


def places(findings: list[Finding]) -> list[tuple[str, str, int]]:
    return [(finding.rule, finding.file, finding.line) for finding in findings]


def test_new_changed_and_gone_files_end_alike(upgrade: Upgrade) -> None:
    new = {
        "tables/010_a.sql": TABLE,
        "tables/020_a_j.sql": COLUMN,
        "views/v.sql": VIEW.replace("i FROM", "i, j FROM"),
        "indexes/a_j_idx.sql": "CREATE INDEX a_j_idx ON a (j);\n",
    }
    gone = "CREATE OR REPLACE FUNCTION f() RETURNS integer RETURN 1;\n"
    old = {"tables/010_a.sql": TABLE, "views/v.sql": VIEW, "functions/f.sql": gone}
    assert upgrade(new, **{"v1.0.0": old}) == []


def test_what_only_databases_of_the_last_release_have_is_found(upgrade: Upgrade) -> None:
    """The table of a file that is no table's own outlives the file."""
    old = {"tables/010_a.sql": TABLE, "security/b.sql": "CREATE TABLE b (i integer);\n"}
    (finding,) = upgrade({"tables/010_a.sql": TABLE}, **{"v1.0.0": old})
    assert (finding.rule, finding.line) == ("upgrade-ends-alike", 1)
    assert "table b" in finding.message
    assert "(extra)" in finding.message


def test_a_package_with_roles_and_policies_upgrades_when_its_files_revoke_first(
    upgrade: Upgrade, guarded: Guarded
) -> None:
    new = guarded.files
    more = f"\nGRANT UPDATE (body) ON notes TO {guarded.reader};\n"
    old = new | {"security/notes.sql": new["security/notes.sql"] + more}
    assert upgrade(new, **{"v1.0.0": old}) == []


def test_a_grant_that_a_file_takes_back_no_more_is_found(
    upgrade: Upgrade, guarded: Guarded
) -> None:
    lax = guarded.files["security/notes.sql"].partition(";\n")[2]
    more = f"\nGRANT UPDATE (body) ON notes TO {guarded.reader};\n"
    new = guarded.files | {"security/notes.sql": lax}
    (finding,) = upgrade(new, **{"v1.0.0": new | {"security/notes.sql": lax + more}})
    assert finding.rule == "upgrade-ends-alike"
    assert "grant column notes.body" in finding.message


def test_columns_in_another_order_are_found(upgrade: Upgrade) -> None:
    """SELECT * and COPY see the order."""
    add = "ALTER TABLE a ADD COLUMN {} integer;\n"
    old = {"tables/010_a.sql": TABLE, "security/k.sql": add.format("k")}
    new = {
        "tables/010_a.sql": TABLE,
        "tables/020_a_j.sql": COLUMN,
        "security/k.sql": add.replace("COLUMN", "COLUMN IF NOT EXISTS").format("k"),
    }
    assert places(upgrade(new, **{"v1.0.0": old})) == [
        ("upgrade-ends-alike", "schema/security/k.sql", 1)
    ]


def test_the_newest_release_is_the_one_that_counts(upgrade: Upgrade) -> None:
    before = {"tables/010_a.sql": TABLE.replace("integer", "bigint")}
    last = {"tables/010_a.sql": TABLE}
    assert upgrade(last, **{"v1.9.0": before, "v1.10.0": last}) == []
    assert places(upgrade(last, **{"v1.11.0": before})) == [
        ("released-file", "schema/tables/010_a.sql", 1)
    ]


def test_a_released_file_that_is_gone_is_found_where_it_was(upgrade: Upgrade) -> None:
    old = {"tables/010_a.sql": TABLE, "tables/020_a_j.sql": COLUMN}
    found = places(upgrade({"tables/010_a.sql": TABLE}, **{"v1.0.0": old}))
    assert ("released-file", "schema/tables/020_a_j.sql", 1) in found
