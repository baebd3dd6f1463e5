"""What keeping derived numbers true costs: the same writes with and without the triggers.

python -m benchmarks.derived
"""

from __future__ import annotations

from functools import partial
from typing import LiteralString

from benchmarks.support.harness import Connection, Limit, Run, benchmark

MOST_TIMES = Limit(3.0)
MOST_SECONDS = Limit(3.0)

COURSE: LiteralString = """
    INSERT INTO educational_courses (title, learning_objectives, difficulty_level)
    VALUES ('Course', '[]', 'beginner');
    INSERT INTO learning_modules
        (course_id, title, module_order, learning_objectives, bloom_taxonomy_level)
    SELECT id, 'Module', 1, '[]', 'apply' FROM educational_courses;
    INSERT INTO learning_sections (module_id, title, section_order, content_type, content_data)
    SELECT m.id, 'Section', n, 'text', '{{}}'
    FROM learning_modules AS m, generate_series(1, {sections}) AS n;
    INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)
    SELECT 'learner' || n || '@example.com', 'A', 'B', 'graduate', '{{}}'
    FROM generate_series(1, {examinees}) AS n;
    INSERT INTO course_enrollments (learner_id, course_id)
    SELECT l.id, c.id FROM educational_courses AS c, (SELECT id FROM learners LIMIT {learners}) AS l
"""
PROGRESS: LiteralString = """
    INSERT INTO section_progress
        (learner_id, section_id, course_id, status, completion_percentage)
    SELECT e.learner_id, s.id, s.course_id, 'in_progress', 10
    FROM course_enrollments AS e JOIN learning_sections AS s USING (course_id)
"""
ATTEMPTS: LiteralString = """
    INSERT INTO educational_assessments (
        course_id, title, assessment_type, format, learning_objectives, assessment_criteria,
        total_points, questions
    )
    SELECT c.id, 'Test', 'summative', 'multiple_choice', '[]', '{{}}', {items}, (
        SELECT jsonb_agg(jsonb_build_object('id', 'q' || n, 'points', 1) ORDER BY n)
        FROM generate_series(1, {items}) AS n
    )
    FROM educational_courses AS c;
    SELECT setseed(0.5);
    INSERT INTO assessment_attempts (
        learner_id, assessment_id, attempt_number, completion_status, score, responses
    )
    SELECT l.id, a.id, 1, 'graded', {items}, (
        SELECT jsonb_agg(jsonb_build_object(
            'question_id', 'q' || n, 'points', (random() < l.ability)::integer, 'answer', 'a'
        ))
        FROM generate_series(1, {items}) AS n
    )
    FROM (SELECT id, random() AS ability FROM learners) AS l, educational_assessments AS a
"""
UPDATE_ALL = "UPDATE section_progress SET completion_percentage = 90 - completion_percentage"
UPDATE_ONE = UPDATE_ALL + " WHERE id = (SELECT id FROM section_progress LIMIT 1)"
CLEAN = "VACUUM section_progress, course_enrollments"
CALLS: tuple[tuple[str, LiteralString, Limit | None], ...] = (
    (
        "calculate_item_statistics",
        "SELECT s.* FROM educational_assessments AS a, calculate_item_statistics(a.id) AS s",
        MOST_SECONDS,
    ),
    (
        "calculate_assessment_statistics",
        "SELECT calculate_assessment_statistics(id) FROM educational_assessments",
        MOST_SECONDS,
    ),
    ("recalculate_course_metrics", "SELECT recalculate_course_metrics()", None),
    ("check_derived_columns", "SELECT * FROM check_derived_columns()", None),
)


@benchmark("derived", "What keeping derived numbers true costs")
def derived(run: Run) -> None:
    """Measure writes of section_progress with and without its triggers, and item statistics."""
    sizes = {
        "learners": run.size("learners", 1_000, 100),
        "sections": run.size("sections", 100, 20),
        "examinees": run.size("examinees", 15_000, 500),
        "items": run.size("items", 30, 10),
    }
    rows = f"{sizes['learners'] * sizes['sections']:,} rows of section_progress"
    with run.database() as connection:

        def execute(text: LiteralString) -> None:
            connection.execute(text.format(**sizes).encode())

        def compare(
            what: str,
            statement: LiteralString,
            *,
            after: LiteralString,
            warm_up: LiteralString | None = None,
            times: int = 1,
            limit: Limit | None = None,
        ) -> None:
            # Disabling and enabling makes the session forget its plans; after some executions of
            # the warm-up it keeps those of that statement.
            run.compare(
                what,
                dict.fromkeys(("without triggers", "with"), lambda: execute(statement)),
                before={
                    "without triggers": lambda: triggers(connection, "DISABLE", warm_up),
                    "with": lambda: triggers(connection, "ENABLE", warm_up),
                },
                after=lambda: connection.execute(after),
                times=times,
                limit=limit,
            )

        execute(COURSE)
        compare(f"insert of {rows}", PROGRESS, after="TRUNCATE section_progress CASCADE")
        triggers(connection, "ENABLE")
        execute(PROGRESS)
        compare("update of one row", UPDATE_ONE, after=CLEAN, times=50)
        compare(f"update of {rows}", UPDATE_ALL, after=CLEAN, limit=MOST_TIMES)
        compare(
            "the same in a session that updated single rows before",
            UPDATE_ALL,
            after=CLEAN,
            warm_up=UPDATE_ONE,
            limit=MOST_TIMES,
        )
        execute(ATTEMPTS)
        for what, statement, limit in CALLS:
            run.compare(what, {"one call": partial(connection.execute, statement)}, limit=limit)


def triggers(connection: Connection, mode: str, warm_up: LiteralString | None = None) -> None:
    """Enable or disable the triggers of section_progress, then run the warm-up ten times."""
    connection.execute(f"ALTER TABLE section_progress {mode} TRIGGER USER".encode())
    for _ in range(10 if warm_up else 0):
        connection.execute(warm_up or "")


if __name__ == "__main__":
    derived()
