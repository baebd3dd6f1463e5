"""What a test waits for its database from the pytest plugin, after the first test.

The server is the plugin's own: embedded, without durability.
"""

from __future__ import annotations

from functools import partial

from benchmarks.support.harness import Limit, Run, benchmark
from lms_schema.server import embedded
from lms_schema.server.disposable import new_database
from lms_schema.testing import ensure_template

MOST_SECONDS = Limit(0.15)


@benchmark("testing", "What a test waits for its database")
def command(run: Run) -> None:
    """Measure making and dropping a migrated database, beside an empty one."""
    with embedded.temporary() as server:
        template = ensure_template(server, "lms", key="benchmark")
        migrated = partial(_make_and_drop, server, template)
        rounds = run.size("rounds", 40, 5)
        run.compare(
            "a database made and dropped",
            {"empty": partial(_make_and_drop, server, "template1"), "migrated": migrated},
            rounds=rounds,
        )
        waited = run.result.measurements[0].sides["migrated"]
        run.record("the migrated one", "s", {"made and dropped": waited}, MOST_SECONDS)


def _make_and_drop(server: str, template: str) -> None:
    with new_database(server, template):
        pass


if __name__ == "__main__":
    command()
