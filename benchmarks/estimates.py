"""What a larger statistics target would gain: how far the planner's estimates of events are off.

The factor between estimate and truth ("q-error", Moerkotte, Neumann, Steidl, Preventing Bad Plans
by Bounding the Impact of Cardinality Estimation Errors, PVLDB 2009), 1 being exact, of the events
of a course, a learner and a section, each drawn by its share of the events, as queries are.
"""

from __future__ import annotations

import time

from psycopg import sql

from benchmarks.support.harness import Connection, Run, benchmark

COLUMNS = ("course_id", "learner_id", "section_id")
TARGETS = (100, 1000)
"""PostgreSQL's default, and ten times as much."""
WORST = 0.95

DRAWN = """
    SELECT {column}, (
        SELECT count(*) FROM learning_interactions AS i WHERE i.{column} = drawn.{column}
    )
    FROM (
        SELECT {column} FROM learning_interactions ORDER BY md5(id::text) LIMIT %s
    ) AS drawn
"""
ESTIMATED = "EXPLAIN (FORMAT json) SELECT FROM learning_interactions WHERE {column} = %s"


@benchmark("estimates", "What a larger statistics target would gain for events")
def command(run: Run) -> None:
    """Compare estimates at the default statistics target and at ten times as much."""
    interactions = run.size("interactions", 1_000_000, 40_000)
    drawn = run.size("values of each column", 200, 20)
    with run.database(interactions) as connection:
        errors: dict[str, dict[str, list[float]]] = {column: {} for column in COLUMNS}
        analyze: dict[str, list[float]] = {}
        planning: dict[str, list[float]] = {}
        for target in TARGETS:
            side = f"target {target}"
            connection.execute(f"SET default_statistics_target = {target}".encode())
            start = time.perf_counter()
            connection.execute("ANALYZE learning_interactions")
            analyze[side] = [time.perf_counter() - start]
            planning[side] = []
            for column in COLUMNS:
                found, seconds = estimates(connection, column, drawn)
                errors[column][side] = [worst(found)]
                planning[side] += seconds
        for column in COLUMNS:
            run.record(
                f"estimate of the events of a {column.removesuffix('_id')}, "
                f"off by at most, for {WORST:.0%} of them",
                "times",
                errors[column],
            )
        run.record("planning such a query", "s", planning)
        run.record("ANALYZE", "s", analyze)


def estimates(connection: Connection, column: str, drawn: int) -> tuple[list[float], list[float]]:
    """The q-errors, and the seconds that each plan took."""
    name = sql.Identifier(column)
    errors, seconds = [], []
    for value, count in connection.execute(sql.SQL(DRAWN).format(column=name), (drawn,)).fetchall():
        start = time.perf_counter()
        plan = connection.execute(sql.SQL(ESTIMATED).format(column=name), (value,)).fetchall()
        seconds.append(time.perf_counter() - start)
        estimate = max(1, plan[0][0][0]["Plan"]["Plan Rows"])
        errors.append(max(estimate / count, count / estimate))
    return errors, seconds


def worst(values: list[float]) -> float:
    """What `WORST` of the values do not exceed."""
    return sorted(values)[int(WORST * (len(values) - 1))]


if __name__ == "__main__":
    command()
