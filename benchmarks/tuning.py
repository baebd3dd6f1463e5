"""What fillfactor gains updates, and what indexes on the columns that they change cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import LiteralString

from benchmarks.support.harness import Connection, Run, benchmark

STATEMENTS = 10
TENTH: LiteralString = "mod(abs(hashtext(t.{key}::text)), 10) = {number}"
"""Each statement updates a tenth of the rows, spread over all pages."""


@dataclass(frozen=True)
class Updates:
    """Updates as an application makes them all day.

    Attributes:
        table: The table.
        what: What changes.
        statement: One of them; the rows follow.
        index: One that holds what changes; without it the same updates are measured, too.
        key: The column that tells its rows apart.
    """

    table: str
    what: str
    statement: LiteralString
    index: str | None = None
    key: LiteralString = "id"


UPDATES = (
    Updates(
        "section_progress",
        "an event is counted",
        """
        UPDATE section_progress AS t SET
            interaction_count = t.interaction_count + 1,
            last_accessed = t.last_accessed + interval '1 second',
            updated_at = t.updated_at + interval '1 second'
        """,
        "idx_section_progress_learner_updated",
    ),
    Updates(
        "course_enrollments",
        "time is spent",
        """
        UPDATE course_enrollments AS t SET
            total_time_spent = t.total_time_spent + 1,
            last_accessed = t.last_accessed + interval '1 second',
            updated_at = t.updated_at + interval '1 second'
        """,
        "idx_enrollments_course_status_progress",
    ),
    Updates(
        "learners",
        "a learner logs in",
        "UPDATE learners AS t SET last_login = now(), updated_at = now()",
    ),
    Updates(
        "learning_sessions",
        "a session goes on",
        """
        UPDATE learning_sessions AS t SET
            interactions_completed = t.interactions_completed + 1,
            updated_at = t.updated_at + interval '1 second'
        """,
    ),
    Updates(
        "learner_summary",
        "a refresh adds what is new",
        "UPDATE learner_summary AS t SET time_sum = t.time_sum + 1",
        key="learner_id",
    ),
    Updates(
        "learner_course_summary",
        "a refresh adds what is new",
        "UPDATE learner_course_summary AS t SET interactions_sum = t.interactions_sum + 1",
        key="learner_id",
    ),
)
SET = """
    SELECT coalesce(max(option_value::integer) FILTER (WHERE option_name = 'fillfactor'), 90)
    FROM pg_class
    LEFT JOIN pg_options_to_table(reloptions) ON TRUE
    WHERE oid = %s::regclass
"""
"""The fillfactor that the schema sets for a table; 90 where it sets none."""


@benchmark("tuning", "Updates: what fillfactor gains, and what indexes on hot columns cost")
def tuning(run: Run) -> None:
    """Update tables at the default fillfactor and at ours, with their indexes and without."""
    interactions = run.size("interactions", 200_000, 20_000)
    with run.database(interactions) as connection:
        connection.execute("SET session_replication_role = replica")
        for updates in UPDATES:
            measure(run, connection, updates)


def measure(run: Run, connection: Connection, updates: Updates) -> None:
    """Measure updates of each row of a table; without autovacuum, which comes when it likes."""
    table, index = updates.table, updates.index
    lower = connection.execute(SET, (table,)).fetchall()[0][0]
    sides: dict[str, tuple[int, bool]] = {
        "fillfactor 100": (100, True),
        f"fillfactor {lower}": (lower, True),
    }
    if index:
        sides[f"without {index}"] = (100, False)
        sides[f"without it, fillfactor {lower}"] = (lower, False)
    hot: dict[str, list[float]] = {side: [] for side in sides}
    growth: dict[str, list[float]] = {side: [] for side in sides}
    definition = connection.execute("SELECT pg_get_indexdef(to_regclass(%s))", (index,)).fetchall()[
        0
    ][0]
    before = (0.0, 0.0, 0.0)

    def prepare(side: str) -> None:
        nonlocal before
        fillfactor, has_index = sides[side]
        settings = f"fillfactor = {fillfactor}, autovacuum_enabled = off"
        connection.execute(f"ALTER TABLE {table} SET ({settings})".encode())
        if index:
            connection.execute(f"DROP INDEX IF EXISTS {index}".encode())
            if has_index:
                connection.execute(definition.encode())
        connection.execute(f"VACUUM (FULL, ANALYZE) {table}".encode())
        before = counters(connection, table)

    def update(side: str) -> None:
        for number in range(STATEMENTS):
            where = TENTH.format(key=updates.key, number=number)
            connection.execute(f"{updates.statement} WHERE {where}".encode())
        updated, hot_updated, size = counters(connection, table)
        hot[side].append(100 * (hot_updated - before[1]) / (updated - before[0]))
        growth[side].append(100 * (size / before[2] - 1))

    what = f"{table}: {updates.what}"
    run.compare(
        what,
        {side: partial(update, side) for side in sides},
        rounds=3,
        before={side: partial(prepare, side) for side in sides},
        cpu_of=connection,
    )
    run.record(f"{what}; HOT updates", "%", hot)
    run.record(f"{what}; growth of table and indexes", "%", growth)


def counters(connection: Connection, table: str) -> tuple[float, float, float]:
    """Updates, those of them that were HOT, and bytes of a table with its indexes."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    rows = connection.execute(
        "SELECT n_tup_upd, n_tup_hot_upd, pg_total_relation_size(relid) "
        "FROM pg_stat_user_tables WHERE relid = %s::regclass",
        (table,),
    ).fetchall()
    updated, hot_updated, size = map(float, rows[0])
    return updated, hot_updated, size


if __name__ == "__main__":
    tuning()
