"""Adaptive progression: completed modules, unlocked modules, what to do next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.derived import AS_OF
from support.rows import (
    NOBODY,
    Connection,
    Row,
    add,
    bypass_triggers,
    column,
    rolled_back,
    scalar,
)

DONE = ("completed", "mastered")


class Course:
    """A course, and a learner in it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.id = add(connection, "educational_courses")["id"]
        self.learner = add(connection, "learners")["id"]

    def module(self, sections: int = 1, **values: Any) -> tuple[Row, list[Row]]:
        module = add(self.connection, "learning_modules", course_id=self.id, **values)
        return module, [
            add(self.connection, "learning_sections", module_id=module["id"])
            for _ in range(sections)
        ]

    def enroll(self, progress: float) -> None:
        add(self.connection, "course_enrollments", learner_id=self.learner, course_id=self.id)
        self.set_progress(progress)

    def set_progress(self, progress: float) -> None:
        """Let the enrollment have that progress, whatever the sections say."""
        bypass_triggers(
            self.connection,
            "UPDATE course_enrollments SET overall_progress = %s WHERE course_id = %s",
            progress,
            self.id,
        )

    def reach(self, section: Row, status: str = "completed") -> None:
        self.connection.execute(
            "INSERT INTO section_progress"
            " (learner_id, section_id, course_id, status, completion_percentage)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (learner_id, section_id) DO UPDATE SET"
            " status = excluded.status, completion_percentage = excluded.completion_percentage",
            (self.learner, section["id"], self.id, status, 100 if status in DONE else 0),
        )

    def is_completed(self, module: Row) -> bool:
        return bool(
            scalar(
                self.connection, "SELECT is_module_completed(%s, %s)", self.learner, module["id"]
            )
        )

    def is_unlocked(self, module: Row, as_of: Any = AS_OF) -> bool:
        found = scalar(
            self.connection,
            "SELECT is_module_unlocked(%s, %s, %s)",
            self.learner,
            module["id"],
            as_of,
        )
        assert found in (True, False)
        return bool(found)

    def next(self, limit: int | None = None, as_of: Any = AS_OF) -> list[Any]:
        return column(
            self.connection,
            "SELECT section_id FROM next_sections(%s, %s, %s, %s)",
            self.learner,
            self.id,
            limit,
            as_of,
        )


@pytest.fixture
def course(transaction: Connection) -> Course:
    return Course(transaction)


def test_a_module_is_completed_when_all_its_sections_are(course: Course) -> None:
    module, sections = course.module(2)
    assert not course.is_completed(module)
    course.reach(sections[0], "mastered")
    assert not course.is_completed(module)
    course.reach(sections[1], "in_progress")
    assert not course.is_completed(module)
    course.reach(sections[1])
    assert course.is_completed(module)
    add(course.connection, "learning_sections", module_id=module["id"])
    assert not course.is_completed(module)


def test_a_module_without_sections_is_completed_and_an_unknown_one_is_not(course: Course) -> None:
    module, _ = course.module(0)
    assert course.is_completed(module)
    assert not course.is_completed({"id": NOBODY})


def test_another_learner_completes_nothing_for_this_one(course: Course) -> None:
    module, (section,) = course.module()
    add(
        course.connection,
        "section_progress",
        section_id=section["id"],
        status="completed",
        completion_timestamp=AS_OF,
    )
    assert not course.is_completed(module)


def attempt(course: Course, assessment: Row, score: int, number: int, status: str) -> None:
    add(
        course.connection,
        "assessment_attempts",
        learner_id=course.learner,
        assessment_id=assessment["id"],
        score=score,
        attempt_number=number,
        completion_status=status,
    )


def test_a_minimum_passing_score_asks_every_assessment_of_the_sections(course: Course) -> None:
    module, (section,) = course.module(minimum_passing_score=0.6)
    course.reach(section)
    assert course.is_completed(module)
    one, other = (
        add(course.connection, "educational_assessments", section_id=section["id"])
        for _ in range(2)
    )
    add(course.connection, "educational_assessments", course_id=course.id)  # of no section
    assert not course.is_completed(module)
    attempt(course, one, 10, 1, "graded")
    attempt(course, other, 6, 1, "submitted")
    assert not course.is_completed(module)
    attempt(course, other, 5, 2, "graded")
    assert not course.is_completed(module)
    attempt(course, other, 6, 3, "reviewed")
    attempt(course, other, 0, 4, "graded")
    assert course.is_completed(module)
    course.connection.execute("UPDATE learning_modules SET minimum_passing_score = 0.61")
    assert not course.is_completed(module)
    course.connection.execute("UPDATE learning_modules SET minimum_passing_score = NULL")
    course.connection.execute("DELETE FROM assessment_attempts")
    assert course.is_completed(module)


def test_prerequisites_unlock_a_module_all_of_them(course: Course) -> None:
    first, (one,) = course.module()
    second, (other,) = course.module(minimum_passing_score=0.5)
    third, _ = course.module(prerequisite_modules=[str(first["id"]), str(second["id"])])
    assert (course.is_unlocked(first), course.is_unlocked(third)) == (True, False)
    course.reach(one)
    assert not course.is_unlocked(third)
    assessment = add(course.connection, "educational_assessments", section_id=other["id"])
    course.reach(other)
    assert not course.is_unlocked(third)
    attempt(course, assessment, 5, 1, "graded")
    assert course.is_unlocked(third)


def test_criteria_ask_for_progress_and_time(course: Course) -> None:
    module, _ = course.module(unlock_criteria={"min_progress": 50, "after": AS_OF.isoformat()})
    assert not course.is_unlocked(module)
    course.enroll(progress=49.99)
    assert not course.is_unlocked(module)
    course.set_progress(50)
    assert course.is_unlocked(module)
    assert not course.is_unlocked(module, AS_OF - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("criteria", "wanted"),
    [
        (None, True),
        ({}, True),
        ({"min_progress": 0}, True),
        ({"min_progress": 0.01}, False),
        ({"after": "2024-03-31T12:00:00Z"}, True),
        ({"after": "2024-03-31T12:00:00-00:30"}, False),
        ({"after": "2024-03-31 14:00+02"}, True),
    ],
)
def test_without_an_enrollment_progress_is_0(
    course: Course, criteria: dict[str, Any] | None, wanted: bool
) -> None:
    module, _ = course.module(unlock_criteria=criteria)
    for zone in ("UTC", "America/New_York"):
        course.connection.execute(f"SET LOCAL timezone = '{zone}'")
        assert course.is_unlocked(module) == wanted


def test_an_unknown_module_is_locked(course: Course) -> None:
    assert not course.is_unlocked({"id": NOBODY})


def test_next_sections_come_in_the_order_of_the_course(course: Course) -> None:
    last, (d, e) = course.module(2, module_order=9)
    first, (a, b, c) = course.module(3, module_order=1)
    course.connection.execute(
        "UPDATE learning_sections SET section_order = 99 WHERE id = %s", (a["id"],)
    )
    wanted = [section["id"] for section in (b, c, a, d, e)]
    assert course.next() == wanted
    assert course.next(3) == wanted[:3]
    assert course.next(0) == []
    course.reach(c)
    course.reach(b, "mastered")
    course.reach(a, "in_progress")
    assert course.next() == [section["id"] for section in (a, d, e)]
    found = course.connection.execute(
        "SELECT module_id, title, module_order, section_order, status, completion_percentage"
        " FROM next_sections(%s, %s, 2, %s)",
        (course.learner, course.id, AS_OF),
    ).fetchall()
    assert found == [
        (first["id"], "Section", 1, 99, "in_progress", 0),
        (last["id"], "Section", 9, d["section_order"], "not_started", 0),
    ]


def test_next_sections_are_five_unless_told(course: Course) -> None:
    course.module(7)
    query = "SELECT count(*) FROM next_sections(%s, %s)"
    assert scalar(course.connection, query, course.learner, course.id) == 5
    assert scalar(course.connection, query, course.learner, NOBODY) == 0


def test_next_sections_keep_to_locks_of_modules_and_sections(course: Course) -> None:
    first, (a, b) = course.module(2)
    _, (c,) = course.module(prerequisite_modules=[str(first["id"])])
    course.connection.execute(
        "UPDATE learning_sections SET unlock_conditions = '{\"min_progress\": 50}' WHERE id = %s",
        (b["id"],),
    )
    course.enroll(progress=49)
    assert course.next() == [a["id"]]
    course.set_progress(50)
    assert course.next() == [a["id"], b["id"]]
    course.reach(a)
    course.reach(b)
    assert course.next() == [c["id"]]


MODULES = st.lists(
    st.tuples(
        st.lists(
            st.sampled_from(["not_started", "in_progress", "completed", "mastered"]), max_size=3
        ),
        st.sets(st.integers(0, 4)),
        st.sampled_from([None, 0, 25, 50, 75]),
    ),
    max_size=5,
)


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(MODULES, st.integers(0, 100))
def test_random_courses_unlock_as_their_definition_says(
    transaction: Connection,
    modules: list[tuple[list[str], set[int], int | None]],
    progress: int,
) -> None:
    with rolled_back(transaction):
        course = Course(transaction)
        made: list[tuple[Row, list[Row]]] = []
        for number, (statuses, required, least) in enumerate(modules):
            made.append(
                course.module(
                    len(statuses),
                    prerequisite_modules=[
                        str(made[n][0]["id"]) for n in sorted(required) if n < number
                    ],
                    unlock_criteria=None if least is None else {"min_progress": least},
                )
            )
            for status, section in zip(statuses, made[-1][1], strict=True):
                course.reach(section, status)
        course.enroll(progress)
        completed = [{*statuses} <= {"completed", "mastered"} for statuses, _, _ in modules]
        expected = []
        for number, (statuses, required, least) in enumerate(modules):
            module, sections = made[number]
            unlocked = progress >= (least or 0) and all(
                completed[n] for n in required if n < number
            )
            assert course.is_unlocked(module) == unlocked
            assert course.is_completed(module) == completed[number]
            if unlocked:
                expected += [
                    section["id"]
                    for section, status in zip(sections, statuses, strict=True)
                    if status not in ("completed", "mastered")
                ]
        assert course.next() == expected
