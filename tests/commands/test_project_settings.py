"""The settings of a project: what the file may say, and what comes before it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import lms_schema
from lms_schema import CheckResult, UsageError
from lms_schema.cli import cli
from lms_schema.commands import settings

SECRET = "geheim"  # noqa: S105


class Called(Exception):  # noqa: N818
    """Stands for what a command would do."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LMS_SCHEMA", raising=False)
    return tmp_path


def set_to(text: str, name: str = "lms-schema.toml") -> None:
    Path(name).write_text(text, encoding="utf-8")


def called(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> dict[str, Any]:
    """Return with what a command calls the function of its name."""
    options: dict[str, Any] = {}

    def note(*_arguments: object, **given: object) -> None:
        options.update(given)
        raise Called

    monkeypatch.setattr(lms_schema, arguments[0], note)
    result = CliRunner().invoke(cli, arguments)
    assert isinstance(result.exception, Called), result.output
    return options


def refused(text: str, name: str = "lms-schema.toml", command: str = "status") -> str:
    set_to(text, name)
    result: Result = CliRunner().invoke(cli, [command])
    assert result.exit_code == UsageError.exit_code
    return result.stderr


@pytest.mark.parametrize(
    ("name", "prefix"), [("lms-schema.toml", ""), ("pyproject.toml", "tool.lms-schema")]
)
def test_either_file_sets_schema_extras_and_times(
    monkeypatch: pytest.MonkeyPatch, name: str, prefix: str
) -> None:
    inner = f"{prefix}." if prefix else ""
    set_to(
        (f"[{prefix}]\n" if prefix else "")
        + 'schema = "campus"\nextra = ["db/shop"]\n'
        + f'[{inner}migrate]\nlock-timeout = "2s"\nwait = "2min"\n'
        + f'[{inner}maintain]\nlock-timeout = "200ms"\n',
        name,
    )
    Path("db/shop/tables").mkdir(parents=True)
    Path("db/shop/tables/010_a.sql").write_text("CREATE TABLE a (i int);\n")
    migrate = called(monkeypatch, "migrate")
    assert (migrate["schema"], migrate["lock_timeout"], migrate["wait"]) == ("campus", 2.0, 120.0)
    assert migrate["package"].extras == ("shop",)
    maintain = called(monkeypatch, "maintain")
    assert (maintain["lock_timeout"], maintain["wait"]) == (0.2, 60.0)
    assert called(monkeypatch, "status")["extra"] == ("db/shop",)
    assert called(monkeypatch, "export", "sql")["schema"] == "campus"


def test_the_command_line_comes_before_the_environment_and_that_before_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_to('schema = "of_file"\n[maintain]\nwait = "1s"\n')
    assert called(monkeypatch, "maintain")["schema"] == "of_file"
    assert called(monkeypatch, "maintain", "--wait", "2s")["wait"] == 2.0
    monkeypatch.setenv("LMS_SCHEMA", "of_environment")
    # None: the function takes it from the environment
    assert called(monkeypatch, "maintain")["schema"] is None
    assert called(monkeypatch, "export", "sql")["schema"] == "of_environment"
    assert called(monkeypatch, "maintain", "--schema", "given")["schema"] == "given"
    monkeypatch.setenv("LMS_SCHEMA", "")
    assert called(monkeypatch, "maintain")["schema"] == "of_file"


def test_the_schemas_of_a_query_are_not_joined_by_that_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_to('schema = "of_file"\n')
    monkeypatch.setattr(lms_schema, "schemas_from", lambda *_arguments: ["of_query"])
    asked: list[str] = []
    monkeypatch.setattr(
        lms_schema, "for_each_schema", lambda _call, names, **_: asked.extend(names)
    )
    CliRunner().invoke(cli, ["status", "--schemas-from", "SELECT ..."])
    assert asked == ["of_query"]
    CliRunner().invoke(cli, ["status", "--schema", "given", "--schemas-from", "SELECT ..."])
    assert asked == ["of_query", "given", "of_query"]


def test_drop_takes_its_schema_from_the_command_line_alone() -> None:
    set_to('schema = "of_file"\n')
    result = CliRunner().invoke(cli, ["drop"])
    assert result.exit_code == UsageError.exit_code
    assert "Missing option '--confirm'" in result.stderr


def test_a_folder_above_sets_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_to('schema = "of_file"\n')
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert settings.read() == settings.Settings()


def test_the_tables_of_other_tools_are_left_alone() -> None:
    set_to("[tool.ruff]\nschema = 3\n", "pyproject.toml")
    assert settings.read() == settings.Settings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('schma = "x"', "schma is not a setting. Did you mean schema?"),
        (
            '[migrate]\nlock-timeut = "5s"',
            "migrate.lock-timeut is not a setting. Did you mean lock",
        ),
        (
            '[rules]\nprimary-kye = "off"',
            "rules.primary-kye is not a setting. Did you mean primary",
        ),
        ('[rules]\n"primary-key/x" = "off"', "rules.primary-key/x is not a setting"),
        ("schema = 3", 'schema: it must be a text, like "lms".'),
        ('extra = "db"', 'extra: it must be a list of folders, like ["db/shop"].'),
        ('[migrate]\nwait = "5x"', "migrate.wait: '5x' is not a time span"),
        ("[migrate]\nwait = 5", 'migrate.wait: it must be a time span, like "5s".'),
        ("migrate = 3", "migrate must be a table: [migrate]."),
        ('[rules]\nsquawk = "of"', "rules.squawk: it must be one of error, warning, off."),
        ("schema = ", "is not TOML: Invalid value"),
    ],
)
def test_what_cannot_be_set_is_refused_with_its_place(text: str, told: str) -> None:
    message = refused(text)
    assert message.startswith("Error: lms-schema.toml")
    assert told in message


@pytest.mark.parametrize("key", ["database", "database-url", "dsn", "password", "conninfo"])
def test_a_connection_is_refused_and_not_repeated(key: str) -> None:
    message = refused(
        f'[tool.lms-schema]\n{key} = "postgresql://a:{SECRET}@host/x"', "pyproject.toml"
    )
    assert f"pyproject.toml: tool.lms-schema.{key}: " in message
    assert "LMS_DATABASE_URL" in message
    assert SECRET not in message


def test_two_files_are_refused() -> None:
    set_to('schema = "a"')
    assert "Keep one of them" in refused('[tool.lms-schema]\nschema = "b"', "pyproject.toml")


def test_with_json_the_refusal_is_a_document_too() -> None:
    set_to('schma = "x"')
    result = CliRunner().invoke(cli, ["status", "--json"])
    document = json.loads(result.stdout)
    assert (document["command"], document["error"]) == ("status", "UsageError")


def test_levels_of_rules_reach_check(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []

    def check(**options: object) -> CheckResult:
        given.append(options["levels"])
        return CheckResult((), (), ("squawk",))

    monkeypatch.setattr(lms_schema, "check", check)
    set_to('[rules]\nsquawk = "off"\n"sqlfluff/LT01" = "warning"\n')
    result = CliRunner().invoke(cli, ["check"])
    assert given == [{"squawk": "off", "sqlfluff/LT01": "warning"}]
    assert "1 rule switched off: squawk." in result.stderr
