"""Rows that are valid as they are, inserted with the parents that they need."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[tuple[Any, ...]]
Row = dict[str, Any]
Values = Mapping[str, Any]

EARLY = datetime(2000, 1, 1, tzinfo=UTC)
NOBODY = uuid.UUID(int=0)
MEASURED = {"comprehension_score", "retention_score", "application_score"}
"""What a progress row has of its own only where `supplied` names it."""


def add(connection: Connection, table: str, **values: Any) -> Row:
    """Insert a row, completed with valid values and new parents, and return it as stored."""
    for column, value in DEFAULTS[table](connection, values).items():
        values.setdefault(column, value)
    return insert(connection, table, [values])[0]


def insert(connection: Connection, table: str, rows: Iterable[Values]) -> list[Row]:
    """Insert rows of the same columns just as they are and return them as stored."""
    rows = [{column: _adapted(value) for column, value in row.items()} for row in rows]
    if not rows:
        return []
    statement = sql.SQL("INSERT INTO {} ({}) {} VALUES ({}) RETURNING *").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, rows[0])),
        sql.SQL("OVERRIDING SYSTEM VALUE" if table in WITH_IDENTITY else ""),
        sql.SQL(", ").join(map(sql.Placeholder, rows[0])),
    )
    stored: list[Row] = []
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.executemany(statement, rows, returning=True)
        while True:
            stored += cursor.fetchall()
            if not cursor.nextset():
                return stored


def read(connection: Connection, relation: str) -> list[Row]:
    """All rows of a table or view, in no order."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            sql.SQL("SELECT * FROM {}").format(sql.Identifier(*relation.split(".")))
        ).fetchall()


def scalar(connection: Connection, query: str, *parameters: Any) -> Any:
    """The first column of the only row."""
    row = connection.execute(query, parameters or None).fetchone()
    assert row is not None
    return row[0]


def column(connection: Connection, query: str, *parameters: Any) -> list[Any]:
    """The first column of all rows."""
    return [row[0] for row in connection.execute(query, parameters or None)]


def bypass_triggers(connection: Connection, query: str, *parameters: Any) -> None:
    """Write as a replica load does, inside a transaction: no trigger sees it."""
    connection.execute("SET LOCAL session_replication_role = replica")
    connection.execute(query.encode(), parameters or None)
    connection.execute("SET LOCAL session_replication_role = origin")


@contextmanager
def rolled_back(connection: Connection) -> Iterator[None]:
    """Undo what happens inside."""
    with connection.transaction(force_rollback=True):
        yield


def _adapted(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict | list) else value


def _institution(_connection: Connection, _values: Values) -> Row:
    return {"name": "Institution", "type": "university"}


def _learner(_connection: Connection, _values: Values) -> Row:
    return {
        "email": f"{uuid.uuid4()}@example.com",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "academic_level": "graduate",
        "data_consent": {},
    }


def _course(_connection: Connection, _values: Values) -> Row:
    return {"title": "Course", "learning_objectives": [], "difficulty_level": "beginner"}


def _module(connection: Connection, values: Values) -> Row:
    course = values.get("course_id") or add(connection, "educational_courses")["id"]
    return {
        "course_id": course,
        "title": "Module",
        "module_order": scalar(
            connection,
            "SELECT coalesce(max(module_order), 0) + 1 FROM learning_modules WHERE course_id = %s",
            course,
        ),
        "learning_objectives": [],
        "bloom_taxonomy_level": "apply",
    }


def _section(connection: Connection, values: Values) -> Row:
    module = values.get("module_id") or add(connection, "learning_modules")["id"]
    return {
        "module_id": module,
        "title": "Section",
        "section_order": scalar(
            connection,
            "SELECT coalesce(max(section_order), 0) + 1 FROM learning_sections"
            " WHERE module_id = %s",
            module,
        ),
        "content_type": "text",
        "content_data": {},
    }


def _of_learner(connection: Connection, values: Values) -> Row:
    return {} if "learner_id" in values else {"learner_id": add(connection, "learners")["id"]}


def _of_course(connection: Connection, values: Values) -> Row:
    if "course_id" in values:
        return {}
    return {"course_id": add(connection, "educational_courses")["id"]}


def _of_section(connection: Connection, values: Values) -> Row:
    if "section_id" in values and "course_id" in values:
        return {}
    if values.get("section_id"):
        course = scalar(
            connection,
            "SELECT course_id FROM learning_sections WHERE id = %s",
            values["section_id"],
        )
        return {"course_id": course}
    section = add(connection, "learning_sections")
    return {"section_id": section["id"], "course_id": section["course_id"]}


def _enrollment(connection: Connection, values: Values) -> Row:
    return _of_learner(connection, values) | _of_course(connection, values)


def _of_learner_and_section(connection: Connection, values: Values) -> Row:
    return _of_learner(connection, values) | _of_section(connection, values)


def _progress(connection: Connection, values: Values) -> Row:
    finished = values.get("status") in ("completed", "mastered")
    counts = (values.get(name) or 0 for name in ("meaningful_interactions", "help_requests"))
    return _of_learner_and_section(connection, values) | {
        "status": "in_progress",
        "completion_percentage": 100 if finished else 0,
        "total_time_spent": values.get("active_learning_time") or 0,
        "interaction_count": max(counts),
        "supplied": f"{{{','.join(MEASURED & values.keys())}}}",
    }


def _history(connection: Connection, values: Values) -> Row:
    row: Row = {"changed_at": EARLY, "previous_percentage": 0, "percentage": 50}
    if "learner_id" not in values:
        progress = add(connection, "section_progress")
        row |= {"learner_id": progress["learner_id"], "section_id": progress["section_id"]}
    return row


def _interaction(connection: Connection, values: Values) -> Row:
    row = _of_learner_and_section(connection, values)
    return row | {"interaction_type": "discussion", "interaction_data": {}, "timestamp": EARLY}


def _interaction_time(_connection: Connection, _values: Values) -> Row:
    return {"id": uuid.uuid4(), "timestamp": EARLY}


def _expired_totals(connection: Connection, values: Values) -> Row:
    return _of_learner_and_section(connection, values) | {
        "first_accessed": EARLY,
        "last_accessed": EARLY,
        "total_time_spent": 0,
        "active_learning_time": 0,
        "interaction_count": 1,
        "meaningful_interactions": 0,
        "help_requests": 0,
    }


def _session(connection: Connection, values: Values) -> Row:
    row = _enrollment(connection, values) | {"session_start": values.get("session_start", EARLY)}
    if "session_end" not in values and values.get("duration_minutes") is not None:
        row["session_end"] = row["session_start"] + timedelta(minutes=values["duration_minutes"])
    return row


def _assessment(connection: Connection, values: Values) -> Row:
    row: Row = {
        "title": "Assessment",
        "assessment_type": "formative",
        "format": "essay",
        "learning_objectives": [],
        "assessment_criteria": {},
        "total_points": 10,
        "passing_score": None if "total_points" in values else 5,
        "attempts_allowed": None,
        "questions": [],
    }
    return row if values.get("section_id") else row | _of_course(connection, values)


def _attempt(connection: Connection, values: Values) -> Row:
    row = _of_learner(connection, values)
    if "assessment_id" not in values:
        row["assessment_id"] = add(connection, "educational_assessments")["id"]
    graded = values.get("completion_status") in ("graded", "reviewed")
    return row | {
        "attempt_number": 1,
        "started_at": EARLY,
        "responses": [],
        "score": 0 if graded else None,
    }


def _rating(connection: Connection, values: Values) -> Row:
    row: Row = {"rating": 3}
    if "learner_id" not in values:
        course = {"course_id": values["course_id"]} if "course_id" in values else {}
        enrollment = add(connection, "course_enrollments", **course)
        row |= {"learner_id": enrollment["learner_id"], "course_id": enrollment["course_id"]}
    elif "course_id" not in values:
        enrollment = add(connection, "course_enrollments", learner_id=values["learner_id"])
        row["course_id"] = enrollment["course_id"]
    return row


def _refresh_log(_connection: Connection, _values: Values) -> Row:
    return {
        "view_name": "a_view",
        "started_at": EARLY,
        "finished_at": EARLY,
        "row_count": 0,
        "rows_changed": 0,
    }


def _delta(*names: str, **given: Any) -> Callable[[Connection, Values], Row]:
    """Rows of a queue or summary: ids of nobody, and zeros, or what is given."""

    def row(_connection: Connection, _values: Values) -> Row:
        return {name: uuid.uuid4() if name.endswith("_id") else 0 for name in names} | given

    return row


def _interactions_delta(_connection: Connection, _values: Values) -> Row:
    return {
        "learner_id": uuid.uuid4(),
        "utc_day": EARLY.date(),
        "interaction_type": "discussion",
        "interactions": 1,
        "effectiveness_sum": 0,
        "effectiveness_count": 0,
        "seconds_sum": 0,
    }


def _day_summary(_connection: Connection, _values: Values) -> Row:
    return {
        "course_id": uuid.uuid4(),
        "utc_day": EARLY.date(),
        "learner_id": uuid.uuid4(),
        "interactions": 1,
        "meaningful_interactions": 0,
        "seconds_sum": 0,
    }


def _course_staff(connection: Connection, values: Values) -> Row:
    return _of_course(connection, values) | {"person_id": uuid.uuid4()}


def _institution_staff(connection: Connection, values: Values) -> Row:
    row: Row = {"person_id": uuid.uuid4()}
    if "institution_id" not in values:
        row["institution_id"] = add(connection, "educational_institutions")["id"]
    return row


def _guardian_link(connection: Connection, values: Values) -> Row:
    return _of_learner(connection, values) | {"guardian_id": uuid.uuid4()}


def _access_session(_connection: Connection, values: Values) -> Row:
    row: Row = {"token_hash": uuid.uuid4().bytes * 2, "person_id": uuid.uuid4(), "opened_at": EARLY}
    if "expires_at" not in values:
        row["expires_at"] = values.get("opened_at", EARLY) + timedelta(hours=8)
    return row


def _access_settings(_connection: Connection, _values: Values) -> Row:
    return {"identity_source": "session"}


def _rebuild_request(_connection: Connection, _values: Values) -> Row:
    return {"reason": "a test"}


def _data_map_entry(_connection: Connection, _values: Values) -> Row:
    return {
        "table_name": "notes",
        "column_name": "note",
        "subject": "learner",
        "category": "content",
        "on_erase": "empty",
        "is_exported": True,
        "purpose": "Teaching.",
        "legal_basis": "Contract.",
        "retention": "Two years.",
    }


def _legal_hold(connection: Connection, values: Values) -> Row:
    return {
        "learner_id": values.get("learner_id") or add(connection, "learners")["id"],
        "reason": "Case 1",
    }


def _erasure(_connection: Connection, _values: Values) -> Row:
    return {"learner_id": uuid.uuid4(), "erased_rows": {"learners": 1}}


def _retention_policy(_connection: Connection, _values: Values) -> Row:
    return {"what": "learning_interactions", "keep_for": "24 months", "legal_basis": "Rule 7."}


def _retention_entry(_connection: Connection, _values: Values) -> Row:
    return {"what": "learning_interactions", "upper_bound": EARLY, "rows_gone": 3}


def _consent_event(_connection: Connection, values: Values) -> Row:
    learner_id = values.get("learner_id") or uuid.uuid4()
    return {
        "learner_id": learner_id,
        "purpose": "learning_analytics",
        "regime": "gdpr",
        "action": "grant",
        "given_by": learner_id,
        "capacity": "self",
        "notice_version": "1",
        "notice_hash": b"x" * 32,
        "method": "form",
    }


def _disclosure(_connection: Connection, _values: Values) -> Row:
    return {
        "learner_id": uuid.uuid4(),
        "action": "request",
        "party": "Another school",
        "records": "{transcript}",
        "legitimate_interest": "Enrollment.",
    }


def _audit_entry(_connection: Connection, _values: Values) -> Row:
    return {
        "table_name": "learners",
        "operation": "UPDATE",
        "row_key": {"id": str(NOBODY)},
        "learner_id": NOBODY,
        "changed_columns": "{email}",
    }


def _audit_seal(_connection: Connection, _values: Values) -> Row:
    return {"id": 1, "row_ids": "{[1,2)}", "rows_hash": b"x" * 32, "hash": b"x" * 32}


WITH_IDENTITY = {
    "legal_holds",
    "retention_log",
    "consent_events",
    "disclosures",
    "audit_log",
    "section_progress_history",
    "learning_interactions_delta",
    "course_enrollments_delta",
    "section_progress_delta",
    "learning_sessions_delta",
    "assessment_attempts_delta",
    "assessment_objective_totals",
    "analytics_rebuild_request",
    "analytics_refresh_log",
}

DEFAULTS: Mapping[str, Callable[[Connection, Values], Row]] = {
    "educational_institutions": _institution,
    "learners": _learner,
    "educational_courses": _course,
    "learning_modules": _module,
    "learning_sections": _section,
    "course_structure": _of_course,
    "course_enrollments": _enrollment,
    "learner_courses": _enrollment,
    "section_progress": _progress,
    "section_progress_history": _history,
    "learning_interactions": _interaction,
    "interaction_times": _interaction_time,
    "expired_interaction_totals": _expired_totals,
    "learning_sessions": _session,
    "educational_assessments": _assessment,
    "assessment_attempts": _attempt,
    "course_ratings": _rating,
    "course_staff": _course_staff,
    "institution_staff": _institution_staff,
    "guardian_links": _guardian_link,
    "access_sessions": _access_session,
    "access_settings": _access_settings,
    "data_map_entries": _data_map_entry,
    "legal_holds": _legal_hold,
    "erasures": _erasure,
    "retention_policies": _retention_policy,
    "retention_log": _retention_entry,
    "consent_events": _consent_event,
    "disclosures": _disclosure,
    "audit_log": _audit_entry,
    "audit_seals": _audit_seal,
    "learning_interactions_delta": _interactions_delta,
    "analytics_rebuild_request": _rebuild_request,
    "course_enrollments_delta": _delta(
        "learner_id",
        "course_id",
        "enrollments",
        "completed",
        "progress_sum",
        "time_sum",
        "engagement_sum",
        "engagement_count",
    ),
    "section_progress_delta": _delta(
        "learner_id",
        "course_id",
        "progress_rows",
        "comprehension_sum",
        "comprehension_count",
        "retention_sum",
        "retention_count",
        "application_sum",
        "application_count",
        "interactions_sum",
        "meaningful_sum",
    ),
    "learning_sessions_delta": _delta(
        "learner_id",
        "course_id",
        "sessions",
        "duration_sum",
        "duration_count",
        "level_sum",
        "level_count",
        "focus_sum",
        "focus_count",
        "productivity_sum",
        "productivity_count",
        is_derivation=False,
    ),
    "assessment_attempts_delta": _delta("learner_id", "assessment_id"),
    "assessment_objective_totals": _delta(
        "assessment_id", "points", "most_points", objective_id="o"
    ),
    "learner_course_summary": _delta("learner_id", "course_id"),
    "learner_day_summary": _day_summary,
    "learner_assessment_summary": _delta("learner_id", "assessment_id", "course_id", "attempts"),
    "learner_summary": _delta("learner_id"),
    "course_summary": _delta("course_id"),
    "analytics_refresh_log": _refresh_log,
}
