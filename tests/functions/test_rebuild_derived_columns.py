"""One call mends every derived column after what bypasses the triggers."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.histories import History
from support.rows import Connection, add, bypass_triggers, column, rolled_back, scalar

DAMAGES = {
    "enrollments": "UPDATE course_enrollments SET overall_progress = 1, total_time_spent = 1,"
    " current_grade = 1, progress_sum = 1, seconds_sum = 0, section_count = 99,"
    " engagement_score = 0.5, last_accessed = now()",
    "structure": "DELETE FROM course_structure",
    "learners": "DELETE FROM learner_courses",
    "unenrolled": "INSERT INTO learner_courses (learner_id, course_id, structure_version)"
    " SELECT l.id, c.id, 0 FROM learners AS l, educational_courses AS c ON CONFLICT DO NOTHING",
    "progress": "UPDATE section_progress SET completion_percentage = 80, interaction_count = 1000,"
    " meaningful_interactions = 7, status = 'in_progress', completion_timestamp = NULL",
    "attempts": "UPDATE assessment_attempts SET rules_version = 99, percentage_score = 12,"
    " passed = NULL WHERE score IS NOT NULL",
    "events": "DELETE FROM learning_interactions",
    "ids": "DELETE FROM interaction_times",
    "history": "DELETE FROM section_progress_history",
    "courses": "UPDATE educational_courses SET enrollment_count = 77",
}


def faults(connection: Connection) -> list[tuple[Any, ...]]:
    """What can be mended: no score of a history that contradicts the points."""
    return connection.execute(
        "SELECT * FROM check_derived_columns() WHERE column_name <> 'score'"
    ).fetchall()


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    random=st.randoms(use_true_random=False),
    damages=st.lists(st.sampled_from(sorted(DAMAGES)), min_size=1),
)
def test_whatever_was_damaged_is_mended_at_once(
    transaction: Connection, random: Random, damages: list[str]
) -> None:
    with rolled_back(transaction):
        History(transaction, random).run(20)
        transaction.execute("SELECT rebuild_derived_columns()")
        assert faults(transaction) == []
        for name in damages:
            bypass_triggers(transaction, DAMAGES[name])
        broken = bool(faults(transaction))
        assert (scalar(transaction, "SELECT rebuild_derived_columns()") > 0) >= broken
        assert faults(transaction) == []
        assert scalar(transaction, "SELECT rebuild_derived_columns()") == 0


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("section_progress", {"completion_percentage": 40}),
        ("assessment_attempts", {"score": 8, "completion_status": "graded"}),
    ],
)
def test_who_enrolls_after_a_load_without_triggers_starts_with_what_was_loaded(
    transaction: Connection, table: str, values: dict[str, Any]
) -> None:
    learner = add(transaction, table, **values)["learner_id"]
    bypass_triggers(transaction, "DELETE FROM learner_courses")
    assert [(fault[:3], fault[4]) for fault in faults(transaction)] == [
        (("learner_courses", learner, "learner_id"), str(learner))
    ]
    assert scalar(transaction, "SELECT rebuild_derived_columns()") == 1
    transaction.execute(
        "INSERT INTO course_enrollments (learner_id, course_id)"
        " SELECT lc.learner_id, lc.course_id FROM learner_courses AS lc"
    )
    (started,) = transaction.execute(
        "SELECT overall_progress = 40 OR current_grade = 80, completion_status::text"
        " FROM course_enrollments"
    ).fetchall()
    assert started == (True, "in_progress")


def test_one_course_is_mended_and_others_are_left_alone(transaction: Connection) -> None:
    sections = [add(transaction, "learning_sections") for _ in range(2)]
    for section in sections:
        add(transaction, "course_enrollments", course_id=section["course_id"])
    transaction.execute("SELECT recalculate_course_metrics()")
    bypass_triggers(transaction, "UPDATE course_enrollments SET total_time_spent = 5")
    assert scalar(transaction, "SELECT rebuild_derived_columns(%s)", sections[0]["course_id"]) == 1
    assert sorted(column(transaction, "SELECT total_time_spent FROM course_enrollments")) == [0, 5]


def test_a_missing_change_is_added_to_the_history_at_its_own_time(transaction: Connection) -> None:
    progress = add(transaction, "section_progress", completion_percentage=30)
    bypass_triggers(
        transaction,
        "UPDATE section_progress SET completion_percentage = 100, status = 'completed',"
        " completion_timestamp = '2024-01-31Z'",
    )
    transaction.execute("SELECT rebuild_derived_columns()")
    history = transaction.execute(
        "SELECT previous_percentage, percentage, changed_at = '2024-01-31Z'"
        " FROM section_progress_history WHERE section_id = %s ORDER BY id",
        (progress["section_id"],),
    ).fetchall()
    assert history == [(0, 30, False), (30, 100, True)]


@pytest.mark.parametrize("course", [None, "00000000-0000-0000-0000-000000000000"])
def test_nothing_to_mend_is_nothing_written(transaction: Connection, course: str | None) -> None:
    assert scalar(transaction, "SELECT rebuild_derived_columns(%s)", course) == 0


def test_keys_of_many_events_are_made_without_reading_all_of_them_for_each(
    own_transaction: Connection,
) -> None:
    """As after a load without triggers: the table of keys is empty, and planned for as such."""
    section, learner = (add(own_transaction, table) for table in ("learning_sections", "learners"))
    events = 500
    bypass_triggers(
        own_transaction,
        "INSERT INTO learning_interactions"
        " (learner_id, section_id, course_id, interaction_type, interaction_data, timestamp)"
        " SELECT %s, %s, %s, 'discussion', '{}', now() - n * interval '1 second'"
        f" FROM generate_series(1, {events}) AS n",
        *(learner["id"], section["id"], section["course_id"]),
    )
    own_transaction.execute("ANALYZE learning_interactions, interaction_times")
    own_transaction.execute("SELECT rebuild_derived_columns()")
    assert scalar(own_transaction, "SELECT count(*) FROM interaction_times") == events
    scans = scalar(
        own_transaction,
        "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relid = 'interaction_times'::regclass",
    )
    assert scans < events


def test_events_that_a_merge_moved_to_another_month_are_found_and_mended(
    transaction: Connection,
) -> None:
    transaction.execute("SELECT ensure_interaction_partitions()")
    section = add(transaction, "learning_sections")
    transaction.execute(
        "SELECT record_interaction(%s, %s, 'discussion')",
        (add(transaction, "learners")["id"], section["id"]),
    )
    transaction.execute("SELECT refresh_learning_analytics()")
    # of a row that changes its partition by MERGE, no statement trigger is told
    transaction.execute(
        "MERGE INTO learning_interactions AS i USING (VALUES (1)) AS v ON TRUE"
        " WHEN MATCHED THEN UPDATE SET timestamp = i.timestamp - interval '2 months'"
    )
    assert faults(transaction) != []
    transaction.execute("SELECT rebuild_derived_columns()")
    transaction.execute("SELECT rebuild_learning_analytics()")
    assert faults(transaction) == []
    assert transaction.execute("SELECT * FROM check_learning_analytics()").fetchall() == []
