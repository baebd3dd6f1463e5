"""The README's three ten-minute paths work as printed.

Installing is left out: the tests run in an environment that has it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PENDING = 3


def commands(heading: str) -> list[str]:
    """Return the calls of lms-schema in the console blocks below a heading, in order."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
    return [line for line in "".join(blocks).splitlines() if line.startswith("lms-schema ")]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a shell does, with this environment's lms-schema, in the folder."""
    bin_folder = Path(sys.executable).parent
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "LMS_DATABASE_URL": f"embedded:{folder / 'database'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("fresh_release")
def test_a_dba_sees_what_is_pending_applies_and_proves_it(tmp_path: Path) -> None:
    called = commands("Ten minutes for a DBA")
    assert [command.split()[1] for command in called] == [
        "plan",
        "migrate",
        "status",
        "maintain",
        "verify",
        "migrate",
    ]
    for command in called:
        done = run(command, tmp_path)
        expected = PENDING if command.split()[1] == "plan" else 0
        assert done.returncode == expected, (command, done.stdout, done.stderr)
    assert "nothing to do" in run(called[1], tmp_path).stdout


def test_a_project_exports_for_each_tool_into_the_folder_named(tmp_path: Path) -> None:
    called = commands("Ten minutes for a project that vendors the SQL")
    for command in called:
        done = run(command, tmp_path)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        folder = tmp_path / command.split("#")[0].split()[-1]
        checked = run(f"cd {folder} && sha256sum --check --quiet lms-schema.sha256", tmp_path)
        assert checked.returncode == 0, checked.stdout
    assert len(called) == 4


@pytest.mark.minutes
@pytest.mark.usefixtures("fresh_release")
def test_a_pipeline_is_silent_on_sound_sql_on_top_and_on_staging(tmp_path: Path) -> None:
    table = tmp_path / "db" / "shop" / "tables" / "010_orders.sql"
    table.parent.mkdir(parents=True)
    table.write_text(
        "CREATE TABLE orders (id bigint PRIMARY KEY);\n"
        "COMMENT ON TABLE orders IS 'Orders.';\n"
        "COMMENT ON COLUMN orders.id IS 'Number.';\n"
    )
    staging = f"embedded:{tmp_path / 'staging'}"
    migrated = run(f"lms-schema migrate --database {staging} --schema lms", tmp_path)
    assert migrated.returncode == 0, migrated.stderr
    called = commands("Ten minutes for a CI pipeline")
    assert [command.split()[1] for command in called] == ["check", "check", "status", "verify"]
    # the package itself, which takes a minute, is checked by `make lint`
    of_package, *others = called
    assert of_package.split("#")[0].strip() == "lms-schema check"
    assert "\t$(BIN)/lms-schema check\n" in (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in others:
        done = run(f"STAGING_URL={staging}; {command}", tmp_path)
        assert (done.stdout, done.returncode) == ("", 0), (command, done.stderr)
    (log,) = json.loads((tmp_path / "check.sarif").read_text())["runs"]
    assert log["results"] == []
    assert json.loads((tmp_path / "verify.json").read_text())["differences"] == []
