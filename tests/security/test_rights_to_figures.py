"""Figures are those of all rows, whoever reads them, and nobody reads those of others."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from support.access import World, become, make_world
from support.rows import Connection, Row, add, read, rolled_back, scalar


@pytest.fixture(scope="module")
def world_and_connection(shared_database: str) -> Iterator[tuple[World, Connection]]:
    with psycopg.connect(shared_database) as connection:
        world = make_world(connection)
        connection.execute("SELECT refresh_learning_analytics()")
        # of the class, which no other learner may read
        for learner in ("ana", "ben"):
            connection.execute(
                "UPDATE section_progress SET interaction_count = interaction_count + 3"
                " WHERE learner_id = %s",
                (world.ids[learner],),
            )
            add(connection, "learning_sessions", learner_id=world.ids[learner], focus_score="0.4")
        yield world, connection
        connection.rollback()


@pytest.mark.parametrize(
    ("persona", "person", "view"),
    [
        ("learner", "ana", "learner_analytics"),
        ("guardian", "gil", "learner_analytics"),
        ("registrar", "rita", "learner_analytics"),
        ("instructor", "tess", "course_analytics"),
        ("registrar", "rita", "course_analytics"),
        ("service", None, "learner_analytics"),
        ("service", None, "course_analytics"),
    ],
)
def test_figures_do_not_depend_on_who_reads_them(
    world_and_connection: tuple[World, Connection], persona: str, person: str | None, view: str
) -> None:
    world, connection = world_and_connection
    of_owner = {_key(row): row for row in read(connection, view)}
    assert read(connection, "section_progress_delta") != []
    with rolled_back(connection):
        become(connection, f"lms_{persona}", world.tokens[person] if person else None)
        seen = {_key(row): row for row in read(connection, view)}
    assert seen != {}
    assert seen == {key: of_owner[key] for key in seen}


def test_the_persona_and_not_the_person_decides_whose_figures_are_given(
    world_and_connection: tuple[World, Connection],
) -> None:
    world, connection = world_and_connection
    figures = "SELECT count(*) FROM learner_figures(%s)"
    with rolled_back(connection):
        # one who learns, and administers
        add(
            connection,
            "institution_staff",
            institution_id=world.ids["north"],
            person_id=world.ids["ana"],
        )
        for persona, expected in (("learner", 0), ("registrar", 1)):
            with rolled_back(connection):
                become(connection, f"lms_{persona}", world.tokens["ana"])
                assert scalar(connection, figures, world.ids["ben"]) == expected, persona


def _key(row: Row) -> object:
    return next(iter(row.values()))
