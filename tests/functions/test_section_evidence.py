"""Scores of a section: measured from events and attempts, whatever is late, corrected or expired."""

from __future__ import annotations

import pytest

from support.evidence import FIRST_DAY, History
from support.rows import Connection, column, scalar


@pytest.mark.parametrize("seed", range(12))
def test_scores_of_random_histories_are_those_of_plain_python(
    transaction: Connection, seed: int
) -> None:
    scalar(transaction, "SELECT ensure_interaction_partitions(p_from => %s)", FIRST_DAY.date())
    history = History(transaction, seed)
    for _ in range(8):
        for _ in range(12):
            history.go_on()
        assert history.faults() == []
    assert (
        column(
            transaction,
            "SELECT f::text FROM check_derived_columns() AS f"
            " WHERE table_name = 'section_progress'"
            " AND column_name ~ 'comprehension|application|retention'",
        )
        == []
    )
