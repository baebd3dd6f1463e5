"""A pytest plugin: a term with a learner who has rows everywhere; what their export must hold."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from benchmarks.support import generate
from lms_schema.server.disposable import new_database as new_database_on
from support.rows import Connection, add, column, read, scalar

MARK = "Quixotic"
"""It stands in every name and text of the learner, and nowhere else."""

FIGURES = (
    "SELECT to_jsonb(d) - 'last_updated' FROM learning_analytics_dashboard AS d",
    "SELECT jsonb_build_array(id, calculate_course_effectiveness(id)) FROM educational_courses",
    "SELECT jsonb_build_array(id, calculate_assessment_statistics(id))"
    " FROM educational_assessments",
    "SELECT jsonb_build_array(a.id, to_jsonb(s)) FROM educational_assessments AS a,"
    " calculate_item_statistics(a.id) AS s",
)


@dataclass(frozen=True)
class Term:
    """A database with a small term, and a learner who has rows wherever one can."""

    database: str
    learner: uuid.UUID


@pytest.fixture(scope="session")
def term(server: str, template: str) -> Iterator[Term]:
    """A term that no test writes to."""
    with new_database_on(server, template) as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            learner = fill(connection)
        yield Term(conninfo, learner)


@pytest.fixture
def own_term(server: str, term: Term) -> Iterator[Term]:
    """A copy of the term for the test."""
    name = psycopg.conninfo.conninfo_to_dict(term.database)["dbname"]
    with new_database_on(server, str(name)) as conninfo:
        yield Term(conninfo, term.learner)


def fill(connection: Connection) -> uuid.UUID:
    """Make a small term in a migrated database, and return the learner with most of everything."""
    generate.fill(connection, 5_000)
    learner: uuid.UUID = scalar(
        connection,
        "SELECT learner_id FROM assessment_attempts"
        " GROUP BY learner_id ORDER BY count(DISTINCT assessment_id) DESC, 1 LIMIT 1",
    )
    course = scalar(
        connection,
        "SELECT course_id FROM course_enrollments WHERE learner_id = %s LIMIT 1",
        learner,
    )
    section = scalar(
        connection, "SELECT id FROM learning_sections WHERE course_id = %s LIMIT 1", course
    )
    add(
        connection,
        "expired_interaction_totals",
        learner_id=learner,
        section_id=section,
        course_id=course,
    )
    scalar(connection, "SELECT rebuild_section_progress(%s)", course)
    add(connection, "course_ratings", learner_id=learner, course_id=course)
    add(connection, "guardian_links", learner_id=learner)
    add(connection, "guardian_links", guardian_id=learner)
    add(connection, "course_staff", course_id=course, person_id=learner)
    institution = scalar(connection, "SELECT institution_id FROM learners WHERE id = %s", learner)
    add(connection, "institution_staff", institution_id=institution, person_id=learner)
    scalar(connection, "SELECT open_session(%s, %s, '1 hour', %s)", "t" * 32, learner, MARK)
    add(
        connection,
        "legal_holds",
        learner_id=learner,
        reason=MARK,
        held_until=scalar(connection, "SELECT now() - interval '1 day'"),
    )
    for ledger in ("consent_events", "disclosures"):
        add(connection, ledger, learner_id=learner)
    _mark(connection, learner)
    connection.execute("SELECT refresh_learning_analytics()")
    connection.execute("ANALYZE")
    return learner


def _mark(connection: Connection, learner: uuid.UUID) -> None:
    """Write the mark into each column that erasure empties, or gives the value of the stub."""
    for table, name, kind, default in connection.execute(
        "SELECT d.table_name, d.column_name, format_type(a.atttypid, NULL),"
        " pg_get_expr(x.adbin, x.adrelid)"
        " FROM data_map AS d JOIN pg_attribute AS a"
        " ON a.attrelid = d.table_name::regclass AND a.attname = d.column_name"
        " LEFT JOIN pg_attrdef AS x ON x.adrelid = a.attrelid AND x.adnum = a.attnum"
        " WHERE d.on_erase IN ('empty', 'null', 'stub') AND d.column_name <> 'data_consent'"
    ).fetchall():
        key = "id" if table == "learners" else "learner_id"
        if kind == "jsonb" and name == "responses":
            value = (
                '(SELECT jsonb_agg(r || \'{"answer": "Quixotic"}\')'
                " FROM jsonb_array_elements(responses) AS r)"
            )
        elif kind == "jsonb":
            value = (
                f"'[\"{MARK}\"]'" if str(default).startswith("'[]'") else f'\'{{"x": "{MARK}"}}\''
            )
        elif name == "email":
            value = f"'{MARK}@example.org'"
        elif kind in ("text", "character varying"):
            value = f"'{MARK}'"
        else:
            continue
        connection.execute(
            f"UPDATE {table} SET {name} = {value} WHERE {key} = %s".encode(), (learner,)
        )


def expected_export(connection: Connection, learner: uuid.UUID) -> dict[str, Any]:
    """The union of all that the tables hold of a learner, by the register."""
    connection.execute("SET timezone = 'UTC'")
    lines = read(connection, "data_map")
    found: dict[str, Any] = {}
    for table in {line["table_name"] for line in lines}:
        of_table = [line for line in lines if line["table_name"] == table]
        keys = [
            line for line in of_table if line["category"] == "identifier" and line["is_exported"]
        ]
        rows = column(connection, f"SELECT to_jsonb(t) FROM {table} AS t") if keys else []
        for key in keys:
            exported = {
                line["column_name"]
                for line in of_table
                if line["is_exported"] and line["subject"] == key["subject"]
            }
            found.setdefault(table, []).extend(
                {name: value for name, value in row.items() if name in exported}
                for row in rows
                if row[key["column_name"]] == str(learner)
            )
    return found


def figures(connection: Connection) -> list[Any]:
    """What courses, assessments and items are judged by; the last digits of a sum are its order."""
    return [sorted(map(str, map(_rounded, column(connection, query)))) for query in FIGURES]


def _rounded(value: Any) -> Any:
    if isinstance(value, float | int):
        return round(float(value), 9) + 0.0  # -0.0 is 0.0, and so is 0
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list) else value
