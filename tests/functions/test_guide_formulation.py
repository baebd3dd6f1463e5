"""The guide's own views and functions fail the oracle: our tests can fail."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import product
from pathlib import Path

import psycopg
import pytest
from hypothesis import Phase, given, settings

from support import oracle
from support.properties import examples
from support.rows import Connection, Row, add, read, rolled_back, scalar
from support.world import START, World, place, worlds

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "guide_analytics.sql"
REFRESH = "REFRESH MATERIALIZED VIEW guide.{}"


@pytest.fixture
def guide(transaction: Connection) -> Connection:
    """A transaction in which the guide's views and functions stand in a schema `guide`."""
    transaction.execute("CREATE SCHEMA guide")
    transaction.execute("SET LOCAL search_path = guide, public")
    transaction.execute(FIXTURE.read_bytes())
    transaction.execute("SET LOCAL search_path = public")
    return transaction


def add_course(connection: Connection) -> Row:
    """A course in which one of three learners did everything, and two did a little of it."""
    course = add(connection, "educational_courses")
    module = add(connection, "learning_modules", course_id=course["id"])["id"]
    sections = [add(connection, "learning_sections", module_id=module)["id"] for _ in range(4)]
    assessments = [
        add(connection, "educational_assessments", course_id=course["id"])["id"] for _ in range(3)
    ]
    for diligent in (True, False, False):
        learner = add(
            connection,
            "course_enrollments",
            course_id=course["id"],
            engagement_score=Decimal("0.9") if diligent else Decimal("0.3"),
            completion_status="completed" if diligent else "enrolled",
        )["learner_id"]
        for number, section in enumerate(sections if diligent else sections[:1]):
            add(
                connection,
                "section_progress",
                learner_id=learner,
                section_id=section,
                course_id=course["id"],
                comprehension_score=1 if diligent else 0,
                retention_score=Decimal("0.8") if diligent else Decimal("0.4"),
                interaction_count=10 if diligent else 1,
                # 600 minutes of the one, 30 of the others
                total_time_spent=9000 if diligent else 1800,
            )
            kinds = ("discussion", "discussion", "navigation") if number == 0 else ("navigation",)
            for kind in kinds if diligent else kinds[-1:]:
                add(
                    connection,
                    "learning_interactions",
                    learner_id=learner,
                    section_id=section,
                    interaction_type=kind,
                    learning_effectiveness=Decimal("0.5"),
                )
        for assessment in assessments if diligent else assessments[:1]:
            for number, score in enumerate((2, 10) if diligent else (0,), start=1):
                add(
                    connection,
                    "assessment_attempts",
                    assessment_id=assessment,
                    learner_id=learner,
                    attempt_number=number,
                    score=score,
                    completion_status="graded",
                )
        for _ in range(2):
            add(
                connection,
                "learning_sessions",
                learner_id=learner,
                course_id=course["id"],
                supplied="{engagement_level}",
            )
    return course


def add_guest(connection: Connection, course: Row) -> None:
    """Progress and a graded attempt of a learner who is not enrolled."""
    guest = add(connection, "learners")["id"]
    (section, *_) = (
        row["id"]
        for row in read(connection, "learning_sections")
        if row["course_id"] == course["id"]
    )
    (assessment, *_) = (row["id"] for row in read(connection, "educational_assessments"))
    add(
        connection,
        "section_progress",
        learner_id=guest,
        section_id=section,
        comprehension_score=1,
        retention_score=1,
        application_score=1,
        interaction_count=100,
        meaningful_interactions=50,
    )
    add(
        connection,
        "assessment_attempts",
        assessment_id=assessment,
        learner_id=guest,
        score=10,
        completion_status="graded",
    )


def wrong_columns(lines: list[str]) -> set[str]:
    return {line.split(" of ")[0] for line in lines}


def test_the_guides_dashboard_counts_guests_and_every_retry(guide: Connection) -> None:
    add_guest(guide, add_course(guide))
    guide.execute(REFRESH.format("learning_analytics_dashboard").encode())
    guide.execute("SELECT refresh_learning_analytics()")
    expected = oracle.dashboard(oracle.tables(guide))
    ours = read(guide, "learning_analytics_dashboard")
    theirs = read(guide, "guide.learning_analytics_dashboard")
    assert oracle.differences(ours, expected, "course_id") == []
    assert wrong_columns(oracle.differences(theirs, expected, "course_id")) == {
        "average_comprehension",
        "average_retention",
        "average_application",
        "average_interactions_per_section",
        "average_meaningful_interactions",
        "average_assessment_score",
        "total_assessment_attempts",
    }


def test_the_guides_learner_view_multiplies_minutes_and_counts_every_retry(
    guide: Connection,
) -> None:
    add_course(guide)
    guide.execute(REFRESH.format("learner_progress_analytics").encode())
    guide.execute("SELECT refresh_learning_analytics()")
    expected = oracle.learner_analytics(oracle.tables(guide))
    ours = read(guide, "learner_progress_analytics")
    theirs = read(guide, "guide.learner_progress_analytics")
    assert oracle.differences(ours, expected, "learner_id") == []
    assert wrong_columns(oracle.differences(theirs, expected, "learner_id")) == {
        "total_learning_time_minutes",
        "average_assessment_performance",
    }
    # 600 minutes, times 4 progress rows, 2 sessions, 6 interactions and 6 attempts
    assert max(row["total_learning_time_minutes"] for row in theirs) == 600 * 4 * 2 * 6 * 6
    assert max(row["total_learning_time_minutes"] for row in ours) == 600


def test_the_guides_effectiveness_counts_the_diligent_many_times(guide: Connection) -> None:
    course = add_course(guide)["id"]
    query = "SELECT {}.calculate_course_effectiveness(%s)::text"
    ours = oracle.exact_json(scalar(guide, query.format("public"), course))
    theirs = oracle.exact_json(scalar(guide, query.format("guide"), course))
    assert ours == oracle.effectiveness(oracle.tables(guide), course)
    assert wrong_keys(ours, theirs) == set(ours) - {"total_learners"}
    assert (theirs["completion_rate"], ours["completion_rate"]) == (
        Decimal(80),
        Decimal("33.33"),
    )


def wrong_keys(ours: Row, theirs: Row) -> set[str]:
    return {key for key in ours if ours[key] != theirs[key]}


def test_the_guides_velocity_counts_what_was_only_touched(guide: Connection) -> None:
    guide.execute("SET LOCAL lms_schema.progress_time = 'event'")
    row = add(guide, "section_progress", completion_percentage=60, last_accessed=START)
    guide.execute("UPDATE section_progress SET total_time_spent = 5")
    query = "SELECT {}.calculate_learning_velocity(%s, %s)"
    key = (row["learner_id"], row["course_id"])
    assert scalar(guide, query.format("public"), *key) == 0
    assert scalar(guide, query.format("guide"), *key) == 2


def test_the_guides_velocity_overflows_at_ten_sections_in_one_day(guide: Connection) -> None:
    course = add(guide, "educational_courses")["id"]
    module = add(guide, "learning_modules", course_id=course)["id"]
    learner = add(guide, "learners")["id"]
    for _ in range(10):
        section = add(guide, "learning_sections", module_id=module)["id"]
        add(
            guide,
            "section_progress",
            learner_id=learner,
            section_id=section,
            completion_percentage=100,
        )
    query = "SELECT {}.calculate_learning_velocity(%s, %s, 1)"
    assert scalar(guide, query.format("public"), learner, course) == 1000
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        scalar(guide, query.format("guide"), learner, course)


def test_the_guides_refresh_fails_on_a_view_that_was_never_populated(guide: Connection) -> None:
    guide.execute("REFRESH MATERIALIZED VIEW guide.learning_analytics_dashboard WITH NO DATA")
    guide.execute("SET LOCAL search_path = guide, public")
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        guide.execute("SELECT guide.refresh_learning_analytics()")


def dashboards(connection: Connection, _world: World) -> None:
    connection.execute(REFRESH.format("learning_analytics_dashboard").encode())
    theirs = read(connection, "guide.learning_analytics_dashboard")
    expected = oracle.dashboard(oracle.tables(connection))
    assert oracle.differences(theirs, expected, "course_id") == []


def learner_views(connection: Connection, _world: World) -> None:
    connection.execute(REFRESH.format("learner_progress_analytics").encode())
    theirs = read(connection, "guide.learner_progress_analytics")
    expected = oracle.learner_analytics(oracle.tables(connection))
    assert oracle.differences(theirs, expected, "learner_id") == []


def effectiveness(connection: Connection, world: World) -> None:
    stored = oracle.tables(connection)
    for course in world.ids("educational_courses"):
        text = scalar(connection, "SELECT guide.calculate_course_effectiveness(%s)::text", course)
        assert oracle.exact_json(text) == oracle.effectiveness(stored, course)


def velocity(connection: Connection, world: World) -> None:
    as_of = scalar(connection, "SELECT now()")
    query = "SELECT guide.calculate_learning_velocity(%s, %s, 30)"
    for pair in product(world.ids("learners"), world.ids("educational_courses")):
        expected = oracle.velocity(world.changes, *pair, 30, as_of)
        assert scalar(connection, query, *pair) == expected


@pytest.mark.parametrize("comparison", [dashboards, learner_views, effectiveness, velocity])
def test_random_worlds_find_each_of_the_guides_figures_wrong(
    guide: Connection, comparison: Callable[[Connection, World], None]
) -> None:
    @settings(examples(), phases=[Phase.generate], report_multiple_bugs=False)
    @given(world=worlds())
    def property_of_random_worlds(world: World) -> None:
        with rolled_back(guide):
            place(guide, world)
            comparison(guide, world)

    with pytest.raises(AssertionError):
        property_of_random_worlds()
