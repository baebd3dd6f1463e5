"""Whatever two sessions do at once, at whatever isolation levels, derived values stay true."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement
from typing import Any

import psycopg
import pytest

from lms_schema.server.disposable import new_database
from support.duel import Ring, bouts, ring
from support.operations import CORE, OPERATIONS, Operation
from support.school import Schools

Pair = tuple[Operation, Operation]

QUICK = {
    "progress updated",
    "events recorded",
    "score changed",
    "enrolled",
    "section added",
    "points changed",
}
"""One of each kind, whose pairs are tried in every run of the tests."""

COPIES = 720
"""Of the school, in the database of a group of pairs: a bout each."""

UNCOUNTED = {"progress deleted", "answer recorded"}
"""Progress that is deleted although its events stay begins anew with the next event, however they
meet, until rebuild_section_progress counts the earlier ones."""


PAIRS = [
    (one, other)
    for one, other in combinations_with_replacement(OPERATIONS, 2)
    if {one.name, other.name} != UNCOUNTED
]


def _groups(pairs: list[Pair]) -> Iterator[Any]:
    quick = [pair for pair in pairs if {operation.name for operation in pair} <= QUICK]
    for some, marks in ((quick, ()), ([p for p in pairs if p not in quick], (pytest.mark.slow,))):
        for group in _filled(some):
            name = " and ".join(operation.name for operation in group[0])
            yield pytest.param(group, id=f"{name} to {group[-1][1].name}", marks=marks)


def _filled(pairs: list[Pair]) -> Iterator[list[Pair]]:
    """Groups of pairs, each with as many as there are schools for."""
    group: list[Pair] = []
    free = COPIES
    for pair in pairs:
        needed = len(bouts(*pair))
        if needed > free:
            yield group
            group, free = [], COPIES
        group.append(pair)
        free -= needed
    if group:
        yield group


@pytest.fixture(scope="module")
def schools(server: str, template: str) -> Iterator[str]:
    """The name of a database with the copies, to clone: to make them takes ten times as long."""
    with new_database(server, template) as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            Schools(connection).open(COPIES)
            name = connection.info.dbname
        yield name


@pytest.fixture
def arena(server: str, schools: str) -> Iterator[Ring]:
    with new_database(server, schools) as conninfo, ring(conninfo) as opened:
        yield opened


@pytest.mark.concurrency
@pytest.mark.parametrize("pairs", list(_groups([pair for pair in PAIRS if CORE.issuperset(pair)])))
def test_two_sessions_leave_true_values_or_one_is_told(arena: Ring, pairs: list[Pair]) -> None:
    assert arena.fight(pairs) == []


@pytest.mark.parametrize(
    "pairs", list(_groups([pair for pair in PAIRS if not CORE.issuperset(pair)]))
)
def test_evidence_and_maintenance_beside_another_session_do_so_too(
    arena: Ring, pairs: list[Pair]
) -> None:
    assert arena.fight(pairs) == []
