"""The guide's own dashboard view and the package's, on the same few learners of a course.

With LMS_OULAD_DIR, the folder of the Open University Learning Analytics Dataset, the course is the
real AAA 2013J; without it, a generated one of the same shape.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import LiteralString

import psycopg
from psycopg import sql

import lms_schema
from benchmarks.support import ROOT
from benchmarks.support.harness import Connection, Limit, Run, benchmark

GUIDE = ROOT / "tests" / "fixtures" / "guide_analytics.sql"

COPIED: dict[str, LiteralString] = {
    "educational_institutions": "TRUE",
    "educational_courses": "id = %(course)s",
    "learning_modules": "course_id = %(course)s",
    "learning_sections": "course_id = %(course)s",
    "learners": "id = ANY(%(learners)s)",
    "course_enrollments": "course_id = %(course)s AND learner_id = ANY(%(learners)s)",
    "section_progress": "course_id = %(course)s AND learner_id = ANY(%(learners)s)",
    "learning_interactions": "course_id = %(course)s AND learner_id = ANY(%(learners)s)",
    "learning_sessions": "course_id = %(course)s AND learner_id = ANY(%(learners)s)",
    "educational_assessments": "course_id = %(course)s",
    "assessment_attempts": """
        learner_id = ANY(%(learners)s)
        AND assessment_id IN (SELECT id FROM educational_assessments WHERE course_id = %(course)s)
    """,
}

JOINED_ROWS: LiteralString = """
    SELECT
        greatest((SELECT count(*) FROM course_enrollments), 1)
        * greatest((SELECT count(*) FROM section_progress), 1)
        * greatest((SELECT count(*) FROM assessment_attempts), 1)
"""
"""What the guide's joins by course alone make of a single course."""


@benchmark("guide", "The guide's own dashboard view next to the package's, on the same rows")
def guide(run: Run) -> None:
    """Measure both on 5, 10, 20 and 40 learners; the guide's is not tried on a whole course."""
    folder = os.environ.get("LMS_OULAD_DIR")
    with run.database(0 if folder else run.size("interactions", 200_000, 20_000)) as connection:
        conninfo = run.conninfo(connection)
        if folder:
            load(conninfo, folder)
        course, title = connection.execute(
            "SELECT c.id, c.title FROM educational_courses AS c ORDER BY c.title LIMIT 1"
        ).fetchall()[0]
        everyone = [
            learner
            for (learner,) in connection.execute(
                "SELECT e.learner_id FROM course_enrollments AS e WHERE e.course_id = %s "
                "ORDER BY e.learner_id",
                (course,),
            )
        ]
        for count in (5, 10) if run.is_quick else (5, 10, 20, 40):
            copy(connection, conninfo, f"of_{count}", course, everyone[:count])
            run.compare(
                f"{title}, {count} learners",
                {
                    "the guide's view": lambda: connection.execute(
                        "REFRESH MATERIALIZED VIEW guide.learning_analytics_dashboard"
                    ),
                    "both of ours, from nothing": lambda: connection.execute(
                        "SELECT rebuild_learning_analytics()"
                    ),
                },
                rounds=3 if count <= 10 else 1,  # minutes, on more of them
                limit=Limit(0.01) if count == 40 else None,
            )
            (rows,) = connection.execute(JOINED_ROWS).fetchall()[0]
            run.record(f"{title}, {count} learners: what the guide joins", "rows", {"": [rows]})
            connection.execute("DROP SCHEMA guide CASCADE")
        copy(connection, conninfo, "of_all", course, everyone)
        run.compare(
            f"{title}, all {len(everyone)} learners",
            {
                "both of ours, from nothing": lambda: connection.execute(
                    "SELECT rebuild_learning_analytics()"
                )
            },
            rounds=3,
        )
        (rows,) = connection.execute(JOINED_ROWS).fetchall()[0]
        run.record(f"{title}, all learners: what the guide would join", "rows", {"": [rows]})


def load(conninfo: str, folder: str) -> None:
    """Load the real data by the package's example."""
    script = ROOT / "examples" / "oulad" / "load.py"
    subprocess.run(  # noqa: S603
        (sys.executable, str(script), "--database", conninfo, folder),
        check=True,
        stdout=subprocess.DEVNULL,
    )


def copy(
    connection: Connection, conninfo: str, name: str, course: object, learners: list[object]
) -> None:
    """Copy these learners of the course into a schema of their own, and give it the guide's view.

    The copy is the session's search path afterwards.
    """
    lms_schema.migrate(conninfo, schema=name)
    schema = sql.Identifier(name)
    connection.execute("SET search_path = public")
    connection.execute("SET session_replication_role = replica")
    for table, condition in COPIED.items():
        # as text, because each schema has types of its own
        read = sql.SQL("COPY (SELECT * FROM public.{} WHERE {}) TO STDOUT").format(
            sql.Identifier(table), sql.SQL(condition)
        )
        write = sql.SQL("COPY {}.{} FROM STDIN").format(schema, sql.Identifier(table))
        with psycopg.ClientCursor(connection) as reader, connection.cursor() as writer:
            bound = reader.mogrify(read, {"course": course, "learners": learners})
            with reader.copy(bound.encode()) as source:
                rows = b"".join(source)
            with writer.copy(write) as target:
                target.write(rows)
    connection.execute("RESET session_replication_role")
    connection.execute("CREATE SCHEMA IF NOT EXISTS guide")
    connection.execute(sql.SQL("SET search_path = guide, {}, pg_temp").format(schema))
    # the dashboard alone: the guide's learner view multiplies the events of each learner, too
    dashboard = GUIDE.read_text().partition("-- Refresh function")[0]
    ungrouped, semicolon, index = dashboard.partition(";")
    connection.execute(f"{ungrouped} WITH NO DATA{semicolon}{index}".encode())
    connection.execute(sql.SQL("SET search_path = {}, pg_temp").format(schema))
    connection.execute("ANALYZE")


if __name__ == "__main__":
    guide()
