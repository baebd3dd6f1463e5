"""Whatever two sessions do at once, at whatever isolation levels, derived values stay true."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import pytest
from lms_schema.disposable import new_database

from support.duel import Ring, ring
from support.operations import OPERATIONS, Operation

PAIRS = tuple(combinations_with_replacement(OPERATIONS, 2))


@pytest.fixture(scope="module")
def arena(server: str, template: str) -> Iterator[Ring]:
    with new_database(server, template) as conninfo, ring(conninfo) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.concurrency
@pytest.mark.parametrize(
    ("one", "other"), PAIRS, ids=[f"{one.name} and {other.name}" for one, other in PAIRS]
)
def test_two_sessions_leave_true_values_or_one_is_told(
    arena: Ring, one: Operation, other: Operation
) -> None:
    assert arena.fight(one, other) == []
