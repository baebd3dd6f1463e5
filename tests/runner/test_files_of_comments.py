"""A file that was emptied to a comment is applied as nothing, and recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import lms_schema
from lms_schema import migrate
from lms_schema.exports.script import script
from lms_schema.rules.checked_folder import subject
from lms_schema.rules.examination import examine
from lms_schema.source import package as packages
from lms_schema.source.folders import FOLDERS
from support.runner import Make, actions, execute, query

TABLE = "CREATE TABLE a (i int);"
WHY = "-- Moved to a batched migration; see 020.\n"
COMMENTS = {f"{folder.name}/020_gone.sql": WHY for folder in FOLDERS}
COMMENTS |= {"tables/030_block.sql": "/* nothing */", "views/semicolons.sql": "-- none\n;;"}
RECORDED = "SELECT migration_id, content, objects FROM lms_schema_migration ORDER BY 1"


@pytest.mark.parametrize("extra", [False, True], ids=["package", "extra"])
def test_it_is_recorded_and_makes_nothing(
    extra: bool, empty_database: str, make_package: Make, tmp_path: Path
) -> None:
    package = make_package({"tables/010_a.sql": TABLE} | COMMENTS)
    if extra:
        (tmp_path / "schema").rename(tmp_path / "shop")
        base = make_package({"tables/010_z.sql": "CREATE TABLE z (i int);"})
        package = packages.extended(base, [tmp_path / "shop"])
    applied = {file for file, action in actions(migrate(empty_database, package=package))}
    assert applied == {file.id for file in package.files}
    rows = query(empty_database, RECORDED)
    texts = {file.id: file.text for file in package.files}
    assert {row[0]: row[1] for row in rows} == texts
    assert {row[0] for row in rows if row[2]} == {
        file.id for file in package.files if file.text not in COMMENTS.values()
    }
    assert migrate(empty_database, package=package).actions == ()
    assert lms_schema.status(empty_database, package=package).exit_code == 0


def test_what_a_file_made_goes_when_it_is_emptied_and_comes_back_with_it(
    empty_database: str, make_package: Make
) -> None:
    full = {"tables/010_a.sql": TABLE, "views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i FROM a"}
    emptied = full | {"views/v.sql": WHY}
    exists = "SELECT to_regclass('v') IS NOT NULL"
    for files, there in ((full, True), (emptied, False), (full, True), (emptied, False)):
        migrate(empty_database, package=make_package(files))
        assert query(empty_database, exists) == [(there,)]
    migrate(empty_database, package=make_package({"tables/010_a.sql": TABLE}))
    assert [row[0] for row in query(empty_database, RECORDED)] == ["tables/010_a"]


def test_an_export_and_a_check_take_it(
    new_database: Callable[[], str], server: str, make_package: Make, tmp_path: Path
) -> None:
    package = make_package({"tables/010_a.sql": TABLE} | COMMENTS)
    exported, migrated = new_database(), new_database()
    execute(exported, "CREATE SCHEMA lms")
    parts = script(new_database(), package, schema="lms")
    path = "SET search_path = lms, pg_temp"
    execute(exported, ";\n".join([path, *(part.text for part in parts)]))
    migrate(migrated, schema="lms", package=package)
    recorded = RECORDED.replace("lms_schema_migration", "lms.lms_schema_migration")
    assert query(exported, recorded) == query(migrated, recorded)
    found = examine(subject(tmp_path / "schema"), server, scopes=["file", "folder", "install"])
    assert {finding.rule for finding in found.findings} <= {"file-name"}
    assert found.skipped == ()
