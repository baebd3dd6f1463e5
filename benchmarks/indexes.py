"""What each secondary index of the written tables costs their writers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import LiteralString

from benchmarks.support import ROOT
from benchmarks.support.harness import Connection, Run, benchmark

INDEXES = ROOT / "schema" / "indexes"


@dataclass(frozen=True)
class Writes:
    """Writes of a table.

    Attributes:
        table: The table.
        verb: What is done to it.
        sample: Query of the rows that are written, or to be changed; a LIMIT follows.
        statement: What writes those of the temporary table `sample`.
    """

    table: str
    verb: str
    sample: LiteralString
    statement: LiteralString


WRITES = (
    Writes(
        "learning_interactions",
        "insert",
        """
        SELECT i.* FROM learning_interactions AS i
        WHERE i.timestamp >= now() - interval '60 days'
        ORDER BY md5(i.id::text)
        """,
        """
        INSERT INTO learning_interactions (
            learner_id, section_id, course_id, interaction_type, interaction_data,
            duration_seconds, outcome, session_id, timestamp
        )
        SELECT
            s.learner_id, s.section_id, s.course_id, s.interaction_type, s.interaction_data,
            s.duration_seconds, s.outcome, s.session_id, s.timestamp + interval '1 second'
        FROM sample AS s
        """,
    ),
    Writes(
        "section_progress",
        "update",
        "SELECT p.id FROM section_progress AS p ORDER BY md5(p.id::text)",
        """
        UPDATE section_progress AS p SET
            completion_percentage = least(p.completion_percentage + 1, 100),
            total_time_spent = p.total_time_spent + 30,
            last_accessed = now(),
            updated_at = now()
        FROM sample AS s
        WHERE p.id = s.id
        """,
    ),
    Writes(
        "course_enrollments",
        "update",
        "SELECT e.id FROM course_enrollments AS e ORDER BY md5(e.id::text)",
        """
        UPDATE course_enrollments AS e SET
            overall_progress = 100 - e.overall_progress,
            total_time_spent = e.total_time_spent + 1,
            updated_at = now()
        FROM sample AS s
        WHERE e.id = s.id
        """,
    ),
    Writes(
        "learning_sessions",
        "insert",
        "SELECT s.* FROM learning_sessions AS s ORDER BY md5(s.id::text)",
        """
        INSERT INTO learning_sessions (learner_id, course_id, session_start, session_end)
        SELECT s.learner_id, s.course_id, s.session_start + interval '1 second', s.session_end
        FROM sample AS s
        """,
    ),
    Writes(
        "assessment_attempts",
        "insert",
        "SELECT t.* FROM assessment_attempts AS t ORDER BY md5(t.id::text)",
        """
        INSERT INTO assessment_attempts (
            learner_id, assessment_id, attempt_number, started_at, submitted_at, responses, score,
            percentage_score, passed, completion_status
        )
        SELECT
            s.learner_id, s.assessment_id, 2, s.started_at, s.submitted_at, '[]', s.score,
            s.percentage_score, s.passed, 'graded'
        FROM sample AS s
        """,
    ),
)


@benchmark("indexes", "What each index costs the writers of its table")
def indexes(run: Run) -> None:
    """Measure writes without each index and with it: time, CPU, and bytes of WAL."""
    interactions = run.size("interactions", 200_000, 20_000)
    rows = run.size("rows written", 2_000, 100)
    with run.database(interactions) as connection:
        # triggers and foreign keys cost the same on both sides, and their noise hides the rest
        connection.execute("SET session_replication_role = replica")
        for writes in WRITES:
            connection.execute(
                f"CREATE TEMPORARY TABLE sample AS {writes.sample} LIMIT {rows}".encode()
            )
            connection.execute("ANALYZE sample")
            for index in indexes_of(connection, writes.table):
                measure(run, connection, writes, rows, index)
            connection.execute("DROP TABLE sample")


def indexes_of(connection: Connection, table: str) -> list[str]:
    """The indexes of a table that have files."""
    found = connection.execute(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass ORDER BY 1",
        (table,),
    ).fetchall()
    return [name for (name,) in found if (INDEXES / f"{name}.sql").exists()]


def measure(run: Run, connection: Connection, writes: Writes, rows: int, index: str) -> None:
    """Measure writes without the index and with it, in transactions that are rolled back."""
    what = f"{writes.verb} of {rows:,} rows of {writes.table}: {index}"
    wal: dict[str, list[float]] = {"without": [], "with": []}

    def begin(*, is_without: bool) -> None:
        connection.execute("BEGIN")
        if is_without:
            connection.execute(f"DROP INDEX {index}".encode())
        # once for nothing: the first change of a page writes all of it to the WAL
        with connection.transaction(force_rollback=True):
            connection.execute(writes.statement)

    def write(side: str) -> None:
        start = wal_bytes(connection)
        connection.execute(writes.statement)
        wal[side].append(wal_bytes(connection) - start)

    run.compare(
        what,
        {side: partial(write, side) for side in wal},
        rounds=7,
        before={side: partial(begin, is_without=side == "without") for side in wal},
        after=lambda: connection.execute("ROLLBACK"),
        cpu_of=connection,
    )
    run.record(what, "bytes", wal)


def wal_bytes(connection: Connection) -> float:
    """How much WAL the server has written; nobody else should be writing."""
    rows = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchall()
    return float(rows[0][0])


if __name__ == "__main__":
    indexes()
