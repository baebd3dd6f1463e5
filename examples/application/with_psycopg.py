"""A small application with psycopg.

python with_psycopg.py CONNECTION_STRING
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import scalar_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

QUESTIONS = [{"id": "half", "points": 1}, {"id": "third", "points": 1}]

Connection = psycopg.Connection[Any]


def main(conninfo: str) -> None:
    """Write a course, let a learner study it, and print how both are doing."""
    # DISCARD ALL ends prepared statements, which psycopg does not always notice
    with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as connection:
        with connection.transaction():
            school = found_school(connection)
            course = write_course(connection, school)
            learner = enrol(connection, school, course)
        with connection.transaction():
            study(connection, learner, course)
            take_quiz(connection, learner, course)
        with connection.transaction():
            connection.execute("SELECT refresh_learning_analytics()")
            report(connection, learner, course)
        with connection.transaction():
            teacher, office = appoint(connection, school, course)
        show_persons(connection, learner, teacher, office)


def found_school(connection: Connection) -> UUID:
    """Write the institution that courses and learners belong to."""
    return insert(
        connection,
        "INSERT INTO educational_institutions (name, type) VALUES ('A school', 'school')"
        " RETURNING id",
    )


def write_course(connection: Connection, school: UUID) -> UUID:
    """Write a course of two modules, the second of which needs the first, and a quiz."""
    course = insert(
        connection,
        "INSERT INTO educational_courses"
        " (institution_id, title, learning_objectives, difficulty_level, status)"
        " VALUES (%s, 'Fractions', '[\"Compare and add fractions\"]', 'beginner', 'published')"
        " RETURNING id",
        (school,),
    )
    previous: list[str] = []
    for order, (title, sections) in enumerate(
        {"Parts of a whole": ("Halves", "Thirds"), "Sums": ("Adding fractions",)}.items(), start=1
    ):
        module = insert(
            connection,
            "INSERT INTO learning_modules (course_id, title, module_order, learning_objectives,"
            " bloom_taxonomy_level, prerequisite_modules)"
            " VALUES (%s, %s, %s, '[]', 'understand', %s) RETURNING id",
            (course, title, order, Jsonb(previous)),
        )
        previous = [str(module)]
        for number, section in enumerate(sections, start=1):
            connection.execute(
                "INSERT INTO learning_sections"
                " (module_id, title, section_order, content_type, content_data)"
                " VALUES (%s, %s, %s, 'text', '{}')",
                (module, section, number),
            )
    connection.execute(
        "INSERT INTO educational_assessments (course_id, title, assessment_type, format,"
        " learning_objectives, assessment_criteria, total_points, passing_score, questions)"
        " VALUES (%s, 'Quiz', 'summative', 'multiple_choice', '[]', '{}', 2, 1, %s)",
        (course, Jsonb(QUESTIONS)),
    )
    return course


def enrol(connection: Connection, school: UUID, course: UUID) -> UUID:
    """Register a learner and enrol her in the course."""
    learner = insert(
        connection,
        "INSERT INTO learners"
        " (institution_id, email, first_name, last_name, academic_level, data_consent)"
        " VALUES (%s, 'ada@example.org', 'Ada', 'Byron', 'middle', '{}')"
        " RETURNING id",
        (school,),
    )
    connection.execute(
        "INSERT INTO course_enrollments (learner_id, course_id) VALUES (%s, %s)", (learner, course)
    )
    return learner


def study(connection: Connection, learner: UUID, course: UUID) -> None:
    """Read and practise in all sections that are open, and complete them."""
    sections = connection.execute(
        "SELECT section_id FROM next_sections(%s, %s)", (learner, course)
    ).fetchall()
    for (section,) in sections:
        for kind, seconds in (("content_view", 90), ("practice_activity", 60)):
            connection.execute(
                "SELECT record_interaction(%s, %s, %s, p_duration_seconds => %s)",
                (learner, section, kind, seconds),
            )
        connection.execute(
            "UPDATE section_progress SET status = 'completed', completion_percentage = 100"
            " WHERE learner_id = %s AND section_id = %s",
            (learner, section),
        )


def take_quiz(connection: Connection, learner: UUID, course: UUID) -> None:
    """Hand in an attempt with one of two answers right; percentage and passed are derived."""
    responses = [
        {"question_id": "half", "points": 1, "answer": "1/2"},
        {"question_id": "third", "points": 0, "answer": "1/4"},
    ]
    connection.execute(
        "INSERT INTO assessment_attempts (learner_id, assessment_id, attempt_number, responses,"
        " score, completion_status)"
        " SELECT %s, id, 1, %s, 1, 'graded' FROM educational_assessments WHERE course_id = %s",
        (learner, Jsonb(responses), course),
    )


def report(connection: Connection, learner: UUID, course: UUID) -> None:
    """Print what a learner's page and a teacher's dashboard would show."""
    (enrollment,) = connection.execute(
        "SELECT overall_progress, total_time_spent, current_grade FROM course_enrollments"
        " WHERE learner_id = %s AND course_id = %s",
        (learner, course),
    )
    titles = connection.cursor(row_factory=scalar_row).execute(
        "SELECT title FROM next_sections(%s, %s)", (learner, course)
    )
    (dashboard,) = connection.execute(
        "SELECT course_title, total_enrollments, round(average_progress, 2),"
        " round(average_assessment_score, 2) FROM learning_analytics_dashboard"
        " WHERE course_id = %s",
        (course,),
    )
    print("progress {} %, {} minutes, grade {} %".format(*enrollment))
    print("next:", ", ".join(titles))
    print("{}: {} enrolled, mean progress {} %, mean score {} %".format(*dashboard))


def appoint(connection: Connection, school: UUID, course: UUID) -> tuple[UUID, UUID]:
    """Say who teaches and who keeps the register: persons of the application, not of the schema."""
    teacher, office = uuid4(), uuid4()
    connection.execute(
        "INSERT INTO course_staff (course_id, person_id) VALUES (%s, %s)", (course, teacher)
    )
    connection.execute(
        "INSERT INTO institution_staff (institution_id, person_id) VALUES (%s, %s)",
        (school, office),
    )
    return teacher, office


def show_persons(connection: Connection, learner: UUID, teacher: UUID, office: UUID) -> None:
    """Print what each of three persons sees: no query says whose rows these are."""
    with request(connection, "lms_learner", sign_in(connection, learner)):
        (row,) = connection.execute(
            "SELECT c.title, e.overall_progress FROM course_enrollments AS e"
            " JOIN educational_courses AS c ON c.id = e.course_id"
        )
        print("a learner sees {} {} %".format(*row))
    with request(connection, "lms_instructor", sign_in(connection, teacher)):
        (row,) = connection.execute(
            "SELECT l.first_name, e.overall_progress FROM course_enrollments AS e"
            " JOIN learners AS l ON l.id = e.learner_id"
        )
        print("an instructor sees {} {} %".format(*row))
    with request(connection, "lms_registrar", sign_in(connection, office)):
        (row,) = connection.execute("SELECT first_name, email FROM learners")
        print("a registrar sees {} {}".format(*row))


def sign_in(connection: Connection, person: UUID) -> str:
    """Open a session for a person who has logged in, and return its token."""
    token = secrets.token_urlsafe(32)
    with connection.transaction():
        connection.execute("SET LOCAL ROLE lms_auth")
        connection.execute("SELECT open_session(%s, %s)", (token, person))
    return token


@contextmanager
def request(connection: Connection, persona: str, token: str) -> Iterator[None]:
    """Answer a request inside: row security shows what the person may see as that persona."""
    connection.execute("DISCARD ALL")  # what the request before left in the connection
    with connection.transaction():
        connection.execute(SQL("SET LOCAL ROLE {}").format(Identifier(persona)))
        connection.execute("SELECT set_config('lms.token', %s, true)", (token,))
        yield


def insert(connection: Connection, statement: str, values: tuple[object, ...] = ()) -> UUID:
    """Run an INSERT and return the id of the row."""
    cursor = connection.cursor(row_factory=scalar_row)
    (found,) = cursor.execute(statement.encode(), values)
    return UUID(str(found))


if __name__ == "__main__":
    main(sys.argv[1])
