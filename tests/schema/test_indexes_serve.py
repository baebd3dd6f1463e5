"""Each index serves the query that its file names, and from the index alone where it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from benchmarks.support import generate
from lms_schema.server.disposable import new_database
from support.rows import Connection

FILES = sorted((Path(__file__).parents[2] / "schema" / "indexes").glob("*.sql"))
SERVES = re.compile(
    r"-- Serves, (from the index alone|with the rows that it finds):\n((?:--     .*\n)+)"
)
VARIABLES: LiteralString = """
    SELECT
        s.learner_id,
        s.course_id,
        s.id AS session_id,
        i.section_id,
        t.assessment_id,
        l.email,
        l.id AS person_id,
        '00000000-0000-0000-0000-000000000000' AS institution_id
    FROM learning_sessions AS s
    INNER JOIN learners AS l ON s.learner_id = l.id
    INNER JOIN learning_interactions AS i ON s.id = i.session_id
    INNER JOIN assessment_attempts AS t ON s.learner_id = t.learner_id
    ORDER BY count(*) OVER (PARTITION BY i.learner_id, i.tableoid, t.id) DESC, i.id, t.id
    LIMIT 1
"""
"""A value of every variable: of the most active learner in a month, of few rows any index will do;
of no institution, as when one is deleted that nothing refers to."""


@pytest.fixture(scope="module")
def generated(server: str, template: str) -> Iterator[Connection]:
    """A connection to a small vacuumed and analysed database, on which each index is preferred.

    On so few rows reading all of a table is cheaper than any index: that way is barred.
    """
    with (
        new_database(server, template) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as connection,
    ):
        generate.fill(connection, 40_000)
        vacuum(connection)
        connection.execute("SET enable_seqscan = off")
        yield connection


def vacuum(connection: Connection) -> None:
    """Vacuum until every page is known to be visible to all, as index-only scans want it.

    Not every first time: an autovacuum worker that analyses a table has a snapshot, on a busy
    machine for seconds.
    """
    for _ in range(600):
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' "
                "AND relnamespace = 'public'::regnamespace AND relallvisible < relpages"
            )
        ]
        if not tables:
            return
        connection.execute(f"VACUUM {', '.join(tables)}".encode())
        connection.execute("SELECT pg_sleep(0.1)")
    raise AssertionError(f"pages of {tables} are not visible to all")


@pytest.fixture(scope="module")
def variables(generated: Connection) -> Mapping[str, object]:
    cursor = generated.execute(VARIABLES)
    names = [column.name for column in cursor.description or ()]
    since = datetime.now(UTC) - timedelta(days=700)
    return {**dict(zip(names, cursor.fetchall()[0], strict=True)), "since": since}


def documented(path: Path) -> tuple[str, str]:
    """How the file's index serves, and the query."""
    found = SERVES.match(path.read_text())
    assert found, f"{path.name} does not open with '-- Serves, ...:' and the query that it serves"
    return found.group(1), found.group(2).replace("--     ", "")


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


RIVALS: LiteralString = """
    SELECT i.indexrelid::regclass::text
    FROM pg_index AS i
    INNER JOIN pg_index AS own ON own.indrelid = i.indrelid
    WHERE
        own.indexrelid = %(index)s::regclass
        AND i.indexrelid <> own.indexrelid
        AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
"""
"""The table's other indexes, but for those of constraints."""
AS_GOOD = 1.05
"""Costs of plans that differ by less; all these rows are of one course."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_documented_query_is_served_by_its_index(
    path: Path, generated: Connection, variables: Mapping[str, object]
) -> None:
    how, query = documented(path)
    cheapest = explained(generated, query, variables)
    with generated.transaction(force_rollback=True):
        # of two that are equally good on so few rows, this one is to be looked at
        for (rival,) in generated.execute(RIVALS, {"index": path.stem}).fetchall():
            generated.execute(f"DROP INDEX {rival}".encode())
        plan = explained(generated, query, variables)
    assert plan["Total Cost"] <= cheapest["Total Cost"] * AS_GOOD, (
        f"another index is better: {query}"
    )
    ours = {
        name
        for (name,) in generated.execute(
            "SELECT t.relid::regclass::text FROM pg_partition_tree(%s) AS t", (path.stem,)
        )
    } or {path.stem}
    # in a month without rows of the course, the primary key is as good
    scans = [node for node in nodes(plan) if node.get("Index Name") in ours]
    assert scans, f"the index is not used for:\n{query}"
    if how == "from the index alone":
        assert {node["Node Type"] for node in scans} == {"Index Only Scan"}, query


def explained(
    connection: Connection, query: str, variables: Mapping[str, object]
) -> Mapping[str, Any]:
    """Return the plan of a query with its variables."""
    bound = re.sub(r":(\w+)", r"%(\1)s", query)
    with psycopg.ClientCursor(connection) as cursor:
        rows = cursor.execute(f"EXPLAIN (FORMAT json) {bound}", variables).fetchall()
    plan: Mapping[str, Any] = rows[0][0][0]["Plan"]
    return plan


def test_a_query_that_no_index_serves_is_found(generated: Connection) -> None:
    rows = generated.execute(
        "EXPLAIN (FORMAT json) SELECT * FROM learning_interactions WHERE device_type = 'x'"
    ).fetchall()
    assert not [node for node in nodes(rows[0][0][0]["Plan"]) if "Index Name" in node]
