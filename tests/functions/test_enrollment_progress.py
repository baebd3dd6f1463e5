"""Progress, time and last access of enrollments follow the sections and their progress rows."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.derived import AS_OF, minutes, rounded
from support.race import connections, waiting
from support.rows import Connection, Row, add, column, insert, rolled_back, scalar


def enrolled(connection: Connection, sections: int = 2, learners: int = 1) -> tuple[Row, list[Row]]:
    """An enrollment, and the sections of its course."""
    module = add(connection, "learning_modules")
    made = [add(connection, "learning_sections", module_id=module["id"]) for _ in range(sections)]
    rows = [
        add(connection, "course_enrollments", course_id=module["course_id"])
        for _ in range(learners)
    ]
    return rows[0], made


def progress(connection: Connection, enrollment: Row, section: Row, **values: Any) -> Row:
    values = {"completion_percentage": 50, **values}
    return add(
        connection,
        "section_progress",
        learner_id=enrollment["learner_id"],
        section_id=section["id"],
        course_id=section["course_id"],
        **values,
    )


def overall(connection: Connection, enrollment: Row) -> Any:
    return scalar(
        connection,
        "SELECT overall_progress FROM course_enrollments WHERE id = %s",
        enrollment["id"],
    )


def stored(connection: Connection, enrollment: Row) -> tuple[Any, ...]:
    found = connection.execute(
        "SELECT overall_progress, total_time_spent, last_accessed FROM course_enrollments"
        " WHERE id = %s",
        (enrollment["id"],),
    ).fetchone()
    assert found is not None
    return found


PERCENTAGES = st.decimals(0, 100, places=2)


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.integers(1, 7),
    st.lists(st.tuples(PERCENTAGES, st.integers(0, 4000), st.integers(0, 90)), max_size=7),
)
def test_progress_is_the_mean_over_all_sections_and_time_their_sum(
    transaction: Connection, sections: int, rows: list[tuple[Decimal, int, int]]
) -> None:
    with rolled_back(transaction):
        enrollment, made = enrolled(transaction, sections)
        rows = rows[:sections]
        insert(
            transaction,
            "section_progress",
            [
                {
                    "learner_id": enrollment["learner_id"],
                    "section_id": section["id"],
                    "course_id": section["course_id"],
                    "status": "in_progress",
                    "completion_percentage": percentage,
                    "total_time_spent": seconds,
                    "last_accessed": AS_OF - timedelta(days=days) if days else None,
                }
                for section, (percentage, seconds, days) in zip(made, rows, strict=False)
            ],
        )
        days_ago = [days for _, _, days in rows if days]
        assert stored(transaction, enrollment) == (
            rounded(sum((Fraction(row[0]) for row in rows), Fraction(0)) / sections),
            minutes(sum(row[1] for row in rows)),
            AS_OF - timedelta(days=min(days_ago)) if days_ago else None,
        )


def test_half_a_minute_is_rounded_up(transaction: Connection) -> None:
    enrollment, sections = enrolled(transaction)
    progress(transaction, enrollment, sections[0], total_time_spent=29)
    assert stored(transaction, enrollment)[1] == 0
    progress(transaction, enrollment, sections[1], total_time_spent=61)
    assert stored(transaction, enrollment)[1] == 2


def test_absurd_times_do_not_abort_the_write(transaction: Connection) -> None:
    enrollment, sections = enrolled(transaction, 70)
    for section in sections:
        progress(transaction, enrollment, section, total_time_spent=2**31 - 1)
    assert stored(transaction, enrollment)[1] == 2**31 - 1


def test_a_course_without_sections_keeps_the_progress_that_is_stored(
    transaction: Connection,
) -> None:
    enrollment = add(transaction, "course_enrollments", overall_progress=40)
    assert overall(transaction, enrollment) == 40
    add(transaction, "learning_modules", course_id=enrollment["course_id"])
    assert overall(transaction, enrollment) == 40


def test_progress_of_a_learner_who_is_not_enrolled_changes_nobody(transaction: Connection) -> None:
    enrollment, sections = enrolled(transaction)
    add(transaction, "section_progress", section_id=sections[0]["id"], completion_percentage=80)
    assert overall(transaction, enrollment) == 0


def test_an_enrollment_after_progress_starts_with_it(transaction: Connection) -> None:
    _, sections = enrolled(transaction)
    row = add(
        transaction, "section_progress", section_id=sections[0]["id"], completion_percentage=80
    )
    enrollment = add(
        transaction,
        "course_enrollments",
        learner_id=row["learner_id"],
        course_id=row["course_id"],
        overall_progress=99,
    )
    assert overall(transaction, enrollment) == 40


@pytest.mark.parametrize("is_enrolled_first", [True, False])
@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (
            "INSERT INTO section_progress"
            " (learner_id, section_id, course_id, status, completion_percentage)"
            " SELECT %(learner)s, %(fresh)s, %(course)s, 'in_progress', 30",
            60,
        ),
        (
            "UPDATE section_progress SET completion_percentage = 10 WHERE learner_id = %(learner)s",
            5,
        ),
        ("DELETE FROM section_progress WHERE learner_id = %(learner)s", 0),
        ("DELETE FROM learning_sections WHERE id = %(section)s", 0),
    ],
)
def test_one_statement_that_enrolls_and_changes_progress_counts_it_once(
    transaction: Connection, learner: uuid.UUID, change: str, wanted: int, is_enrolled_first: bool
) -> None:
    module = add(transaction, "learning_modules")
    section, fresh = (
        add(transaction, "learning_sections", module_id=module["id"]) for _ in range(2)
    )
    add(
        transaction,
        "section_progress",
        learner_id=learner,
        section_id=section["id"],
        course_id=module["course_id"],
        completion_percentage=90,
    )
    enroll = "INSERT INTO course_enrollments (learner_id, course_id) SELECT %(learner)s, %(course)s"
    one, other = (enroll, change) if is_enrolled_first else (change, enroll)
    transaction.execute(
        f"WITH one AS ({one} RETURNING id) {other}".encode(),
        {
            "learner": learner,
            "course": module["course_id"],
            "section": section["id"],
            "fresh": fresh["id"],
        },
    )
    assert scalar(transaction, "SELECT overall_progress FROM course_enrollments") == wanted
    # the next statement adds to it
    transaction.execute("UPDATE section_progress SET completion_percentage = 80")
    count = scalar(transaction, "SELECT count(*) FROM section_progress")
    assert scalar(transaction, "SELECT overall_progress FROM course_enrollments") == 40 * count


@pytest.mark.parametrize("is_enrolled_first", [True, False])
def test_one_statement_that_loads_enrollments_and_changes_progress_counts_it_once(
    transaction: Connection, is_enrolled_first: bool
) -> None:
    rows = [add(transaction, "section_progress", completion_percentage=90)]
    rows += [
        add(
            transaction,
            "section_progress",
            section_id=rows[0]["section_id"],
            course_id=rows[0]["course_id"],
            learner_id=add(transaction, "learners")["id"],
            completion_percentage=90,
        )
        for _ in range(2)
    ]
    enroll = (
        "INSERT INTO course_enrollments (learner_id, course_id)"
        " SELECT learner_id, course_id FROM section_progress"
    )
    change = "UPDATE section_progress SET completion_percentage = 10"
    one, other = (enroll, change) if is_enrolled_first else (change, enroll)
    transaction.execute(f"WITH one AS ({one} RETURNING id) {other}".encode())
    assert column(transaction, "SELECT overall_progress FROM course_enrollments") == [10, 10, 10]


def test_what_a_function_enrolls_and_begins_is_in_progress(
    transaction: Connection, learner: uuid.UUID
) -> None:
    section = add(transaction, "learning_sections")
    # one message of the client, as the call of a function is
    transaction.execute(
        "INSERT INTO course_enrollments (learner_id, course_id)"
        f" VALUES ('{learner}', '{section['course_id']}');"
        f"SELECT record_interaction('{learner}', '{section['id']}', 'discussion')".encode()
    )
    assert scalar(transaction, "SELECT completion_status FROM course_enrollments") == "in_progress"


def test_an_enrollment_after_attempts_at_an_assessment_that_moved_starts_with_their_grade(
    transaction: Connection,
) -> None:
    enrollment, _ = enrolled(transaction)
    attempt = add(transaction, "assessment_attempts", score=8, completion_status="graded")
    transaction.execute(
        "UPDATE educational_assessments SET course_id = %s", (enrollment["course_id"],)
    )
    add(
        transaction,
        "course_enrollments",
        learner_id=attempt["learner_id"],
        course_id=enrollment["course_id"],
    )
    assert (
        scalar(
            transaction,
            "SELECT current_grade FROM course_enrollments WHERE learner_id = %s",
            attempt["learner_id"],
        )
        == 80
    )


def load(connection: Connection, course: Any, learners: int) -> list[Row]:
    """Enroll so many new learners in one statement; only the first row looks at the course."""
    ids = [add(connection, "learners")["id"] for _ in range(learners)]
    connection.execute(
        "INSERT INTO course_enrollments (learner_id, course_id, overall_progress)"
        " SELECT l.id, %s, l.ordinality - 1 FROM unnest(%s::uuid[]) WITH ORDINALITY AS l (id)",
        (course, ids),
    )
    return [
        {"id": row, "learner_id": learner}
        for learner in ids
        for row in column(
            connection, "SELECT id FROM course_enrollments WHERE learner_id = %s", learner
        )
    ]


def test_all_enrollments_of_a_load_start_empty_and_follow(transaction: Connection) -> None:
    _, sections = enrolled(transaction)
    loaded = load(transaction, sections[0]["course_id"], 3)
    assert [overall(transaction, row) for row in loaded] == [0, 0, 0]
    for row in loaded:
        progress(transaction, row, sections[0])
    assert [overall(transaction, row) for row in loaded] == [25, 25, 25]


def test_enrollments_of_a_load_follow_a_section_that_is_added_before_any_progress(
    transaction: Connection,
) -> None:
    _, sections = enrolled(transaction)
    loaded = load(transaction, sections[0]["course_id"], 2)
    add(transaction, "learning_sections", module_id=sections[0]["module_id"])
    for row in loaded:
        progress(transaction, row, sections[0], completion_percentage=90)
    assert [overall(transaction, row) for row in loaded] == [30, 30]


def test_an_update_that_changes_nothing_of_a_loaded_enrollment_leaves_its_time(
    transaction: Connection,
) -> None:
    _, sections = enrolled(transaction)
    _, second = load(transaction, sections[0]["course_id"], 2)
    before = scalar(
        transaction, "SELECT updated_at FROM course_enrollments WHERE id = %s", second["id"]
    )
    for assignment in ("academic_term = academic_term", "overall_progress = 7"):
        transaction.execute(f"UPDATE course_enrollments SET {assignment}".encode())
    assert transaction.execute(
        "SELECT updated_at, overall_progress, section_count FROM course_enrollments WHERE id = %s",
        (second["id"],),
    ).fetchone() == (before, 0, 2)


def test_an_enrollment_given_to_another_learner_or_course_follows(transaction: Connection) -> None:
    enrollment, sections = enrolled(transaction)
    other, elsewhere = enrolled(transaction, 4)
    progress(transaction, enrollment, sections[0], completion_percentage=90)
    assert overall(transaction, enrollment) == 45
    row = add(transaction, "section_progress", section_id=elsewhere[0]["id"])
    transaction.execute(
        "UPDATE section_progress SET completion_percentage = 100 WHERE id = %s", (row["id"],)
    )
    transaction.execute(
        "UPDATE course_enrollments SET learner_id = %s, course_id = %s WHERE id = %s",
        (row["learner_id"], other["course_id"], enrollment["id"]),
    )
    assert overall(transaction, enrollment) == 25


def test_sections_added_and_deleted_change_the_mean(transaction: Connection) -> None:
    enrollment, sections = enrolled(transaction)
    progress(transaction, enrollment, sections[0])
    assert overall(transaction, enrollment) == 25
    more = add(transaction, "learning_sections", module_id=sections[0]["module_id"])
    assert overall(transaction, enrollment) == Decimal("16.67")
    transaction.execute("DELETE FROM learning_sections WHERE id = %s", (more["id"],))
    assert overall(transaction, enrollment) == 25
    transaction.execute("DELETE FROM learning_sections WHERE id = %s", (sections[1]["id"],))
    assert overall(transaction, enrollment) == 50
    with rolled_back(transaction):
        transaction.execute("DELETE FROM learning_modules")
        assert stored(transaction, enrollment)[1:] == (0, None)


def test_a_deleted_section_takes_its_progress_along(transaction: Connection) -> None:
    enrollment, sections = enrolled(transaction)
    progress(transaction, enrollment, sections[0], total_time_spent=600, last_accessed=AS_OF)
    progress(transaction, enrollment, sections[1], completion_percentage=10)
    transaction.execute("DELETE FROM learning_sections WHERE id = %s", (sections[0]["id"],))
    assert stored(transaction, enrollment) == (10, 0, None)


@pytest.mark.parametrize("what", ["section", "module"])
def test_both_courses_follow_when_a_section_or_module_moves(
    transaction: Connection, what: str
) -> None:
    here, sections = enrolled(transaction, 2)
    there, elsewhere = enrolled(transaction, 1)
    progress(transaction, here, sections[0])
    progress(transaction, there, elsewhere[0])
    extra = add(transaction, "learning_modules", course_id=here["course_id"])
    section = add(transaction, "learning_sections", module_id=extra["id"])
    assert (overall(transaction, here), overall(transaction, there)) == (Decimal("16.67"), 50)
    if what == "section":
        transaction.execute(
            "UPDATE learning_sections SET module_id = %s, section_order = 9 WHERE id = %s",
            (elsewhere[0]["module_id"], section["id"]),
        )
    else:
        transaction.execute(
            "UPDATE learning_modules SET course_id = %s, module_order = 9 WHERE id = %s",
            (there["course_id"], extra["id"]),
        )
    assert (overall(transaction, here), overall(transaction, there)) == (25, 25)


@pytest.mark.parametrize("moved", ["section", "module"])
def test_what_moves_to_another_course_takes_its_progress_along(
    transaction: Connection, moved: str
) -> None:
    here, sections = enrolled(transaction)
    there, elsewhere = enrolled(transaction)
    transaction.execute(
        "INSERT INTO course_enrollments (learner_id, course_id) VALUES (%s, %s)",
        (here["learner_id"], there["course_id"]),
    )
    section = sections[0]
    record = "SELECT record_interaction(%s, %s, 'reflection', p_duration_seconds => 120)"
    transaction.execute(record, (here["learner_id"], section["id"]))
    transaction.execute("UPDATE section_progress SET completion_percentage = 60")
    assessment = add(transaction, "educational_assessments", section_id=section["id"])
    add(
        transaction,
        "assessment_attempts",
        learner_id=here["learner_id"],
        assessment_id=assessment["id"],
        score=9,
        completion_status="graded",
    )
    assert overall(transaction, here) == 30

    if moved == "section":
        transaction.execute(
            "UPDATE learning_sections SET module_id = %s, section_order = 9 WHERE id = %s",
            (elsewhere[0]["module_id"], section["id"]),
        )
    else:
        transaction.execute(
            "UPDATE learning_modules SET course_id = %s, module_order = 9 WHERE id = %s",
            (there["course_id"], section["module_id"]),
        )
    found = transaction.execute(
        "SELECT course_id, overall_progress, total_time_spent, current_grade"
        " FROM course_enrollments WHERE learner_id = %s",
        (here["learner_id"],),
    ).fetchall()
    sections_there = 3 if moved == "section" else 4
    left = 0 if moved == "section" else 30  # without any section, what is stored stays
    assert {row[0]: row[1:] for row in found} == {
        here["course_id"]: (left, 0, None),
        there["course_id"]: (rounded(Fraction(60, sections_there)), 2, 90),
    }
    transaction.execute("SELECT recalculate_course_metrics(), refresh_learning_analytics()")
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() == []
    assert transaction.execute("SELECT * FROM check_learning_analytics()").fetchall() == []


def test_deleted_progress_is_taken_back(transaction: Connection) -> None:
    enrollment, sections = enrolled(transaction)
    for section in sections:
        progress(transaction, enrollment, section, total_time_spent=60, last_accessed=AS_OF)
    transaction.execute("DELETE FROM section_progress WHERE section_id = %s", (sections[0]["id"],))
    assert stored(transaction, enrollment) == (25, 1, AS_OF)
    transaction.execute("DELETE FROM section_progress")
    assert stored(transaction, enrollment) == (0, 0, None)


def test_one_statement_for_many_rows_updates_each_enrollment_once(transaction: Connection) -> None:
    enrollment, _ = enrolled(transaction, 3, learners=4)
    transaction.execute(
        "INSERT INTO section_progress"
        " (learner_id, section_id, course_id, status, completion_percentage)"
        " SELECT e.learner_id, s.id, s.course_id, 'in_progress', 60 FROM course_enrollments AS e"
        " JOIN learning_sections AS s USING (course_id) WHERE s.course_id = %s",
        (enrollment["course_id"],),
    )
    transaction.execute("UPDATE section_progress SET completion_percentage = 90")
    assert (
        column(
            transaction,
            "SELECT overall_progress FROM course_enrollments WHERE course_id = %s",
            enrollment["course_id"],
        )
        == [90] * 4
    )
    before = column(transaction, "SELECT ctid::text FROM course_enrollments ORDER BY 1")
    transaction.execute("UPDATE section_progress SET help_requests = 0")
    assert column(transaction, "SELECT ctid::text FROM course_enrollments ORDER BY 1") == before


def test_an_upsert_counts_what_it_inserted_and_what_it_updated(transaction: Connection) -> None:
    enrollment, sections = enrolled(transaction)
    progress(transaction, enrollment, sections[0])
    transaction.execute(
        "INSERT INTO section_progress"
        " (learner_id, section_id, course_id, status, completion_percentage)"
        " SELECT %s, s.id, s.course_id, 'in_progress', 100 FROM learning_sections AS s"
        " WHERE s.course_id = %s"
        " ON CONFLICT (learner_id, section_id) DO UPDATE SET"
        " completion_percentage = excluded.completion_percentage",
        (enrollment["learner_id"], enrollment["course_id"]),
    )
    assert overall(transaction, enrollment) == 100


def test_progress_given_to_another_learner_moves_between_enrollments(
    transaction: Connection,
) -> None:
    enrollment, sections = enrolled(transaction)
    other = add(transaction, "course_enrollments", course_id=enrollment["course_id"])
    progress(transaction, enrollment, sections[0])
    transaction.execute("UPDATE section_progress SET learner_id = %s", (other["learner_id"],))
    assert (overall(transaction, enrollment), overall(transaction, other)) == (0, 25)


def test_a_deleted_learner_or_course_leaves_no_error(transaction: Connection) -> None:
    enrollment, sections = enrolled(transaction)
    progress(transaction, enrollment, sections[0])
    with rolled_back(transaction):
        transaction.execute("DELETE FROM learners")
    transaction.execute("DELETE FROM educational_courses")
    assert column(transaction, "SELECT id FROM course_enrollments") == []


def test_two_writers_of_one_enrollment_lose_no_update(database: str) -> None:
    with connections(database, 2) as (one, other):
        enrollment, sections = enrolled(one)
        for section in sections:
            progress(one, enrollment, section, completion_percentage=0)
        one.commit()
        update = "UPDATE section_progress SET completion_percentage = 100 WHERE section_id = %s"
        one.execute(update, (sections[0]["id"],))
        with waiting(
            database, other, lambda: other.execute(update, (sections[1]["id"],)), one
        ) as second:
            one.commit()
            second.result()
        other.commit()
        assert overall(one, enrollment) == 100


@pytest.mark.parametrize("first", ["enrollment", "progress"])
def test_an_enrollment_and_progress_written_at_once_agree(database: str, first: str) -> None:
    """Neither transaction sees the other's row: a lock of both makes one wait."""
    with connections(database, 2) as (one, other):
        _, sections = enrolled(one)
        learner = add(one, "learners")["id"]
        one.commit()
        course = sections[0]["course_id"]

        def enroll(connection: Connection) -> None:
            add(connection, "course_enrollments", learner_id=learner, course_id=course)

        def advance(connection: Connection) -> None:
            progress(connection, {"learner_id": learner}, sections[0], completion_percentage=80)

        begin, follow = (enroll, advance) if first == "enrollment" else (advance, enroll)
        begin(one)
        with waiting(database, other, lambda: follow(other), one) as second:
            one.commit()
            second.result()
        other.commit()
        assert (
            scalar(
                one,
                "SELECT overall_progress FROM course_enrollments WHERE learner_id = %s",
                learner,
            )
            == 40
        )


@pytest.mark.parametrize("ended", ["savepoint", "transaction"])
def test_who_enrolls_again_after_a_savepoint_or_transaction_waits_again_for_an_author(
    database: str, ended: str
) -> None:
    with connections(database, 2) as (author, registrar):
        _, sections = enrolled(author)
        course = sections[0]["course_id"]
        learner = add(author, "learners")["id"]
        author.commit()
        if ended == "savepoint":
            with rolled_back(registrar):
                load(registrar, course, 2)
        else:
            load(registrar, course, 2)
            registrar.commit()
        add(author, "learning_sections", module_id=sections[0]["module_id"])

        def enroll() -> None:
            add(registrar, "course_enrollments", learner_id=learner, course_id=course)

        with waiting(database, registrar, enroll, author) as second:
            author.commit()
            second.result()
        progress(registrar, {"learner_id": learner}, sections[0], completion_percentage=90)
        registrar.commit()
        query = "SELECT overall_progress FROM course_enrollments WHERE learner_id = %s"
        assert scalar(author, query, learner) == 30


def test_a_setting_of_the_application_does_not_let_an_enrollment_pass_an_author(
    database: str,
) -> None:
    with connections(database, 2) as (author, registrar):
        _, sections = enrolled(author)
        course = sections[0]["course_id"]
        learner = add(author, "learners")["id"]
        author.commit()
        add(author, "learning_sections", module_id=sections[0]["module_id"])
        registrar.execute(
            "SELECT set_config('lms_schema.locked_course', %s, FALSE)", (str(course),)
        )

        def enroll() -> None:
            add(registrar, "course_enrollments", learner_id=learner, course_id=course)

        with waiting(database, registrar, enroll, author) as second:
            author.commit()
            with pytest.raises(psycopg.errors.ForeignKeyViolation):
                second.result()


@pytest.mark.parametrize("was_enrolled", [True, False])
def test_a_deleted_course_leaves_nobody_who_worked_in_it(
    transaction: Connection, *, was_enrolled: bool
) -> None:
    enrollment, sections = enrolled(transaction)
    if was_enrolled:
        transaction.execute("DELETE FROM course_enrollments")
    else:
        progress(transaction, {"learner_id": add(transaction, "learners")["id"]}, sections[0])
    transaction.execute("DELETE FROM educational_courses WHERE id = %s", (enrollment["course_id"],))
    assert column(transaction, "SELECT learner_id FROM learner_courses") == []


def test_two_enrollments_of_one_learner_at_once_do_not_wait(database: str) -> None:
    with connections(database, 2) as (one, other):
        learner = add(one, "learners")["id"]
        courses = [add(one, "educational_courses")["id"] for _ in range(2)]
        one.commit()
        for connection, course in zip((one, other), courses, strict=True):
            add(connection, "course_enrollments", learner_id=learner, course_id=course)
        other.commit()
        one.commit()
        assert scalar(one, "SELECT count(*) FROM course_enrollments") == 2
