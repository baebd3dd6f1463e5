"""Behind PgBouncer: what writes is refused, what reads leaves nothing behind."""

from __future__ import annotations

import json

import psycopg
import pytest
from click.testing import CliRunner

import lms_schema
from lms_schema import PoolerInBetween, migrate
from lms_schema.cli import cli
from lms_schema.server import advisory_lock
from support.pooler import PGBOUNCER, pooler
from support.runner import Make, actions, query

pytestmark = pytest.mark.skipif(
    PGBOUNCER is None, reason="PgBouncer is not installed (Debian: apt-get install pgbouncer)"
)

TABLE = {"tables/010_a.sql": "CREATE TABLE a (i int);"}
SETTINGS = (
    "SELECT name, setting FROM pg_settings WHERE source = 'session' AND name <> 'application_name' "
    "ORDER BY name"
)


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_what_writes_is_refused_behind_a_pooler(
    empty_database: str, make_package: Make, mode: str
) -> None:
    with pooler(empty_database, mode) as through:
        before = query(through, SETTINGS)
        with pytest.raises(PoolerInBetween, match="--allow-session-pooler") as caught:
            migrate(through, package=make_package(TABLE))
        assert caught.value.exit_code == 7
        with pytest.raises(PoolerInBetween):
            lms_schema.drop(through, schema="public")
        result = CliRunner().invoke(cli, ["migrate", "--database", through, "--json"])
        assert result.exit_code == 7
        assert json.loads(result.stdout)["error"] == "PoolerInBetween"
        assert query(through, SETTINGS) == before
    assert query(empty_database, "SELECT to_regclass('a')") == [(None,)]


def test_a_pooler_in_session_mode_can_be_allowed_and_gets_back_a_clean_session(
    empty_database: str, make_package: Make
) -> None:
    name = query(empty_database, "SELECT current_database()")[0][0]
    with pooler(empty_database, "session") as through:
        before = query(through, SETTINGS)
        result = migrate(through, package=make_package(TABLE), allow_session_pooler=True)
        assert actions(result) == [("tables/010_a", "apply")]
        assert query(through, SETTINGS) == before
        with psycopg.connect(empty_database) as connection:
            free = connection.execute(
                "SELECT pg_try_advisory_lock(%s)", (advisory_lock.key(name, "public"),)
            )
            assert free.fetchone() == (True,)


def test_status_verify_and_plan_work_behind_a_pooler_and_leave_its_sessions_as_they_were(
    database: str,
) -> None:
    with pooler(database, "transaction") as through:
        before = query(through, SETTINGS)
        assert lms_schema.status(through, schema="public").exit_code == 0
        assert not lms_schema.verify(through, schema="public").differences
        assert lms_schema.plan(through, schema="public").exit_code == 0
        assert query(through, SETTINGS) == before
        with psycopg.connect(through) as application:
            application.execute("CREATE TABLE still_writable (i int)")
