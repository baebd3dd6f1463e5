"""docs/numbers.md explains every number that the database derives."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.rows import Connection, column

PAGE = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text()


@pytest.mark.parametrize("view", ["learning_analytics_dashboard", "learner_progress_analytics"])
def test_the_page_explains_every_column_of_a_view(transaction: Connection, view: str) -> None:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
    names = column(transaction, query, view)
    assert len(names) > 15
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_the_page_explains_every_column_that_has_an_owner(transaction: Connection) -> None:
    names = column(
        transaction,
        "SELECT a.attname FROM pg_attribute AS a JOIN pg_description AS d"
        " ON d.objoid = a.attrelid AND d.objsubid = a.attnum"
        " WHERE d.classoid = 'pg_class'::regclass AND a.attname <> 'updated_at'"
        " AND d.description ~* '(kept by|filled by trigger when left out)'"
        " AND a.attname <> 'course_id'",
    )
    assert len(names) > 20
    assert [name for name in names if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize(
    "function",
    [
        "calculate_item_statistics",
        "at_risk_learners",
        "next_sections",
        "is_module_unlocked",
        "is_module_completed",
        "objective_mastery",
    ],
)
def test_the_page_explains_functions_and_what_they_return(
    transaction: Connection, function: str
) -> None:
    assert f"`{function}" in PAGE
    names = column(
        transaction,
        "SELECT unnest(proargnames) FROM pg_proc WHERE proname = %s",
        function,
    )
    given = {"p_learner_id", "p_course_id", "p_module_id", "p_assessment_id", "p_limit"}
    identity = {"item_id", "learner_id", "section_id", "module_id", "title", "module_order"}
    place = {"section_order", "status", "completion_percentage"}
    wanted = set(names) - given - identity - place - (set() if "risk" in function else {"p_as_of"})
    wanted -= {"reasons"}  # each of them stands there
    assert [name for name in wanted if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize(
    "call",
    [
        "calculate_course_effectiveness(gen_random_uuid())",
        "calculate_assessment_statistics(gen_random_uuid())",
    ],
)
def test_the_page_explains_the_keys_of_what_is_returned_as_json(
    transaction: Connection, call: str
) -> None:
    keys = column(transaction, f"SELECT jsonb_object_keys({call})")
    assert len(keys) > 4
    assert [key for key in keys if f"`{key}`" not in PAGE] == []
