"""Processes that are killed, and processes that start together; the shipped schema."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

import lms_schema
from lms_schema.source import package
from support.runner import fingerprint, query

MOMENTS = 12
RUNNERS = 10


def _start(conninfo: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "lms_schema", "migrate", "--database", conninfo],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(frozen=True)
class Undisturbed:
    """A migrate that nothing disturbed; times in seconds from its start."""

    first_file: float
    end: float
    fingerprint: str


@pytest.fixture(scope="session")
def undisturbed(new_database: Callable[[], str]) -> Undisturbed:
    conninfo = new_database()
    began = time.monotonic()
    with _start(conninfo) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("apply ")
        first_file = time.monotonic() - began
        process.stderr.read()
    assert process.returncode == 0
    return Undisturbed(first_file, time.monotonic() - began, fingerprint(conninfo))


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_migrate_killed_at_any_moment_is_finished_by_the_next(
    empty_database: str, undisturbed: Undisturbed, moment: int
) -> None:
    # From shortly before the first file, when the state tables are made, to the end.
    begin = undisturbed.first_file * 0.85
    share = (moment + random.Random(moment).random()) / MOMENTS  # noqa: S311
    seconds = begin + share * (undisturbed.end - begin)
    with _start(empty_database) as process:
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    result = lms_schema.migrate(empty_database)
    assert fingerprint(empty_database) == undisturbed.fingerprint
    assert lms_schema.status(empty_database).exit_code == 0
    ids = [file.id for file in package.read().files]
    assert [action.file for action in result.actions] == ids[len(ids) - len(result.actions) :]


def test_ten_at_once_on_an_empty_database_all_succeed_and_apply_each_file_once(
    empty_database: str, undisturbed: Undisturbed
) -> None:
    processes = [_start(empty_database) for _ in range(RUNNERS)]
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * RUNNERS, outputs
    applied = query(
        empty_database,
        "SELECT migration_id FROM lms_schema_log WHERE operation = 'mark' ORDER BY 1",
    )
    assert applied == sorted((file.id,) for file in package.read().files)
    assert sum("nothing to do" in stdout for stdout, _ in outputs) == RUNNERS - 1
    assert fingerprint(empty_database) == undisturbed.fingerprint
