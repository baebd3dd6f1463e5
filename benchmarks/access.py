"""What row security costs: each persona's queries next to the same ones filtered by hand."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from benchmarks.support.harness import Connection, Limit, Run, benchmark

LIMIT = Limit(2.0, allowance=0.002)
WRITES_OF_OWNER = Limit(1.02)
WRITES_OF_SERVICE = Limit(1.2)
BATCH = 500


@dataclass(frozen=True)
class Query:
    """A query that a persona sends, and what it may cost.

    Attributes:
        by_hand: What the owner would send for the same rows; None: the same.
    """

    persona: LiteralString
    query: LiteralString
    by_hand: LiteralString | None = None
    limit: Limit = LIMIT


QUERIES = {
    "learner: the last 50 events": Query(
        "learner",
        "SELECT id, timestamp FROM learning_interactions"
        " WHERE learner_id = %(learner)s ORDER BY timestamp DESC LIMIT 50",
    ),
    "learner: progress in a course": Query(
        "learner",
        "SELECT section_id, completion_percentage FROM section_progress"
        " WHERE learner_id = %(learner)s AND course_id = %(course)s",
    ),
    "learner: what comes next": Query(
        "learner", "SELECT section_id FROM next_sections(%(learner)s, %(course)s)"
    ),
    "learner: own figures": Query(
        "learner", "SELECT * FROM learner_analytics WHERE learner_id = %(learner)s"
    ),
    "guardian: enrollments of a ward": Query(
        "guardian",
        "SELECT course_id, overall_progress FROM course_enrollments WHERE learner_id = %(learner)s",
    ),
    "instructor: the roster": Query(
        "instructor",
        "SELECT l.first_name, l.last_name, e.overall_progress FROM course_enrollments AS e"
        " JOIN learners AS l ON l.id = e.learner_id WHERE e.course_id = %(course)s"
        " ORDER BY l.last_name, l.first_name, l.id",
    ),
    "instructor: the last 50 events of a course": Query(
        "instructor",
        "SELECT id, timestamp FROM learning_interactions WHERE course_id = %(course)s"
        " AND timestamp > now() - interval '60 days' ORDER BY timestamp DESC LIMIT 50",
    ),
    "instructor: attempts at an assessment": Query(
        "instructor",
        "SELECT learner_id, percentage_score FROM assessment_attempts"
        " WHERE assessment_id = %(assessment)s",
    ),
    "instructor: those at risk": Query(
        "instructor", "SELECT learner_id FROM at_risk_learners(%(course)s)"
    ),
    "registrar: learners, by name": Query(
        "registrar",
        "SELECT id, last_name FROM learners WHERE institution_id = %(institution)s"
        " ORDER BY last_name, id LIMIT 50",
    ),
    "registrar: enrollments of a course": Query(
        "registrar",
        "SELECT learner_id, overall_progress FROM course_enrollments WHERE course_id = %(course)s",
    ),
    "registrar: figures of a course": Query(
        "registrar", "SELECT * FROM course_analytics WHERE course_id = %(course)s"
    ),
    # what docs/security.md says to be dearer
    "instructor: events by a label of a type": Query(
        "instructor",
        "SELECT count(*) FROM learning_interactions"
        " WHERE course_id = %(course)s AND interaction_type = 'help_request'",
        limit=Limit(5.0, allowance=0.002),
    ),
    "instructor: mean progress without a filter": Query(
        "instructor",
        "SELECT avg(completion_percentage) FROM section_progress",
        "SELECT avg(completion_percentage) FROM section_progress WHERE course_id = %(course)s",
        limit=Limit(8.0, allowance=0.002),  # reads all courses, of which this one is a tenth
    ),
}


@benchmark("access", "Row security: personas and the service next to the owner")
def access(run: Run) -> None:
    """Compare each persona's queries on a million events, and the writes of the service."""
    size = run.size("interactions", 1_000_000, 20_000)
    with run.database(size) as owner, ExitStack() as stack:
        values = _prepare(owner)
        conninfo = run.conninfo(owner)
        for what, query in QUERIES.items():
            visitor = stack.enter_context(psycopg.connect(conninfo, autocommit=True))
            _become(owner, visitor, query.persona, values)
            by_hand = query.by_hand or query.query
            if _found(visitor, query.query, values) != _found(owner, by_hand, values):
                raise SystemExit(f"{what}: the persona does not read what the owner does.")
            run.compare(
                what,
                {
                    "by hand": partial(_read, owner, by_hand, values),
                    query.persona: partial(_read, visitor, query.query, values),
                },
                rounds=7,
                times=20,
                limit=query.limit,
            )
        run.compare(
            "record_interaction of the owner",
            {side: partial(_record, owner, values) for side in ("without", "with row security")},
            before={
                "without": partial(_switch, owner, "DISABLE"),
                "with row security": partial(_switch, owner, "ENABLE"),
            },
            rounds=9,
            times=100,
            limit=WRITES_OF_OWNER,
        )
        _switch(owner, "ENABLE")
        service = stack.enter_context(psycopg.connect(conninfo, autocommit=True))
        service.execute("SET ROLE lms_service")
        sides = {"owner": owner, "service": service}
        for what, write, per in (
            ("record_interaction", _record, 1),
            (f"record_interactions, {BATCH} at once", _record_many, BATCH),
        ):
            run.compare(
                what,
                {side: partial(write, connection, values) for side, connection in sides.items()},
                rounds=7,
                times=40 if per == 1 else 3,
                per=per,
                limit=WRITES_OF_SERVICE,
            )


def _prepare(owner: Connection) -> Mapping[str, Any]:
    """Give three persons authority over a course, and return whom and what is asked about."""
    row = owner.execute(
        "SELECT e.learner_id, e.course_id, l.institution_id,"
        " (SELECT a.id FROM educational_assessments AS a WHERE a.course_id = e.course_id LIMIT 1),"
        " (SELECT s.id FROM learning_sections AS s WHERE s.course_id = e.course_id LIMIT 1)"
        " FROM course_enrollments AS e JOIN learners AS l ON l.id = e.learner_id"
        " JOIN educational_courses AS c ON c.id = e.course_id"
        " WHERE c.institution_id = l.institution_id"
        " AND EXISTS (SELECT FROM assessment_attempts AS t WHERE t.learner_id = l.id)"
        " ORDER BY e.id LIMIT 1"
    ).fetchone()
    if row is None:
        raise SystemExit("The generated data holds no enrollment within an institution.")
    names = ("learner", "course", "institution", "assessment", "section")
    values = dict(zip(names, row, strict=True))
    values |= {name: uuid.uuid4() for name in ("instructor", "registrar", "guardian")}
    for statement in (
        "INSERT INTO course_staff (course_id, person_id) VALUES (%(course)s, %(instructor)s)",
        "INSERT INTO institution_staff (institution_id, person_id)"
        " VALUES (%(institution)s, %(registrar)s)",
        "INSERT INTO guardian_links (guardian_id, learner_id) VALUES (%(guardian)s, %(learner)s)",
    ):
        owner.execute(statement, values)
    owner.execute("ANALYZE")
    return values


def _become(
    owner: Connection, visitor: Connection, persona: str, values: Mapping[str, Any]
) -> None:
    token = f"{persona} {uuid.uuid4()}"
    owner.execute("SELECT open_session(%s, %s)", (token, values[persona]))
    visitor.execute(f"SET ROLE lms_{persona}".encode())
    visitor.execute("SELECT set_config('lms.token', %s, FALSE)", (token,))


def _switch(owner: Connection, state: LiteralString) -> None:
    """Switch row security of all tables on or off."""
    tables = owner.execute(
        "SELECT c.oid::regclass::text FROM pg_class AS c"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')"
        " AND NOT starts_with(c.relname, 'lms_schema_')"
    ).fetchall()
    for (table,) in tables:
        owner.execute(f"ALTER TABLE {table} {state} ROW LEVEL SECURITY".encode())


def _found(
    connection: Connection, query: LiteralString, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What a query finds, but for the time of live figures, which is that of the query."""
    rows = connection.cursor(row_factory=dict_row).execute(query, values).fetchall()
    return [{**row, "last_updated": None} for row in rows]


def _read(connection: Connection, query: LiteralString, values: Mapping[str, Any]) -> None:
    connection.execute(query, values).fetchall()


def _record(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute("SELECT record_interaction(%(learner)s, %(section)s, 'discussion')", values)


def _record_many(connection: Connection, values: Mapping[str, Any]) -> None:
    event = {
        "learner_id": str(values["learner"]),
        "section_id": str(values["section"]),
        "interaction_type": "discussion",
    }
    connection.execute("SELECT record_interactions(%s::jsonb)", (json.dumps([event] * BATCH),))


if __name__ == "__main__":
    access()
