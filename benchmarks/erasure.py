"""What erasing a learner costs, beside one UPDATE of the same events.

python -m benchmarks.erasure
"""

from __future__ import annotations

import uuid
from typing import LiteralString

from benchmarks.support.harness import Connection, Limit, Run, benchmark

MOST_TIMES = Limit(10.0)

ACTIVE: LiteralString = """
    SELECT learner_id, course_id FROM learning_interactions
    GROUP BY learner_id, course_id HAVING count(*) < %s / 2
    ORDER BY count(*) DESC, learner_id LIMIT 1
"""
GIVE: LiteralString = """
    UPDATE learning_interactions SET learner_id = %(learner)s
    WHERE (id, timestamp) IN (
        SELECT id, timestamp FROM learning_interactions
        WHERE course_id = %(course)s AND learner_id <> %(learner)s
        LIMIT %(events)s - (
            SELECT count(*) FROM learning_interactions WHERE learner_id = %(learner)s
        )
    )
"""
UPDATE: LiteralString = """
    UPDATE learning_interactions SET learner_id = %(stub)s, interaction_data = '{}'
    WHERE learner_id = %(learner)s
"""
STUB: LiteralString = """
    INSERT INTO learners (
        institution_id, email, first_name, last_name, academic_level, data_consent
    )
    SELECT institution_id, 'stub@example.com', 'A', 'B', academic_level, '{}'
    FROM learners WHERE id = %s
    RETURNING id
"""


@benchmark("erasure", "What erasing a learner costs")
def erasure(run: Run) -> None:
    """Measure erase_learner of a learner with many events, each time undone."""
    events = run.size("events of the learner", 10_000, 1_000)
    with run.database(run.size("interactions", 1_000_000, 50_000)) as connection:
        learner, course = _first(connection, ACTIVE, events)
        (stub,) = _first(connection, STUB, learner)
        connection.execute(GIVE, {"learner": learner, "course": course, "events": events})
        connection.execute("SELECT rebuild_section_progress(%s)", (course,))
        connection.execute("SELECT refresh_learning_analytics()")
        connection.execute("VACUUM ANALYZE")

        def undone(statement: LiteralString) -> None:
            with connection.transaction(force_rollback=True):
                connection.execute(statement, {"learner": learner, "stub": stub})

        run.compare(
            f"a learner with {events:,} events",
            {
                "one UPDATE of the events": lambda: undone(UPDATE),
                "erase_learner": lambda: undone("SELECT erase_learner(%(learner)s)"),
            },
            after=lambda: connection.execute("VACUUM learning_interactions"),
            limit=MOST_TIMES,
            cpu_of=connection,
            cpu_limit=MOST_TIMES,
        )


def _first(
    connection: Connection, query: LiteralString, *values: uuid.UUID | int
) -> tuple[uuid.UUID, ...]:
    row = connection.execute(query, values).fetchone()
    if row is None:
        raise LookupError(query)
    return row


if __name__ == "__main__":
    erasure()
