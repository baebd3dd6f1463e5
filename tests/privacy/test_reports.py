"""Reports give nobody away: what they publish is attacked by whoever knows how they are made."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import psycopg
import pytest

from support.rows import Connection, add, column, rolled_back

K = 10
REPORTS = {
    "report_course_outcomes": (
        "enrolled, completed, average_progress, average_final_grade",
        "enrolled, completed",
    ),
    "report_engagement": (
        "enrolled, recently_active, interactions, minutes, average_engagement",
        "enrolled, recently_active, interactions, minutes",
    ),
    "report_assessments": (
        "enrolled, assessed, graded_attempts, passed_attempts, average_percentage",
        "enrolled, assessed, graded_attempts, passed_attempts",
    ),
}
LEVELS = ("undergraduate", "graduate")


def whole_tens(values: Sequence[int]) -> Sequence[int]:
    """Who is counted: the first 10, 20, 30, ..."""
    return values[: len(values) // K * K]


def shown(count: int, of: int) -> int | None:
    """A count of some among a whole number of tens."""
    return max(min(count, of - 1), 0) // K * K or None


Cells = Sequence[Sequence[int]]
Output = tuple[tuple[int | None, int | None], ...]
Publish = Callable[[Cells], Output]


def published(cells: Cells) -> Output:
    """What a report shows of cells of learners who completed (1) or not (0), and of their total."""
    counted = [whole_tens(cell) for cell in cells]
    total = [value for cell in counted for value in cell]
    return tuple((len(cell) or None, shown(sum(cell), len(cell))) for cell in [*counted, total])


def floored(cells: Cells) -> Output:
    """The same with every count floored by itself: what reports must not do."""
    total = [value for cell in cells for value in cell]
    return tuple(
        (len(cell) // K * K or None, sum(cell) // K * K or None) for cell in [*cells, total]
    )


def exact(cells: Cells) -> Output:
    """All counts: what reports must not do either."""
    total = [value for cell in cells for value in cell]
    return tuple((len(cell), sum(cell)) for cell in [*cells, total])


def cell_states(size: int) -> Iterator[Sequence[int]]:
    """Cells of that many learners, one for each way to complete before and after the last ten."""
    whole = size // K * K
    for done, later in product(range(whole + 1), range(size - whole + 1)):
        yield [1] * done + [0] * (whole - done) + [1] * later + [0] * (size - whole - later)


def recovered_by_joining(publish: Publish) -> int:
    """In how many outputs before and after one learner came their value is known.

    The attacker knows all sizes, who came and where, and that nothing else changed.
    """
    values = defaultdict(set)
    for size, other_size in product((9, 10, 14, 18, 19, 20, 25, 29), (0, 10, 20)):
        for cell, other in product(cell_states(size), cell_states(other_size)):
            before = publish([cell, other])
            for value in (0, 1):
                after = publish([[*cell, value], other])
                values[size, other_size, before, after].add(value)
    return sum(len(possible) == 1 for possible in values.values())


def recovered_counts(publish: Publish) -> int:
    """In how many outputs, the sizes known, the count of a cell or of all, is known."""
    counts = defaultdict(set)
    for sizes in product((10, 13, 20, 27), (10, 20)):
        for cells in product(*map(cell_states, sizes)):
            output = publish(cells)
            for number, cell in enumerate([*cells, [value for part in cells for value in part]]):
                tens = whole_tens(cell) if number < len(cells) else cell
                counts[sizes, output, number].add(sum(tens))
    return sum(len(possible) == 1 for possible in counts.values())


def test_an_attack_on_what_is_published_recovers_nothing() -> None:
    assert recovered_by_joining(published) == 0
    assert recovered_counts(published) == 0


def test_the_attack_recovers_what_is_published_carelessly() -> None:
    """The positive control: floors alone give away who steps over a ten."""
    assert recovered_by_joining(floored) > 0
    assert recovered_by_joining(exact) > 0
    assert recovered_counts(exact) > 0


def test_a_mean_in_ranges_of_ten_gives_nobody_away() -> None:
    sums = defaultdict(set)
    for values in product(range(0, 101, 5), repeat=2):
        for weight in range(K + 1):
            total = weight * values[0] + (K - weight) * values[1]
            sums[min(total // K // 10 * 10, 90)].add(total)
    assert len(sums) == 10
    assert all(len(possible) > 10 for possible in sums.values())


@pytest.fixture
def course(transaction: Connection) -> uuid.UUID:
    key = add(transaction, "educational_courses", academic_term="2026")["id"]
    assert isinstance(key, uuid.UUID)
    return key


def enroll(connection: Connection, course: uuid.UUID, level: str, values: Sequence[int]) -> None:
    """Enroll a learner for each value: 1 completed and has a grade, 0 neither."""
    for value in values:
        learner = add(connection, "learners", academic_level=level)["id"]
        number = len(connection.execute("SELECT FROM course_enrollments").fetchall())
        add(
            connection,
            "course_enrollments",
            learner_id=learner,
            course_id=course,
            created_at=f"2026-01-01 00:00:00.{number:06}+00",
            completion_status="completed" if value else "enrolled",
            completion_date="2026-02-01 00:00+00" if value else None,
            final_grade=100 if value else None,
        )


def cells(connection: Connection, report: str, columns: str) -> dict[Any, tuple[Any, ...]]:
    rows = connection.execute(f"SELECT academic_level, {columns} FROM {report}()".encode())
    return {row[0]: row[1:] for row in rows}


SIZES = [
    ([1] * 9, []),
    ([1] * 10, [0] * 9),
    ([1, 0] * 12, [1] * 31),
    ([0] * 20, [1] * 20),
    ([0] * 5 + [1] * 22, [0, 0, 1] * 10),
]


@pytest.mark.parametrize("values", SIZES)
def test_the_report_shows_what_was_attacked(
    transaction: Connection, course: uuid.UUID, values: Cells
) -> None:
    for level, of_level in zip(LEVELS, values, strict=True):
        enroll(transaction, course, level, of_level)
    found = cells(transaction, "report_course_outcomes", "enrolled, completed")
    assert tuple(found[level] for level in (*LEVELS, None)) == published(values)
    assert len(found) == 7
    assert {found[level] for level in ("elementary", "professional")} == {(None, None)}


def test_a_mean_is_shown_of_ten_or_more_alone(transaction: Connection, course: uuid.UUID) -> None:
    means = "average_progress, average_final_grade"
    enroll(transaction, course, "graduate", [1] * 9)
    assert cells(transaction, "report_course_outcomes", means)["graduate"] == (None, None)
    enroll(transaction, course, "graduate", [0] * 11)
    assert cells(transaction, "report_course_outcomes", means)["graduate"] == (0, None)
    transaction.execute("UPDATE course_enrollments SET final_grade = 77")
    assert cells(transaction, "report_course_outcomes", means)["graduate"] == (0, 70)
    transaction.execute("UPDATE course_enrollments SET final_grade = 100")
    assert cells(transaction, "report_course_outcomes", means)["graduate"] == (0, 90)


@pytest.mark.parametrize("report", REPORTS)
def test_one_who_comes_or_is_erased_changes_nothing(
    transaction: Connection, course: uuid.UUID, report: str
) -> None:
    enroll(transaction, course, "graduate", [1, 0] * 12)
    transaction.execute("UPDATE course_enrollments SET engagement_score = 0.55")
    before = cells(transaction, report, REPORTS[report][0])
    enroll(transaction, course, "graduate", [1])
    enroll(transaction, course, "elementary", [1])
    assert cells(transaction, report, REPORTS[report][0]) == before
    # the positive control: the tens are full
    enroll(transaction, course, "graduate", [1] * 5)
    after = cells(transaction, report, REPORTS[report][0])
    assert (before["graduate"][0], after["graduate"][0], after[None][0]) == (20, 30, 30)


@pytest.mark.parametrize("report", REPORTS)
def test_counts_and_totals_are_of_whole_tens(transaction: Connection, report: str) -> None:
    assessment = add(transaction, "educational_assessments", total_points=5, passing_score=2)
    module = add(transaction, "learning_modules", course_id=assessment["course_id"])
    section = add(transaction, "learning_sections", module_id=module["id"])
    for number in range(23):
        enroll(transaction, assessment["course_id"], "graduate", [number % 2])
    for number, (learner,) in enumerate(
        transaction.execute("SELECT learner_id FROM course_enrollments ORDER BY created_at")
    ):
        record = {"learner_id": learner, "assessment_id": assessment["id"]}
        add(
            transaction,
            "assessment_attempts",
            **record,
            score=number % 5,
            completion_status="graded",
        )
        transaction.execute(
            "SELECT record_interaction(%s, %s, 'discussion', p_duration_seconds => %s)",
            (learner, section["id"], 60 * number),
        )
    found = cells(transaction, report, REPORTS[report][1])
    for row in (found["graduate"], found[None]):
        assert row[0] == 20
        assert all(value is None or (value >= K and value % K == 0) for value in row)
    assert None not in found["graduate"][1:]


def test_attempts_do_not_tell_that_all_passed_where_each_has_one(transaction: Connection) -> None:
    assessment = add(
        transaction, "educational_assessments", total_points=5, passing_score=2, attempts_allowed=1
    )
    enroll(transaction, assessment["course_id"], "graduate", [1] * K)
    for learner in column(transaction, "SELECT learner_id FROM course_enrollments"):
        record = {"learner_id": learner, "assessment_id": assessment["id"]}
        add(transaction, "assessment_attempts", **record, score=5, completion_status="graded")
    attempts = "enrolled, assessed, graded_attempts, passed_attempts"
    hidden = (K, None, None, None)
    found = cells(transaction, "report_assessments", attempts)
    assert (found["graduate"], found[None]) == (hidden, hidden)
    # the positive control: where anybody may try as often as they like, these are no learners
    transaction.execute("UPDATE educational_assessments SET attempts_allowed = NULL")
    found = cells(transaction, "report_assessments", attempts)
    assert found["graduate"] == (K, None, K, K)


def test_an_analyst_reads_reports_and_nothing_else(
    transaction: Connection, course: uuid.UUID
) -> None:
    enroll(transaction, course, "graduate", [1, 0] * 5)
    transaction.execute("SET LOCAL ROLE lms_analyst")
    assert cells(transaction, "report_course_outcomes", "enrolled")["graduate"] == (10,)
    for denied in ("SELECT FROM course_enrollments", "SELECT report_learners()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), rolled_back(transaction):
            transaction.execute(denied.encode())
