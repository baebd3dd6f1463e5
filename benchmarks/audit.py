"""What the audit log costs who grades, and how fast it is sealed and checked."""

from __future__ import annotations

from functools import partial
from typing import Any, LiteralString

from benchmarks.support.harness import Connection, Limit, Run, benchmark

LIMIT = Limit(1.15)

ONE: LiteralString = (
    "UPDATE assessment_attempts SET score = 1 - score, completion_status = 'graded'"
    " WHERE id = %(attempt)s"
)
MANY: LiteralString = (
    "UPDATE assessment_attempts SET score = 1 - score, completion_status = 'graded'"
    " WHERE assessment_id = %(assessment)s"
)
BY_KEY: LiteralString = (
    "SELECT count(grade_attempt(t.id)) FROM assessment_attempts AS t"
    " WHERE t.assessment_id = %(assessment)s"
)
KEY: LiteralString = (
    "UPDATE educational_assessments AS a SET correct_answers = ("
    "SELECT jsonb_object_agg(q ->> 'id', '{\"answer\": \"b\"}'::jsonb)"
    " FROM jsonb_array_elements(a.questions) AS q) WHERE a.id = %(assessment)s"
)
SUBMIT: LiteralString = (
    "UPDATE assessment_attempts SET score = NULL, computed_score = NULL,"
    " completion_status = 'submitted' WHERE assessment_id = %(assessment)s"
)
FINAL: LiteralString = (
    "UPDATE course_enrollments SET final_grade = 100 - final_grade WHERE id = %(enrollment)s"
)

AUDITED = ("assessment_attempts", "course_enrollments")


@benchmark("audit", "The audit log: grading with it and without it, sealing and checking")
def audit(run: Run) -> None:
    """Compare grading an attempt, a whole assessment and a course, with the triggers on and off."""
    size = run.size("interactions", 1_000_000, 20_000)
    with run.database(size) as owner:
        owner.execute("UPDATE assessment_attempts SET score = 1, completion_status = 'graded'")
        owner.execute("UPDATE course_enrollments SET final_grade = 1")
        owner.execute("VACUUM ANALYZE")
        values = _chosen(owner)
        owner.execute(KEY, values)

        def turn(state: LiteralString, prepare: LiteralString | None) -> None:
            _switch(owner, state)
            if prepare:
                owner.execute(prepare, values)

        for what, grade, prepare, times, limit in (
            ("grade one attempt", ONE, None, 200, LIMIT),
            ("grade all attempts at an assessment", MANY, None, 40, LIMIT),
            ("grade them by the answer key, one by one", BY_KEY, SUBMIT, 1, LIMIT),
            ("give a final grade", FINAL, None, 200, None),
        ):
            run.compare(
                what,
                {
                    side: partial(owner.execute, grade, values)
                    for side in ("without", "with the audit log")
                },
                before={
                    "without": partial(turn, "DISABLE", prepare),
                    "with the audit log": partial(turn, "ENABLE", prepare),
                },
                rounds=9,
                times=times,
                limit=limit,
                cpu_of=owner,
                cpu_limit=limit,
            )
        _switch(owner, "ENABLE")
        rows = run.size("rows of the log", 200_000, 20_000)
        while _count(owner) < rows:
            owner.execute(MANY, values)
        run.compare("seal the log", {"all of it": partial(_seal, owner)}, rounds=1)
        run.compare("check the log", {"all of it": partial(_check, owner)}, rounds=3)


def _chosen(owner: Connection) -> dict[str, Any]:
    """The assessment with the most attempts, and one of these with its enrollment."""
    row = owner.execute(
        "SELECT a.assessment_id, min(a.id::text), min(e.id::text) FROM assessment_attempts AS a"
        " JOIN course_enrollments AS e ON e.learner_id = a.learner_id"
        " GROUP BY a.assessment_id ORDER BY count(*) DESC, a.assessment_id LIMIT 1"
    ).fetchone()
    if row is None:
        raise SystemExit("The generated data holds no attempt of an enrolled learner.")
    return dict(zip(("assessment", "attempt", "enrollment"), row, strict=True))


def _switch(owner: Connection, state: LiteralString) -> None:
    """Switch the triggers that write the log on or off."""
    for table in AUDITED:
        owner.execute(f"ALTER TABLE {table} {state} TRIGGER {table}_audit_update".encode())


def _count(owner: Connection) -> int:
    row = owner.execute("SELECT count(*) FROM audit_log").fetchone()
    return row[0] if row else 0


def _seal(owner: Connection) -> None:
    while owner.execute("SELECT seal_audit_log()").fetchone() != (0,):
        pass


def _check(owner: Connection) -> None:
    if owner.execute("SELECT * FROM check_audit_log()").fetchall():
        raise SystemExit("The audit log is not what was sealed.")


if __name__ == "__main__":
    audit()
