"""Item and assessment statistics against numpy, on random and on odd matrices of points."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from support.derived import (
    AS_OF,
    assessment_statistics,
    is_near,
    item_statistics,
)
from support.rows import NOBODY, Connection, Row, add, insert, rolled_back, scalar

bounded = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

POINTS = st.sampled_from([0, 1, 1, 1, 0.1, 0.3, 2, 2.5, -0.25, None])
MATRICES = st.integers(1, 6).flatmap(
    lambda k: st.lists(st.lists(POINTS, min_size=k, max_size=k), max_size=22)
)


def assess(
    connection: Connection, matrix: list[list[Any]], points: list[float] | None = None
) -> tuple[Row, list[Row]]:
    """An assessment, and one graded attempt for each row of points; None: no response."""
    width = max((len(row) for row in matrix), default=1)
    questions = [
        {"id": f"q{n}", "points": points[n] if points else 1, "text": "?"} for n in range(width)
    ]
    assessment = add(connection, "educational_assessments", questions=questions, total_points=100)
    attempts = [
        attempt(connection, assessment, row, learner_id=learner["id"])
        for row, learner in zip(matrix, learners(connection, len(matrix)), strict=True)
    ]
    return assessment, attempts


def learners(connection: Connection, count: int) -> list[Row]:
    return insert(
        connection,
        "learners",
        [
            {
                "email": f"{uuid.uuid4()}@example.com",
                "first_name": "Ada",
                "last_name": "Lovelace",
                "academic_level": "graduate",
                "data_consent": {},
            }
            for _ in range(count)
        ],
    )


def attempt(connection: Connection, assessment: Row, row: list[Any], **values: Any) -> Row:
    responses = [
        {"question_id": f"q{n}", "points": value, "answer": "a"}
        for n, value in enumerate(row)
        if value is not None
    ]
    values = {"completion_status": "graded", "score": 1, "started_at": AS_OF, **values}
    return add(
        connection,
        "assessment_attempts",
        assessment_id=assessment["id"],
        responses=responses,
        **values,
    )


def stored_items(connection: Connection, assessment: Row) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "SELECT * FROM calculate_item_statistics(%s)", (assessment["id"],)
        ).fetchall()


def stored_whole(connection: Connection, assessment: Row) -> Row:
    found = scalar(connection, "SELECT calculate_assessment_statistics(%s)", assessment["id"])
    assert isinstance(found, dict)
    return found


def assert_equal_to_numpy(
    connection: Connection, assessment: Row, attempts: list[Row]
) -> tuple[list[Row], Row]:
    items = stored_items(connection, assessment)
    expected = item_statistics(assessment["questions"], attempts)
    assert [item["item_id"] for item in items] == [item.item_id for item in expected]
    for item, wanted in zip(items, expected, strict=True):
        for name, value in vars(wanted).items():
            if name != "item_id":
                assert is_near(item[name], value), (name, item[name], value)
    whole = stored_whole(connection, assessment)
    for name, value in assessment_statistics(assessment["questions"], attempts).items():
        assert is_near(whole[name], value), (name, whole[name], value)
    return items, whole


@bounded
@given(MATRICES, st.lists(st.sampled_from([1, 2, 0.5, 3, 0]), min_size=6, max_size=6))
@example([[0.1, 1]] * 6, [1, 1, 1, 1, 1, 1])
@example([[1], [1], [1], [0]], [1, 1, 1, 1, 1, 1])
def test_item_statistics_equal_those_of_numpy(
    transaction: Connection, matrix: list[list[Any]], points: list[float]
) -> None:
    with rolled_back(transaction):
        assert_equal_to_numpy(transaction, *assess(transaction, matrix, points))


@bounded
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(["in_progress", "submitted", "graded", "reviewed"]), POINTS),
            max_size=4,
        ),
        max_size=8,
    )
)
def test_the_first_graded_attempt_of_a_learner_counts(
    transaction: Connection, histories: list[list[tuple[str, Any]]]
) -> None:
    with rolled_back(transaction):
        assessment, attempts = assess(transaction, [[0, 1], [1, 0]])
        for learner, history in zip(learners(transaction, len(histories)), histories, strict=True):
            for number, (status, points) in enumerate(history, 1):
                attempts.append(
                    attempt(
                        transaction,
                        assessment,
                        [points, 1],
                        learner_id=learner["id"],
                        attempt_number=number,
                        completion_status=status,
                        score=1,
                    )
                )
        assert_equal_to_numpy(transaction, assessment, attempts)


def test_an_assessment_without_attempts_has_items_without_statistics(
    transaction: Connection,
) -> None:
    assessment, _ = assess(transaction, [])
    assert [list(item.values()) for item in stored_items(transaction, assessment)] == [
        ["q0", 0, None, None, None, None, None]
    ]
    assert stored_whole(transaction, assessment) == {
        "n": 0,
        "facility": None,
        "discrimination": None,
        "reliability": None,
        "standard_error": None,
    }


@pytest.mark.parametrize("questions", [[], None])
def test_without_items_or_assessment_there_are_no_statistics(
    transaction: Connection, questions: list[Any] | None
) -> None:
    assessment: Row = {"id": NOBODY}
    if questions is not None:
        assessment = add(transaction, "educational_assessments", questions=questions)
        attempt(transaction, assessment, [])
    assert stored_items(transaction, assessment) == []
    assert set(stored_whole(transaction, assessment).values()) == {0, None}


def test_one_learner_has_a_facility_and_nothing_else(transaction: Connection) -> None:
    assessment, attempts = assess(transaction, [[1, 0, 1]])
    items, whole = assert_equal_to_numpy(transaction, assessment, attempts)
    assert [list(item.values())[1:] for item in items] == [
        [1, facility, None, None, None, None] for facility in (1, 0, 1)
    ]
    assert {name for name, value in whole.items() if value is not None} == {"n", "facility"}


def test_one_item_has_no_alpha_and_no_standard_error(transaction: Connection) -> None:
    assessment, attempts = assess(transaction, [[1], [0], [1]])
    items, whole = assert_equal_to_numpy(transaction, assessment, attempts)
    assert items[0]["point_biserial"] == pytest.approx(1)
    assert (items[0]["item_rest"], items[0]["alpha_if_deleted"]) == (None, None)
    assert (whole["reliability"], whole["standard_error"]) == (None, None)


def test_equal_fractions_do_not_vary(transaction: Connection) -> None:
    """0.1 added up in double precision is not 0.1 multiplied, which once gave a correlation."""
    assessment, attempts = assess(transaction, [[0.1, n % 2, 0.7] for n in range(11)])
    items, _ = assert_equal_to_numpy(transaction, assessment, attempts)
    assert [item["item_rest"] for item in items] == [None, None, None]


def test_no_variance_at_all_gives_null_and_no_error(transaction: Connection) -> None:
    assessment, attempts = assess(transaction, [[1, 1]] * 5)
    items, whole = assert_equal_to_numpy(transaction, assessment, attempts)
    assert items[0]["facility"] == 1
    assert (items[0]["point_biserial"], items[0]["d27"]) == (None, None)
    assert (whole["reliability"], whole["standard_error"]) == (None, None)


def test_missing_responses_score_nothing(transaction: Connection) -> None:
    assessment, attempts = assess(transaction, [[None, None], [None, None], [None, None]])
    items, whole = assert_equal_to_numpy(transaction, assessment, attempts)
    assert [(item["n"], item["facility"]) for item in items] == [(3, 0), (3, 0)]
    assert whole["facility"] == 0


def test_responses_to_questions_that_are_gone_do_not_count(transaction: Connection) -> None:
    assessment, attempts = assess(transaction, [[1, 1, 0], [0, 1, 1], [1, 0, 0]])
    transaction.execute("UPDATE educational_assessments SET questions = questions - 1")
    assessment["questions"] = [assessment["questions"][0], assessment["questions"][2]]
    assert_equal_to_numpy(transaction, assessment, attempts)


def test_ties_at_the_cuts_of_27_percent_go_to_the_higher_group(transaction: Connection) -> None:
    """Ten learners, groups of three; totals 0 1 2 2 2 | 3 4 4 4 5 of two items."""
    matrix = [[0, 0], [0, 1], [0, 2], [1, 1], [2, 0], [1, 2], [2, 2], [2, 2], [2, 2], [3, 2]]
    assessment, attempts = assess(transaction, matrix, [3, 2])
    items, _ = assert_equal_to_numpy(transaction, assessment, attempts)
    # lower: totals 0 and 1 (2 ties upwards); upper: 4 4 4 5 (4 ties into it)
    assert items[0]["d27"] == pytest.approx((9 / 4 - 0) / 3)
    assert items[1]["d27"] == pytest.approx((2 - 1 / 2) / 2)


def test_alpha_of_right_and_wrong_is_kr20(transaction: Connection) -> None:
    matrix = [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 1, 0]]
    assessment, attempts = assess(transaction, matrix)
    _, whole = assert_equal_to_numpy(transaction, assessment, attempts)
    n, k = len(matrix), len(matrix[0])
    totals = [sum(row) for row in matrix]
    variance = sum((total - sum(totals) / n) ** 2 for total in totals) / n
    p = [sum(row[item] for row in matrix) / n for item in range(k)]
    kr20 = k / (k - 1) * (1 - sum(share * (1 - share) for share in p) / variance)
    assert whole["reliability"] == pytest.approx(kr20, abs=1e-6)
    assert whole["standard_error"] == pytest.approx((variance * (1 - kr20)) ** 0.5, abs=1e-6)


def test_an_item_that_gives_no_points_has_correlations_but_no_facility(
    transaction: Connection,
) -> None:
    assessment, attempts = assess(transaction, [[1, 1], [0, 0], [1, 0], [2, 2]], [0, 2])
    items, _ = assert_equal_to_numpy(transaction, assessment, attempts)
    assert (items[0]["facility"], items[0]["d27"]) == (None, None)
    assert items[0]["item_rest"] is not None


def test_absurdly_small_points_abort_nothing(transaction: Connection) -> None:
    assessment, _ = assess(transaction, [[1, 1], [0, 1]])
    transaction.execute(
        """UPDATE assessment_attempts
        SET responses = '[{"question_id": "q0", "points": 1e-400}, {"question_id": "q1"}]'"""
    )
    transaction.execute(
        """UPDATE educational_assessments
        SET questions = '[{"id": "q0", "points": 1e-400}, {"id": "q1", "points": 1e-9}]'"""
    )
    assert stored_items(transaction, assessment)[0]["n"] == 2
    assert scalar(transaction, "SELECT recalculate_course_metrics(p_as_of => %s)", AS_OF) > 0
