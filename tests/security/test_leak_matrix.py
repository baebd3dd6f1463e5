"""Who sees and does what: 0 rows leaked, 0 withheld, over roles, persons, tokens and statements."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from support.access import FUNCTIONS, RIGHTS, make_world
from support.leaks import PARTITIONS, RELATIONS, Prober
from support.rows import Connection, column


@pytest.fixture(scope="module")
def prober(shared_database: str) -> Iterator[Prober]:
    with psycopg.connect(shared_database) as connection:
        yield Prober(connection, make_world(connection))
        connection.rollback()


def test_every_table_and_view_has_a_line_in_the_matrix(transaction: Connection) -> None:
    assert column(transaction, RELATIONS, ["r", "p", "v", "m"]) == sorted(RIGHTS)


def test_every_function_has_a_line_in_the_matrix(transaction: Connection) -> None:
    functions = column(
        transaction,
        "SELECT DISTINCT proname FROM pg_proc"
        " WHERE pronamespace = current_schema()::regnamespace ORDER BY 1",
    )
    assert functions == sorted(FUNCTIONS)


def test_there_are_partitions_that_could_be_read(transaction: Connection) -> None:
    assert len(column(transaction, PARTITIONS)) > 12


def test_privileges_flags_and_memberships_are_those_of_the_matrix(prober: Prober) -> None:
    assert list(prober.privileges()) == []
    assert prober.probes > 1_000


@pytest.mark.parametrize("table", sorted(RIGHTS))
def test_nothing_leaks_and_nothing_is_withheld(prober: Prober, table: str) -> None:
    assert list(prober.rows_of(table)) == []


@pytest.mark.parametrize(
    "table",
    [name for name, of in RIGHTS.items() if any(rights.inserts for rights in of.values())],
)
def test_rows_that_a_role_may_not_make_can_be_made_by_the_owner(prober: Prober, table: str) -> None:
    assert prober.possible(table) > 0
