"""Random histories of writes by an application, to hold derived numbers against afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

import psycopg
from psycopg.types.json import Jsonb

from support.derived import AS_OF
from support.rows import Connection, add, column, scalar

T = TypeVar("T")

STATUSES = ("in_progress", "submitted", "graded", "graded", "reviewed")
WEIGHTS = (None, Decimal("0"), Decimal("0.075"), Decimal("0.5"), Decimal("1"))
QUESTIONS = [{"id": "q0", "points": 2}, {"id": "q1", "points": 1}, {"id": "q2", "points": 1}]


class History:
    """Two courses, a few learners, and an application that writes whatever the schema accepts."""

    def __init__(self, connection: Connection, random: Random) -> None:
        self.connection = connection
        self.random = random
        self.learners = [add(connection, "learners")["id"] for _ in range(5)]
        self.courses = [add(connection, "educational_courses")["id"] for _ in range(2)]
        self.modules = [
            add(connection, "learning_modules", course_id=course)["id"]
            for course in (*self.courses, *self.courses)
        ]
        for module in self.modules[:3]:
            add(connection, "learning_sections", module_id=module)
        for course in self.courses:
            self.add_assessment(course)

    def kinds(self) -> list[Callable[[], None]]:
        """The writes to choose from; what stands there several times is chosen more often."""
        return [
            *[self.log_event, self.set_progress, self.write_attempt] * 4,
            *[self.enroll, self.raise_all_progress, self.grade_attempts] * 2,
            self.add_section,
            self.delete_section,
            self.move_section,
            self.move_module,
            self.leave,
            self.move_enrollment,
            self.delete_progress,
            self.delete_attempt,
            self.change_assessment,
            self.move_assessment,
            self.delete_assessment,
            lambda: self.add_assessment(self.pick(self.courses)),
            self.complete,
            self.load_events,
        ]

    def run(self, writes: int) -> list[str]:
        """Do so many writes, and return the names of those that the schema accepted."""
        kinds = self.kinds()
        done = []
        for _ in range(writes):
            kind = self.pick(kinds)
            try:
                with self.connection.transaction():
                    kind()
            except psycopg.IntegrityError:
                continue  # what the schema rejects changes nothing
            done.append(kind.__name__)
        return done

    def pick(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def execute(self, query: str, *parameters: Any) -> None:
        self.connection.execute(query, parameters)

    def any_id(self, table: str) -> uuid.UUID | None:
        found = column(self.connection, f"SELECT id FROM {table} ORDER BY id")
        return self.pick(found) if found else None

    def moment(self) -> Any:
        return AS_OF + timedelta(minutes=self.random.randint(-60 * 24 * 60, 24 * 60))

    def log_event(self) -> None:
        section = self.any_id("learning_sections")
        if section is None:
            return
        self.execute(
            "SELECT record_interaction(%s, %s, %s, p_duration_seconds => %s, p_timestamp => %s,"
            " p_id => %s)",
            self.pick(self.learners),
            section,
            self.pick(("content_view", "discussion", "help_request", "knowledge_check")),
            self.pick((None, 0, 29, 30, 31, 3599)),
            self.moment(),
            uuid.UUID(int=self.random.randint(1, 40)),
        )

    def load_events(self) -> None:
        """As a bulk load does: events first, then all counters of the course."""
        section = self.any_id("learning_sections")
        for _ in range(3):
            add(
                self.connection,
                "learning_interactions",
                learner_id=self.pick(self.learners),
                section_id=section,
                timestamp=self.moment(),
                duration_seconds=self.random.randint(0, 500),
            )
        self.rebuild()

    def rebuild(self) -> None:
        self.execute("SELECT rebuild_section_progress(id) FROM educational_courses")

    def set_progress(self) -> None:
        self.execute(f"SET LOCAL lms_schema.progress_time = {self.pick(('event', 'now'))}")
        self.execute(
            "INSERT INTO section_progress (learner_id, section_id, course_id,"
            " completion_percentage, status)"
            " SELECT %s, s.id, s.course_id, %s, %s FROM learning_sections AS s WHERE s.id = %s"
            " ON CONFLICT (learner_id, section_id) DO UPDATE SET status = excluded.status,"
            " completion_percentage = excluded.completion_percentage",
            self.pick(self.learners),
            self.pick((0, 33.33, 50, 66.67, 100)),
            self.pick(("in_progress", "completed")),
            self.any_id("learning_sections"),
        )

    def raise_all_progress(self) -> None:
        self.execute(
            "UPDATE section_progress SET completion_percentage"
            " = least(completion_percentage + %s, 100)",
            self.pick((0, 0.01, 12.5)),
        )

    def delete_progress(self) -> None:
        self.execute("DELETE FROM section_progress WHERE learner_id = %s", self.pick(self.learners))
        self.rebuild()

    def enroll(self) -> None:
        self.execute(
            "INSERT INTO course_enrollments (learner_id, course_id) VALUES (%s, %s), (%s, %s)"
            " ON CONFLICT (learner_id, course_id) DO UPDATE SET academic_term = 'again'",
            self.pick(self.learners[:2]),
            self.pick(self.courses),
            self.pick(self.learners[2:]),
            self.pick(self.courses),
        )

    def leave(self) -> None:
        self.execute(
            "DELETE FROM course_enrollments WHERE id = %s", self.any_id("course_enrollments")
        )

    def move_enrollment(self) -> None:
        self.execute(
            "UPDATE course_enrollments SET course_id = %s WHERE id = %s",
            self.pick(self.courses),
            self.any_id("course_enrollments"),
        )

    def complete(self) -> None:
        self.execute(
            "UPDATE course_enrollments SET completion_status = 'completed' WHERE learner_id = %s",
            self.pick(self.learners),
        )

    def add_section(self) -> None:
        add(self.connection, "learning_sections", module_id=self.pick(self.modules))

    def delete_section(self) -> None:
        self.execute(
            "DELETE FROM learning_sections WHERE id = %s", self.any_id("learning_sections")
        )

    def move_section(self) -> None:
        self.execute(
            "UPDATE learning_sections SET module_id = %s, section_order = section_order + 50"
            " WHERE id = %s",
            self.pick(self.modules),
            self.any_id("learning_sections"),
        )

    def move_module(self) -> None:
        self.execute(
            "UPDATE learning_modules SET course_id = %s, module_order = module_order + 50"
            " WHERE id = %s",
            self.pick(self.courses),
            self.pick(self.modules),
        )

    def add_assessment(self, course: uuid.UUID) -> None:
        add(
            self.connection,
            "educational_assessments",
            course_id=course,
            assessment_type=self.pick(("diagnostic", "summative", "formative")),
            weight_in_course=self.pick(WEIGHTS),
            questions=QUESTIONS,
            total_points=self.pick((4, Decimal("4.5"), 7)),
            passing_score=self.pick((None, 0, Decimal("2.5"), 4)),
        )

    def change_assessment(self) -> None:
        what, value = self.pick(
            (
                ("weight_in_course", self.pick(WEIGHTS)),
                ("total_points", self.pick((0, 4, Decimal("4.5"), 9))),
                ("passing_score", self.pick((None, 1, Decimal("2.5")))),
                ("questions", Jsonb(QUESTIONS[: self.random.randint(0, 3)])),
            )
        )
        self.execute(
            f"UPDATE educational_assessments SET {what} = %s WHERE id = %s",
            value,
            self.any_id("educational_assessments"),
        )

    def move_assessment(self) -> None:
        self.execute(
            "UPDATE educational_assessments SET course_id = %s WHERE id = %s",
            self.pick(self.courses),
            self.any_id("educational_assessments"),
        )

    def delete_assessment(self) -> None:
        self.execute(
            "DELETE FROM educational_assessments WHERE id = %s",
            self.any_id("educational_assessments"),
        )

    def write_attempt(self) -> None:
        points = [self.random.randint(0, most) for most in (2, 1, 1)]
        responses = [
            {"question_id": f"q{n}", "points": given}
            for n, given in enumerate(points)
            if self.random.random() < 0.8
        ]
        status = self.pick(STATUSES)
        self.execute(
            "MERGE INTO assessment_attempts AS t USING (VALUES (%s::uuid, %s::uuid, %s, %s::jsonb,"
            " %s::numeric, %s::attempt_status, %s::timestamptz, %s::timestamptz)) AS n"
            " (learner_id, assessment_id, attempt_number, responses, score, completion_status,"
            " started_at, submitted_at) ON (t.learner_id, t.assessment_id, t.attempt_number)"
            " = (n.learner_id, n.assessment_id, n.attempt_number)"
            " WHEN MATCHED THEN UPDATE SET score = n.score, responses = n.responses,"
            " completion_status = n.completion_status"
            " WHEN NOT MATCHED THEN INSERT (learner_id, assessment_id, attempt_number, responses,"
            " score, completion_status, started_at, submitted_at)"
            " VALUES (n.learner_id, n.assessment_id, n.attempt_number, n.responses,"
            " n.score, n.completion_status, n.started_at, n.submitted_at)",
            self.pick(self.learners),
            self.any_id("educational_assessments"),
            self.random.randint(1, 3),
            Jsonb(responses),
            None if status == "in_progress" else self.pick((-0.5, 0, 0.25)) + sum(points),
            status,
            AS_OF,
            AS_OF + timedelta(seconds=self.random.randint(0, 10000)),
        )

    def grade_attempts(self) -> None:
        self.execute(
            "UPDATE assessment_attempts SET completion_status = 'graded', score = %s"
            " WHERE attempt_number = %s",
            self.pick((-1, 0, 3, Decimal("3.125"), 4, 5)),
            self.random.randint(1, 3),
        )

    def delete_attempt(self) -> None:
        self.execute(
            "DELETE FROM assessment_attempts WHERE id = %s", self.any_id("assessment_attempts")
        )


def recalculate(connection: Connection, as_of: Any = AS_OF) -> int:
    found = scalar(connection, "SELECT recalculate_course_metrics(p_as_of => %s)", as_of)
    assert isinstance(found, int)
    return found
