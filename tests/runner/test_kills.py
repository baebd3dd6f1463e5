"""A runner that is ended at any moment of an upgrade with concurrent indexes; a small package."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import lms_schema
from lms_schema import migrate
from lms_schema.source.package import SchemaPackage
from support import kills
from support.runner import Make, execute, fingerprint, query

pytestmark = pytest.mark.slow

MOMENTS = 16
ROWS = 1_000

FIRST = {
    "tables/010_a.sql": "CREATE TABLE a (i int);",
    "tables/020_e.sql": (
        "CREATE TABLE e (i int) PARTITION BY RANGE (i);"
        "CREATE TABLE e_1 PARTITION OF e FOR VALUES FROM (0) TO (1000);"
        "CREATE TABLE e_2 PARTITION OF e FOR VALUES FROM (1000) TO (2000);"
        "CREATE TABLE e_3 PARTITION OF e FOR VALUES FROM (2000) TO (3000);"
    ),
    # so that a build takes its time with few rows
    "functions/costly.sql": (
        "CREATE FUNCTION costly(p int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS "
        "'BEGIN FOR n IN 1..3000 LOOP p := p # n; END LOOP; RETURN p; END';"
    ),
}
REST = {
    "tables/030_more.sql": "ALTER TABLE a ADD COLUMN j int; ALTER TABLE e ADD COLUMN j int;",
    "indexes/a_i.sql": "CREATE INDEX a_i ON a (costly(i), i); COMMENT ON INDEX a_i IS 'One.';",
    "indexes/e_i.sql": "CREATE UNIQUE INDEX e_i ON e (i, costly(i));",
}


@dataclass(frozen=True)
class Upgrade:
    """A server with a template to upgrade, and what an undisturbed upgrade comes to."""

    server: kills.Server
    folder: Path
    package: SchemaPackage
    fingerprint: str
    seconds: float

    def database(self) -> str:
        execute(
            self.server.conninfo,
            "DROP DATABASE IF EXISTS upgraded WITH (FORCE)",
            "CREATE DATABASE upgraded TEMPLATE before STRATEGY file_copy",
        )
        return make_conninfo(self.server.conninfo, dbname="upgraded")


@pytest.fixture
def upgrade(make_package: Make, tmp_path: Path) -> Iterator[Upgrade]:
    with kills.own_server() as server:
        execute(server.conninfo, "CREATE DATABASE before")
        before = make_conninfo(server.conninfo, dbname="before")
        migrate(before, package=make_package(FIRST))
        execute(
            before,
            f"INSERT INTO a SELECT n FROM generate_series(1, {ROWS}) AS n",
            f"INSERT INTO e SELECT n FROM generate_series(1, {2 * ROWS}) AS n",
        )
        package = make_package(FIRST | REST)
        unfinished = Upgrade(server, tmp_path / "schema", package, "", 0)
        seconds = 0.0
        for _ in range(2):  # the first one warms up
            database = unfinished.database()
            began = time.monotonic()
            kills.start(database, unfinished.folder).join()
            seconds = time.monotonic() - began
        assert lms_schema.status(database, package=package, schema="public").exit_code == 0
        yield Upgrade(server, unfinished.folder, package, fingerprint(database), seconds)


@pytest.mark.parametrize("kind", ["process", "session", "server"])
def test_an_upgrade_that_ends_at_any_moment_is_finished_by_the_next(
    upgrade: Upgrade, kind: kills.Kind
) -> None:
    interrupted: Counter[str] = Counter()
    for moment in range(MOMENTS):
        share = (moment + random.Random(moment).random()) / MOMENTS  # noqa: S311
        database = upgrade.database()
        process = kills.start(database, upgrade.folder)
        process.join(share * upgrade.seconds)
        statement = kills.end(kind, upgrade.server, process)
        interrupted[" ".join(statement.split()[:4])] += 1
        where = f"{kind} ended at moment {moment}, {share:.3f} of the time, in {statement!r}"
        migrate(database, package=upgrade.package, schema="public")
        assert fingerprint(database) == upgrade.fingerprint, where
        assert query(
            database,
            "SELECT (SELECT count(*) FROM pg_index WHERE NOT (indisvalid AND indisready)), "
            "(SELECT count(*) FROM a), (SELECT count(*) FROM e)",
        ) == [(0, ROWS, 2 * ROWS)], where
    print(kind, interrupted)
    builds = sum(n for text, n in interrupted.items() if "INDEX CONCURRENTLY" in text)
    assert builds >= MOMENTS // 4, interrupted


def test_the_upgrade_builds_concurrently(upgrade: Upgrade) -> None:
    """What is interrupted above is not a plain build."""
    database = upgrade.database()
    events: list[str] = []
    migrate(
        database,
        package=upgrade.package,
        schema="public",
        on_event=lambda event: events.append(event.text),
    )
    assert [text for text in events if "concurrently" in text] == [
        "indexes/a_i on a, concurrently",
        "indexes/e_i on e_1, concurrently",
        "indexes/e_i on e_2, concurrently",
        "indexes/e_i on e_3, concurrently",
    ]
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM e_3").fetchone() == (1,)
