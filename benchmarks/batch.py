"""How many events a second each documented way of ingest takes, beside COPY into a bare heap table.

python -m benchmarks.batch
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any, LiteralString

from benchmarks.support.harness import Connection, Run, benchmark

Event = dict[str, object]

COLUMNS: LiteralString = (
    "id, learner_id, section_id, interaction_type, interaction_data, duration_seconds, timestamp"
)
# Learners and sections in the skew of the data: its own events again, under ids of their own.
EVENTS: LiteralString = """
    SELECT
        gen_random_uuid()::text AS id, i.learner_id::text, i.section_id::text,
        i.interaction_type::text, '{"page": 1}'::jsonb::text AS interaction_data,
        i.duration_seconds, now()::text AS timestamp, i.course_id::text
    FROM learning_interactions AS i
    ORDER BY i.id OFFSET %s LIMIT %s
"""
ONE: LiteralString = """
    SELECT record_interaction(
        p_id => %(id)s, p_learner_id => %(learner_id)s, p_section_id => %(section_id)s,
        p_interaction_type => %(interaction_type)s::interaction_type,
        p_interaction_data => %(interaction_data)s, p_duration_seconds => %(duration_seconds)s,
        p_timestamp => %(timestamp)s::timestamptz
    )
"""
STAGED: LiteralString = f"""
    INSERT INTO learning_interactions ({COLUMNS}, course_id)
    SELECT
        i.id, i.learner_id, i.section_id, i.interaction_type, i.interaction_data,
        i.duration_seconds, i.timestamp, s.course_id
    FROM staged_interactions AS i
    LEFT JOIN learning_sections AS s ON i.section_id = s.id
    ORDER BY i.timestamp, i.id
    ON CONFLICT (id, timestamp) DO NOTHING
"""
REBUILD: LiteralString = """
    SELECT rebuild_section_progress(c.course_id)
    FROM (SELECT DISTINCT course_id FROM staged_interactions) AS c
"""


@benchmark("batch", "Events a second by each way of ingest")
def batch(run: Run) -> None:
    """Measure one connection by each way; every event has an id, and every call is committed.

    What is sent is made beforehand: these are the server's rates, not those of a client.
    """
    with run.database(run.size("interactions", 1_000_000, 10_000)) as connection:
        many = run.size("events of a COPY", 100_000, 500)
        some = run.size("events in batches", 20_000, 500)
        few = run.size("events one by one", 2_000, 100)
        connection.execute("CREATE TABLE bare (LIKE learning_interactions INCLUDING DEFAULTS)")
        connection.execute(
            "CREATE TABLE staged_interactions (LIKE learning_interactions INCLUDING DEFAULTS)"
        )
        connection.execute("ALTER TABLE staged_interactions ALTER course_id DROP NOT NULL")

        def bare(text: bytes) -> None:
            copy(connection, f"COPY bare ({COLUMNS}, course_id) FROM STDIN", text)

        def staged(text: bytes) -> None:
            with connection.transaction():
                copy(
                    connection,
                    f"COPY staged_interactions ({COLUMNS}, course_id) FROM STDIN",
                    text,
                )
                connection.execute(STAGED)

        def rebuilt(text: bytes) -> None:
            staged(text)
            connection.execute(REBUILD)

        def batches(arrays: list[str]) -> None:
            for array in arrays:
                connection.execute("SELECT record_interactions(%s)", (array,))

        def calls(events: list[Event]) -> None:
            for event in events:
                connection.execute(ONE, event)

        ways: dict[str, tuple[int, Callable[[list[Event]], Any], Callable[[Any], None]]] = {
            "COPY into a bare heap table": (many, as_text, bare),
            "COPY into a staging table, then INSERT": (many, as_text, staged),
            "the same, then rebuild_section_progress": (many, as_text, rebuilt),
            "record_interactions, batches of 1,000": (some, partial(as_json, size=1000), batches),
            "record_interactions, batches of 100": (some, partial(as_json, size=100), batches),
            "record_interaction": (few, list, calls),
        }
        rates: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(3):
            for way, (size, prepare, ingest) in ways.items():
                run.say(f"{way}, round {number + 1} of 3")
                prepared = prepare(sample(connection, size, number))
                start = time.perf_counter()
                ingest(prepared)
                rates[way].append(size / (time.perf_counter() - start))
                connection.execute("TRUNCATE staged_interactions")
        run.record("events a second", "rows/s", rates)


def sample(connection: Connection, size: int, number: int) -> list[Event]:
    """Events that are not stored yet, other ones each time."""
    rows = connection.execute(EVENTS, (number * size, size))
    names = [column.name for column in rows.description or ()]
    return [dict(zip(names, row, strict=True)) for row in rows]


def as_text(events: list[Event]) -> bytes:
    """Rows in the text format of COPY."""
    lines = (
        "\t".join("\\N" if value is None else str(value) for value in event.values())
        for event in events
    )
    return "".join(f"{line}\n" for line in lines).encode()


def as_json(events: list[Event], *, size: int) -> list[str]:
    """Arrays of so many events."""
    given = [
        {name: value for name, value in event.items() if name != "course_id"}
        | {"interaction_data": json.loads(str(event["interaction_data"]))}
        for event in events
    ]
    return [json.dumps(given[start : start + size]) for start in range(0, len(given), size)]


def copy(connection: Connection, statement: LiteralString, text: bytes) -> None:
    """COPY the text."""
    with connection.cursor().copy(statement) as data:
        data.write(text)


if __name__ == "__main__":
    batch()
