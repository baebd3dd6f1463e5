"""A class at work: eight sessions log, progress and grade in one course, another edits it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from random import Random
from threading import Barrier

import psycopg

from support.rows import Connection, column
from support.school import Schools, names, run_script

WORKERS = 8
STATEMENTS = 40
LEARNERS = 30

# a class of the school's first course, everybody with progress and an attempt
CLASS = f"""
INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)
SELECT n || '@example.org', 'Ada', 'Lovelace', 'graduate', '{{{{}}}}'
FROM generate_series(1, {LEARNERS}) AS n;
INSERT INTO course_enrollments (learner_id, course_id)
SELECT l.id, {{course}} FROM learners AS l ON CONFLICT DO NOTHING;
INSERT INTO section_progress (learner_id, section_id, course_id, status)
SELECT l.id, s.id, s.course_id, 'in_progress' FROM learners AS l, learning_sections AS s
WHERE s.course_id = {{course}} ON CONFLICT DO NOTHING;
INSERT INTO assessment_attempts (learner_id, assessment_id, attempt_number, responses)
SELECT l.id, {{assessment}}, 9, '[]' FROM learners AS l;
"""

# What learners work in is moved, not deleted, so that nobody's work is refused.
EDITS = (
    "INSERT INTO learning_sections (module_id, title, section_order, content_type, content_data)"
    " VALUES ({module}, 'New', 100, 'text', '{{}}')",
    "UPDATE learning_sections SET module_id = {module_1}, section_order = 101"
    " WHERE id = {section_1}",
    "UPDATE learning_sections SET module_id = {other_module}, section_order = 102"
    " WHERE id = {section_2}",
    "UPDATE educational_assessments SET weight_in_course = 1 - weight_in_course"
    " WHERE id = {assessment}",
    "UPDATE learning_modules SET course_id = {other_course}, module_order = 103"
    " WHERE id = {module_2}",
    "UPDATE educational_assessments SET total_points = 30 - total_points, passing_score = 5"
    " WHERE id = {assessment}",
    "DELETE FROM learning_sections WHERE title = 'New'",
    "UPDATE learning_sections SET module_id = {module}, section_order = section_order + 4"
    " WHERE id IN ({section_1}, {section_2})",
    "UPDATE learning_modules SET course_id = {course}, module_order = 105 WHERE id = {module_2}",
    "UPDATE educational_assessments SET course_id = {other_course} WHERE id = {other_assessment}",
    "UPDATE educational_assessments SET course_id = {course} WHERE id = {other_assessment}",
)


class Work:
    """What a session of learners does, in an order of its own."""

    def __init__(self, connection: Connection, seed: int) -> None:
        self._connection = connection
        self._random = Random(seed)  # noqa: S311 (what a test writes)
        self._learners = column(connection, "SELECT id FROM learners ORDER BY id")
        self._sections = column(connection, "SELECT id FROM learning_sections ORDER BY id")

    def log_a_batch(self) -> None:
        events = [
            {
                "learner_id": str(self._random.choice(self._learners)),
                "section_id": str(self._random.choice(self._sections)),
                "interaction_type": "discussion",
                "duration_seconds": self._random.randint(0, 300),
            }
            for _ in range(20)
        ]
        self._connection.execute("SELECT record_interactions(%s)", (json.dumps(events),))

    def log_an_event(self) -> None:
        self._connection.execute(
            "SELECT record_interaction(%s, %s, 'help_request')",
            (self._random.choice(self._learners), self._random.choice(self._sections)),
        )

    def write_progress(self) -> None:
        self._connection.execute(
            "UPDATE section_progress SET completion_percentage = %s"
            " WHERE learner_id = %s AND section_id = %s",
            (
                self._random.randint(0, 100),
                self._random.choice(self._learners),
                self._random.choice(self._sections),
            ),
        )

    def grade(self) -> None:
        self._connection.execute(
            "UPDATE assessment_attempts SET score = %s, completion_status = 'graded'"
            " WHERE learner_id = %s AND attempt_number = 9",
            (self._random.randint(0, 10), self._random.choice(self._learners)),
        )


def teach(database: str) -> list[str]:
    """Let the class work in a migrated, empty database; returns the errors that anybody got."""
    with psycopg.connect(database, autocommit=True) as connection:
        Schools(connection)
        run_script(connection, CLASS.format_map(names(0)))
    start = Barrier(WORKERS + 1, timeout=60)

    def learn(seed: int) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            work = Work(connection, seed)
            kinds = (work.log_a_batch, work.write_progress, work.grade, work.log_an_event)
            start.wait()
            for number in range(STATEMENTS):
                kinds[(seed + number) % len(kinds)]()

    def edit() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            start.wait()
            for statement in islice(cycle(EDITS), 2 * STATEMENTS):
                connection.execute(statement.format_map(names(0)).encode())

    with ThreadPoolExecutor(WORKERS + 1) as pool:
        tasks = [pool.submit(learn, seed) for seed in range(WORKERS)] + [pool.submit(edit)]
    return [str(task.exception()) for task in tasks if task.exception()]
