"""What an injection leaves in a connection that is kept, and that DISCARD ALL takes it away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from lms_schema.server.disposable import new_database as new_database_on
from support.access import World, make_world
from support.pooler import PGBOUNCER, pooler
from support.roles import new_role
from support.rows import Connection, column, scalar


@pytest.fixture(scope="module")
def campus(server: str, template: str) -> Iterator[tuple[World, str]]:
    """A world, and the conninfo of a login of personas; what a test leaves is its connection's."""
    with new_database_on(server, template) as database:
        with psycopg.connect(database) as owner:
            world = make_world(owner)
        with new_role(
            database, "ALTER ROLE {role} NOINHERIT", "GRANT lms_learner, lms_instructor TO {role}"
        ) as login:
            yield world, login.conninfo


@contextmanager
def request(kept: Connection, token: str | None, *, discard: bool = False) -> Iterator[None]:
    """A request as a learner; without a token, one that forgot it."""
    if discard:
        kept.execute("DISCARD ALL")
    with kept.transaction():
        kept.execute("SET LOCAL ROLE lms_learner")
        if token is not None:
            kept.execute("SELECT set_config('lms.token', %s, true)", (token,))
        yield


def seen(kept: Connection) -> list[str]:
    names: list[str] = column(kept, "SELECT first_name FROM learners ORDER BY 1")
    return names


def test_a_connection_answers_many_requests(campus: tuple[World, str]) -> None:
    world, conninfo = campus
    with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as kept:
        for person in ("ana", "ben") * 8:
            with request(kept, world.tokens[person], discard=True):
                assert seen(kept) == [person]


@pytest.mark.parametrize("discard", [False, True])
def test_a_statement_that_was_prepared_again_gets_no_token(
    campus: tuple[World, str], *, discard: bool
) -> None:
    world, conninfo = campus
    with psycopg.connect(conninfo, autocommit=True) as kept:
        kept.prepare_threshold = 0
        with request(kept, world.tokens["ana"]):
            (name,) = column(
                kept,
                "SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT set_config%'",
            )
            kept.execute(f'DEALLOCATE "{name}"'.encode())
            kept.execute(
                f"PREPARE \"{name}\" (text) AS SELECT set_config('lms.token', $1, true),"
                " set_config('x.loot', $1, false)".encode()
            )
        with request(kept, world.tokens["ben"], discard=discard):
            assert seen(kept) == ["ben"]
        with request(kept, None):
            loot = scalar(kept, "SELECT current_setting('x.loot', true)")
        assert (loot == world.tokens["ben"]) is not discard


@pytest.mark.parametrize(
    ("discard", "path", "is_stolen"),
    [(False, "public", True), (True, "public", False), (False, "public,pg_temp", False)],
)
def test_a_temporary_view_does_not_stand_in_for_a_table(
    campus: tuple[World, str], *, discard: bool, path: str, is_stolen: bool
) -> None:
    world, conninfo = campus
    conninfo = make_conninfo(conninfo, options=f"-csearch_path={path}")
    with psycopg.connect(conninfo, autocommit=True) as kept:
        with request(kept, world.tokens["ana"]):
            kept.execute(
                "CREATE TEMPORARY VIEW learners AS SELECT"
                " set_config('x.loot', current_setting('lms.token'), false) AS first_name"
            )
        with request(kept, world.tokens["ben"], discard=discard):
            seen(kept)
        with request(kept, None):
            loot = scalar(kept, "SELECT current_setting('x.loot', true)")
        assert (loot == world.tokens["ben"]) is is_stolen


def leave_a_token(kept: Connection, token: str) -> None:
    with request(kept, token):
        kept.execute("SELECT set_config('lms.token', %s, false)", (token,))


@pytest.mark.parametrize("discard", [False, True])
def test_a_request_without_a_token_is_nobody(campus: tuple[World, str], *, discard: bool) -> None:
    world, conninfo = campus
    with psycopg.connect(conninfo, autocommit=True) as kept:
        leave_a_token(kept, world.tokens["ana"])
        with request(kept, None, discard=discard):
            assert seen(kept) == ([] if discard else ["ana"])


@pytest.mark.skipif(PGBOUNCER is None, reason="needs pgbouncer")
@pytest.mark.parametrize(
    "setting", ["server_reset_query_always = 0", "server_reset_query_always = 1"]
)
def test_a_pooler_that_resets_after_each_transaction_passes_nothing_on(
    campus: tuple[World, str], setting: str
) -> None:
    world, conninfo = campus
    with pooler(conninfo, "transaction", setting) as through:
        with psycopg.connect(through, autocommit=True) as attacker:
            leave_a_token(attacker, world.tokens["ana"])
        with psycopg.connect(through, autocommit=True) as other, request(other, None):
            assert seen(other) == ([] if setting.endswith("1") else ["ana"])


def test_an_injection_makes_no_token_the_default_of_its_login(campus: tuple[World, str]) -> None:
    world, conninfo = campus
    with psycopg.connect(conninfo, autocommit=True) as kept:
        name = kept.info.user
        token = world.tokens["ana"]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            kept.execute(f"ALTER ROLE {name} SET lms.token = '{token}'".encode())
        with kept.transaction(force_rollback=True):
            kept.execute(f"ALTER ROLE {name} SET work_mem = '5MB'".encode())  # the control
