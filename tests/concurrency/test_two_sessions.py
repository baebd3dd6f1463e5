"""Whatever two sessions do at once, at whatever isolation levels, derived values stay true."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement
from typing import Any

import pytest

from lms_schema.disposable import new_database
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


def _pairs() -> Iterator[Any]:
    for one, other in combinations_with_replacement(OPERATIONS, 2):
        marks = () if {one.name, other.name} <= QUICK else (pytest.mark.slow,)
        yield pytest.param(one, other, id=f"{one.name} and {other.name}", marks=marks)


@pytest.fixture(scope="module")
def arena(server: str, template: str) -> Iterator[Ring]:
    with new_database(server, template) as conninfo, ring(conninfo) as opened:
        yield opened


@pytest.mark.concurrency
@pytest.mark.parametrize(("one", "other"), list(_pairs()))
def test_two_sessions_leave_true_values_or_one_is_told(
    arena: Ring, one: Operation, other: Operation
) -> None:
    assert arena.fight(one, other) == []
