"""The generator bypasses triggers and foreign keys; what it makes keeps to them all the same."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

import lms_schema
from benchmarks.support import generate
from lms_schema.server.disposable import new_database
from support.rows import Connection, scalar

INTERACTIONS = 4_000


@pytest.fixture(scope="module")
def filled(server: str, template: str) -> Iterator[str]:
    """The conninfo of a database with generated data; no test writes to it."""
    with new_database(server, template) as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            generate.fill(connection, INTERACTIONS)
        yield conninfo


@pytest.fixture
def generated(filled: str) -> Iterator[Connection]:
    """A connection to the database with generated data."""
    with psycopg.connect(filled, autocommit=True) as connection:
        yield connection


def test_as_many_interactions_as_asked_for(generated: Connection) -> None:
    assert scalar(generated, "SELECT count(*) FROM learning_interactions") == INTERACTIONS


def test_every_table_of_the_guide_holds_rows(generated: Connection) -> None:
    tables = (
        "educational_institutions",
        "learners",
        "educational_courses",
        "learning_modules",
        "learning_sections",
        "course_enrollments",
        "section_progress",
        "section_progress_history",
        "learning_interactions",
        "learning_sessions",
        "educational_assessments",
        "assessment_attempts",
    )
    counts = {table: scalar(generated, f"SELECT count(*) FROM {table}") for table in tables}
    assert [table for table, count in counts.items() if count == 0] == []


def test_no_row_refers_to_a_row_that_is_not_there(generated: Connection) -> None:
    keys = generated.execute(
        """
        SELECT
            c.conrelid::regclass::text,
            c.confrelid::regclass::text,
            array(
                SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
                INNER JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number
                ORDER BY k.place
            ),
            array(
                SELECT a.attname FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
                INNER JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.number
                ORDER BY k.place
            )
        FROM pg_constraint AS c
        WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND c.conparentid = 0
        """
    ).fetchall()
    assert len(keys) > 15
    orphans = {}
    for table, referenced, columns, referenced_columns in keys:
        match = " AND ".join(
            f"t.{own} = r.{other}" for own, other in zip(columns, referenced_columns, strict=True)
        )
        given = " AND ".join(f"t.{column} IS NOT NULL" for column in columns)
        orphans[table, *columns] = scalar(
            generated,
            f"SELECT count(*) FROM {table} AS t WHERE {given} "
            f"AND NOT EXISTS (SELECT FROM {referenced} AS r WHERE {match})",
        )
    assert {key: count for key, count in orphans.items() if count} == {}


def test_what_triggers_keep_is_as_they_would_have_kept_it(generated: Connection) -> None:
    for check in ("check_derived_columns", "check_learning_analytics"):
        assert generated.execute(f"SELECT * FROM {check}()".encode()).fetchall() == []
    assert (
        generated.execute(
            """
        SELECT sp.id FROM section_progress AS sp
        LEFT JOIN LATERAL (
            SELECT sum(h.percentage - h.previous_percentage) AS percentage
            FROM section_progress_history AS h
            WHERE h.learner_id = sp.learner_id AND h.section_id = sp.section_id
        ) AS history ON TRUE
        WHERE history.percentage IS DISTINCT FROM sp.completion_percentage
        """
        ).fetchall()
        == []
    )


def test_the_schema_is_as_it_was(filled: str) -> None:
    assert lms_schema.verify(filled, schema="public").differences == ()


def test_a_schema_that_holds_learners_is_refused(generated: Connection) -> None:
    with pytest.raises(lms_schema.UsageError, match="holds learners already"):
        generate.fill(generated, 1)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_rows_and_another_one_does_not(
    generated: Connection, server: str, template: str
) -> None:
    def of_another(seed: int) -> object:
        with (
            new_database(server, template) as conninfo,
            psycopg.connect(conninfo, autocommit=True) as connection,
        ):
            generate.fill(connection, INTERACTIONS, seed)
            return fingerprint(connection)

    assert of_another(1) == fingerprint(generated)
    assert of_another(2) != fingerprint(generated)


def fingerprint(connection: Connection) -> object:
    return scalar(
        connection,
        """
        SELECT md5(string_agg(
            concat(learner_id, section_id, interaction_type, outcome, session_id), ',' ORDER BY id
        ))
        FROM learning_interactions
        """,
    )
