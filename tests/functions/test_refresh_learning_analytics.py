"""refresh_learning_analytics: what it writes, logs, and leaves alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql

from support.race import connections
from support.rows import Connection, Row, add, column, read, rolled_back, scalar

SUMMARIES = ("learner_course_summary", "learner_summary", "course_summary")
VIEWS = ("learning_analytics_dashboard", "learner_progress_analytics")
REFRESH = "SELECT refresh_learning_analytics()"


def refresh(connection: Connection) -> datetime:
    """Refresh in a transaction of its own and return its time."""
    with connection.transaction():
        connection.execute(REFRESH)
        time = scalar(connection, "SELECT now()")
    assert isinstance(time, datetime)
    return time


def last_updated(connection: Connection) -> dict[Any, datetime]:
    return {
        next(iter(row.values())): row["last_updated"]
        for view in VIEWS
        for row in read(connection, view)
    }


def places(connection: Connection) -> dict[str, Any]:
    """Where the only row of each summary lies."""
    query = sql.SQL("SELECT ctid::text FROM {}")
    return {
        name: scalar(connection, query.format(sql.Identifier(name)).as_string())
        for name in SUMMARIES
    }


def log(connection: Connection) -> list[tuple[str, int, int]]:
    """View, rows and changed rows of each entry of the log, in order."""
    rows: list[Row] = sorted(read(connection, "analytics_refresh_log"), key=lambda row: row["id"])
    return [(row["view_name"], row["row_count"], row["rows_changed"]) for row in rows]


def test_last_updated_is_when_the_content_of_the_row_last_changed(connection: Connection) -> None:
    enrollment = add(connection, "course_enrollments")
    course, learner = enrollment["course_id"], enrollment["learner_id"]
    idle_course = add(connection, "educational_courses")["id"]
    idle_learner = add(connection, "learners")["id"]

    first = refresh(connection)
    everything = (course, learner, idle_course, idle_learner)
    assert last_updated(connection) == dict.fromkeys(everything, first)

    second = refresh(connection)
    assert second > first
    assert last_updated(connection) == dict.fromkeys(everything, first)

    connection.execute("UPDATE course_enrollments SET overall_progress = 60")
    third = refresh(connection)
    changed = {course: third, learner: third, idle_course: first, idle_learner: first}
    assert last_updated(connection) == changed

    # a change of what the views do not show, and a change that was taken back
    connection.execute("UPDATE learners SET first_name = 'Grace'")
    connection.execute("UPDATE course_enrollments SET overall_progress = 90")
    connection.execute("UPDATE course_enrollments SET overall_progress = 60")
    refresh(connection)
    assert last_updated(connection) == changed

    new = add(connection, "educational_courses")["id"]
    connection.execute("DELETE FROM learners WHERE id = %s", (idle_learner,))
    fifth = refresh(connection)
    assert last_updated(connection) == {
        course: third,
        learner: third,
        idle_course: first,
        new: fifth,
    }


def test_a_row_that_comes_back_is_new(connection: Connection) -> None:
    learner = add(connection, "learners")
    refresh(connection)
    connection.execute("DELETE FROM learners")
    refresh(connection)
    add(connection, "learners", id=learner["id"])
    third = refresh(connection)
    assert last_updated(connection) == {learner["id"]: third}


def test_unchanged_rows_are_not_rewritten(connection: Connection) -> None:
    changing, idle = (add(connection, "educational_courses")["id"] for _ in range(2))
    places = "SELECT ctid::text FROM learning_analytics_dashboard WHERE course_id = %s"
    refresh(connection)
    before = [scalar(connection, places, course) for course in (changing, idle)]
    connection.execute(
        "UPDATE educational_courses SET title = 'Another' WHERE id = %s", (changing,)
    )
    refresh(connection)
    after = [scalar(connection, places, course) for course in (changing, idle)]
    assert before[0] != after[0]
    assert before[1] == after[1]


@pytest.mark.parametrize(
    ("change", "written"),
    [
        # the enrollment's progress, which the summary of both does not hold
        ("completion_percentage = 50", {"learner_summary", "course_summary"}),
        # what learners are not shown
        ("interaction_count = 7", {"learner_course_summary", "course_summary"}),
        # a completion at another time, which only sessions may follow
        ("completion_timestamp = '2020-01-01'", set()),
    ],
)
def test_a_summary_to_which_nothing_is_added_is_not_written(
    connection: Connection, change: str, written: set[str]
) -> None:
    enrollment = add(connection, "course_enrollments")
    module = add(connection, "learning_modules", course_id=enrollment["course_id"])
    add(
        connection,
        "section_progress",
        learner_id=enrollment["learner_id"],
        section_id=add(connection, "learning_sections", module_id=module["id"])["id"],
        status="completed",
    )
    refresh(connection)
    connection.execute(f"UPDATE section_progress SET {change}".encode())
    before = places(connection)
    assert scalar(connection, "SELECT count(*) FROM section_progress_delta") == 1
    refresh(connection)
    assert {name for name, place in places(connection).items() if before[name] != place} == written
    assert scalar(connection, "SELECT count(*) FROM section_progress_delta") == 0
    assert scalar(connection, "SELECT count(*) FROM check_learning_analytics()") == 0


def test_each_refresh_logs_rows_and_changed_rows_of_both_views(connection: Connection) -> None:
    enrollment = add(connection, "course_enrollments")
    add(connection, "learners")
    refresh(connection)
    refresh(connection)
    connection.execute("UPDATE educational_courses SET title = 'Another'")
    refresh(connection)
    connection.execute("DELETE FROM learners WHERE id = %s", (enrollment["learner_id"],))
    refresh(connection)
    dashboard, learners = VIEWS
    assert log(connection) == [
        (dashboard, 1, 1),
        (learners, 2, 2),
        (dashboard, 1, 0),
        (learners, 2, 0),
        (dashboard, 1, 1),
        (learners, 2, 0),
        (dashboard, 1, 1),
        (learners, 1, 1),
    ]
    for row in read(connection, "analytics_refresh_log"):
        assert row["started_at"] <= row["finished_at"]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_that_was_never_populated_is_refreshed_too(
    transaction: Connection, view: str
) -> None:
    add(transaction, "course_enrollments")
    empty = sql.SQL("REFRESH MATERIALIZED VIEW {} WITH NO DATA").format(sql.Identifier(view))
    transaction.execute(empty)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState), rolled_back(transaction):
        read(transaction, view)
    transaction.execute(REFRESH)
    assert len(read(transaction, view)) == 1
    assert log(transaction) == [(name, 1, 1) for name in VIEWS]


def test_a_second_call_returns_at_once_while_another_is_at_work(
    connection: Connection, database: str
) -> None:
    add(connection, "course_enrollments")
    with connections(database, 2) as (one, other):
        one.execute(REFRESH)
        notices: list[str | None] = []
        other.add_notice_handler(lambda notice: notices.append(notice.message_primary))
        other.execute("SET lock_timeout = '100ms'")  # it waits for nothing
        other.execute(REFRESH)
        other.commit()
        assert [notice for notice in notices if notice and "another" in notice] == notices
        assert len(notices) == 1
        assert log(connection) == []
        one.commit()
        assert len(log(connection)) == 2
        other.execute(REFRESH)
        other.commit()
        assert len(log(connection)) == 4
        assert len(notices) == 1


def test_readers_go_on_during_a_refresh(connection: Connection, database: str) -> None:
    add(connection, "course_enrollments")
    refresh(connection)
    connection.execute("UPDATE course_enrollments SET overall_progress = 60")
    with connections(database, 2) as (refreshing, reading):
        refreshing.execute(REFRESH)
        reading.execute("SET lock_timeout = '100ms'")
        for view in VIEWS:
            assert len(read(reading, view)) == 1
        add(reading, "course_enrollments")


def test_a_refresh_that_fails_leaves_nothing(connection: Connection) -> None:
    add(connection, "course_enrollments")
    refresh(connection)
    before = (last_updated(connection), log(connection), read(connection, "learner_summary"))
    connection.execute("UPDATE course_enrollments SET overall_progress = 60")
    # the second view can no longer be refreshed; by then the first is
    connection.execute("DROP INDEX idx_learner_progress_analytics_learner")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        connection.execute(REFRESH)
    after = (last_updated(connection), log(connection), read(connection, "learner_summary"))
    assert before == after
    (row,) = read(connection, "learning_analytics_dashboard")
    assert row["average_progress"] == 0


def test_both_views_carry_one_time_in_one_transaction(transaction: Connection) -> None:
    add(transaction, "course_enrollments")
    transaction.execute(REFRESH)
    assert set(last_updated(transaction).values()) == {scalar(transaction, "SELECT now()")}


def test_a_role_that_may_only_execute_refreshes(transaction: Connection) -> None:
    add(transaction, "course_enrollments")
    transaction.execute("CREATE ROLE lms_test_refresher")
    transaction.execute("SET LOCAL ROLE lms_test_refresher")
    for refused in (REFRESH, f"REFRESH MATERIALIZED VIEW {VIEWS[0]}", f"TABLE {VIEWS[0]}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), rolled_back(transaction):
            transaction.execute(refused.encode())
    transaction.execute("RESET ROLE")
    transaction.execute(
        "GRANT EXECUTE ON FUNCTION refresh_learning_analytics() TO lms_test_refresher"
    )
    transaction.execute("SET LOCAL ROLE lms_test_refresher")
    transaction.execute(REFRESH)
    for refused in (f"REFRESH MATERIALIZED VIEW {VIEWS[0]}", f"TABLE {VIEWS[0]}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), rolled_back(transaction):
            transaction.execute(refused.encode())
    transaction.execute("RESET ROLE")
    assert log(transaction) == [(view, 1, 1) for view in VIEWS]


def test_objects_of_the_caller_with_the_same_names_are_not_taken(transaction: Connection) -> None:
    add(transaction, "course_enrollments")
    for name in ("analytics_refresh_log", "learner_summary", "course_enrollments_delta", *VIEWS):
        transaction.execute(f"CREATE TEMP TABLE {name} (id integer)".encode())
    transaction.execute("SET LOCAL search_path = pg_temp, public")
    transaction.execute(REFRESH)
    assert column(transaction, "SELECT view_name::text FROM public.analytics_refresh_log") == list(
        VIEWS
    )
    assert scalar(transaction, "SELECT count(*) FROM pg_temp.analytics_refresh_log") == 0
