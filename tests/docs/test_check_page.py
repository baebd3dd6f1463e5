"""docs/check.md lists the rules as they are, and its pipelines run what there is."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import yaml

from lms_schema.commands.check import check

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")


def _commands() -> list[str]:
    documents = [
        yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    ]
    github, gitlab, precommit = documents
    steps = [step["run"] for step in github["jobs"]["check"]["steps"] if "run" in step]
    hooks = [hook["entry"] for repo in precommit["repos"] for hook in repo["hooks"]]
    return [*steps, *gitlab["schema"]["script"], *hooks]


def test_each_pipeline_runs_check_with_arguments_that_it_takes() -> None:
    found = [command for command in _commands() if command.startswith("lms-schema ")]
    assert len(found) == 3
    for command in found:
        program, name, *arguments = shlex.split(command.partition(" > ")[0])
        assert (program, name) == ("lms-schema", "check")
        context = check.make_context(name, arguments)
        assert context.params["extra"] == ("db/shop",)


def test_each_pipeline_installs_the_extra_that_check_needs() -> None:
    installs = [command for command in _commands() if command.startswith("pip ")]
    assert installs == ["pip install 'lms-schema[check]'"] * 2


def test_the_hook_of_the_repository_runs_check_with_what_its_extra_needs() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"] == "lms-schema check"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = [*extras["check"], *extras["embedded"]]
    assert sorted(hook["additional_dependencies"]) == sorted(
        item for item in needed if not item.startswith("lms-schema")
    )
