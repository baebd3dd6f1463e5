"""What a command loads: one that only reads loads no part of the engine of `migrate`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MOST = 50
"""How many modules of the package a reading command may load; there are some 160."""

_RUN = """
import sys
from lms_schema.__main__ import main
try:
    main()
except SystemExit as ended:
    if ended.code:
        raise
finally:
    print("modules:", *sys.modules)
"""


def run(*arguments: str) -> tuple[str, list[str]]:
    """Run a command in a process of its own; return what it printed and all loaded modules."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments], capture_output=True, text=True, check=True
    )
    text, _, modules = done.stdout.rpartition("modules: ")
    return text, modules.split()


def loaded(*arguments: str) -> list[str]:
    """Run a command; return the modules of the package and of yoyo that it loaded."""
    return [name for name in run(*arguments)[1] if name.startswith(("lms_schema.", "yoyo"))]


def engine(modules: list[str]) -> list[str]:
    return [name for name in modules if name.startswith(("lms_schema.runner", "yoyo"))]


@pytest.mark.parametrize("command", ["status", "verify"])
def test_a_command_that_reads_loads_no_engine(command: str, database: str) -> None:
    modules = loaded(command, "--database", database)
    assert f"lms_schema.operations.{command}" in modules
    assert engine(modules) == []
    assert len(modules) <= MOST, modules


def test_docs_loads_no_engine(tmp_path: Path) -> None:
    modules = loaded("docs", str(tmp_path))
    assert "lms_schema.operations.docs" in modules
    assert engine(modules) == []
    assert len(modules) <= MOST, modules


def test_a_migrate_loads_it_but_with_nothing_to_do_not_yoyo(database: str) -> None:
    found = engine(loaded("migrate", "--database", database))
    assert "lms_schema.runner.migration" in found
    assert not [name for name in found if name.startswith("yoyo")]


@pytest.mark.parametrize("command", ["migrate", "status"])
def test_with_nothing_to_do_nothing_heavy_is_imported(database: str, command: str) -> None:
    text, modules = run(command, "--database", database)
    assert "nothing to do" in text or "applied: " in text
    others = {f"lms_schema.operations.{name}" for name in ("export", "maintain", "plan", "verify")}
    assert {"yoyo", "sqlparse", "rich", *others}.isdisjoint(modules)
