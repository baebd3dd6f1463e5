"""Clients that write to every table while the schema is upgraded."""

from __future__ import annotations

import psycopg
import pytest

from benchmarks.locks import ALLOWANCE, LOCK_TIMEOUT, upgrade_under_load
from benchmarks.support import generate
from support.runner import query


@pytest.mark.slow
def test_no_client_waits_longer_than_the_lock_timeout_and_none_sees_an_error(
    database: str,
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        generate.fill(connection, 4_000)
    load = upgrade_under_load(database)
    print(load)
    assert load.errors == []
    assert 0 < load.longest <= LOCK_TIMEOUT + ALLOWANCE
    assert load.retries > 0  # the long transactions were in its way
    assert query(database, "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]
    assert query(
        database,
        "SELECT convalidated FROM pg_constraint "
        "WHERE conname = 'learning_sessions_learner_id_again_fkey'",
    ) == [(True,)]
