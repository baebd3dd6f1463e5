"""What was released comes with the source distribution and the wheel, and is used from there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT

OLD = {"tables/010_notes.sql": "CREATE TABLE notes (id bigint PRIMARY KEY);\n"}
FULL = OLD | {"security/notes.sql": "INSERT INTO notes (id) VALUES (1);\n"}
NEW = OLD | {"tables/020_notes_body.sql": "ALTER TABLE notes ADD COLUMN body text NOT NULL;\n"}

Installed = Callable[..., subprocess.CompletedProcess[str]]


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _build(project: Path, target: str, out: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Run the command of a wheel, made from a source distribution that has earlier releases."""
    base = tmp_path_factory.mktemp("wheel")
    project = base / "project"
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".sqlfluff"):
        shutil.copy(ROOT / name, project)
    _write(project / "schema", NEW)
    shutil.copytree(ROOT / "schema.released", project / "schema.released")
    _write(project / "schema.released" / "0.0.8", OLD)
    _write(project / "schema.released" / "0.0.9", FULL)
    shutil.unpack_archive(_build(project, "sdist", base / "sdist"), base / "unpacked")
    shutil.rmtree(project)
    (source,) = (base / "unpacked").iterdir()
    wheel = _build(source, "wheel", base / "wheels")
    shutil.rmtree(source)
    venv.create(base / "venv")
    python = base / "venv" / "bin" / "python"
    (packages,) = (base / "venv" / "lib").glob("*/site-packages")
    shutil.unpack_archive(wheel, packages, "zip")
    (packages / "what_it_needs.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(python), "-m", "lms_schema", *arguments]
        # programs of what it needs, such as squawk, are beside the Python of these tests
        path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
        env = os.environ | {"PATH": path}
        return subprocess.run(command, cwd=base, env=env, capture_output=True, text=True)

    return run


@pytest.mark.slow
def test_an_export_from_a_release_works_without_the_source(
    installed: Installed, tmp_path: Path
) -> None:
    done = installed("export", "--from", "0.0.8", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / "out").glob("*.sql")
    assert "ADD COLUMN body" in path.read_text()
    assert "CREATE TABLE notes" not in path.read_text()
    other = installed("export", "--from", "0.0.7", str(tmp_path / "out"))
    assert "Releases: 0.0.8, 0.0.9." in other.stderr


@pytest.mark.slow
def test_check_tries_the_upgrade_without_the_source(installed: Installed) -> None:
    done = installed("check", "--format", "json")
    assert done.returncode == 9, done.stderr
    found = {finding["rule"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert found["upgrade"]["file"].endswith("tables/020_notes_body.sql")
    assert "contains null values" in found["upgrade"]["message"]
