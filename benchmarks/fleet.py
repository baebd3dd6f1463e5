"""Many schemas of the whole package in one database: migrate, a second migrate, and status."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import lms_schema
from benchmarks.support.harness import Connection, Run, benchmark

JOBS = 2


@benchmark("fleet", "Many schemas of the whole package in one database")
def command(run: Run) -> None:
    """Migrate many schemas, then again when there is nothing to do, and ask their status."""
    names = [f"tenant_{n}" for n in range(run.size("schemas", 200, 3))]
    with run.database() as connection:
        conninfo = run.conninfo(connection)

        def timed(call: Callable[[str], Any]) -> list[float]:
            start = time.perf_counter()
            found = lms_schema.for_each_schema(call, names, jobs=JOBS)
            failed = [str(outcome.error) for outcome in found.outcomes if outcome.error]
            if failed:
                raise lms_schema.DatabaseError(f"{len(failed)} schemas failed: {failed[0]}")
            return [(time.perf_counter() - start) / len(names)]

        def migrate(schema: str) -> lms_schema.MigrateResult:
            return lms_schema.migrate(conninfo, schema=schema)

        def status(schema: str) -> lms_schema.StatusResult:
            return lms_schema.status(conninfo, schema=schema)

        of = f"of {len(names)} schemas, {JOBS} at a time; for each"
        run.record(f"migrate {of}", "s", {"": timed(migrate)})
        run.record(f"migrate {of}, nothing to do", "s", {"": timed(migrate)})
        run.record(f"status {of}", "s", {"": timed(status)})
        run.record("database afterwards", "bytes", {"": [_size(connection)]})


def _size(connection: Connection) -> float:
    rows = connection.execute("SELECT pg_database_size(current_database())").fetchall()
    return float(rows[0][0])


if __name__ == "__main__":
    command()
