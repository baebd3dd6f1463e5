"""What attempts tell of objectives, against the definitions in Python."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.properties import examples
from support.rows import Connection, Row, add, bypass_triggers, rolled_back, scalar

ANALYSIS = "response_patterns, knowledge_gaps, strength_areas, improvement_suggestions"
Results = Sequence[tuple[float, float | None, frozenset[str]]]
"""Of each question of an attempt: most points, points (None: omitted), objectives."""

RESULTS = st.lists(
    st.tuples(
        st.sampled_from([0, 0.5, 1, 2]),
        st.sampled_from([None, 0, 0.5, 1, 2]),
        st.frozensets(st.sampled_from("abc"), max_size=2),
    ),
    max_size=9,
)


def attempt(connection: Connection, results: Results, **values: Any) -> Row:
    """A graded attempt at an assessment of its own, unless one is given, with these results."""
    if "assessment_id" not in values:
        values["assessment_id"] = assessment(connection, results, values.pop("course_id", None))
    responses = [
        {"question_id": str(number), "answer": "x", "points": points}
        for number, (_, points, _) in enumerate(results)
        if points is not None
    ]
    score = sum(points or 0 for _, points, _ in results)
    values = {"completion_status": "graded", "score": score, "responses": responses, **values}
    return add(connection, "assessment_attempts", **values)


def assessment(connection: Connection, results: Results, course: Any = None) -> uuid.UUID:
    questions = [
        {"id": str(number), "points": most, "objectives": sorted(objectives)}
        for number, (most, _, objectives) in enumerate(results)
    ]
    where = {"course_id": course} if course else {}
    made = add(
        connection, "educational_assessments", questions=questions, total_points=100, **where
    )
    return made["id"]  # type: ignore[no-any-return]


def tells_of_questions(results: Results) -> bool:
    return any(points is not None for _, points, _ in results)


def mastery(attempts: Iterable[Results]) -> dict[str, tuple[Fraction, int, int]]:
    """Of each objective: points / most points, questions and attempts."""
    found: dict[str, list[tuple[Fraction, Fraction, int]]] = defaultdict(list)
    for number, results in enumerate(attempts):
        if tells_of_questions(results):
            for most, points, objectives in results:
                for name in objectives:
                    found[name].append((Fraction(points or 0), Fraction(most), number))
    return {
        name: (
            sum((points for points, _, _ in of), Fraction()) / whole,
            len(of),
            len({number for _, _, number in of}),
        )
        for name, of in found.items()
        if (whole := sum((most for _, most, _ in of), Fraction()))
    }


def faults(connection: Connection) -> list[Any]:
    return connection.execute(
        "SELECT column_name, stored, derived FROM check_derived_columns()"
        " WHERE column_name = ANY(%s) OR table_name = 'assessment_objective_totals'",
        ([*ANALYSIS.split(", "), "objective_points"],),
    ).fetchall()


def analysis(connection: Connection, of: Row) -> tuple[Any, ...]:
    row = connection.execute(
        f"SELECT {ANALYSIS} FROM assessment_attempts WHERE id = %s",
        (of["id"],),
    ).fetchone()
    assert row
    return row


@examples()
@given(st.lists(RESULTS, max_size=4))
def test_mastery_is_points_of_most_points_over_all_graded_attempts(
    transaction: Connection, attempts: list[Results]
) -> None:
    with rolled_back(transaction):
        course = add(transaction, "educational_courses")["id"]
        who = {"learner_id": add(transaction, "learners")["id"]}
        for results in attempts:
            attempt(transaction, results, course_id=course, **who)
            attempt(transaction, results, course_id=course)  # another learner's
            attempt(transaction, results, **who)  # in another course
            attempt(transaction, results, course_id=course, completion_status="submitted", **who)
        found = transaction.execute(
            "SELECT * FROM objective_mastery(%s, %s)", (who["learner_id"], course)
        ).fetchall()
        expected = mastery(attempts)
        assert [row[0] for row in found] == sorted(expected)
        for name, share, questions, number in found:
            assert share == pytest.approx(float(expected[name][0]), abs=1e-12)
            assert (questions, number) == expected[name][1:]


@examples()
@given(RESULTS)
def test_a_graded_attempt_tells_of_its_own_questions(
    transaction: Connection, results: Results
) -> None:
    with rolled_back(transaction):
        made = attempt(transaction, results)
        patterns, gaps, strengths, suggestions = analysis(transaction, made)
        enough = {name: of for name, of in mastery([results]).items() if of[1] >= 3}
        low = sorted(name for name, (share, _, _) in enough.items() if share < Fraction(1, 2))
        high = sorted(name for name, (share, _, _) in enough.items() if share >= Fraction(4, 5))
        for found, wanted in ((gaps, low), (strengths, high)):
            if not enough:
                assert found is None
                continue
            assert [element["id"] for element in found] == wanted
            for element in found:
                share, n, _ = enough[element["id"]]
                assert element["mastery"] == pytest.approx(float(share), abs=1e-12)
                assert element["n"] == n
                assert element["assessment_mean"] is None
        assert suggestions == ([] if enough else None)
        if not tells_of_questions(results):
            assert patterns is None
        else:
            omitted = sum(points is None for _, points, _ in results)
            assert patterns == {
                "answered": len(results) - omitted,
                "omitted": omitted,
                "right": sum(0 < most <= (points or 0) for most, points, _ in results),
                "partial": sum(0 < (points or 0) < most for most, points, _ in results),
                "wrong": sum(most > 0 and points == 0 for most, points, _ in results),
            }
        assert faults(transaction) == []


@pytest.mark.parametrize("learners", [9, 10])
def test_the_mean_of_the_assessment_is_of_ten_learners_or_unsaid(
    transaction: Connection, learners: int
) -> None:
    results: Results = [(1, 0, frozenset("a"))] * 3
    of = assessment(transaction, results)
    mine = attempt(transaction, results, assessment_id=of)
    for _ in range(learners - 1):
        attempt(transaction, [(1, 1, frozenset("a"))] * 3, assessment_id=of)
    scalar(transaction, "SELECT grade_attempt(%s)", mine["id"])
    _, gaps, _, _ = analysis(transaction, mine)
    mean = 0.9 if learners == 10 else None
    assert gaps == [{"id": "a", "mastery": 0, "n": 3, "assessment_mean": mean}]
    assert faults(transaction) == []


def test_an_objective_of_questions_without_points_has_no_mean(transaction: Connection) -> None:
    results: Results = [(0, 0, frozenset("a"))] + [(1, 0, frozenset("b"))] * 3
    of = assessment(transaction, results)
    for _ in range(10):
        mine = attempt(transaction, results, assessment_id=of)
    _, gaps, _, _ = analysis(transaction, mine)
    assert gaps == [{"id": "b", "mastery": 0, "n": 3, "assessment_mean": 0}]


def test_grading_one_does_not_read_what_the_others_of_a_large_class_did(
    own_transaction: Connection,
) -> None:
    results: Results = [(1, 0, frozenset("a"))] * 3
    mine = attempt(own_transaction, results)
    bypass_triggers(
        own_transaction,
        "WITH class AS (INSERT INTO learners (email, first_name, last_name, academic_level,"
        " data_consent) SELECT n || '@example.com', 'A', 'B', 'graduate', '{}'"
        " FROM generate_series(1, 5000) AS n RETURNING id),"
        " total AS (INSERT INTO assessment_objective_totals (assessment_id, objective_id, points,"
        " most_points) SELECT %s, 'a', 0, 15000)"
        " INSERT INTO assessment_attempts (learner_id, assessment_id, attempt_number, responses,"
        " score, completion_status, objective_points)"
        " SELECT c.id, t.assessment_id, 1, t.responses, 0, 'graded', t.objective_points"
        " FROM class AS c CROSS JOIN assessment_attempts AS t",
        mine["assessment_id"],
    )
    own_transaction.execute("ANALYZE learners, assessment_attempts")
    before = scalar(own_transaction, READ)
    scalar(own_transaction, "SELECT grade_attempt(%s)", mine["id"])
    assert scalar(own_transaction, READ) - before < 500
    _, gaps, _, _ = analysis(own_transaction, mine)
    assert gaps == [{"id": "a", "mastery": 0, "n": 3, "assessment_mean": 0}]


READ = """
    SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
    WHERE relid = 'assessment_attempts'::regclass
"""


CHANGES = (
    "UPDATE assessment_attempts SET completion_status = 'submitted' WHERE id = %(id)s",
    "UPDATE assessment_attempts SET completion_status = 'graded' WHERE id = %(id)s",
    "UPDATE assessment_attempts SET id = gen_random_uuid() WHERE id = %(id)s",
    "DELETE FROM assessment_attempts WHERE id = %(id)s",
    "UPDATE assessment_attempts SET assessment_id = %(other)s, attempt_number = attempt_number + 10"
    " WHERE id = %(id)s",
    'UPDATE assessment_attempts SET responses = \'[{"question_id": "0", "points": 0.5}]\''
    " WHERE id = %(id)s",
    "UPDATE educational_assessments"
    " SET questions = replace(questions::text, '\"a\"', '\"b\"')::jsonb WHERE id = %(other)s",
    "DELETE FROM educational_assessments WHERE id = %(other)s",
    "TRUNCATE assessment_attempts",
    "SELECT refresh_learning_analytics()",
)


@examples(10)
@given(data=st.data())
def test_totals_of_objectives_follow_whatever_happens_to_attempts(
    transaction: Connection, data: st.DataObject
) -> None:
    with rolled_back(transaction):
        results: Results = [(1, 1, frozenset("a")), (2, 0.5, frozenset("ab"))]
        of = [assessment(transaction, results) for _ in range(2)]
        for number in range(4):
            attempt(transaction, results, assessment_id=of[number % 2])
        for change in data.draw(st.lists(st.sampled_from(CHANGES), max_size=8)):
            ids = transaction.execute("SELECT id FROM assessment_attempts ORDER BY created_at, id")
            one = next(ids, (None,))[0]
            known = transaction.execute("SELECT id FROM educational_assessments ORDER BY id")
            values = {"id": one, "other": next(known, (None,))[0]}
            transaction.execute(change.encode(), values)
            assert faults(transaction) == []


def test_a_refresh_joins_the_totals_of_an_objective(transaction: Connection) -> None:
    results: Results = [(1, 1, frozenset("a")), (2, 0.5, frozenset("ab"))]
    of = assessment(transaction, results)
    for _ in range(3):
        attempt(transaction, results, assessment_id=of)
    assert scalar(transaction, "SELECT count(*) FROM assessment_objective_totals") == 6
    for _ in range(2):
        transaction.execute("SELECT refresh_learning_analytics()")
        totals = transaction.execute(
            "SELECT objective_id, points, most_points, is_joined FROM assessment_objective_totals"
            " ORDER BY objective_id"
        ).fetchall()
        assert totals == [("a", 4.5, 9, True), ("b", 1.5, 6, True)]
    transaction.execute("DELETE FROM assessment_attempts")
    transaction.execute("SELECT refresh_learning_analytics()")
    assert scalar(transaction, "SELECT count(*) FROM assessment_objective_totals") == 0


def test_rebuilding_mends_totals_of_objectives(transaction: Connection) -> None:
    results: Results = [(1, 1, frozenset("a"))]
    of = assessment(transaction, results)
    for _ in range(2):
        made = attempt(transaction, results, assessment_id=of)
    bypass_triggers(transaction, "DELETE FROM assessment_attempts WHERE id = %s", made["id"])
    assert faults(transaction) == [("points", "objective a: 2 of 2", "objective a: 1 of 1")]
    scalar(transaction, "SELECT rebuild_derived_columns()")
    assert faults(transaction) == []


def test_suggestions_are_the_first_ten_sections_that_name_a_gap(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")["id"]
    second = add(transaction, "learning_modules", course_id=course, module_order=2)["id"]
    first = add(transaction, "learning_modules", course_id=course, module_order=1)["id"]
    named = [["b", "a"], [{"id": "a", "title": "A"}], ["c"], None, *[["a"]] * 9]
    sections = [
        add(
            transaction,
            "learning_sections",
            module_id=module,
            section_order=number,
            section_objectives=objectives,
        )["id"]
        for module in (second, first)
        for number, objectives in enumerate(named)
    ]
    add(transaction, "learning_sections", section_objectives=["a"])  # of another course
    results: Results = [(1, 0, frozenset("ab"))] * 3 + [(1, 1, frozenset("c"))] * 3
    *_, suggestions = analysis(transaction, attempt(transaction, results, course_id=course))
    of_first = sections[len(named) :]
    assert [element["section_id"] for element in suggestions] == [
        str(of_first[number]) for number in (0, 1, *range(4, 12))
    ]
    gap = {"mastery": 0, "n": 3}
    assert suggestions[0]["objectives"] == [{"id": "a", **gap}, {"id": "b", **gap}]
    assert suggestions[1]["objectives"] == [{"id": "a", **gap}]


FALSE = (
    "(response_patterns, knowledge_gaps, strength_areas, improvement_suggestions)"
    " = ('{}', '[]', '[]', '[]')"
)


@pytest.mark.parametrize(
    "write",
    [
        f"UPDATE assessment_attempts SET {FALSE}",
        f"UPDATE assessment_attempts SET {FALSE}, analyses = analyses + 1",
        f"UPDATE assessment_attempts SET {FALSE}, analyses = NULL",
    ],
)
def test_what_an_application_writes_into_the_analysis_is_brought_back(
    transaction: Connection, write: str
) -> None:
    made = attempt(transaction, [(1, 0, frozenset("a"))] * 3)
    true = analysis(transaction, made)
    assert true[1]
    transaction.execute(write.encode())
    assert analysis(transaction, made) == true


def test_what_the_application_supplies_stays(transaction: Connection) -> None:
    own = {"gap": "own"}
    results: Results = [(1, 0, frozenset("a"))] * 3
    made = attempt(transaction, results, knowledge_gaps=own, supplied="{knowledge_gaps}")
    assert analysis(transaction, made)[1] == own
    assert analysis(transaction, made)[0]["wrong"] == 3
    transaction.execute("UPDATE assessment_attempts SET score = 1")
    assert analysis(transaction, made)[1] == own
    assert faults(transaction) == []
    transaction.execute("UPDATE assessment_attempts SET supplied = '{}'")
    assert [gap["id"] for gap in analysis(transaction, made)[1]] == ["a"]


def test_an_attempt_that_is_no_longer_graded_tells_nothing(transaction: Connection) -> None:
    made = attempt(transaction, [(1, 0, frozenset("a"))] * 3)
    transaction.execute("UPDATE assessment_attempts SET completion_status = 'submitted'")
    assert analysis(transaction, made) == (None, None, None, None)


def test_the_analysis_follows_what_the_questions_are_about(transaction: Connection) -> None:
    made = attempt(transaction, [(1, 0, frozenset("a"))] * 3)
    transaction.execute(
        "UPDATE educational_assessments"
        " SET questions = replace(questions::text, '\"a\"', '\"z\"')::jsonb"
    )
    assert [gap["id"] for gap in analysis(transaction, made)[1]] == ["z"]
    assert faults(transaction) == []


def test_rebuilding_mends_the_analysis(transaction: Connection) -> None:
    made = attempt(transaction, [(1, 0, frozenset("a"))] * 3)
    true = analysis(transaction, made)
    bypass_triggers(transaction, f"UPDATE assessment_attempts SET {FALSE}")
    assert len(faults(transaction)) == 2
    assert scalar(transaction, "SELECT rebuild_derived_columns()") >= 1
    assert analysis(transaction, made) == true
    assert scalar(transaction, "SELECT rebuild_derived_columns()") == 0
