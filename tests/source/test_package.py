"""Reading a schema folder: its order, its checksums, and what it must not hold."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lms_schema import UsageError
from lms_schema.source import package
from lms_schema.source.folders import Kind
from lms_schema.source.package import SchemaPackage
from support.runner import Make


def _ids(found: SchemaPackage) -> list[str]:
    return [file.id for file in found.files]


def test_files_come_in_the_order_of_folders_then_of_names(make_package: Make) -> None:
    found = make_package(
        {
            "security/a.sql": "SELECT 1",
            "partitions/a.sql": "SELECT 1",
            "indexes/a.sql": "SELECT 1",
            "views/a.sql": "SELECT 1",
            "triggers/a.sql": "SELECT 1",
            "functions/b.sql": "SELECT 1",
            "functions/a.sql": "SELECT 1",
            "tables/010_z.sql": "SELECT 1",
            "tables/020_a.sql": "SELECT 1",
            "types/a.sql": "SELECT 1",
        }
    )
    assert _ids(found) == [
        "types/a",
        "tables/010_z",
        "tables/020_a",
        "functions/a",
        "functions/b",
        "triggers/a",
        "views/a",
        "indexes/a",
        "partitions/a",
        "security/a",
    ]
    kinds = {file.folder.name: file.kind for file in found.files}
    assert kinds == {
        "types": Kind.VERSIONED,
        "tables": Kind.VERSIONED,
        "functions": Kind.REPLACEABLE,
        "triggers": Kind.REPLACEABLE,
        "views": Kind.REPLACEABLE,
        "indexes": Kind.VERSIONED,
        "partitions": Kind.RECURRING,
        "security": Kind.REPLACEABLE,
    }


def test_a_subject_is_part_of_a_functions_path_and_not_of_its_id(make_package: Make) -> None:
    found = make_package(
        {
            "functions/z/a.sql": "SELECT 1",
            "functions/b.sql": "SELECT 2",
            "functions/a/c.sql": "SELECT 3",
        }
    )
    assert _ids(found) == ["functions/a", "functions/b", "functions/c"]
    assert [line[66:] for line in found.order().splitlines()] == [
        "functions/z/a.sql",
        "functions/b.sql",
        "functions/a/c.sql",
    ]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("functions/z/a.sql", "has the name of .*functions/a/a.sql. Rename it"),
        ("functions/a/b/c.sql", "functions/a/b is not an SQL file"),
        ("views/a/v.sql", "views/a is not an SQL file"),
    ],
)
def test_a_name_stands_once_and_a_subject_has_no_subject(
    make_package: Make, path: str, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        make_package({"functions/a/a.sql": "SELECT 1", path: "SELECT 1"})


def test_depends_moves_a_file_behind_another_and_nothing_else(make_package: Make) -> None:
    found = make_package(
        {
            "functions/a.sql": "-- depends: functions/c\n-- depends: functions/d\nSELECT 1",
            "functions/b.sql": "SELECT 1",
            "functions/c.sql": "-- About c.\n\n-- depends: functions/d\nSELECT 1",
            "functions/d.sql": "SELECT 1",
            "functions/e.sql": "SELECT 1",
            "views/a.sql": "-- depends: functions/a\nSELECT 1",
        }
    )
    assert _ids(found) == [f"functions/{name}" for name in "bdcae"] + ["views/a"]
    assert found.files[3].depends == ("functions/c", "functions/d")


def test_the_checksum_ignores_line_ends_and_a_byte_order_mark(make_package: Make) -> None:
    plain = make_package({"tables/a.sql": b"SELECT 1,\n2;\n"}).files[0]
    windows = make_package({"tables/a.sql": b"\xef\xbb\xbfSELECT 1,\r\n2;\r\n"}).files[0]
    assert windows.checksum == plain.checksum
    assert windows.text == plain.text
    assert plain.checksum == hashlib.sha256(b"SELECT 1,\n2;\n").hexdigest()


def test_order_lists_each_file_as_sha256sum_does(make_package: Make) -> None:
    found = make_package({"views/v.sql": "SELECT 2", "tables/t.sql": "SELECT 1"})
    one, two = (hashlib.sha256(text).hexdigest() for text in (b"SELECT 1", b"SELECT 2"))
    assert found.order() == f"{one}  tables/t.sql\n{two}  views/v.sql\n"


def test_order_and_readme_may_lie_beside_the_folders(make_package: Make) -> None:
    found = make_package({"ORDER": "", "README.md": "", "tables/t.sql": "SELECT 1"})
    assert _ids(found) == ["tables/t"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"README.md": ""}, ["holds no SQL file"]),
        ({"tabels/a.sql": "SELECT 1"}, ["tabels", "Did you mean tables"]),
        ({"a.sql": "SELECT 1"}, ["a.sql", "outside the folders"]),
        ({"tables/a.txt": "SELECT 1"}, ["a.txt", "not an SQL file"]),
        ({"tables/more/a.sql": "SELECT 1"}, ["more", "not an SQL file"]),
        ({"tables/a.sql": " \n"}, ["a.sql", "is empty"]),
        ({"tables/a.sql": b"SELECT '\xff'"}, ["a.sql", "not UTF-8 at byte 8 (0xff)"]),
        ({"tables/a.sql": "SELECT 1;\0 SELECT 2"}, ["a.sql", "NUL at byte 9"]),
        ({"tables/a.sql": "SELECT 1;\nCOMMIT"}, ["a.sql:2:", "COMMIT"]),
        ({"tables/a.sql": "-- depend: x\nSELECT 1"}, ["a.sql:1:", "mean '-- depends: ...'"]),
        ({"tables/a.sql": "-- a\r--dependss: x\rSELECT 1"}, ["a.sql:2:", "'dependss:'"]),
        ({"tables/a.sql": "-- depends : x\nSELECT 1"}, ["a.sql:1:", "'depends :'"]),
        ({"tables/a.sql": "-- depends:x\nSELECT 1"}, ["a.sql:1:", "'depends:x'"]),
        ({"tables/a.sql": "-- depends_on: x\nSELECT 1"}, ["a.sql:1:", "'depends_on:'"]),
        ({"tables/a.sql": "-- x\n-- Depends: x\nSELECT 1"}, ["a.sql:2:", "lower case"]),
        ({"tables/a.sql": "--depends:\nSELECT 1"}, ["a.sql:1:", "no value"]),
        ({"tables/a.sql": "SELECT 1;\n-- depends: x"}, ["a.sql:2:", "misplaced"]),
        ({"tables/a.sql": "SELECT 1; -- depends: x"}, ["a.sql:1:", "misplaced"]),
        ({"tables/a.sql": "/* x */\n-- depends: x\nSELECT 1"}, ["a.sql:2:", "misplaced"]),
        ({"tables/a.sql": "-- depends: x y\n-- depends: z x\nSELECT 1"}, ["a.sql:2:", "twice"]),
        ({"tables/a.sql": "-- depends: x x\nSELECT 1"}, ["a.sql:1:", "twice"]),
        (
            {"tables/a.sql": "-- depends: tables/bb\nSELECT 1", "tables/b.sql": "SELECT 1"},
            ["tables/a.sql", "'tables/bb'", "Did you mean tables/b"],
        ),
        (
            {"tables/a.sql": "-- depends: views/v\nSELECT 1", "views/v.sql": "SELECT 1"},
            ["tables/a.sql", "later folder"],
        ),
        (
            {
                "tables/a.sql": "-- depends: tables/b\nSELECT 1",
                "tables/b.sql": "-- depends: tables/a\nSELECT 1",
                "tables/c.sql": "SELECT 1",
            },
            ["circle: tables/a, tables/b."],
        ),
        ({"tables/a.sql": "-- depends: tables/a\nSELECT 1"}, ["circle: tables/a."]),
    ],
)
def test_a_folder_that_is_not_a_schema_is_refused(
    make_package: Make, files: dict[str, str | bytes], words: list[str]
) -> None:
    with pytest.raises(UsageError) as caught:
        make_package(files)
    for word in words:
        assert word in str(caught.value)


def test_only_the_order_that_is_shipped_vouches_for_its_files(
    make_package: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = "CREATE TABLE a (i int);\nCOMMIT"
    listed = f"{hashlib.sha256(broken.encode()).hexdigest()}  tables/a.sql\n"
    refusal = r"a\.sql:2: COMMIT controls the transaction"
    with pytest.raises(UsageError, match=refusal):
        make_package({"ORDER": listed, "tables/a.sql": broken})
    monkeypatch.setattr(package, "shipped_folder", lambda: tmp_path / "schema")
    with pytest.raises(UsageError, match=refusal):
        _ = package.read().files[0].statements
    (tmp_path / "schema/tables/a.sql").write_text(broken + " ")
    with pytest.raises(UsageError, match=refusal):
        package.read()


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        package.read(tmp_path / "schema")


def test_an_empty_sub_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    with pytest.raises(UsageError, match="tables is an empty folder"):
        package.read(tmp_path)


def test_what_looks_like_a_directive_in_strings_and_bodies_is_none(make_package: Make) -> None:
    text = "-- Prose with a colon: fine.\nSELECT $$\n-- depends: x\n$$, '\n-- depends: y\n'"
    assert make_package({"tables/a.sql": text}).files[0].depends == ()


def test_a_comment_with_a_colon_is_prose(make_package: Make) -> None:
    header = (
        "--\n-- Name: shop; Type: TABLE; Schema: -\n-- Note: see the manual\n-- Deprecated: no\n"
        "-- Description : a\n-- https://example.org/depends: x\n-- Dependencies: none\n--Owner:\n"
    )
    assert make_package({"tables/a.sql": f"{header}SELECT 1"}).files[0].depends == ()


def test_what_editors_and_systems_leave_is_passed_over(make_package: Make) -> None:
    left = [
        *(".DS_Store", "._a.sql", ".a.sql.swp", ".#a.sql", "#a.sql#", "a.sql~", "a.sql.orig"),
        *("a.sql.rej", "a.sql.bak", "a.swp", "Thumbs.db", "thumbs.db", "desktop.ini", "Icon\r"),
        *(".gitkeep", ".gitignore", ".idea/a.xml"),
    ]
    junk = {f"{folder}{name}": "junk" for folder in ("", "tables/") for name in left}
    found = make_package({**junk, "views/.gitkeep": "", "tables/a.sql": "SELECT 1"})
    assert _ids(found) == ["tables/a"]
    assert found.order().endswith("  tables/a.sql\n")
    assert found.order().count("\n") == 1


def test_a_folder_with_nothing_but_leavings_is_empty(make_package: Make) -> None:
    with pytest.raises(UsageError, match="views is an empty folder"):
        make_package({"views/.DS_Store": "", "tables/a.sql": "SELECT 1"})


def test_an_unknown_id_is_answered_with_near_ones(make_package: Make) -> None:
    found = make_package({"tables/010_learners.sql": "SELECT 1"})
    with pytest.raises(UsageError, match="Did you mean tables/010_learners"):
        found.file("tables/10_learners")


def test_the_shipped_schema_can_be_read() -> None:
    found = package.read()
    assert found.file("tables/020_learners").kind is Kind.VERSIONED
