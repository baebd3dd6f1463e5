"""JSON that functions read is checked when it is written: items, responses, unlock rules."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from support.rows import Connection, add, rolled_back

POINTS = {"id": "a", "points": 1}
GIVEN = {"question_id": "a", "points": 1}


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [POINTS],
        [POINTS, {"id": "b", "points": 0, "text": "why?"}],
        [{"id": "", "points": 2147483647}],
        [{"id": "a", "points": 0.333333333333333333333}],
        [{"id": "a", "points": 1, "objectives": []}, {"id": "b", "points": 1, "objectives": ["x"]}],
    ],
)
def test_questions_of_the_contract_are_accepted(
    transaction: Connection, questions: list[Any]
) -> None:
    add(transaction, "educational_assessments", questions=questions)


@pytest.mark.parametrize(
    ("questions", "problem"),
    [
        ([5], "entry 1: is not an object"),
        ([POINTS, None], "entry 2: is not an object"),
        ([[POINTS]], "entry 1: is not an object"),
        ([{"points": 1}], "entry 1: id is not a text"),
        ([{"id": 7, "points": 1}], "entry 1: id is not a text"),
        ([{"id": None, "points": 1}], "entry 1: id is not a text"),
        ([POINTS, {"id": "b", "points": 1}, POINTS], 'entry 1: id "a" is a duplicate'),
        ([{"id": "a"}], "entry 1: points is missing"),
        ([{"id": "a", "points": None}], "entry 1: points is not a number"),
        ([{"id": "a", "points": "1"}], "entry 1: points is not a number"),
        ([{"id": "a", "points": -0.01}], "entry 1: points is below 0"),
        ([{"id": "a", "points": 2147483648}], "entry 1: points is above 2147483647"),
        ([{"id": "a", "points": 1e300}], "entry 1: points is above 2147483647"),
        ([POINTS | {"objectives": "x"}], "entry 1: objectives is not an array of texts"),
        ([POINTS | {"objectives": ["x", 5]}], "entry 1: objectives is not an array of texts"),
    ],
)
def test_questions_outside_the_contract_are_rejected(
    transaction: Connection, questions: list[Any], problem: str
) -> None:
    assert_rejected(transaction, "educational_assessments", "questions", questions, problem)


@pytest.mark.parametrize(
    "responses",
    [
        [],
        [GIVEN],
        [GIVEN, {"question_id": "b"}, {"question_id": "c", "points": None, "answer": [1]}],
        [{"question_id": "a", "points": -0.25}],
        [{"question_id": "a", "answer": json.loads("[" * 99 + "]" * 99)}],
    ],
)
def test_responses_of_the_contract_are_accepted(
    transaction: Connection, responses: list[Any]
) -> None:
    add(transaction, "assessment_attempts", responses=responses)


@pytest.mark.parametrize(
    ("responses", "problem"),
    [
        (["a"], "entry 1: is not an object"),
        ([{"id": "a", "points": 1}], "entry 1: question_id is not a text"),
        ([GIVEN, GIVEN], 'entry 1: question_id "a" is a duplicate'),
        ([{"question_id": "a", "points": "1"}], "entry 1: points is not a number"),
        ([{"question_id": "a", "points": -2147483648}], "entry 1: points is above 2147483647"),
        (
            [{"question_id": "a", "answer": json.loads("[" * 100 + "]" * 100)}],
            "entry 1: is nested deeper than 100 levels",
        ),
    ],
)
def test_responses_outside_the_contract_are_rejected(
    transaction: Connection, responses: list[Any], problem: str
) -> None:
    assert_rejected(transaction, "assessment_attempts", "responses", responses, problem)


def assert_rejected(
    connection: Connection, table: str, name: str, value: list[Any], problem: str
) -> None:
    row = add(connection, table)
    with pytest.raises(psycopg.errors.CheckViolation) as error, rolled_back(connection):
        add(connection, table, **{name: value})
    assert error.value.diag.constraint_name == f"{table}_{name}_contract_check"
    assert error.value.diag.message_primary == f"{name}: {problem}"
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            f"UPDATE {table} SET {name} = %s WHERE id = %s", (Jsonb(value), row["id"])
        )


@pytest.mark.parametrize(
    ("table", "name", "item"),
    [
        ("educational_assessments", "questions", '{"id": text, "points": number, ...}'),
        ("assessment_attempts", "responses", '{"question_id": text, "points": number, ...}'),
    ],
)
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": 1}, "{} is not an array but of type object"),
        ("a", "{} is not an array but of type string"),
        ([1], "{}: entry 1: is not an object"),
    ],
)
def test_the_error_of_a_wrong_shape_says_what_to_write(
    transaction: Connection, table: str, name: str, item: str, value: Any, message: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        add(transaction, table, **{name: Jsonb(value)})
    assert error.value.diag.message_primary == message.format(name)
    assert f"Write [{item}]" in str(error.value.diag.message_hint)


RULES = [("learning_modules", "unlock_criteria"), ("learning_sections", "unlock_conditions")]


@pytest.mark.parametrize(("table", "name"), RULES)
@pytest.mark.parametrize(
    "rule",
    [
        None,
        {},
        {"min_progress": 0},
        {"min_progress": 100, "after": "2024-02-29T23:59:59.5+05:30"},
        {"after": "2024-02-29 08:00Z"},
        {"after": "2024-02-29 08:00:00-03"},
    ],
)
def test_unlock_rules_that_can_be_read_are_accepted(
    transaction: Connection, table: str, name: str, rule: Any
) -> None:
    add(transaction, table, **{name: rule})


@pytest.mark.parametrize(("table", "name"), RULES)
@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({"min_progres": 5}, "unknown key min_progres"),
        ({"min_progress": 5, "z": 1, "before": 2}, "unknown key before, z"),
        ({"min_progress": 100.01}, "min_progress 100.01 is not a number of 0 to 100"),
        ({"min_progress": -1}, "min_progress -1 is not a number of 0 to 100"),
        ({"min_progress": "50"}, 'min_progress "50" is not a number of 0 to 100'),
        ({"min_progress": [50]}, "min_progress [50] is not a number of 0 to 100"),
        ({"min_progress": None}, "min_progress null is not a number of 0 to 100"),
        ({"after": None}, "after null is not a time with zone"),
        ({"after": 20240101}, "after 20240101 is not a time with zone"),
        ({"after": "tomorrow"}, 'after "tomorrow" is not a time with zone'),
        ({"after": "infinity"}, 'after "infinity" is not a time with zone'),
        ({"after": "2024-01-01T00:00:00"}, 'after "2024-01-01T00:00:00" is not a time with zone'),
        ({"after": "01/02/2024 08:00Z"}, 'after "01/02/2024 08:00Z" is not a time with zone'),
        ({"after": "2023-02-29T08:00Z"}, 'after "2023-02-29T08:00Z" is no time that exists'),
        ({"after": "2023-02-28T25:00Z"}, 'after "2023-02-28T25:00Z" is no time that exists'),
    ],
)
def test_unlock_rules_that_nobody_could_read_are_rejected(
    transaction: Connection, table: str, name: str, rule: Any, problem: str
) -> None:
    row = add(transaction, table)
    with pytest.raises(psycopg.errors.CheckViolation) as error, rolled_back(transaction):
        add(transaction, table, **{name: rule})
    assert error.value.diag.constraint_name == f"{table}_{name}_rule_check"
    assert error.value.diag.message_primary == f"{name}: {problem}"
    with pytest.raises(psycopg.errors.CheckViolation):
        transaction.execute(
            f"UPDATE {table} SET {name} = %s WHERE id = %s", (Jsonb(rule), row["id"])
        )


QUESTIONS = [{"id": "a", "points": 1}, {"id": "b", "points": 0.0005}]


@pytest.mark.parametrize(
    "rule",
    [
        {"answer": 0},
        {"answer": {"x": [1]}, "ignore_case": False},
        {"any_of": [1]},
        {"all_of": ["x", "x", "y"], "partial": "each", "options": 2},
        {"all_of": ["x"], "options": 4.0},
        {"all_of": ["x"], "partial": "net"},
        {"number": -1e3},
        {"number": 0, "tolerance": 0},
    ],
)
def test_rules_of_answers_that_can_be_read_are_accepted(transaction: Connection, rule: Any) -> None:
    add(
        transaction,
        "educational_assessments",
        questions=QUESTIONS,
        correct_answers={"a": rule},
    )


@pytest.mark.parametrize(
    ("key", "rule", "problem"),
    [
        ("c", {"answer": 1}, "is none of questions"),
        ("b", {"answer": 1}, "its points have more than the 3 decimals of a score"),
        ("a", "x", "the rule is not an object"),
        ("a", None, "the rule is not an object"),
        ("a", {}, "the rule has not one of answer, any_of, all_of and number"),
        ("a", {"ignore_case": True}, "the rule has not one of answer, any_of, all_of and number"),
        (
            "a",
            {"answer": 1, "number": 1},
            "the rule has not one of answer, any_of, all_of and number",
        ),
        ("a", {"answer": 1, "tolerance": 1}, "answer stands with a key that it does not know"),
        ("a", {"any_of": [1], "Partial": 1}, "any_of stands with a key that it does not know"),
        ("a", {"number": 1, "ignore_case": True}, "number stands with a key that it does not know"),
        ("a", {"answer": None}, "answer is empty, as if it were omitted"),
        ("a", {"answer": ""}, "answer is empty, as if it were omitted"),
        ("a", {"answer": []}, "answer is empty, as if it were omitted"),
        ("a", {"answer": "x", "ignore_case": 1}, "ignore_case is not true or false"),
        ("a", {"any_of": "x"}, "any_of is not an array of answers"),
        ("a", {"any_of": []}, "any_of is not an array of answers"),
        ("a", {"all_of": {}}, "all_of is not an array of answers"),
        ("a", {"all_of": ["x"], "partial": "half"}, "partial is not net or each"),
        ("a", {"all_of": ["x"], "partial": None}, "partial is not net or each"),
        (
            "a",
            {"all_of": ["x"], "partial": "each"},
            "partial each needs options, the number of all choices",
        ),
        ("a", {"all_of": ["x"], "options": "4"}, "options is not a whole number of 1 to 1000"),
        ("a", {"all_of": ["x"], "options": 1.5}, "options is not a whole number of 1 to 1000"),
        ("a", {"all_of": ["x"], "options": 0}, "options is not a whole number of 1 to 1000"),
        ("a", {"all_of": ["x"], "options": 1e30}, "options is not a whole number of 1 to 1000"),
        ("a", {"all_of": ["x", "y"], "options": 1}, "options is less than the answers in all_of"),
        ("a", {"number": "1"}, "number is not a number"),
        ("a", {"number": 1, "tolerance": -1}, "tolerance is not a number from 0"),
        ("a", {"number": 1, "tolerance": None}, "tolerance is not a number from 0"),
    ],
)
def test_rules_of_answers_that_grading_could_not_read_are_rejected(
    transaction: Connection, key: str, rule: Any, problem: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        add(
            transaction,
            "educational_assessments",
            questions=QUESTIONS,
            correct_answers={key: rule},
        )
    assert error.value.diag.message_primary == f'correct_answers: question "{key}": {problem}'
    assert "a rule is {" in str(error.value.diag.message_hint)


def test_a_question_that_is_taken_out_takes_its_rule_out(transaction: Connection) -> None:
    stored = add(
        transaction,
        "educational_assessments",
        questions=QUESTIONS,
        correct_answers={"a": {"answer": 1}},
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="is none of questions"):
        transaction.execute(
            "UPDATE educational_assessments SET questions = '[]' WHERE id = %s", (stored["id"],)
        )
