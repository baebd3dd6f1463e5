"""How long clients wait for locks while the schema that they write to is upgraded.

Clients write to every table, each to rows of its own, in transactions that take the tables in any
order and of which a few stay open for longer than the runner waits for a lock. Meanwhile `migrate`
adds a column and an index to the partitioned table and a foreign key in two steps.
"""

from __future__ import annotations

import random
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

import lms_schema
from benchmarks.support.harness import Limit, Run, benchmark

LOCK_TIMEOUT = 1.0
ALLOWANCE = 2.5
"""Seconds beyond the lock timeout that a client may wait: the runner's own work, and its looks. An
extra's file has the catalog read in its transaction, which takes a second when the clients leave
little of the machine.
"""

CLIENTS = 3
LONG = LOCK_TIMEOUT * 1.5
"""Seconds that a long transaction stays open."""

SHARE_OF_LONG = 0.03
"""Of the transactions. A client is in a long one for most of the time then; with one in ten it was
for nearly all of it, and the runner tried for minutes to find none in its way.
"""

UPGRADE = {
    "tables/010_column.sql": "ALTER TABLE learning_interactions ADD COLUMN client_version text;",
    "tables/020_constraint.sql": (
        "ALTER TABLE learning_sessions ADD CONSTRAINT learning_sessions_learner_id_again_fkey "
        "FOREIGN KEY (learner_id) REFERENCES learners (id) NOT VALID;"
    ),
    "tables/030_validate.sql": (
        "ALTER TABLE learning_sessions VALIDATE CONSTRAINT learning_sessions_learner_id_again_fkey;"
    ),
    "indexes/learning_interactions_device_type_idx.sql": (
        "CREATE INDEX learning_interactions_device_type_idx "
        "ON learning_interactions (device_type, timestamp);"
    ),
}

# Each table of the guide has an id; the history of progress takes no updates.
_TABLES = """
    SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition AND a.attname = 'id' AND a.atttypid = 'uuid'::regtype
    ORDER BY 1
"""
_EVENT = """
    INSERT INTO learning_interactions
        (learner_id, section_id, course_id, interaction_type, interaction_data)
    SELECT learner_id, section_id, course_id, interaction_type, '{}'
    FROM learning_interactions OFFSET %s LIMIT 1
"""
_WAITS = """
    SELECT max(extract(epoch FROM clock_timestamp() - l.waitstart))::float8
    FROM pg_stat_activity AS a JOIN pg_locks AS l ON l.pid = a.pid AND NOT l.granted
    WHERE a.application_name = 'client' AND a.wait_event_type = 'Lock'
"""


@dataclass
class Load:
    """What the clients saw.

    Attributes:
        longest: Seconds of the longest wait for a lock.
        transactions: How many were committed.
        errors: What the server told clients.
        retries: How often the runner gave up a lock and tried again.
    """

    longest: float = 0.0
    transactions: int = 0
    errors: list[str] = field(default_factory=list)
    retries: int = 0


def upgrade_under_load(conninfo: str, say: Callable[[str], None] = print) -> Load:
    """Upgrade a filled database while clients write to it; what `migrate` tells is said."""
    load, done = Load(), threading.Event()

    def told(event: lms_schema.Event) -> None:
        load.retries += "tried again" in event.text
        say(f"{event.kind} {event.text}")

    with (
        _extra() as folder,
        ThreadPoolExecutor(max_workers=CLIENTS + 1) as pool,
        psycopg.connect(conninfo, autocommit=True) as connection,
    ):
        tables = [row[0] for row in connection.execute(_TABLES)]
        tasks = [pool.submit(_write, conninfo, tables, n, load, done) for n in range(CLIENTS)]
        tasks.append(pool.submit(_sample, conninfo, load, done))
        try:
            while load.transactions < CLIENTS and not load.errors:
                done.wait(0.05)
            lms_schema.migrate(
                conninfo,
                schema="public",
                extra=[folder],
                lock_timeout=LOCK_TIMEOUT,
                on_event=told,
            )
        finally:
            done.set()
        for task in tasks:
            task.result()
    return load


def _write(
    conninfo: str, tables: list[str], number: int, load: Load, done: threading.Event
) -> None:
    """Write as one client until it is done."""
    choice = random.Random(number)  # noqa: S311
    with psycopg.connect(conninfo, application_name="client") as connection:
        rows = {table: _own_row(connection, table, number) for table in tables}
        while not done.is_set():
            try:
                for table in choice.sample(tables, len(tables)):
                    connection.execute(
                        sql.SQL("UPDATE {table} SET id = id WHERE id = %s").format(
                            table=sql.Identifier(table)
                        ),
                        (rows[table],),
                    )
                connection.execute(_EVENT, (number,))
                if choice.random() < SHARE_OF_LONG:
                    done.wait(LONG)
                connection.commit()
                load.transactions += 1
            except psycopg.Error as error:
                load.errors.append(str(error))
                connection.rollback()


def _own_row(connection: psycopg.Connection, table: str, number: int) -> object:
    query = sql.SQL("SELECT id FROM {} ORDER BY id OFFSET {} LIMIT 1")
    row = connection.execute(query.format(sql.Identifier(table), number)).fetchone()
    connection.commit()
    return row[0] if row else None


def _sample(conninfo: str, load: Load, done: threading.Event) -> None:
    """Note the longest wait until it is done."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while not done.wait(0.02):
            row = connection.execute(_WAITS).fetchone()
            load.longest = max(load.longest, (row and row[0]) or 0.0)


@contextmanager
def _extra() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lms-benchmark-") as folder:
        root = Path(folder) / "load"
        for name, text in UPGRADE.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        yield root


@benchmark("locks", "How long do clients wait while the schema is upgraded?")
def locks(run: Run) -> None:
    """Measure one upgrade."""
    interactions = run.size("interactions", 500_000, 4_000)
    with run.database(interactions=interactions) as connection:
        load = upgrade_under_load(run.conninfo(connection), run.say)
    for error in load.errors:
        run.say(error)
    run.record(
        "longest wait of a client for a lock",
        "s",
        {f"lock timeout {LOCK_TIMEOUT:g} s": [load.longest]},
        Limit(LOCK_TIMEOUT + ALLOWANCE),
    )
    run.record("errors of clients", "errors", {"clients": [float(len(load.errors))]}, Limit(0))
    run.record("committed", "transactions", {"clients": [float(load.transactions)]})
    run.record("locks given up", "times", {"migrate": [float(load.retries)]})


if __name__ == "__main__":
    locks()
