"""The live views are what the tables add up to in the reader's snapshot, without a refresh."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from support.analytics import REFRESH, AnalyticsHistory, wrong_live
from support.properties import examples
from support.rows import Connection, rolled_back


@examples(15)
@given(seed=st.integers(0, 10**6))
def test_live_views_are_what_python_computes_at_any_moment_of_a_history(
    transaction: Connection, seed: int
) -> None:
    with rolled_back(transaction):
        transaction.execute("SELECT setseed(%s)", (seed / 10**6,))
        history = AnalyticsHistory(transaction, Random(seed))  # noqa: S311
        for _ in range(6):
            history.run(6)
            assert wrong_live(transaction) == []
            if history.random.random() < 0.5:
                transaction.execute(REFRESH)
                assert wrong_live(transaction) == []
