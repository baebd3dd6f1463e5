"""Grading by the answer key, against a grader in Python, exactly."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from support import grader
from support.access import become
from support.properties import examples
from support.race import connections, waiting
from support.rows import NOBODY, Connection, Row, add, rolled_back, scalar

VALUES = st.sampled_from(["a", "A", "b", "é", "É", "1", 1, 1.0, 2, True, False, ["a"], {"x": "A"}])
NUMBERS = st.integers(-40, 40).map(lambda tenths: tenths / 10)
POINTS = st.integers(0, 9000).map(lambda thousandths: Decimal(thousandths).scaleb(-3))


@st.composite
def _sets(draw: st.DrawFn) -> dict[str, Any]:
    key = draw(st.lists(VALUES, min_size=1, max_size=6))
    rule: dict[str, Any] = {"all_of": key}
    partial = draw(st.sampled_from([None, "net", "each"]))
    if partial:
        rule["partial"] = partial
    if partial == "each" or draw(st.booleans()):
        rule["options"] = len(key) + draw(st.integers(0, 5))
    return rule


RULES = st.one_of(
    VALUES.map(lambda value: {"answer": value}),
    VALUES.map(lambda value: {"answer": value, "ignore_case": True}),
    st.lists(VALUES, min_size=1, max_size=4).map(lambda values: {"any_of": values}),
    _sets(),
    st.tuples(NUMBERS, NUMBERS.map(abs)).map(lambda n: {"number": n[0], "tolerance": n[1]}),
    NUMBERS.map(lambda number: {"number": number}),
)
ANSWERS = st.one_of(
    VALUES,
    NUMBERS,
    NUMBERS.map(str),
    st.sampled_from([None, "", [], " 1.5 ", "1.", ".5", "1e1", "x", "-"]),
    st.lists(VALUES, max_size=8),
)


def quiz(connection: Connection, key: Mapping[str, Any], **values: Any) -> Row:
    """An assessment whose questions are those of the key, a point each unless `questions` says."""
    questions = [{"id": name, "points": 1} for name in key]
    values = {"questions": questions, "total_points": 100, **values}
    return add(connection, "educational_assessments", correct_answers=dict(key), **values)


def answered(connection: Connection, of: Row, answers: Mapping[str, Any], **values: Any) -> Row:
    """A submitted attempt with these answers."""
    responses = [{"question_id": name, "answer": value} for name, value in answers.items()]
    values = {"completion_status": "submitted", "responses": responses, **values}
    return add(connection, "assessment_attempts", assessment_id=of["id"], **values)


def grade(connection: Connection, attempt: Row) -> Any:
    return scalar(connection, "SELECT grade_attempt(%s)", attempt["id"])


def regrade(connection: Connection, of: Row) -> list[tuple[Any, ...]]:
    """Attempt, old and new score of each that changed."""
    return connection.execute(
        "SELECT attempt_id, old_score, new_score FROM regrade_assessment(%s)", (of["id"],)
    ).fetchall()


def stored(connection: Connection, attempt: Row, what: str) -> Any:
    return scalar(
        connection,
        f"SELECT {what} FROM assessment_attempts WHERE id = %s",
        attempt["id"],
    )


def set_key(connection: Connection, of: Row, key: Mapping[str, Any]) -> None:
    connection.execute(
        "UPDATE educational_assessments SET correct_answers = %s WHERE id = %s",
        (Jsonb(key), of["id"]),
    )


def faults(connection: Connection, attempt: Row) -> set[tuple[str, str, str]]:
    return set(
        connection.execute(
            "SELECT column_name, stored, derived FROM check_derived_columns() WHERE row_id = %s",
            (attempt["id"],),
        )
    )


@examples(80)
@given(
    st.dictionaries(
        st.text("pqrs", min_size=1, max_size=3),
        st.tuples(RULES, POINTS, ANSWERS, st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_points_and_score_are_those_of_the_python_grader(
    transaction: Connection, asked: dict[str, tuple[Any, Decimal, Any, bool]]
) -> None:
    with rolled_back(transaction):
        of = quiz(
            transaction,
            {name: rule for name, (rule, _, _, _) in asked.items()},
            questions=[
                {"id": name, "points": float(most)} for name, (_, most, _, _) in asked.items()
            ],
        )
        given_answers = {
            name: answer for name, (_, _, answer, is_given) in asked.items() if is_given
        }
        attempt = answered(transaction, of, given_answers)

        score = grade(transaction, attempt)

        expected = {
            name: grader.points(rule, answer, most)
            for name, (rule, most, answer, is_given) in asked.items()
            if is_given
        }
        found = {
            response["question_id"]: Decimal(str(response["points"]))
            for response in stored(transaction, attempt, "responses")
        }
        assert found == expected
        assert score == sum(expected.values())  # type: ignore[arg-type]
        assert (
            stored(transaction, attempt, "(completion_status, score)::text") == f"(graded,{score})"
        )
        assert faults(transaction, attempt) == set()


@pytest.mark.parametrize(
    ("rule", "answer", "most", "points"),
    [
        ({"all_of": ["a", "b", "c"], "partial": "net"}, ["c", "a", "a"], 1, "0.667"),
        ({"all_of": ["a", "b", "c"], "partial": "net"}, ["a", "x", "y"], 1, "0"),
        ({"all_of": ["a", "b"], "partial": "each", "options": 5}, ["a", "x"], 5, "3"),
        ({"all_of": ["a"], "partial": "each", "options": 2}, ["x", "y", "z"], 5, "0"),
        # 5/6 of 0.003 is 0.0025, which a share rounded before would miss
        ({"all_of": ["a"], "partial": "each", "options": 6}, ["a", "b"], 0.003, "0.003"),
        ({"all_of": ["a", "b"]}, ["b", "a", "b"], 2, "2"),
        ({"all_of": ["a"]}, "a", 2, "2"),
        ({"answer": "Paris", "ignore_case": True}, "pARIS", 1, "1"),
        ({"answer": "Paris"}, "paris", 1, "0"),
        ({"answer": [1, 2]}, [2, 1], 1, "0"),
        ({"answer": 1}, "1", 1, "0"),
        ({"number": 0.1, "tolerance": 0.2}, 0.3, 1, "1"),
        ({"number": 0.1, "tolerance": 0.2}, 0.30000000000001, 1, "0"),
        ({"number": 9.81}, "9.810", 1, "1"),
    ],
)
def test_points_of_an_answer(
    transaction: Connection, rule: Any, answer: Any, most: float, points: str
) -> None:
    of = quiz(transaction, {"q": rule}, questions=[{"id": "q", "points": most}])
    assert grade(transaction, answered(transaction, of, {"q": answer})) == Decimal(points)


def test_an_omitted_answer_is_told_from_a_wrong_one(transaction: Connection) -> None:
    of = quiz(transaction, {name: {"answer": "x"} for name in "abcdef"})
    attempt = answered(transaction, of, {"a": "x", "b": "y", "c": None, "d": "", "e": []})
    assert grade(transaction, attempt) == 1
    assert stored(transaction, attempt, "response_patterns") == {
        "answered": 2,
        "omitted": 4,
        "right": 1,
        "partial": 0,
        "wrong": 1,
    }


def test_what_needs_a_person_waits_for_one(transaction: Connection) -> None:
    questions = [
        {"id": "a", "points": 1},
        {"id": "essay", "points": 5},
        {"id": "oral", "points": 2},
    ]
    key = {"a": {"answer": "x"}, "oral": {"answer": "x"}}
    of = quiz(transaction, key, questions=questions)
    responses = [
        {"question_id": "a", "answer": "x"},
        {"question_id": "essay", "answer": "..."},
        {"question_id": "oral", "answer": "wrong", "graded_by": "tess"},
    ]
    attempt = answered(transaction, of, {}, responses=responses)

    assert grade(transaction, attempt) is None
    assert stored(transaction, attempt, "completion_status") == "submitted"
    responses = stored(transaction, attempt, "responses")
    assert [response.get("points") for response in responses] == [1, None, None]

    responses[1]["points"], responses[2]["points"] = 4.5, 2
    transaction.execute(
        "UPDATE assessment_attempts SET responses = %s WHERE id = %s",
        (Jsonb(responses), attempt["id"]),
    )
    assert grade(transaction, attempt) == Decimal("7.5")
    assert stored(transaction, attempt, "completion_status") == "graded"


def test_an_assessment_without_questions_is_not_graded(transaction: Connection) -> None:
    attempt = answered(transaction, quiz(transaction, {}), {})
    assert grade(transaction, attempt) is None
    assert stored(transaction, attempt, "completion_status") == "submitted"


def test_an_attempt_in_progress_is_not_graded(transaction: Connection) -> None:
    of = quiz(transaction, {"a": {"answer": "x"}})
    attempt = answered(transaction, of, {"a": "x"}, completion_status="in_progress")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="is in progress"):
        grade(transaction, attempt)


@pytest.mark.parametrize("function", ["grade_attempt", "regrade_assessment"])
@pytest.mark.parametrize("key", [NOBODY, None])
def test_an_unknown_id_is_named(
    transaction: Connection, function: str, key: uuid.UUID | None
) -> None:
    with (
        pytest.raises(psycopg.errors.NoDataFound, match=f"{key or 'NULL'} does not exist"),
        transaction.transaction(),
    ):
        transaction.execute(f"SELECT {function}(%s)".encode(), (key,))


def test_regrading_returns_what_changed_and_then_nothing(transaction: Connection) -> None:
    of = quiz(transaction, {"a": {"answer": "x"}, "b": {"answer": "x"}})
    right = answered(transaction, of, {"a": "x", "b": "x"})
    wrong = answered(transaction, of, {"a": "y", "b": "y"})
    grade(transaction, right)
    grade(transaction, wrong)
    submitted = answered(transaction, of, {"a": "y", "b": "x"})
    answered(transaction, of, {"a": "y"}, completion_status="in_progress")

    set_key(transaction, of, {"a": {"any_of": ["x", "y"]}, "b": {"answer": "x"}})

    assert regrade(transaction, of) == sorted([(wrong["id"], 0, 1), (submitted["id"], None, 2)])
    assert regrade(transaction, of) == []
    assert stored(transaction, submitted, "percentage_score") == 2


def test_what_a_person_graded_stays(transaction: Connection) -> None:
    of = quiz(transaction, {"a": {"answer": "x"}, "b": {"answer": "x"}})
    raised, by_hand, single, by_key = (
        answered(transaction, of, {"a": "y", "b": "x"}) for _ in range(4)
    )
    for attempt in (raised, single, by_key):
        grade(transaction, attempt)
    transaction.execute("UPDATE assessment_attempts SET score = 1.5 WHERE id = %s", (raised["id"],))
    transaction.execute(
        "UPDATE assessment_attempts SET score = 2, completion_status = 'graded' WHERE id = %s",
        (by_hand["id"],),
    )
    transaction.execute(
        "UPDATE assessment_attempts"
        " SET responses = jsonb_set(responses, '{1}', responses -> 1 || '{\"graded_by\": \"t\"}')"
        " WHERE id = %s",
        (single["id"],),
    )

    set_key(transaction, of, {"a": {"answer": "y"}, "b": {"answer": "z"}})
    assert regrade(transaction, of) == sorted([(single["id"], 1, 2), (by_key["id"], 1, 1)])
    assert [stored(transaction, one, "score") for one in (raised, by_hand, by_key)] == [
        Decimal("1.5"),
        2,
        1,
    ]
    assert grade(transaction, raised) == Decimal("1.5")


def test_a_question_that_goes_takes_its_points_along(transaction: Connection) -> None:
    of = quiz(transaction, {"a": {"answer": "x"}, "b": {"answer": "x"}})
    attempt = answered(transaction, of, {"a": "x", "b": "x"})
    grade(transaction, attempt)
    for names, score in (("a", 1), ("ab", 2), ("abc", 2)):
        transaction.execute(
            "UPDATE educational_assessments SET questions = %s, correct_answers = %s WHERE id = %s",
            (
                Jsonb([{"id": name, "points": 1} for name in names]),
                Jsonb({name: {"answer": "x"} for name in names}),
                of["id"],
            ),
        )
        regrade(transaction, of)
        assert stored(transaction, attempt, "score") == score


def test_a_grade_stays_while_a_new_question_waits_for_a_person(transaction: Connection) -> None:
    of = quiz(transaction, {"a": {"answer": "x"}})
    attempt = answered(transaction, of, {"a": "x"})
    grade(transaction, attempt)
    transaction.execute(
        "UPDATE educational_assessments SET questions = questions"
        ' || \'[{"id": "essay", "points": 1}]\', correct_answers = \'{"a": {"answer": 2}}\''
        " WHERE id = %s",
        (of["id"],),
    )
    assert regrade(transaction, of) == []
    assert stored(transaction, attempt, "(score, completion_status)::text") == "(1,graded)"


def test_points_above_those_of_the_question_are_found(transaction: Connection) -> None:
    of = quiz(transaction, {"a": {"answer": "x"}, "b": {"answer": "x"}})
    responses = [{"question_id": "a", "answer": "x", "points": 1.5}, {"question_id": "b"}]
    attempt = answered(
        transaction, of, {}, responses=responses, completion_status="graded", score=1.5
    )
    finding = {("responses", "question a: 1.5 points", "question a: at most 1 points")}
    assert faults(transaction, attempt) == finding
    course = of["course_id"]
    scalar(transaction, "SELECT rebuild_derived_columns(%s)", course)
    assert scalar(transaction, "SELECT rebuild_derived_columns(%s)", course) == 0
    assert faults(transaction, attempt) == finding


@pytest.mark.parametrize(
    ("responses", "found"),
    [
        ([{"question_id": "a", "answer": "x", "points": 1}], {("score", "2", "1")}),
        ([{"question_id": "a", "points": 1}, {"question_id": "b", "points": 1}], set()),
        # nothing is said of a question that has an answer without points
        ([{"question_id": "a", "points": 1}, {"question_id": "b", "answer": "x"}], set()),
        # nor where no points are stored at all
        ([{"question_id": "a", "answer": "x"}], set()),
        ([], set()),
    ],
)
def test_a_score_that_contradicts_the_points_is_found(
    transaction: Connection, responses: list[Any], found: set[Any]
) -> None:
    of = quiz(transaction, {"a": {"answer": "x"}, "b": {"answer": "x"}})
    attempt = answered(
        transaction, of, {}, responses=responses, completion_status="graded", score=2
    )
    assert faults(transaction, attempt) == found


def _change_key_and_regrade(connection: Connection, of: Row) -> list[tuple[Any, ...]]:
    set_key(connection, of, {"a": {"answer": "y"}})
    return regrade(connection, of)


@pytest.mark.concurrency
@pytest.mark.parametrize("first", ["key", "grade"])
def test_grading_while_the_key_changes_leaves_nobody_with_the_old_key(
    database: str, first: str
) -> None:
    with connections(database, 2) as (teacher, backend):
        of = quiz(teacher, {"a": {"answer": "x"}})
        attempt = answered(teacher, of, {"a": "y"}, completion_status="in_progress")
        teacher.commit()

        def submit_and_grade() -> Any:
            backend.execute(
                "UPDATE assessment_attempts SET completion_status = 'submitted' WHERE id = %s",
                (attempt["id"],),
            )
            return grade(backend, attempt)

        work: list[tuple[Connection, Callable[[], Any]]] = [
            (teacher, lambda: _change_key_and_regrade(teacher, of)),
            (backend, submit_and_grade),
        ]
        if first == "grade":
            work.reverse()
        (one, does), (other, waits) = work
        does()
        with waiting(database, other, waits, one) as result:
            one.commit()
            result.result()
        other.commit()
        assert stored(teacher, attempt, "score") == 1


def test_a_backend_grades_and_a_teacher_cannot(transaction: Connection) -> None:
    of = quiz(transaction, {"a": {"answer": "x"}})
    attempt = answered(transaction, of, {"a": "x"})
    for role in ("lms_instructor", "lms_learner"):
        with rolled_back(transaction):
            become(transaction, role)
            with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction.transaction():
                grade(transaction, attempt)
    with rolled_back(transaction):
        become(transaction, "lms_service")
        assert grade(transaction, attempt) == 1
        set_key(transaction, of, {"a": {"answer": "y"}})
        assert regrade(transaction, of) == [(attempt["id"], 1, 0)]
