"""A small school, and any number of copies of it side by side, for two sessions to meet in.

Who is where:
    learners: `enrolled` in both courses; `peer` in `course`; `outsider`, who worked in `course` and
        is enrolled in `other_course` alone.
    modules of `course`: `module` with `section_1`, `section_2` (all three learners have events and
        half of each done) and `fresh_1`, `fresh_2` (nobody was there); `module_1` and `module_2`
        with a section each that all three worked in. Of `other_course`: `other_module`.
    assessments of `course`: `assessment`, with the attempts `attempt_1` and `attempt_2` graded and
        `open_1` and `open_2` ungraded of `enrolled`, `outside_1` and `outside_2` graded of
        `outsider`; `other_assessment`, which both took once. `quiz` is of `section_1`, with the
        attempts `tried_1` and `tried_2` graded and `waiting_1` and `waiting_2` ungraded of
        `enrolled`.
    events of `enrolled` in `section_1`: `answer_1` and `answer_2` are answers.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from copy import copy
from typing import Any

import psycopg

from support.derived import Fault, Tables
from support.rows import Connection, Row, scalar

NAMES = (
    "course",
    "other_course",
    "module",
    "module_1",
    "module_2",
    "other_module",
    "section_1",
    "section_2",
    "fresh_1",
    "fresh_2",
    "module_1_section",
    "module_2_section",
    "other_section",
    "enrolled",
    "peer",
    "outsider",
    "assessment",
    "other_assessment",
    "attempt_1",
    "attempt_2",
    "open_1",
    "open_2",
    "outside_1",
    "outside_2",
    "quiz",
    "tried_1",
    "tried_2",
    "waiting_1",
    "waiting_2",
    "answer_1",
    "answer_2",
)

ORIGINAL = """
INSERT INTO educational_courses (id, title, learning_objectives, difficulty_level) VALUES
({course}, 'Course', '[]', 'beginner'), ({other_course}, 'Other course', '[]', 'beginner');
INSERT INTO learning_modules
(id, course_id, title, module_order, learning_objectives, bloom_taxonomy_level) VALUES
({module}, {course}, 'Module', 0, '[]', 'apply'),
({module_1}, {course}, 'Module 1', 1, '[]', 'apply'),
({module_2}, {course}, 'Module 2', 2, '[]', 'apply'),
({other_module}, {other_course}, 'Other module', 0, '[]', 'apply');
INSERT INTO learning_sections
(id, module_id, title, section_order, content_type, content_data) VALUES
({section_1}, {module}, 'Section 1', 1, 'text', '{{}}'),
({section_2}, {module}, 'Section 2', 2, 'text', '{{}}'),
({fresh_1}, {module}, 'Fresh 1', 3, 'text', '{{}}'),
({fresh_2}, {module}, 'Fresh 2', 4, 'text', '{{}}'),
({module_1_section}, {module_1}, 'Section of module 1', 0, 'text', '{{}}'),
({module_2_section}, {module_2}, 'Section of module 2', 0, 'text', '{{}}'),
({other_section}, {other_module}, 'Other section', 0, 'text', '{{}}');
INSERT INTO learners (id, email, first_name, last_name, academic_level, data_consent)
SELECT l.id, l.id || '@example.com', 'Ada', 'Lovelace', 'graduate', '{{}}'
FROM unnest(ARRAY[{enrolled}, {peer}, {outsider}]::uuid []) AS l (id);
INSERT INTO course_enrollments (learner_id, course_id) VALUES
({enrolled}, {course}), ({peer}, {course}),
({enrolled}, {other_course}), ({outsider}, {other_course});
SELECT record_interaction(
    l.id, s.id, 'discussion', p_duration_seconds => 45 * s.number::integer,
    p_timestamp => date_trunc('day', now()) - l.number * interval '3 hours'
        - s.number * interval '1 hour',
    p_id => ('00000000-0000-0000-0001-' || lpad((10 * l.number + s.number)::text, 12, '0'))::uuid
)
FROM unnest(ARRAY[{enrolled}, {peer}, {outsider}]::uuid []) WITH ORDINALITY AS l (id, number)
CROSS JOIN unnest(
    ARRAY[{section_1}, {section_2}, {module_1_section}, {module_2_section}]::uuid []
) WITH ORDINALITY AS s (id, number);
SELECT record_interaction(
    {enrolled}, {section_1}, 'knowledge_check', p_outcome => 'partial',
    p_timestamp => date_trunc('day', now()) - a.number * interval '30 minutes', p_id => a.id
)
FROM unnest(ARRAY[{answer_1}, {answer_2}]::uuid []) WITH ORDINALITY AS a (id, number);
UPDATE section_progress SET completion_percentage = 50;
INSERT INTO course_ratings (learner_id, course_id, rating) VALUES ({peer}, {course}, 4);
INSERT INTO educational_assessments (
    id, course_id, title, assessment_type, format, learning_objectives, assessment_criteria,
    total_points, passing_score, weight_in_course, questions, attempts_allowed
) VALUES
(
    {assessment}, {course}, 'Assessment', 'summative', 'essay', '[]', '{{}}',
    10, 5, 0.5, '[]', NULL
),
(
    {other_assessment}, {course}, 'Other assessment', 'diagnostic', 'essay', '[]', '{{}}',
    20, NULL, 0.25, '[]', NULL
);
INSERT INTO assessment_attempts
(id, learner_id, assessment_id, attempt_number, responses, completion_status, score) VALUES
({attempt_1}, {enrolled}, {assessment}, 1, '[]', 'graded', 6),
({attempt_2}, {enrolled}, {assessment}, 2, '[]', 'graded', 7),
({open_1}, {enrolled}, {assessment}, 3, '[]', 'submitted', NULL),
({open_2}, {enrolled}, {assessment}, 4, '[]', 'submitted', NULL),
({outside_1}, {outsider}, {assessment}, 1, '[]', 'graded', 5),
({outside_2}, {outsider}, {assessment}, 2, '[]', 'graded', 4);
INSERT INTO assessment_attempts
(learner_id, assessment_id, attempt_number, responses, completion_status, score) VALUES
({enrolled}, {other_assessment}, 1, '[]', 'graded', 10),
({outsider}, {other_assessment}, 1, '[]', 'graded', 5);
INSERT INTO educational_assessments (
    id, course_id, section_id, title, assessment_type, format, learning_objectives,
    assessment_criteria, total_points, weight_in_course, questions, attempts_allowed
) VALUES (
    {quiz}, {course}, {section_1}, 'Quiz', 'formative', 'multiple_choice', '[]', '{{}}',
    10, 0.25, '[]', NULL
);
INSERT INTO assessment_attempts
(id, learner_id, assessment_id, attempt_number, responses, completion_status, score) VALUES
({tried_1}, {enrolled}, {quiz}, 1, '[]', 'graded', 6),
({tried_2}, {enrolled}, {quiz}, 2, '[]', 'graded', 8),
({waiting_1}, {enrolled}, {quiz}, 3, '[]', 'submitted', NULL),
({waiting_2}, {enrolled}, {quiz}, 4, '[]', 'submitted', NULL);
-- ids of our own for all rows, so that copies can have others
SET session_replication_role = replica;
UPDATE course_enrollments SET id = ('00000000' || right(id::text, 28))::uuid;
UPDATE section_progress SET id = ('00000000' || right(id::text, 28))::uuid;
UPDATE assessment_attempts SET id = ('00000000' || right(id::text, 28))::uuid;
SET session_replication_role = origin;
SELECT recalculate_course_metrics();
SELECT refresh_learning_analytics();
"""

# true only as of the last call of recalculate_course_metrics
RECALCULATED = [
    "completion_rate",
    "difficulty_rating",
    "discrimination_index",
    "engagement_score",
    "enrollment_count",
    "learning_effectiveness_score",
    "learning_velocity",
    "reliability_coefficient",
]


def row_id(copy_number: int, name: str) -> uuid.UUID:
    """The id of what has that name in a copy of the school; 0 is the original."""
    return uuid.UUID(int=copy_number << 96 | NAMES.index(name) + 1)


def names(copy_number: int) -> dict[str, str]:
    """What stands for each name in a statement: its id as a literal."""
    return {name: f"'{row_id(copy_number, name)}'" for name in NAMES}


class Schools:
    """Copies of the school in a database of their own.

    Args:
        connection: In autocommit mode, to a migrated database that is empty but for this.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # without the columns that are generated
        self._columns: dict[str, str] = dict(
            connection.execute(
                "SELECT c.oid::regclass::text, string_agg(quote_ident(a.attname), ', ')"
                " FROM pg_class AS c JOIN pg_attribute AS a ON c.oid = a.attrelid"
                " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
                " AND NOT c.relispartition AND c.relname !~ '^_?(yoyo|lms_schema)'"
                " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
                " GROUP BY c.oid"
            )
        )
        run_script(connection, ORIGINAL.format_map(names(0)))
        stored = {
            table: scalar(
                connection,
                "SELECT string_agg(to_json(t)::text, ',' ORDER BY t.ctid)"
                f" FROM {table} AS t WHERE to_json(t)::text LIKE '%%\"00000000-%%'",
            )
            for table in self._columns
            if table != "audit_log"  # which numbers its rows itself
        }
        self._original = {table: rows for table, rows in stored.items() if rows}

    def open(self, count: int) -> None:
        """Leave nothing but the copies 1 to count."""
        with self._connection.transaction(), self._connection.pipeline():
            self._connection.execute("SET LOCAL session_replication_role = replica")
            self._connection.execute(f"TRUNCATE {', '.join(self._columns)}".encode())
            for table, rows in self._original.items():
                copies = (rows.replace('"00000000-', f'"{n:08x}-') for n in range(1, count + 1))
                columns = self._columns[table]
                self._connection.execute(
                    f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
                    f" SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)".encode(),
                    (f"[{','.join(copies)}]",),
                )

        for view in ("learner_progress_analytics", "learning_analytics_dashboard"):
            self._connection.execute(f"REFRESH MATERIALIZED VIEW {view}".encode())


def count(connection: Connection) -> int:
    """How many copies there are."""
    found = scalar(connection, "SELECT count(*) FROM educational_courses WHERE title = 'Course'")
    assert isinstance(found, int)
    return found


def faults(connection: Connection) -> dict[int, list[Fault]]:
    """Values that triggers keep, and that are not true, for each copy where there are some."""
    found = {}
    for number, part in _parts(connection).items():
        untrue = part.kept_faults() + part.history_faults()
        if untrue:
            found[number] = untrue
    return found


def checks(connection: Connection) -> list[Any]:
    """What the package's own checks find, once the analytics were refreshed."""
    connection.execute("SELECT refresh_learning_analytics()")
    # else what is left out would be computed of each enrollment, which takes longer than all
    connection.execute("UPDATE educational_courses SET metrics_as_of = NULL")
    connection.execute("SET work_mem = '128MB'")  # the sums of hundreds of copies, sorted in memory
    connection.execute("SET max_parallel_workers_per_gather = 0")  # other tests use the cores
    return [
        *connection.execute("SELECT * FROM check_learning_analytics()"),
        *connection.execute(
            "SELECT * FROM check_derived_columns() WHERE column_name <> ALL(%s)",
            (RECALCULATED,),
        ),
    ]


def _parts(connection: Connection) -> dict[int, Tables]:
    everything = Tables(connection)
    kinds: dict[str, list[Row]] = vars(everything)
    rows_of: dict[int, dict[str, list[Row]]] = defaultdict(lambda: {kind: [] for kind in kinds})
    for kind, rows in kinds.items():
        by_copy: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            owner = row.get("learner_id") or row.get("course_id") or row["id"]
            by_copy[owner.int >> 96].append(row)
        for number, own in by_copy.items():
            rows_of[number][kind] = own
    parts = {}
    for number, own_rows in rows_of.items():
        parts[number] = copy(everything)
        vars(parts[number]).update(own_rows)
    return parts


def run_script(connection: psycopg.Connection[Any], script: str) -> None:
    """Execute several statements in one message."""
    connection.execute(script.encode())
