"""A fault planted in what keeps values true is found by the verdict of two sessions or of many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
import pytest

from support.chaos import COPIES, burst, followed_faults
from support.derived import Tables
from support.duel import Session, bouts, ring
from support.operations import OPERATIONS
from support.race import connections
from support.rows import Connection, scalar
from support.school import Schools, names


@dataclass(frozen=True)
class Edit:
    """A fault as an edit of a function's text."""

    function: str
    old: str
    new: str

    def plant(self, connection: Connection) -> None:
        text = scalar(
            connection,
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s",
            self.function,
        )
        assert self.old in text, "the fault has no place any more"
        connection.execute(text.replace(self.old, self.new).encode())


@dataclass(frozen=True)
class Removal:
    """A fault as something that is missing."""

    statement: str

    def plant(self, connection: Connection) -> None:
        connection.execute(self.statement.encode())


# what is planted, and two operations that betray it
BETRAYED: dict[str, tuple[Edit | Removal, tuple[str, str]]] = {
    "a change of structure counts no version": (
        Edit("change_course_structure", "version = cs.version + 1", "version = cs.version"),
        ("enrolled", "section added"),
    ),
    "no cascade from the structure to who is enrolled": (
        Removal(
            "ALTER TABLE learner_courses"
            " DROP CONSTRAINT learner_courses_course_id_structure_version_fkey"
        ),
        ("enrolled", "section deleted"),
    ),
    "enrolling does not wait for who changes the structure": (
        Edit("keep_enrollment_measures", "FOR KEY SHARE", ""),
        ("enrolled", "section added"),
    ),
    "a change of points counts no version": (
        Edit("count_rules_version", ")::integer;", ")::integer * 0;"),
        ("attempt inserted", "points changed"),
    ),
    "no cascade from the points to the attempts": (
        Removal(
            "ALTER TABLE assessment_attempts"
            " DROP CONSTRAINT assessment_attempts_assessment_id_rules_version_fkey"
        ),
        ("attempt graded", "passing score changed"),
    ),
    "work of a learner who is not enrolled writes no row that enrolling writes": (
        Edit("mark_unenrolled", "DO UPDATE SET changes = lc.changes + 1", "DO NOTHING"),
        ("outsider's progress updated", "enrolled"),
    ),
    "an enrollment whose grade stays is locked, not written": (
        Edit(
            "update_current_grades",
            "AND e.id = d.enrollment_id",
            "AND e.id = d.enrollment_id AND e.current_grade IS DISTINCT FROM d.current_grade",
        ),
        ("attempt deleted", "attempt deleted"),
    ),
    "progress is derived, not added": (
        Edit(
            "add_enrollment_measures",
            "THEN e.progress_sum + l.progress",
            "THEN (SELECT coalesce(sum(100 * sp.completion_percentage), 0)"
            " FROM section_progress AS sp"
            " WHERE sp.learner_id = e.learner_id AND sp.course_id = e.course_id)",
        ),
        ("progress updated", "progress inserted"),
    ),
    "an attempt is not queued for the analytics": (
        Removal("DROP TRIGGER assessment_attempts_delta_insert ON assessment_attempts"),
        ("attempt inserted", "analytics refreshed"),
    ),
}


@pytest.mark.slow
@pytest.mark.concurrency
@pytest.mark.parametrize("name", BETRAYED)
def test_two_sessions_betray_a_planted_fault(database: str, name: str) -> None:
    fault, operations = BETRAYED[name]
    known = {operation.name: operation for operation in OPERATIONS}
    one, other = (known[operation] for operation in operations)
    with psycopg.connect(database, autocommit=True) as connection:
        fault.plant(connection)
        Schools(connection).open(len(bouts(one, other)))
    with ring(database) as opened:
        assert opened.fight([(one, other)]) != []


@pytest.mark.concurrency
@pytest.mark.parametrize(
    ("order", "ended"),
    [("e.learner_id, e.course_id", {None}), ("e.learner_id DESC, e.course_id", {None, "40P01"})],
    ids=["as everybody does", "in another order"],
)
def test_an_author_deadlocks_with_a_batch_only_if_he_locks_in_another_order(
    database: str, order: str, ended: set[str | None]
) -> None:
    """Both wait for the enrollment in the middle, each with some of the others locked."""
    ids = names(0)
    batch = (
        "SELECT record_interactions(jsonb_agg(jsonb_build_object('learner_id', l.id,"
        " 'section_id', {section_1}, 'interaction_type', 'discussion')))"
        " FROM unnest(ARRAY[{enrolled}, {peer}, {outsider}]) AS l (id)"
    ).format_map(ids)
    author = next(operation for operation in OPERATIONS if operation.name == "section added")
    with connections(database, 4) as opened, ThreadPoolExecutor(2) as pool:
        for connection in opened:
            connection.autocommit = True
        observer, middle = opened[:2]
        learners, editor = (Session(connection, observer, pool) for connection in opened[2:])
        Edit("lock_course_structure", "e.learner_id, e.course_id", order).plant(observer)
        Schools(observer)
        observer.execute(
            "INSERT INTO course_enrollments (learner_id, course_id)"
            " VALUES ({outsider}, {course})".format_map(ids).encode()
        )
        middle.execute(
            "BEGIN; UPDATE course_enrollments SET academic_term = '2026'"
            " WHERE learner_id = {peer}".format_map(ids).encode()
        )
        assert learners.start(batch)
        assert editor.start(author.on(0, 1))
        middle.execute("COMMIT")
        assert {learners.result(), editor.result()} == ended


@pytest.mark.slow
@pytest.mark.concurrency
@pytest.mark.parametrize(
    "fault",
    [
        "DROP TRIGGER course_enrollments_derived_insert ON course_enrollments",
        "DROP TRIGGER section_progress_history_update ON section_progress",
        "DROP TRIGGER section_progress_enrollments_truncate ON section_progress",
    ],
)
def test_random_operations_betray_a_trigger_that_is_missing(database: str, fault: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        Removal(fault).plant(connection)
        schools = Schools(connection)
        for seed in range(20):
            schools.open(COPIES)
            burst(database, seed)
            if followed_faults(Tables(connection)):
                return
    pytest.fail("no burst betrayed it")
