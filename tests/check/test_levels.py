"""What a project's settings make of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lms_schema import CheckResult, rules
from lms_schema.rules.checked_folder import subject
from lms_schema.rules.examination import examine
from lms_schema.rules.lint import squawk

NO_COMMENT = {"tables/010_notes.sql": "CREATE TABLE notes (id bigint PRIMARY KEY);\n"}
FINDINGS = 9


def checked(
    folder: Path,
    server: str,
    files: Mapping[str, str],
    levels: Mapping[str, rules.Level],
    *scopes: rules.Scope,
) -> CheckResult:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return examine(subject(folder), server, scopes=scopes, levels=levels)


def test_a_warning_is_told_and_does_not_fail(tmp_path: Path, server: str) -> None:
    both = ("object-comment", "column-comment")
    cases: list[tuple[dict[str, rules.Level], int]] = [
        ({}, FINDINGS),
        ({both[0]: "warning"}, FINDINGS),
        ({both[0]: "warning", both[1]: "warning"}, 0),
    ]
    for levels, code in cases:
        result = checked(tmp_path, server, NO_COMMENT, levels, "catalog")
        assert {finding.rule for finding in result.findings} == set(both)
        assert {finding.rule for finding in result.findings if finding.severity == "warning"} == (
            set(levels)
        )
        assert (result.exit_code, result.off) == (code, ())


def test_a_rule_that_is_off_finds_nothing_and_is_named(tmp_path: Path, server: str) -> None:
    result = checked(
        tmp_path, server, NO_COMMENT, {"object-comment": "off", "column-comment": "off"}, "catalog"
    )
    assert (result.findings, result.exit_code) == ((), 0)
    assert set(result.off) == {"object-comment", "column-comment"}


def test_a_comment_that_ignores_a_rule_may_stay_while_that_is_off(
    tmp_path: Path, server: str
) -> None:
    files = {
        "tables/010_notes.sql": "-- lms-schema: ignore primary-key: a log\n"
        "CREATE TABLE notes (id bigint PRIMARY KEY);\n"
    }
    on = checked(tmp_path, server, files, {}, "file", "catalog")
    assert "ignore-comment" in {finding.rule for finding in on.findings}
    off = checked(tmp_path, server, files, {"primary-key": "off"}, "file", "catalog")
    assert "ignore-comment" not in {finding.rule for finding in off.findings}


@pytest.mark.parametrize("level", ["warning", "off"])
def test_what_keeps_others_from_being_tried_fails_at_any_level(
    tmp_path: Path, server: str, level: rules.Level
) -> None:
    files = {"tables/010_notes.sql": "CREATE TABLE notes (id missing PRIMARY KEY);\n"}
    result = checked(tmp_path, server, files, {"apply": level}, "install", "catalog")
    assert "primary-key" in result.skipped
    assert result.exit_code == FINDINGS


def test_a_linter_that_is_off_is_not_run_and_one_rule_of_it_is_left_out(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"tables/010_notes.sql": "create table notes (id bigint PRIMARY KEY);\n"}
    monkeypatch.setattr(squawk, "find", lambda _paths: pytest.fail("it was run"))
    rules.rules.cache_clear()
    try:
        levels: dict[str, rules.Level] = {"squawk": "off"}
        on = checked(tmp_path, server, files, levels, "lint")
        assert (
            [finding.rule for finding in on.findings] == ["sqlfluff/CP01"] * len(on.findings) != []
        )
        off = checked(tmp_path, server, files, {**levels, "sqlfluff/CP01": "off"}, "lint")
        assert (off.findings, off.off) == ((), ("squawk",))
    finally:
        rules.rules.cache_clear()
