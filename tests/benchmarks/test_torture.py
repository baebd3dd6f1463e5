"""The torture of the benchmarks, for a shorter time."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks import torture


@pytest.mark.slow
def test_the_analytics_stay_true_while_writers_and_refreshes_collide(database: str) -> None:
    outcome = torture.torture(database, seconds=20)
    assert outcome.differences == []
    assert outcome.live_differences == []
    assert outcome.stuck == []
    happened = Counter(outcome.happened)
    for what in ("committed", "undone", "refreshes", "checks", "looks"):
        assert happened[what] > 0, what
