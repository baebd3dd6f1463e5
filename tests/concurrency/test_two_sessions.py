"""Whatever two sessions do at once, at whatever isolation levels, derived values stay true."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement
from typing import Any

import pytest

from lms_schema.server.disposable import new_database
from support.duel import Ring, ring
from support.operations import OPERATIONS, Operation

QUICK = {
    "progress updated",
    "events recorded",
    "score changed",
    "enrolled",
    "section added",
    "points changed",
}
"""One of each kind, whose pairs are tried in every run of the tests."""

TOGETHER = 24
"""Pairs for which the schools are made and judged once: both take as long as the fights of few."""


UNCOUNTED = {"progress deleted", "answer recorded"}
"""Progress that is deleted although its events stay begins anew with the next event, however they
meet, until rebuild_section_progress counts the earlier ones."""


def _groups() -> Iterator[Any]:
    pairs = [
        (one, other)
        for one, other in combinations_with_replacement(OPERATIONS, 2)
        if {one.name, other.name} != UNCOUNTED
    ]
    quick = [pair for pair in pairs if {operation.name for operation in pair} <= QUICK]
    for some, marks in ((quick, ()), ([p for p in pairs if p not in quick], (pytest.mark.slow,))):
        for start in range(0, len(some), TOGETHER):
            group = some[start : start + TOGETHER]
            name = " and ".join(operation.name for operation in group[0])
            yield pytest.param(group, id=f"{name} to {group[-1][1].name}", marks=marks)


@pytest.fixture(scope="module")
def arena(server: str, template: str) -> Iterator[Ring]:
    with new_database(server, template) as conninfo, ring(conninfo) as opened:
        yield opened


@pytest.mark.concurrency
@pytest.mark.parametrize("pairs", list(_groups()))
def test_two_sessions_leave_true_values_or_one_is_told(
    arena: Ring, pairs: list[tuple[Operation, Operation]]
) -> None:
    assert arena.fight(pairs) == []
