"""What a session can do to a school in one statement: the two sides of a race are made of it.

In a statement, {section}, {fresh}, {module}, {attempt}, {open}, {outside}, {tried}, {waiting},
{answer} and {number} are the side's own, {their_section} is that of the other side, any other name
is that of the school.
"""

from __future__ import annotations

from dataclasses import dataclass

from support.school import names


@dataclass(frozen=True)
class Operation:
    """One statement.

    Attributes:
        name: In the ids of tests.
        statement: As above.
        takes_away: Whether it deletes or moves what a foreign key of the other side may point to,
            so that the other side may be told so (23503).
    """

    name: str
    statement: str
    takes_away: bool = False

    def on(self, copy_number: int, side: int) -> str:
        """The statement on a copy of the school, by the first (1) or second (2) side."""
        known = names(copy_number)
        own = {
            "section": known[f"section_{side}"],
            "their_section": known[f"section_{3 - side}"],
            "fresh": known[f"fresh_{side}"],
            "own_module": known[f"module_{side}"],
            "attempt": known[f"attempt_{side}"],
            "open": known[f"open_{side}"],
            "outside": known[f"outside_{side}"],
            "tried": known[f"tried_{side}"],
            "waiting": known[f"waiting_{side}"],
            "answer": known[f"answer_{side}"],
            "number": str(side),
        }
        return self.statement.format_map(known | own)


def _progress_inserted(learner: str) -> str:
    return (
        "INSERT INTO section_progress (learner_id, section_id, course_id, status,"
        f" completion_percentage) VALUES ({{{learner}}}, {{fresh}}, {{course}}, 'in_progress', 40)"
    )


def _progress_updated(learner: str) -> str:
    return (
        "UPDATE section_progress SET completion_percentage = 80"
        f" WHERE learner_id = {{{learner}}} AND section_id = {{section}}"
    )


def _progress_upserted(learner: str) -> str:
    return (
        "INSERT INTO section_progress (learner_id, section_id, course_id, status,"
        f" completion_percentage) VALUES ({{{learner}}}, {{section}}, {{course}}, 'in_progress',"
        f" 90), ({{{learner}}}, {{fresh}}, {{course}}, 'in_progress', 20)"
        " ON CONFLICT (learner_id, section_id)"
        " DO UPDATE SET completion_percentage = excluded.completion_percentage"
    )


def _progress_deleted(learner: str) -> str:
    return (
        "DELETE FROM section_progress"
        f" WHERE learner_id = {{{learner}}} AND section_id = {{section}}"
    )


def _event(learner: str, section: str) -> str:
    return (
        f"SELECT record_interaction({{{learner}}}, {{{section}}}, 'discussion',"
        " p_duration_seconds => 90)"
    )


def _attempt_inserted(learner: str) -> str:
    return (
        "INSERT INTO assessment_attempts (learner_id, assessment_id, attempt_number, responses,"
        f" completion_status, score) VALUES ({{{learner}}}, {{assessment}}, 10 + {{number}}, '[]',"
        " 'graded', 7 + {number})"
    )


WORK = (
    Operation("progress inserted", _progress_inserted("enrolled")),
    Operation("progress updated", _progress_updated("enrolled")),
    Operation("progress deleted", _progress_deleted("enrolled")),
    Operation("progress upserted", _progress_upserted("enrolled")),
    Operation("outsider's progress inserted", _progress_inserted("outsider")),
    Operation("outsider's progress updated", _progress_updated("outsider")),
    Operation("outsider's progress upserted", _progress_upserted("outsider")),
    Operation("outsider's progress deleted", _progress_deleted("outsider")),
    Operation("event recorded", _event("enrolled", "section")),
    Operation("first event recorded", _event("enrolled", "fresh")),
    Operation("outsider's event recorded", _event("outsider", "section")),
    Operation(
        "events recorded",
        "SELECT record_interactions(jsonb_agg(jsonb_build_object('learner_id', l.id,"
        " 'section_id', s.id, 'interaction_type', 'discussion', 'duration_seconds', 90)))"
        " FROM unnest(ARRAY[{peer}, {enrolled}, {outsider}]) AS l (id),"
        " unnest(ARRAY[{section}, {fresh}]) AS s (id)",
    ),
    Operation("attempt inserted", _attempt_inserted("enrolled")),
    Operation(
        "attempt graded",
        "UPDATE assessment_attempts SET score = 7 + {number}, completion_status = 'graded'"
        " WHERE id = {open}",
    ),
    Operation(
        "score changed", "UPDATE assessment_attempts SET score = 8 + {number} WHERE id = {attempt}"
    ),
    Operation("attempt deleted", "DELETE FROM assessment_attempts WHERE id = {attempt}"),
    Operation("outsider's attempt inserted", _attempt_inserted("outsider")),
    Operation(
        "outsider's score changed",
        "UPDATE assessment_attempts SET score = 8 + {number} WHERE id = {outside}",
    ),
    Operation("outsider's attempt deleted", "DELETE FROM assessment_attempts WHERE id = {outside}"),
    Operation(
        "enrolled",
        "INSERT INTO course_enrollments (learner_id, course_id) VALUES ({outsider}, {course})"
        " ON CONFLICT (learner_id, course_id) DO NOTHING",
    ),
    Operation(
        "unenrolled",
        "DELETE FROM course_enrollments WHERE learner_id = {enrolled} AND course_id = {course}",
    ),
)

STRUCTURE = (
    Operation(
        "section added",
        "INSERT INTO learning_sections (module_id, title, section_order, content_type,"
        " content_data) VALUES ({module}, 'New', 100 + {number}, 'text', '{{}}')",
    ),
    Operation("section deleted", "DELETE FROM learning_sections WHERE id = {section}", True),
    Operation(
        "section in use deleted", "DELETE FROM learning_sections WHERE id = {their_section}", True
    ),
    Operation(
        "section moved to another module",
        "UPDATE learning_sections SET module_id = {own_module}, section_order = 100"
        " WHERE id = {section}",
        True,
    ),
    Operation(
        "section moved to another course",
        "UPDATE learning_sections SET module_id = {other_module}, section_order = 100 + {number}"
        " WHERE id = {section}",
        True,
    ),
    Operation(
        "section in use moved to another course",
        "UPDATE learning_sections SET module_id = {other_module}, section_order = 100 + {number}"
        " WHERE id = {their_section}",
        True,
    ),
    Operation(
        "module added",
        "INSERT INTO learning_modules (course_id, title, module_order, learning_objectives,"
        " bloom_taxonomy_level) VALUES ({course}, 'New', 100 + {number}, '[]', 'apply')",
    ),
    Operation("module deleted", "DELETE FROM learning_modules WHERE id = {own_module}", True),
    Operation("module in use deleted", "DELETE FROM learning_modules WHERE id = {module}", True),
    Operation(
        "module moved to another course",
        "UPDATE learning_modules SET course_id = {other_course}, module_order = 100 + {number}"
        " WHERE id = {own_module}",
        True,
    ),
    Operation(
        "module in use moved to another course",
        "UPDATE learning_modules SET course_id = {other_course}, module_order = 100 + {number}"
        " WHERE id = {module}",
        True,
    ),
    Operation(
        "assessment added",
        "INSERT INTO educational_assessments (course_id, title, assessment_type, format,"
        " learning_objectives, assessment_criteria, total_points, questions)"
        " VALUES ({course}, 'New', 'summative', 'essay', '[]', '{{}}', 5, '[]')",
    ),
    Operation(
        "assessment deleted", "DELETE FROM educational_assessments WHERE id = {assessment}", True
    ),
    Operation(
        "assessment moved",
        "UPDATE educational_assessments SET course_id = {other_course} WHERE id = {assessment}",
        True,
    ),
    Operation(
        "quiz moved",
        "UPDATE educational_assessments SET section_id = {section_2} WHERE id = {quiz}",
        True,
    ),
    Operation(
        "quiz turned into a project",
        "UPDATE educational_assessments SET format = 'project' WHERE id = {quiz}",
    ),
    Operation("quiz removed", "DELETE FROM educational_assessments WHERE id = {quiz}", True),
    Operation(
        "weight changed",
        "UPDATE educational_assessments SET weight_in_course = 0.75 WHERE id = {assessment}",
    ),
    Operation(
        "weight of another changed",
        "UPDATE educational_assessments SET weight_in_course = 0.75 WHERE id = {other_assessment}",
    ),
    Operation(
        "points changed",
        "UPDATE educational_assessments SET total_points = 20 WHERE id = {assessment}",
    ),
    Operation(
        "passing score changed",
        "UPDATE educational_assessments SET passing_score = 8 WHERE id = {assessment}",
    ),
)

EVIDENCE = (
    Operation(
        "answer recorded",
        "SELECT record_interaction({enrolled}, {section_1}, 'knowledge_check',"
        " p_outcome => 'unsuccessful')",
    ),
    Operation(
        "answers recorded",
        "SELECT record_interactions(jsonb_agg(jsonb_build_object('learner_id', l.id,"
        " 'section_id', s.id, 'interaction_type', 'practice_activity', 'outcome', 'partial')))"
        " FROM unnest(ARRAY[{peer}, {enrolled}, {outsider}]) AS l (id),"
        " unnest(ARRAY[{section_1}, {fresh}]) AS s (id)",
    ),
    Operation(
        "answer corrected",
        "UPDATE learning_interactions SET outcome = 'successful' WHERE id = {answer}",
    ),
    Operation(
        "quiz taken",
        "INSERT INTO assessment_attempts (learner_id, assessment_id, attempt_number, responses,"
        " completion_status, score) SELECT l.id::uuid, {quiz}, 10 + {number}, '[]'::jsonb,"
        " 'graded'::attempt_status, 3"
        " FROM unnest(ARRAY[{outsider}, {enrolled}, {peer}]) AS l (id)",
    ),
    Operation(
        "quiz graded",
        "UPDATE assessment_attempts SET score = 2 + {number}, completion_status = 'graded'"
        " WHERE id = {waiting}",
    ),
    Operation("quiz attempt deleted", "DELETE FROM assessment_attempts WHERE id = {tried}"),
    Operation(
        "course rated",
        "INSERT INTO course_ratings (learner_id, course_id, rating)"
        " VALUES ({enrolled}, {course}, {number})"
        " ON CONFLICT (course_id, learner_id) DO UPDATE SET rating = excluded.rating",
    ),
    Operation(
        "ratings changed",
        "UPDATE course_ratings SET rating = 1 + {number}"
        " WHERE course_id IN ({course}, {other_course})",
    ),
    Operation("rating deleted", "DELETE FROM course_ratings WHERE learner_id = {peer}"),
    Operation(
        "course saved",
        "UPDATE educational_courses SET rating_sum = NULL WHERE id IN ({course}, {other_course})",
    ),
)

MAINTENANCE = (
    Operation("course metrics recalculated", "SELECT recalculate_course_metrics({course})"),
    Operation("section progress rebuilt", "SELECT rebuild_section_progress({course})"),
    Operation("analytics refreshed", "SELECT refresh_learning_analytics()"),
)

CORE = frozenset(WORK + STRUCTURE)
"""These meet each other at every combination of levels, and on the oldest version, too."""

OPERATIONS = WORK + STRUCTURE + EVIDENCE + MAINTENANCE
