"""Six sessions that do at random whatever the schema accepts leave nothing untrue behind."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from lms_schema.server.disposable import new_database
from support.chaos import COPIES, burst, followed_faults
from support.derived import Tables
from support.rows import Connection
from support.school import Schools, checks


@pytest.fixture(scope="module")
def arena(server: str, template: str) -> Iterator[tuple[str, Connection, Schools]]:
    with (
        new_database(server, template) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as connection,
    ):
        yield conninfo, connection, Schools(connection)


@pytest.mark.slow
@pytest.mark.concurrency
@pytest.mark.parametrize("seed", range(20))
def test_random_operations_of_six_sessions_leave_true_values(
    arena: tuple[str, Connection, Schools], seed: int
) -> None:
    conninfo, connection, schools = arena
    schools.open(COPIES)
    found = burst(conninfo, seed)
    assert found.faults == [], found.happened
    assert followed_faults(Tables(connection)) == [], found.happened
    connection.execute(
        "SELECT rebuild_section_progress(id), recalculate_course_metrics(id)"
        " FROM educational_courses"
    )
    assert Tables(connection).faults() == [], found.happened
    assert checks(connection) == [], found.happened
