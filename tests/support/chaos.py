"""Sessions that do at random whatever an application, an author or a load may do, all at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

import psycopg

from support.derived import Fault, Tables
from support.duel import LEVELS
from support.race import connections
from support.rows import Connection
from support.school import NAMES, names

SESSIONS = 6
TRANSACTIONS = 20
COPIES = 2

# {learner}, {course} and so on are any of the schools'; {some} is a learner, twice for {others};
# {percent}, {score} and {number} are numbers. What follows a COPY is its data.
WORK = (
    "SELECT record_interaction({learner}, {section}, 'discussion', p_duration_seconds => {number})",
    "SELECT record_interactions(jsonb_agg(jsonb_build_object('learner_id', l.id, 'section_id',"
    " s.id, 'interaction_type', 'reflection', 'duration_seconds', {number})))"
    " FROM (VALUES ({learner}::uuid), ({another_learner})) AS l (id),"
    " (SELECT s.id FROM learning_sections AS s WHERE s.course_id = {course}) AS s (id)"
    " HAVING count(*) > 0",
    "DELETE FROM learning_interactions WHERE learner_id = {learner} AND section_id = {section}",
    "INSERT INTO section_progress (learner_id, section_id, course_id, status,"
    " completion_percentage)"
    " SELECT {learner}, s.id, s.course_id, 'in_progress', {percent} FROM learning_sections AS s"
    " WHERE s.id = {section} ON CONFLICT (learner_id, section_id)"
    " DO UPDATE SET completion_percentage = excluded.completion_percentage",
    "INSERT INTO section_progress (learner_id, section_id, course_id, status,"
    " completion_percentage) SELECT l.id, s.id, s.course_id, 'in_progress', {percent}"
    " FROM learning_sections AS s, learners AS l"
    " WHERE s.course_id = {course} ON CONFLICT (learner_id, section_id)"
    " DO UPDATE SET completion_percentage = excluded.completion_percentage, id = excluded.id",
    "MERGE INTO section_progress AS p USING (SELECT l.id AS learner_id, s.id, s.course_id"
    " FROM learning_sections AS s, learners AS l WHERE s.course_id = {course}) AS k"
    " ON p.learner_id = k.learner_id AND p.section_id = k.id"
    " WHEN MATCHED AND p.completion_percentage > {number} THEN DELETE"
    " WHEN MATCHED THEN UPDATE SET completion_percentage = {percent}"
    " WHEN NOT MATCHED THEN INSERT (learner_id, section_id, course_id, status,"
    " completion_percentage) VALUES (k.learner_id, k.id, k.course_id, 'in_progress', {percent})",
    "UPDATE section_progress SET completion_percentage = {percent} WHERE learner_id = {learner}",
    "UPDATE section_progress SET completion_percentage = {percent} WHERE course_id = {course}",
    "UPDATE section_progress SET total_time_spent = {number}, active_learning_time = 0,"
    " first_accessed = NULL, last_accessed = now() - {number} * interval '1 hour',"
    " id = gen_random_uuid() WHERE section_id = {section}",
    "UPDATE section_progress SET id = gen_random_uuid(), completion_percentage = {percent}"
    " WHERE learner_id = {learner} AND section_id = {section}",
    "UPDATE section_progress SET learner_id = {another_learner}, completion_percentage = {percent}"
    " WHERE learner_id = {learner} AND section_id = {section}",
    "UPDATE section_progress AS p SET section_id = s.id, course_id = s.course_id,"
    " total_time_spent = {number}, active_learning_time = 0 FROM learning_sections AS s"
    " WHERE s.id = {another_section} AND p.learner_id = {learner} AND p.section_id = {section}",
    "DELETE FROM section_progress WHERE learner_id = {learner} AND section_id = {section}",
    "DELETE FROM section_progress WHERE course_id = {course} AND completion_percentage > {number}",
    "INSERT INTO assessment_attempts (learner_id, assessment_id, attempt_number, responses,"
    " completion_status, score) VALUES ({learner}, {assessment}, {number} + 1, '[]', 'graded',"
    " {score})",
    "MERGE INTO assessment_attempts AS t USING learners AS l"
    " ON t.learner_id = l.id AND t.assessment_id = {assessment} AND t.attempt_number = 1"
    " WHEN MATCHED THEN UPDATE SET score = {score}, completion_status = 'graded'"
    " WHEN NOT MATCHED THEN INSERT (learner_id, assessment_id, attempt_number, responses,"
    " completion_status, score) VALUES (l.id, {assessment}, 1, '[]', 'graded', {score})",
    "UPDATE assessment_attempts SET score = {score}, completion_status = 'graded'"
    " WHERE learner_id = {learner} AND assessment_id = {assessment}",
    "UPDATE assessment_attempts SET id = gen_random_uuid(), score = {score}"
    " WHERE assessment_id = {assessment}",
    "UPDATE assessment_attempts SET completion_status = 'submitted' WHERE learner_id = {learner}",
    "UPDATE assessment_attempts SET learner_id = {another_learner}, attempt_number = {number} + 200"
    " WHERE id = {attempt}",
    "UPDATE assessment_attempts SET assessment_id = {assessment}, attempt_number = {number} + 400"
    " WHERE id = {attempt}",
    "DELETE FROM assessment_attempts WHERE learner_id = {learner} AND assessment_id = {assessment}",
)
ENROLLING = (
    "INSERT INTO course_enrollments (learner_id, course_id) VALUES ({learner}, {course})"
    " ON CONFLICT (learner_id, course_id) DO UPDATE SET overall_progress = 1, current_grade = 2",
    "INSERT INTO course_enrollments (learner_id, course_id) SELECT l.id, {course}"
    " FROM learners AS l ON CONFLICT DO NOTHING",
    "DELETE FROM course_enrollments WHERE learner_id = {learner} AND course_id = {course}",
    "DELETE FROM course_enrollments WHERE learner_id = {learner}",
    "UPDATE course_enrollments SET course_id = {another_course}"
    " WHERE learner_id = {learner} AND course_id = {course}",
    "UPDATE course_enrollments SET learner_id = {another_learner}, overall_progress = 7"
    " WHERE learner_id = {learner} AND course_id = {course}",
    "UPDATE course_enrollments SET id = gen_random_uuid() WHERE course_id = {course}",
    # what an application had in memory
    "UPDATE course_enrollments SET overall_progress = {percent}, total_time_spent = {number},"
    " last_accessed = now(), current_grade = {percent}, completion_status = 'in_progress',"
    " completion_date = NULL WHERE learner_id = {learner}",
)
STRUCTURE = (
    "INSERT INTO learning_sections (module_id, title, section_order, content_type, content_data)"
    " SELECT m.id, 'New', 1000 + {number}, 'text', '{{}}' FROM learning_modules AS m"
    " WHERE m.course_id = {course} LIMIT 1",
    "INSERT INTO learning_sections (id, module_id, title, section_order, content_type,"
    " content_data) VALUES ({section}, {module}, 'Again', 2000 + {number}, 'text', '{{}}')",
    "DELETE FROM learning_sections WHERE id = {section}",
    "DELETE FROM learning_sections WHERE title = 'New' AND course_id = {course}",
    "UPDATE learning_sections SET module_id = {module}, section_order = 3000 + {number}"
    " WHERE id = {section}",
    "UPDATE learning_modules SET course_id = {course}, module_order = 1000 + {number}"
    " WHERE id = {module}",
    "INSERT INTO learning_modules (id, course_id, title, module_order, learning_objectives,"
    " bloom_taxonomy_level) VALUES ({module}, {course}, 'Again', 2000 + {number}, '[]', 'apply')",
    "DELETE FROM learning_modules WHERE id = {module}",
    "INSERT INTO educational_assessments (id, course_id, title, assessment_type, format,"
    " learning_objectives, assessment_criteria, total_points, questions, attempts_allowed)"
    " VALUES ({assessment}, {course}, 'Again', 'formative', 'essay', '[]', '{{}}', 20, '[]', NULL)",
    "UPDATE educational_assessments SET course_id = {course} WHERE id = {assessment}",
    "UPDATE educational_assessments SET weight_in_course = {percent} / 100.0"
    " WHERE id = {assessment}",
    "UPDATE educational_assessments SET total_points = 20 + {number} WHERE id = {assessment}",
    "UPDATE educational_assessments SET passing_score = {score} WHERE id = {assessment}",
    "DELETE FROM educational_assessments WHERE id = {assessment}",
    "DELETE FROM learners WHERE id = {learner}",
)
LOADS = (
    "COPY section_progress (learner_id, section_id, course_id, status, completion_percentage)"
    " FROM STDIN\n{learner}\t{section}\t{course}\tin_progress\t{percent}\n"
    "{another_learner}\t{section}\t{course}\tin_progress\t1\n",
    "COPY course_enrollments (learner_id, course_id, overall_progress) FROM STDIN\n"
    "{learner}\t{course}\t50\n",
    "COPY assessment_attempts (learner_id, assessment_id, attempt_number, responses,"
    " completion_status, score) FROM STDIN\n"
    "{learner}\t{assessment}\t1{number}\t[]\tgraded\t{score}\n",
)
RARE = (
    "TRUNCATE section_progress CASCADE",
    "TRUNCATE assessment_attempts",
    "TRUNCATE course_enrollments",
    "SELECT recalculate_course_metrics({course})",
    "SELECT rebuild_section_progress({course})",
    "SELECT refresh_learning_analytics()",
)
LEARNERS_AGAIN = (
    "INSERT INTO learners (id, email, first_name, last_name, academic_level, data_consent)"
    " SELECT l.id, l.id || '@example.com', 'Ada', 'Lovelace', 'graduate', '{{}}'"
    " FROM (VALUES ({learner}::uuid)) AS l (id) ON CONFLICT (id) DO NOTHING"
)
CHOICES = WORK * 6 + ENROLLING * 5 + STRUCTURE * 3 + LOADS * 3 + RARE + (LEARNERS_AGAIN,) * 6

KINDS = {
    "learner": ("enrolled", "peer", "outsider"),
    "course": ("course", "other_course"),
    "module": ("module", "module_1", "module_2", "other_module"),
    "section": tuple(name for name in NAMES if "section" in name or "fresh" in name),
    "assessment": ("assessment", "other_assessment"),
    "attempt": ("attempt_1", "attempt_2", "open_1", "open_2", "outside_1", "outside_2"),
}

EXPECTED = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.ForeignKeyViolation,
    psycopg.errors.UniqueViolation,
)
"""Transactions of several statements may deadlock; rows may be gone, or there already."""


@dataclass
class Burst:
    """What happened in a burst.

    Attributes:
        happened: Commits, rollbacks and SQLSTATEs.
        faults: Errors that nobody should see, with their statement.
    """

    happened: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def burst(database: str, seed: int) -> Burst:
    """Let all sessions do their transactions. What each does follows from the seed, not when."""
    found = Burst()
    tasks = []
    with connections(database, SESSIONS) as opened, ThreadPoolExecutor(SESSIONS) as pool:
        for number, connection in enumerate(opened):
            connection.autocommit = True
            connection.execute("SET deadlock_timeout = '50ms'")  # what many would wait for
            random = Random(seed * SESSIONS + number)  # noqa: S311 (what a test writes)
            tasks.append(pool.submit(_session, connection, random, found))
    for task in tasks:
        task.result()
    return found


def followed_faults(tables: Tables) -> list[Fault]:
    """What is not true after a burst.

    Without the counters of progress rows: they were written by hand, and a rebuild mends them.
    """
    kept = [fault for fault in tables.kept_faults() if fault[0] != "section_progress"]
    return kept + tables.history_faults()


def _session(connection: Connection, random: Random, found: Burst) -> None:
    for _ in range(TRANSACTIONS):
        level = random.choice(LEVELS)
        statements = [_statement(random) for _ in range(random.choice((1, 1, 2, 3)))]
        undone, saved = random.random() < 0.15, random.random() < 0.2
        statement = ""
        try:
            connection.execute(f"BEGIN ISOLATION LEVEL {level}".encode())
            if saved:
                connection.execute("SAVEPOINT before_it")
                _execute(connection, _statement(random))
                connection.execute("ROLLBACK TO SAVEPOINT before_it")
            for statement in statements:
                _execute(connection, statement)
            connection.execute("ROLLBACK" if undone else "COMMIT")
            found.happened["undone" if undone else "committed"] += 1
        except psycopg.Error as error:
            connection.execute("ROLLBACK")
            found.happened[error.diag.constraint_name or error.sqlstate or "lost"] += 1
            if not _is_expected(error, level):
                found.faults.append(f"{level}: {statement}: {error}")


def _is_expected(error: psycopg.Error, level: str) -> bool:
    if isinstance(error, psycopg.errors.SerializationFailure):
        return level != "READ COMMITTED"
    return isinstance(error, EXPECTED)


def _statement(random: Random) -> str:
    template = random.choice(CHOICES)
    known = names(random.randint(1, COPIES))
    drawn = {kind: known[random.choice(of_kind)] for kind, of_kind in KINDS.items()}
    other = names(random.randint(1, COPIES))
    drawn |= {f"another_{kind}": other[random.choice(KINDS[kind])] for kind in drawn}
    drawn |= {
        "percent": str(random.randint(0, 400) / 4),
        "score": str(random.randint(0, 10)),
        "number": str(random.randint(0, 100)),
    }
    if template.startswith("COPY"):
        drawn = {name: value.strip("'") for name, value in drawn.items()}
    return template.format_map(drawn)


def _execute(connection: Connection, statement: str) -> None:
    if statement.startswith("COPY"):
        command, _, data = statement.partition("\n")
        with connection.cursor().copy(command.encode()) as copy:
            copy.write(data)
    else:
        connection.execute(statement.encode())
