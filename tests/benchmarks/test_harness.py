"""What the exit code of a benchmark says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.support.harness import Limit, Run, benchmark


def _result(function: Callable[[Run], None], database: str, folder: Path, *options: str) -> Result:
    command = benchmark("name", "What it asks")(function)
    arguments = ["--database", database, "--keep", "--results", str(folder), *options]
    return CliRunner().invoke(command, arguments)


def _missed(run: Run) -> None:
    run.record("what", "s", {"ours": [2.0]}, Limit(1))


def _broken(run: Run) -> None:
    raise ValueError(run.server)


@pytest.mark.parametrize(("options", "exit_code"), [((), 1), (("--quick",), 0)])
def test_a_missed_limit_counts_in_full_only(
    empty_database: str, tmp_path: Path, options: tuple[str, ...], exit_code: int
) -> None:
    assert _result(_missed, empty_database, tmp_path, *options).exit_code == exit_code


def test_a_quick_run_that_breaks_fails(empty_database: str, tmp_path: Path) -> None:
    assert _result(_broken, empty_database, tmp_path, "--quick").exit_code == 1
