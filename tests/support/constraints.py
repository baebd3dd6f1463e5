"""One case for each constraint of the schema: rows that it rejects, and rows at the boundary.

A constraint is anything that rejects a row under a name of its own: CHECK, FOREIGN KEY, UNIQUE and
PRIMARY KEY, unique indexes, and the names that trigger functions raise.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from psycopg.types.json import Jsonb

from support.rows import EARLY, NOBODY, Connection, Row, add, scalar

CHECK = "23514"
FOREIGN_KEY = "23503"
UNIQUE = "23505"

Rows = tuple[Sequence[Row], Sequence[Row]]
NAN = Decimal("NaN")
SOON = EARLY + timedelta(microseconds=1)


@dataclass(frozen=True)
class Case:
    """Values of rows that a constraint rejects, and of rows that it accepts."""

    constraint: str
    table: str
    rows: Callable[[Connection], Rows]
    sqlstate: str = CHECK


def _fixed(
    table: str, column: str, rejected: Sequence[Any], accepted: Sequence[Any], **context: Any
) -> Case:
    rows = (
        [{column: value, **context} for value in rejected],
        [{column: value, **context} for value in (*accepted,)],
    )
    return Case(f"{table}_{column}_check", table, lambda _: rows)


def _array(table: str, *columns: str) -> Iterator[Case]:
    for column in columns:
        yield _fixed(
            table, column, [{}, Jsonb("text"), Jsonb(5), Jsonb(None)], [[], *_null(table, column)]
        )


def _objectives(table: str, column: str) -> Iterator[Case]:
    """An array whose elements are texts or objects with a text under `id`."""
    yield from _array(table, column)
    rejected = [[5], [None], [["a"]], [{}], [{"id": 5}], ["a", {"title": "a"}]]
    accepted = [["a", {"id": "b"}, {"id": "c", "title": "C"}]]
    rows = ([{column: value} for value in rejected], [{column: value} for value in accepted])
    yield Case(f"{table}_{column}_elements_check", table, lambda _: rows)


def _object(table: str, *columns: str) -> Iterator[Case]:
    for column in columns:
        yield _fixed(
            table, column, [[], Jsonb("text"), Jsonb(5), Jsonb(None)], [{}, *_null(table, column)]
        )


def _array_or_object(table: str, *columns: str, **context: Any) -> Iterator[Case]:
    for column in columns:
        yield _fixed(
            table,
            column,
            [Jsonb("text"), Jsonb(5), Jsonb(True), Jsonb(None)],
            [[], {}, *_null(table, column)],
            **context,
        )


# JSON columns that are NOT NULL; the others take NULL for "not said"
_REQUIRED_JSON = {
    ("learners", "accessibility_needs"),
    ("learners", "notification_preferences"),
    ("learners", "data_consent"),
    ("learners", "privacy_settings"),
    ("learners", "learning_analytics_profile"),
    ("learners", "adaptive_learning_data"),
    ("educational_courses", "learning_objectives"),
    ("learning_modules", "learning_objectives"),
    ("learning_modules", "prerequisite_modules"),
    ("learning_sections", "content_data"),
    ("learning_sections", "learning_activities"),
    ("course_enrollments", "personal_learning_goals"),
    ("section_progress", "completion_criteria_met"),
    ("learning_interactions", "interaction_data"),
    ("educational_assessments", "learning_objectives"),
    ("educational_assessments", "assessment_criteria"),
    ("educational_assessments", "questions"),
    ("assessment_attempts", "responses"),
}


def _null(table: str, column: str) -> list[None]:
    return [] if (table, column) in _REQUIRED_JSON else [None]


def _number(
    table: str, *columns: str, low: str | None = "0", high: str | None, step: str = "0.01"
) -> Iterator[Case]:
    """Decimals from low to high, both included; never NaN."""
    for column in columns:
        rejected, accepted = [NAN], []
        if low is not None:
            rejected.append(Decimal(low) - Decimal(step))
            accepted.append(Decimal(low))
        if high is not None:
            rejected.append(Decimal(high) + Decimal(step))
            accepted.append(Decimal(high))
        yield _fixed(table, column, rejected, accepted)


def _count(table: str, *columns: str, least: int = 0, **context: Any) -> Iterator[Case]:
    """Whole numbers from least on."""
    for column in columns:
        yield _fixed(table, column, [least - 1, -(2**31)], [least, least + 1], **context)


def _primary_key(table: str) -> Case:
    def rows(connection: Connection) -> Rows:
        taken = add(connection, table)["id"]
        return [{"id": taken}], [{}]

    return Case(f"{table}_pkey", table, rows, UNIQUE)


def _foreign_key(table: str, column: str, parent: str) -> Case:
    def rows(connection: Connection) -> Rows:
        return [{column: NOBODY}], [{column: add(connection, parent)["id"]}]

    return Case(f"{table}_{column}_fkey", table, rows, FOREIGN_KEY)


def _section_of_course(table: str) -> Case:
    """The section of one course is rejected under another, and so is an unknown section."""

    def rows(connection: Connection) -> Rows:
        section = add(connection, "learning_sections")
        other = add(connection, "learning_sections")
        return (
            [
                {"section_id": section["id"], "course_id": other["course_id"]},
                {"section_id": NOBODY, "course_id": other["course_id"]},
            ],
            [{"section_id": section["id"], "course_id": section["course_id"]}],
        )

    return Case(f"{table}_section_id_course_id_fkey", table, rows, FOREIGN_KEY)


def _interactions_pkey(connection: Connection) -> Rows:
    taken = add(connection, "learning_interactions")
    return (
        [{"id": taken["id"], "timestamp": time} for time in (taken["timestamp"], SOON)],
        [{"timestamp": taken["timestamp"]}],
    )


def _audit_pkey(connection: Connection) -> Rows:
    taken = add(connection, "audit_log")
    key = {"id": taken["id"], "recorded_at": taken["recorded_at"]}
    return [key], [{"recorded_at": taken["recorded_at"]}]


def _event_of_course(connection: Connection) -> Rows:
    section = add(connection, "learning_sections")
    return (
        [{"section_id": section["id"], "course_id": None}],
        [
            {"section_id": section["id"], "course_id": section["course_id"]},
            {"section_id": None, "course_id": None},
        ],
    )


def _course_without_structure(connection: Connection) -> uuid.UUID:
    course: uuid.UUID = add(connection, "educational_courses")["id"]
    connection.execute("DELETE FROM course_structure WHERE course_id = %s", (course,))
    return course


def _structure_pkey(connection: Connection) -> Rows:
    return (
        [{"course_id": add(connection, "educational_courses")["id"], "version": 1}],
        [{"course_id": _course_without_structure(connection)}],
    )


def _structure_of_course(connection: Connection) -> Rows:
    return [{"course_id": NOBODY}], [{"course_id": _course_without_structure(connection)}]


def _structure_sections(connection: Connection) -> Rows:
    course = _course_without_structure(connection)
    return (
        [{"course_id": course, "sections": -1}],
        [{"course_id": course, "sections": n} for n in (0, 1)],
    )


def _learner_course_pkey(connection: Connection) -> Rows:
    taken = add(connection, "learner_courses")
    return (
        [{"learner_id": taken["learner_id"], "course_id": taken["course_id"]}],
        [{"learner_id": taken["learner_id"]}, {"course_id": taken["course_id"]}],
    )


def _history_pkey(connection: Connection) -> Rows:
    taken = add(connection, "section_progress_history", id=1)
    row = {"learner_id": taken["learner_id"], "section_id": taken["section_id"]}
    return [{**row, "id": 1}], [{**row, "id": 2}]


def _history_fkey(connection: Connection) -> Rows:
    progress = add(connection, "section_progress")
    row = {"learner_id": progress["learner_id"], "section_id": progress["section_id"]}
    return [row | {"learner_id": NOBODY}, row | {"section_id": NOBODY}], [row]


def _pair_key(table: str, *columns: str) -> Case:
    def rows(connection: Connection) -> Rows:
        taken = add(connection, table)
        row = {name: taken[name] for name in columns}
        return [row], [row | {name: uuid.uuid4()} for name in columns]

    return Case(f"{table}_pkey", table, rows, UNIQUE)


def _pair(row: Row) -> Row:
    return {name: row[name] for name in ("learner_id", "course_id")}


def _rating_pkey(connection: Connection) -> Rows:
    return [_pair(add(connection, "course_ratings"))], [{}]


def _rating_fkey(column: str, connection: Connection) -> Rows:
    enrolled = _pair(add(connection, "course_enrollments"))
    return [enrolled | {column: NOBODY}], [enrolled]


def _rating_enrollment(connection: Connection) -> Rows:
    enrolled = _pair(add(connection, "course_enrollments"))
    return [enrolled | {"learner_id": add(connection, "learners")["id"]}], [enrolled]


def _expired_totals_pkey(connection: Connection) -> Rows:
    taken = add(connection, "expired_interaction_totals")
    row = {name: taken[name] for name in ("learner_id", "section_id", "course_id")}
    return [row], [{}]


def _expired_time(_connection: Connection) -> Rows:
    names = ("total_time_spent", "active_learning_time")
    return (
        [dict(zip(names, pair, strict=True)) for pair in [(-1, 0), (-1, -1), (0, -1), (5, 6)]],
        [dict(zip(names, pair, strict=True)) for pair in [(0, 0), (5, 5), (2**40, 0)]],
    )


def _expired_counts(_connection: Connection) -> Rows:
    names = ("interaction_count", "meaningful_interactions", "help_requests")
    wrong = [(0, 0, 0), (1, -1, 0), (1, 0, -1), (2, 2, 1)]
    return (
        [dict(zip(names, counts, strict=True)) for counts in wrong],
        [dict(zip(names, counts, strict=True)) for counts in [(1, 0, 0), (3, 2, 1)]],
    )


def _evidence(_connection: Connection, **counted: int) -> Rows:
    scores = ("comprehension", "retention", "application")
    wrong = [(0, 1), (1, -1), (1, 10001), (-1, 0)]
    return (
        [
            {f"{score}_n": n, f"{score}_sum": total, **counted}
            for score in scores
            for n, total in wrong
        ],
        [
            {f"{score}_n": n, f"{score}_sum": 10000 * n, **counted}
            for score in scores
            for n in (0, 1)
        ],
    )


def _email_key(connection: Connection) -> Rows:
    add(connection, "learners", email="ada@example.com")
    return [{"email": "ada@example.com"}], [{"email": "ad@example.com"}]


def _email_lower_key(connection: Connection) -> Rows:
    add(connection, "learners", email="jörg@example.com")
    same = ["Jörg@Example.COM", "JÖRG@example.com", "jo\u0308rg@example.com"]
    return [{"email": e} for e in same], [
        {"email": "jorg@example.com"},
        {"email": "jørg@example.com"},
    ]


def _module_order(connection: Connection) -> Rows:
    taken = add(connection, "learning_modules", module_order=1)
    row = {"course_id": taken["course_id"], "module_order": 1}
    return [row], [row | {"module_order": 2}, {"module_order": 1}]


def _section_order(connection: Connection) -> Rows:
    taken = add(connection, "learning_sections", section_order=1)
    row = {"module_id": taken["module_id"], "section_order": 1}
    return [row], [row | {"section_order": 2}, {"section_order": 1}]


def _section_of_module(connection: Connection) -> Rows:
    module = add(connection, "learning_modules")
    other = add(connection, "educational_courses")
    return (
        [{"module_id": module["id"], "course_id": other["id"]}],
        [
            {"module_id": module["id"], "course_id": module["course_id"]},
            {"module_id": module["id"]},
        ],
    )


def _one_enrollment(connection: Connection) -> Rows:
    taken = add(connection, "course_enrollments")
    row = {"learner_id": taken["learner_id"], "course_id": taken["course_id"]}
    learner = add(connection, "learners")["id"]
    course = add(connection, "educational_courses")["id"]
    return [row], [row | {"learner_id": learner}, row | {"course_id": course}]


def _one_derived_session(connection: Connection) -> Rows:
    row: Row = {"learner_id": add(connection, "learners")["id"], "session_start": EARLY}
    row |= {"course_id": add(connection, "educational_courses")["id"]}
    add(connection, "learning_sessions", derived=True, **row)
    other = add(connection, "learners")["id"]
    return (
        [row | {"derived": True}],
        [row, row | {"learner_id": other, "derived": True}, row | {"session_start": SOON}],
    )


def _one_progress(connection: Connection) -> Rows:
    taken = add(connection, "section_progress")
    row = {"learner_id": taken["learner_id"], "section_id": taken["section_id"]}
    return [row], [{"learner_id": row["learner_id"]}, {"section_id": row["section_id"]}]


def _one_attempt(connection: Connection) -> Rows:
    taken = add(connection, "assessment_attempts", attempt_number=1)
    row = {key: taken[key] for key in ("learner_id", "assessment_id", "attempt_number")}
    return [row], [row | {"attempt_number": 2}]


def _institutions(connection: Connection) -> Rows:
    here, there = (add(connection, "educational_institutions")["id"] for _ in range(2))

    def enrollment(learner_at: object, course_at: object) -> Row:
        return {
            "learner_id": add(connection, "learners", institution_id=learner_at)["id"],
            "course_id": add(connection, "educational_courses", institution_id=course_at)["id"],
        }

    return (
        [enrollment(here, there), enrollment(there, here)],
        [
            enrollment(here, here),
            enrollment(None, here),
            enrollment(here, None),
            enrollment(None, None),
        ],
    )


def _prerequisites(connection: Connection) -> Rows:
    module = add(connection, "learning_modules")
    elsewhere = add(connection, "learning_modules")
    good, foreign = str(module["id"]), str(elsewhere["id"])
    course = {"course_id": module["course_id"]}
    return (
        [
            course | {"prerequisite_modules": wrong}
            for wrong in (
                [str(NOBODY)],
                [foreign],
                [good, foreign],
                ["text"],
                [5],
                [None],
                [[good]],
            )
        ],
        [course | {"prerequisite_modules": [good]}, course | {"prerequisite_modules": []}],
    )


def _prerequisite_cycle(connection: Connection) -> Rows:
    own, other = uuid.uuid4(), add(connection, "learning_modules")
    row = {"id": own, "course_id": other["course_id"]}
    return (
        [
            row | {"prerequisite_modules": [str(own)]},
            row | {"prerequisite_modules": [str(other["id"]), str(own)]},
        ],
        [row | {"prerequisite_modules": [str(other["id"])]}],
    )


def _attempt(connection: Connection) -> Row:
    assessment = add(connection, "educational_assessments", total_points=10, passing_score=5)
    return {"assessment_id": assessment["id"], "learner_id": add(connection, "learners")["id"]}


def _score_total(connection: Connection) -> Rows:
    """Bonus points and negative marks as far as percentage_score holds them."""
    row = _attempt(connection)
    practice = add(connection, "educational_assessments", total_points=0)["id"]
    return (
        [row | {"score": 100}, row | {"score": -100}],
        [
            row | {"score": Decimal("99.999")},
            row | {"score": Decimal("-99.999")},
            row | {"score": 100, "assessment_id": practice},
        ],
    )


def _graded(connection: Connection) -> Rows:
    row = _attempt(connection)
    done, undone = ("graded", "reviewed"), ("in_progress", "submitted")
    return (
        [row | {"completion_status": status, "score": None} for status in done],
        [
            *(row | {"completion_status": status, "score": 0} for status in done),
            *(row | {"completion_status": status, "score": None} for status in undone),
        ],
    )


def _result(connection: Connection) -> Rows:
    row = _attempt(connection)
    return (
        [row | {"percentage_score": 0}, row | {"passed": False}],
        [row, row | {"percentage_score": 0, "passed": False, "score": 0}],
    )


def _percentage(connection: Connection) -> Rows:
    assessment = add(connection, "educational_assessments", total_points=100)["id"]
    row = {"assessment_id": assessment}
    bounds = [Decimal("-999.99"), Decimal("999.99")]
    return (
        [row | {"percentage_score": NAN}],  # above 999.99 the type itself says no
        [row | {"score": bound, "percentage_score": bound} for bound in bounds],
    )


def _score(connection: Connection) -> Rows:
    most = 2**31 - 1
    assessment = add(connection, "educational_assessments", total_points=most)["id"]
    row = {"assessment_id": assessment}
    return (
        [row | {"score": wrong} for wrong in (NAN, most + 1, -most - 2)],
        [row | {"score": right} for right in (most, -most - 1, None)],
    )


def _completion_criteria(_connection: Connection) -> Rows:
    return [{"completion_criteria": {"min_second": 1}}], [{"completion_criteria": {}}]


def _completion_by_criteria(connection: Connection) -> Rows:
    criteria = {"min_interactions": 2}
    section = add(connection, "learning_sections", completion_criteria=criteria)
    row = {"section_id": section["id"], "status": "completed"}
    return [row | {"interaction_count": 1}], [row | {"interaction_count": 2}]


def _answer_rules(_connection: Connection) -> Rows:
    questions = {"questions": [{"id": "a", "points": 1}]}
    return (
        [questions | {"correct_answers": {"b": {"answer": 1}}}],
        [questions | {"correct_answers": {"a": {"answer": 1}}}],
    )


def _percentage_derived(connection: Connection) -> Rows:
    row = _attempt(connection) | {"score": 7}
    return (
        [row | {"percentage_score": Decimal(wrong)} for wrong in ("69.98", "70.02", "7", "NaN")],
        [row | {"percentage_score": Decimal(right)} for right in ("70", "69.99", "70.01")],
    )


def _passed_derived(connection: Connection) -> Rows:
    row = _attempt(connection)
    no_passing = add(connection, "educational_assessments", passing_score=None)["id"]
    return (
        [
            row | {"score": 4, "passed": True},
            row | {"score": 5, "passed": False},
            row | {"score": 10, "passed": True, "assessment_id": no_passing},
        ],
        [
            row | {"score": 4, "passed": False},
            row | {"score": 5, "passed": True},
            row | {"score": 10, "assessment_id": no_passing},
        ],
    )


def _time_elapsed(connection: Connection) -> Rows:
    """A minute that has begun may be counted whole."""
    row = _attempt(connection) | {"started_at": EARLY}
    little, much = (
        row | {"submitted_at": EARLY + timedelta(minutes=9, seconds=seconds)} for seconds in (1, 59)
    )
    rejected = [row | {"time_spent_minutes": 11} for row in (little, much)]
    accepted = [row | {"time_spent_minutes": 10} for row in (little, much)]
    return rejected, [*accepted, little | {"time_spent_minutes": 0}]


def _passing_score(_connection: Connection) -> Rows:
    return (
        [{"total_points": 10, "passing_score": Decimal(wrong)} for wrong in ("-0.001", "10.001")],
        [{"total_points": 10, "passing_score": right} for right in (0, 10, None)],
    )


def _decimals(table: str, column: str, most: int, **context: Any) -> Case:
    """A value of more decimals is rejected, not rounded; zeros at the end are no decimals."""
    unit = Decimal(1).scaleb(-most)
    rows: Rows = (
        [{column: unit / 10, **context}, {column: 1 - unit / 10**9, **context}],
        [{column: value, **context} for value in (unit, 1 - unit, Decimal("0.5000000000"))],
    )
    return Case(f"{table}_{column}_decimals_check", table, lambda _: rows)


# nothing, white space, and what is as invisible, of one byte in UTF-8 and of more
_BLANKS = ("", " ", "\t\r\n", "\u00a0", "\u2003\u3000", "\u200b", "\ufeff \u2060", "\u00ad")


def _visible(table: str, *columns: str) -> Iterator[Case]:
    for column in columns:
        yield _fixed(table, column, _BLANKS, ["-", "\u00a0x", "é", "日本", "a\u200cb"])


def _finite(table: str, *columns: str, **context: Any) -> Case:
    """No time of a row is infinite."""
    rejected = [
        {**context, column: infinite}
        for column in columns
        for infinite in ("infinity", "-infinity")
    ]
    accepted = [{**context, column: "2000-01-01 00:00+00"} for column in columns]
    return Case(f"{table}_finite_times_check", table, lambda _: (rejected, accepted))


def _other_institution(table: str) -> Case:
    """Of a learner of another institution than the course's, enrolled in it or not."""

    def rows(connection: Connection) -> Rows:
        here, there = (add(connection, "educational_institutions")["id"] for _ in range(2))
        course = add(connection, "educational_courses", institution_id=here)["id"]
        module = add(connection, "learning_modules", course_id=course)["id"]
        if table == "assessment_attempts":
            assessment = add(connection, "educational_assessments", course_id=course)["id"]
            row: Row = {"assessment_id": assessment}
        else:
            section = add(connection, "learning_sections", module_id=module)["id"]
            row = {"section_id": section, "course_id": course}
        learners = {
            at: add(connection, "learners", institution_id=at)["id"] for at in (here, there, None)
        }
        return (
            [row | {"learner_id": learners[there]}],
            [row | {"learner_id": learners[here]}, row | {"learner_id": learners[None]}],
        )

    return Case(f"{table}_institution_check", table, rows)


def _progress_status(_connection: Connection) -> Rows:
    def row(status: str, percentage: str) -> Row:
        return {"status": status, "completion_percentage": Decimal(percentage)}

    return (
        [row("not_started", "0.01"), row("completed", "0"), row("mastered", "0")],
        [
            row("not_started", "0"),
            row("in_progress", "0"),
            row("in_progress", "100"),
            row("completed", "0.01"),
            row("mastered", "0.01"),
        ],
    )


def _progress_counts(_connection: Connection) -> Rows:
    names = ("interaction_count", "meaningful_interactions", "help_requests")
    return (
        [dict(zip(names, counts, strict=True)) for counts in [(-1, 0, 0), (1, 2, 0), (1, 0, 2)]],
        [dict(zip(names, counts, strict=True)) for counts in [(0, 0, 0), (2, 2, 2)]],
    )


def _progress_time(_connection: Connection) -> Rows:
    names = ("total_time_spent", "active_learning_time")
    return (
        [dict(zip(names, pair, strict=True)) for pair in [(-1, 0), (0, 1), (59, 60)]],
        [dict(zip(names, pair, strict=True)) for pair in [(0, 0), (60, 60)]],
    )


def _session_minutes(_connection: Connection) -> Rows:
    """A minute that has begun may be counted whole; without an end there are none."""
    row: Row = {"session_start": EARLY}
    end = {"session_end": EARLY + timedelta(minutes=9, seconds=1)}
    exact = {"session_end": EARLY + timedelta(minutes=9)}
    return (
        [
            row | end | {"duration_minutes": 11},
            row | exact | {"duration_minutes": 10},
            row | {"session_end": None, "duration_minutes": 0},
        ],
        [
            row | end | {"duration_minutes": 10},
            row | exact | {"duration_minutes": 9},
            row | end | {"duration_minutes": 0},
            row | {"session_end": None},
        ],
    )


def _session_length(_connection: Connection) -> Rows:
    """A day and no more, unless derived.

    One of ages, which no integer could hold, is refused by the same name.
    """
    row: Row = {"session_start": EARLY}
    day = timedelta(days=1)
    return (
        [
            row | {"session_end": EARLY + day + timedelta(microseconds=1)},
            row | {"session_end": EARLY + 7999 * 365 * day},
        ],
        [
            row | {"session_end": EARLY + day},
            row | {"session_end": EARLY + 9 * day, "derived": True},
        ],
    )


def _period(first: str, last: str, *, optional: bool = True) -> Callable[[Connection], Rows]:
    accepted: list[Row] = [{first: EARLY, last: EARLY}, {first: EARLY, last: SOON}]
    if optional:
        accepted.append({first: EARLY, last: None})
    return lambda _: ([{first: SOON, last: EARLY}], accepted)


def _completion(table: str, status: str, date: str, *done: str) -> Case:
    """A date without completion; a completion without its date is filled, not rejected."""
    rows: Rows = (
        [{status: "in_progress", date: EARLY}],
        [{status: "in_progress"}, *({status: label, date: EARLY} for label in done)],
    )
    return Case(f"{table}_completion_check", table, lambda _: rows)


def _attempts_allowed(connection: Connection) -> Rows:
    once, always = (
        add(connection, "educational_assessments", attempts_allowed=allowed)["id"]
        for allowed in (2, None)
    )
    return (
        [{"assessment_id": once, "attempt_number": 3}],
        [
            {"assessment_id": once, "attempt_number": 2},
            {"assessment_id": always, "attempt_number": 999},
        ],
    )


def _availability(connection: Connection) -> Rows:
    limits = {"available_from": SOON, "available_until": SOON}
    assessment = add(connection, "educational_assessments", **limits)["id"]
    late = SOON + timedelta(microseconds=1)
    return (
        [{"assessment_id": assessment, "started_at": time} for time in (EARLY, late)],
        [{"assessment_id": assessment, "started_at": SOON}],
    )


def _unique_in_itself(_connection: Connection) -> Rows:
    """A unique index of a column and the primary key rejects nothing that the key does not."""
    return [], []


_WRONG_EMAILS = (
    "",
    "a",
    "a@b",
    "@b.de",
    "a@.de",
    "a@b..de",
    "a@b.c",
    "a@b.12",
    "a@@b.de",
    "a b@c.de",
    "a@b.de ",
    ' "a"@b.de',
    "a@b.de\n",
    "a\n@b.de",
    "a@b.de,c@d.de",
    "<a@b.de>",
)
_RIGHT_EMAILS = (
    "a@b.de",
    "o'brien@tcd.ie",
    "first.last+tag@sub.example.com",
    "a_b%c-d@ex-ample.org",
    "jörg@müller.de",
    "x@пример.рф",
    "x@example.xn--p1ai",
    "JÖRG@müller.de",
    "UPPER@EXAMPLE.COM",
)

_PKEY_TABLES = (
    "educational_institutions",
    "learners",
    "educational_courses",
    "learning_modules",
    "learning_sections",
    "course_enrollments",
    "section_progress",
    "learning_sessions",
    "educational_assessments",
    "assessment_attempts",
    "learning_interactions_delta",
    "course_enrollments_delta",
    "section_progress_delta",
    "learning_sessions_delta",
    "assessment_attempts_delta",
    "assessment_objective_totals",
    "analytics_rebuild_request",
    "analytics_refresh_log",
)


def _all() -> Iterator[Case]:
    for table in _PKEY_TABLES:
        yield _primary_key(table)

    table = "educational_institutions"
    yield from _array_or_object(table, "accreditation_info", "educational_standards")
    yield from _object(table, "learning_analytics_config")
    config = "learning_analytics_config"
    rules = ([{config: {"completion_rule": "all"}}], [{config: {"completion_rule": "modules"}}])
    yield Case(f"{table}_completion_rule_check", table, lambda _: rules)
    wishes = ([{config: {"derive_sessions": "true"}}], [{config: {"derive_sessions": True}}])
    yield Case(f"{table}_derive_sessions_check", table, lambda _: wishes)
    yield from _visible(table, "name")
    yield _finite(table, "created_at", "updated_at")

    table = "learners"
    yield Case("learners_email_key", table, _email_key, UNIQUE)
    yield Case("learners_email_lower_key", table, _email_lower_key, UNIQUE)
    yield Case("learners_institution_id_idx", table, _unique_in_itself, UNIQUE)
    yield Case(
        "valid_email",
        table,
        lambda _: ([{"email": e} for e in _WRONG_EMAILS], [{"email": e} for e in _RIGHT_EMAILS]),
    )
    yield _foreign_key(table, "institution_id", "educational_institutions")
    yield from _visible(table, "first_name", "last_name")
    yield _finite(table, "created_at", "updated_at", "last_login")
    yield from _array(table, "accessibility_needs")
    yield from _object(
        table,
        "notification_preferences",
        "data_consent",
        "privacy_settings",
        "learning_analytics_profile",
        "adaptive_learning_data",
    )

    table = "educational_courses"
    yield _fixed(table, "completion_rule", ["all"], ["none", "modules"])
    yield Case("educational_courses_institution_id_idx", table, _unique_in_itself, UNIQUE)
    yield _foreign_key(table, "institution_id", "educational_institutions")
    yield from _objectives(table, "learning_objectives")
    yield from _object(table, "ai_generation_metadata")
    yield from _array_or_object(
        table, "learning_theory_foundation", "assessment_strategy", "prerequisite_knowledge"
    )
    yield from _visible(table, "title")
    yield _finite(table, "published_at", "created_at", "updated_at", "metrics_as_of")
    yield from _number(table, "academic_credits", high="999.99")
    yield _decimals(table, "academic_credits", 2)
    yield from _count(table, "estimated_duration_hours", "enrollment_count")
    yield from _number(table, "content_quality_score", high="1")
    yield from _number(table, "completion_rate", high="100")
    yield from _number(table, "average_rating", high="5")
    yield from _number(table, "learning_effectiveness_score", low=None, high="1")

    table = "learning_modules"
    yield Case("learning_modules_course_id_module_order_key", table, _module_order, UNIQUE)
    yield Case("learning_modules_id_course_id_key", table, _unique_in_itself, UNIQUE)
    yield _foreign_key(table, "course_id", "educational_courses")
    yield Case("learning_modules_prerequisite_modules_fkey", table, _prerequisites, FOREIGN_KEY)
    yield Case("learning_modules_prerequisite_cycle_check", table, _prerequisite_cycle)
    yield from _objectives(table, "learning_objectives")
    yield from _array(table, "prerequisite_modules")
    yield from _object(table, "unlock_criteria")
    yield from _array_or_object(table, "interaction_requirements")
    yield from _count(table, "module_order", "estimated_duration_minutes")
    yield from _number(table, "assessment_weight", "minimum_passing_score", high="1")
    yield _decimals(table, "assessment_weight", 6)
    yield from _visible(table, "title")
    yield _finite(table, "created_at", "updated_at")

    table = "learning_sections"
    yield from _visible(table, "title")
    yield _finite(table, "created_at", "updated_at")
    yield Case("learning_sections_module_id_section_order_key", table, _section_order, UNIQUE)
    yield Case("learning_sections_id_course_id_key", table, _unique_in_itself, UNIQUE)
    yield Case("learning_sections_module_id_course_id_fkey", table, _section_of_module, FOREIGN_KEY)
    yield from _array(table, "learning_activities")
    yield from _objectives(table, "section_objectives")
    yield from _object(table, "completion_criteria")
    yield Case(f"{table}_completion_criteria_rule_check", table, _completion_criteria)
    yield from _object(table, "unlock_conditions")
    yield from _array_or_object(
        table,
        "content_data",
        "assessment_criteria",
        "difficulty_adaptations",
        "accessibility_adaptations",
    )
    yield from _count(table, "section_order", "estimated_reading_time", "minimum_engagement_time")

    table = "course_enrollments"
    yield Case("course_enrollments_learner_id_course_id_key", table, _one_enrollment, UNIQUE)
    yield Case("course_enrollments_institution_check", table, _institutions)
    yield _foreign_key(table, "learner_id", "learners")
    yield _foreign_key(table, "course_id", "educational_courses")
    yield _completion(table, "completion_status", "completion_date", "completed")
    yield from _array(table, "personal_learning_goals")
    yield from _array_or_object(table, "study_schedule", "understanding_assessment")
    # of a course without sections; else it is brought back, as the other derived columns are
    yield from _number(table, "overall_progress", high="100")
    for column in ("total_time_spent", "current_grade"):
        yield _fixed(table, column, [], [-1])
    # above 999.99 the type itself says no
    yield _fixed(table, "final_grade", [NAN], [Decimal("-999.99"), Decimal("999.99"), None])
    yield _finite(
        table,
        "enrollment_date",
        "expected_completion_date",
        "completion_date",
        "created_at",
        "updated_at",
        completion_status="completed",
    )
    yield from _number(table, "engagement_score", high="1")
    yield from _number(table, "learning_velocity", high=None)

    table = "section_progress"
    yield Case("section_progress_learner_id_section_id_key", table, _one_progress, UNIQUE)
    yield _foreign_key(table, "learner_id", "learners")
    yield _section_of_course(table)
    yield _completion(table, "status", "completion_timestamp", "completed", "mastered")
    yield from _object(table, "completion_criteria_met")
    yield Case(f"{table}_completion_criteria_check", table, _completion_by_criteria)
    yield from _array_or_object(
        table, "learning_pattern", "struggle_indicators", "mastery_indicators"
    )
    yield from _count(table, "active_learning_time", "meaningful_interactions", "help_requests")
    yield from _number(table, "completion_percentage", high="100")
    yield Case(f"{table}_status_percentage_check", table, _progress_status)
    yield Case(f"{table}_period_check", table, _period("first_accessed", "last_accessed"))
    yield Case(f"{table}_total_time_spent_check", table, _progress_time)
    yield Case(f"{table}_interaction_count_check", table, _progress_counts)
    yield _other_institution(table)
    yield _finite(
        table,
        "first_accessed",
        "last_accessed",
        "completion_timestamp",
        "created_at",
        "updated_at",
        status="completed",
    )
    yield from _number(
        table, "comprehension_score", "retention_score", "application_score", high="1"
    )
    yield _fixed(table, "supplied", ["{status}"], ["{}", "{retention_score}"])
    yield Case(f"{table}_evidence_check", table, partial(_evidence, measures_version=1))

    table = "section_progress_history"
    yield Case(f"{table}_pkey", table, _history_pkey, UNIQUE)
    yield Case(f"{table}_learner_id_section_id_fkey", table, _history_fkey, FOREIGN_KEY)
    yield from _number(table, "previous_percentage", "percentage", high="100")
    yield _finite(table, "changed_at")

    table = "learning_interactions"
    yield Case("learning_interactions_pkey", table, _interactions_pkey, UNIQUE)
    yield _foreign_key(table, "learner_id", "learners")
    yield _section_of_course(table)
    yield from _object(table, "interaction_data")
    yield from _array_or_object(
        table,
        "knowledge_demonstration",
        "misconception_indicators",
        "personalization_data",
        "difficulty_adjustment",
        "learning_environment",
    )
    yield from _count(table, "duration_seconds")
    yield from _number(table, "learning_effectiveness", high="1")
    yield _other_institution(table)
    yield Case(f"{table}_course_id_check", table, _event_of_course)
    yield Case(
        f"{table}_sectionless_course_id_fkey",
        table,
        lambda connection: (
            [{"section_id": None, "course_id": NOBODY}],
            [
                {"section_id": None, "course_id": add(connection, "educational_courses")["id"]},
                {"section_id": None, "course_id": None},
            ],
        ),
        FOREIGN_KEY,
    )
    # no partition holds infinity
    yield Case(
        f"{table}_finite_times_check",
        table,
        lambda _: ([{"timestamp": "-infinity"}], [{"timestamp": "0001-01-02 00:00+00"}]),
    )

    yield _primary_key("interaction_times")

    table = "expired_interaction_totals"
    yield Case(f"{table}_pkey", table, _expired_totals_pkey, UNIQUE)
    yield _foreign_key(table, "learner_id", "learners")
    yield _section_of_course(table)
    yield Case(
        f"{table}_period_check", table, _period("first_accessed", "last_accessed", optional=False)
    )
    yield Case(f"{table}_time_check", table, _expired_time)
    yield Case(f"{table}_count_check", table, _expired_counts)
    yield Case(f"{table}_evidence_check", table, _evidence)

    table = "learning_sessions"
    yield _foreign_key(table, "learner_id", "learners")
    yield _foreign_key(table, "course_id", "educational_courses")
    yield Case(f"{table}_derived_key", table, _one_derived_session, UNIQUE)
    yield _fixed(table, "supplied", ["{focus_score}"], ["{}", "{engagement_level}"])
    yield Case("learning_sessions_period_check", table, _period("session_start", "session_end"))
    yield from _array_or_object(
        table,
        "intended_goals",
        "actual_accomplishments",
        "focus_areas",
        "concepts_learned",
        "skills_practiced",
        "knowledge_gaps_identified",
        "study_environment",
        "study_materials_used",
    )
    yield from _count(table, "duration_minutes", session_end=SOON + timedelta(minutes=1))
    yield Case(f"{table}_duration_elapsed_check", table, _session_minutes)
    yield Case(f"{table}_length_check", table, _session_length)
    yield _finite(table, "session_start", "session_end", "created_at", "updated_at")
    yield from _count(
        table,
        "distraction_count",
        "sections_completed",
        "interactions_completed",
        "assessments_taken",
    )
    yield from _number(table, "focus_score", "productivity_score", high="1")
    yield from _number(table, "progress_percentage_gain", high="100")

    table = "educational_assessments"
    yield Case("educational_assessments_id_rules_version_key", table, _unique_in_itself, UNIQUE)
    yield _foreign_key(table, "course_id", "educational_courses")
    yield _section_of_course(table)
    yield Case(f"{table}_passing_score_check", table, _passing_score)
    yield Case(f"{table}_availability_check", table, _period("available_from", "available_until"))
    yield from _objectives(table, "learning_objectives")
    yield from _array(table, "bloom_taxonomy_levels", "questions")
    yield from _object(table, "correct_answers")
    yield Case(f"{table}_correct_answers_rule_check", table, _answer_rules)
    yield from _array_or_object(table, "assessment_criteria", "explanation_texts")
    yield from _visible(table, "title")
    yield _finite(table, "available_from", "available_until", "created_at", "updated_at")
    yield _fixed(
        table,
        "total_points",
        [NAN, Decimal("-0.001"), 2**31],
        [0, 2**31 - 1],
        passing_score=None,
    )
    yield _decimals(table, "total_points", 3, passing_score=None)
    yield _decimals(table, "passing_score", 3)
    yield _decimals(table, "weight_in_course", 6)
    yield from _count(table, "time_limit_minutes", "attempts_allowed", least=1)
    yield from _number(table, "weight_in_course", "difficulty_rating", high="1")
    yield from _number(table, "discrimination_index", low="-1", high="1")
    yield from _number(table, "reliability_coefficient", low=None, high="1")

    table = "assessment_attempts"
    yield Case(f"{table}_learner_id_assessment_id_attempt_number_key", table, _one_attempt, UNIQUE)
    yield _foreign_key(table, "learner_id", "learners")
    yield Case(
        f"{table}_assessment_id_rules_version_fkey",
        table,
        lambda connection: (
            [{"assessment_id": NOBODY}],
            [{"assessment_id": add(connection, "educational_assessments")["id"]}],
        ),
        FOREIGN_KEY,
    )
    yield Case(f"{table}_score_check", table, _score)
    yield _decimals(table, "score", 3)
    yield _fixed(table, "computed_score", [NAN, 2**31, -(2**31) - 1], [2**31 - 1, -(2**31), None])
    yield _fixed(table, "supplied", ["{score}"], ["{}", "{knowledge_gaps,strength_areas}"])
    yield Case(f"{table}_percentage_score_check", table, _percentage)
    yield Case(f"{table}_graded_check", table, _graded)
    yield Case(f"{table}_result_check", table, _result)
    yield _other_institution(table)
    yield _finite(table, "started_at", "submitted_at", "created_at", "updated_at")
    yield Case(f"{table}_score_total_check", table, _score_total)
    yield Case(f"{table}_percentage_score_derived_check", table, _percentage_derived)
    yield Case(f"{table}_passed_derived_check", table, _passed_derived)
    yield Case(f"{table}_time_spent_elapsed_check", table, _time_elapsed)
    yield Case(f"{table}_attempts_allowed_check", table, _attempts_allowed)
    yield Case(f"{table}_availability_check", table, _availability)
    yield Case(f"{table}_period_check", table, _period("started_at", "submitted_at"))
    yield from _array(table, "responses")
    yield from _object(table, "device_info")
    yield from _array_or_object(table, "automated_feedback")
    for column in (
        "response_patterns",
        "knowledge_gaps",
        "strength_areas",
        "improvement_suggestions",
    ):
        yield from _array_or_object(table, column, supplied=f"{{{column}}}")
    yield from _count(table, "attempt_number", least=1)
    yield from _count(table, "time_spent_minutes")

    table = "assessment_objective_totals"
    for column in ("points", "most_points"):
        yield _fixed(table, column, [NAN], [-1, Decimal("0.5")])

    table = "course_structure"
    yield Case(f"{table}_pkey", table, _structure_pkey, UNIQUE)
    yield Case(f"{table}_course_id_version_key", table, _unique_in_itself, UNIQUE)
    yield Case(f"{table}_course_id_fkey", table, _structure_of_course, FOREIGN_KEY)
    yield Case(f"{table}_sections_check", table, _structure_sections)

    table = "learner_courses"
    yield Case(f"{table}_pkey", table, _learner_course_pkey, UNIQUE)
    yield _foreign_key(table, "learner_id", "learners")
    yield Case(
        f"{table}_versionless_course_id_fkey",
        table,
        lambda connection: (
            [{"course_id": NOBODY}],
            [{"course_id": add(connection, "educational_courses")["id"]}],
        ),
        FOREIGN_KEY,
    )
    yield Case(
        f"{table}_course_id_structure_version_fkey",
        table,
        lambda _: ([{"structure_version": 1}], [{"structure_version": n} for n in (None, 0)]),
        FOREIGN_KEY,
    )

    yield from _access()
    yield from _privacy()
    yield from _ledgers()
    yield _pair_key("learner_course_summary", "learner_id", "course_id")
    yield _pair_key("learner_assessment_summary", "assessment_id", "learner_id")
    yield _pair_key("learner_day_summary", "course_id", "learner_id")
    yield _pair_key("learner_summary", "learner_id")
    yield _pair_key("course_summary", "course_id")
    table = "analytics_refresh_log"
    yield Case(f"{table}_period_check", table, _period("started_at", "finished_at", optional=False))
    yield from _count(table, "row_count", "rows_changed")


def _access() -> Iterator[Case]:
    for table, person, column, parent in (
        ("course_staff", "person_id", "course_id", "educational_courses"),
        ("institution_staff", "person_id", "institution_id", "educational_institutions"),
        ("guardian_links", "guardian_id", "learner_id", "learners"),
    ):
        yield Case(f"{table}_pkey", table, partial(_authority_pkey, table, person, column), UNIQUE)
        yield _foreign_key(table, column, parent)
        yield _finite(table, "valid_until")

    yield Case("guardian_links_self_check", "guardian_links", _self_guardian)

    table = "course_ratings"
    yield Case(f"{table}_pkey", table, _rating_pkey, UNIQUE)
    for column in ("course_id", "learner_id"):
        yield Case(f"{table}_{column}_fkey", table, partial(_rating_fkey, column), FOREIGN_KEY)
    yield Case(f"{table}_enrollment_check", table, _rating_enrollment)
    yield _fixed(table, "rating", [0, 6], [1, 5])
    yield _finite(table, "created_at", "updated_at")

    table = "access_sessions"
    yield Case(f"{table}_pkey", table, _session_pkey, UNIQUE)
    yield _fixed(table, "token_hash", [b"", b"x" * 31, b"x" * 33], [b"x" * 32])
    yield Case(f"{table}_period_check", table, _session_period)
    yield Case(f"{table}_finite_times_check", table, _session_times)

    table = "access_settings"
    yield _primary_key(table)
    yield _fixed(table, "identity_source", ["claims"], ["session", "jwt_claims", None])


def _privacy() -> Iterator[Case]:
    table = "data_map_entries"
    yield _taken(table, {"column_name": "other"}, {"table_name": "other"})
    for column, least in (("subject", "person"), ("category", "direct"), ("on_erase", "follow")):
        yield _fixed(table, column, ["other", ""], [least])
    nothing = {"subject": "none", "category": "none", "on_erase": "keep", "is_exported": False}
    wrong = ({"subject": "none"}, {"category": "none"}, {**nothing, "is_exported": True})
    yield Case(f"{table}_none_check", table, lambda _: ([*wrong], [nothing]))

    table = "legal_holds"
    yield _primary_key(table)
    yield _foreign_key(table, "learner_id", "learners")
    yield _fixed(table, "reason", [""], ["x"])
    yield _finite(table, "held_until", "placed_at")

    table = "erasures"
    yield _pair_key(table, "learner_id")
    yield _fixed(table, "erased_rows", [[], Jsonb(5)], [{}])
    yield _finite(table, "erased_at")

    table = "retention_policies"
    other = {"what": "access_sessions"}
    yield _taken(table, other)
    yield _fixed(table, "what", ["learners", ""], ["access_sessions"])
    short = {"keep_for": "29 days"}
    yield Case(
        f"{table}_keep_for_check",
        table,
        lambda _: ([short], [{"keep_for": "30 days"}, short | other]),
    )
    past, none = {"keep_for": "-1 second"}, {"keep_for": "0"}
    yield Case(f"{table}_future_check", table, lambda _: ([past | other], [none | other]))
    yield _fixed(table, "legal_basis", [""], ["x"])
    yield _finite(table, "decided_at")

    table = "retention_log"
    yield _primary_key(table)
    yield _fixed(table, "rows_gone", [-1], [0])
    yield _finite(table, "lower_bound", "upper_bound", "gone_at")


def _taken(table: str, *others: Row) -> Case:
    """The key of a default row, once there is one; rows that differ in these are free."""

    def rows(connection: Connection) -> Rows:
        add(connection, table)
        return [{}], others

    return Case(f"{table}_pkey", table, rows, UNIQUE)


def _ledgers() -> Iterator[Case]:
    table = "consent_events"
    yield _primary_key(table)
    yield _fixed(table, "purpose", ["", "Two words", "a/b"], ["a", "video.use_2-x"])
    yield _fixed(table, "third_party", ["", " x", "x "], ["x", "A company", None])
    yield _fixed(table, "regime", ["hipaa"], ["gdpr", "ferpa"])
    withdrawn = {"action": "withdraw", "expires_at": None}
    yield _fixed(table, "action", ["give"], ["refuse", "withdraw"])
    yield _fixed(table, "capacity", ["teacher"], ["parent", "school"])
    expired = {"action": "expire"}
    yield Case(
        f"{table}_given_by_check",
        table,
        lambda _: ([{"given_by": None}, expired], [expired | {"given_by": None}]),
    )
    other = {"given_by": NOBODY}
    yield Case(f"{table}_self_check", table, lambda _: ([other], [other | {"capacity": "parent"}]))
    coppa = {"regime": "coppa"}
    yield Case(
        f"{table}_coppa_check",
        table,
        lambda _: ([coppa], [coppa | {"capacity": "parent"}, coppa | withdrawn]),
    )
    without = [{name: None} for name in ("notice_version", "notice_hash", "method")]
    yield Case(
        f"{table}_notice_check", table, lambda _: (without, [row | withdrawn for row in without])
    )
    yield _fixed(table, "notice_hash", [b"", b"x" * 31, b"x" * 33], [b"x" * 32])
    times = {"recorded_at": "2000-01-01 00:00+00"}
    yield Case(
        f"{table}_expires_at_check",
        table,
        lambda _: (
            [times | {"expires_at": "2000-01-01 00:00+00"}, {**EXPIRING, "action": "withdraw"}],
            [times | {"expires_at": "2000-01-01 00:00:01+00"}, EXPIRING],
        ),
    )
    yield Case(
        f"{table}_finite_times_check",
        table,
        lambda _: ([{"recorded_at": "-infinity"}, {"expires_at": "infinity"}], [EXPIRING]),
    )

    table = "disclosures"
    yield _primary_key(table)
    given = {"action": "disclose", "basis": "court_order"}
    yield _fixed(table, "action", ["ask"], ["request", "refuse"])
    yield Case(
        f"{table}_request_id_check",
        table,
        lambda _: ([{"request_id": 1}], [{"request_id": 1, "action": "refuse"}]),
    )
    yield _fixed(table, "party", ["", " x"], ["x", "The county"])
    yield _fixed(table, "records", ["{}"], ["{grades}"])
    yield _fixed(table, "basis", ["because"], ["study"], action="disclose")
    yield Case(
        f"{table}_has_basis_check",
        table,
        lambda _: ([{"action": "disclose"}, {"basis": "study"}], [given]),
    )
    agreed = {"action": "disclose", "basis": "consent", "purpose": "transfer"}
    yield Case(
        f"{table}_purpose_check",
        table,
        lambda _: ([agreed | {"purpose": None}, {"purpose": "transfer"}], [agreed]),
    )
    threat = {"action": "disclose", "basis": "emergency", "emergency_threat": "An outbreak."}
    yield Case(
        f"{table}_emergency_check",
        table,
        lambda _: ([threat | {"emergency_threat": None}, {"emergency_threat": "x"}], [threat]),
    )
    yield _fixed(
        table,
        "redisclosures",
        [Jsonb({}), [{"party": "x"}], [{"party": 1, "interest": "y"}], ["x"]],
        [[], [{"party": "x", "interest": "y"}]],
    )
    yield _finite(table, "recorded_at")

    yield Case("audit_log_pkey", "audit_log", _audit_pkey, UNIQUE)
    table = "audit_seals"
    yield Case(f"{table}_pkey", table, _seal_pkey, UNIQUE)
    yield _fixed(table, "id", [0, -1], [1])
    yield _fixed(table, "row_ids", ["{}", "{(,5)}", "{[5,)}"], ["{[1,2),[5,9)}"])
    for name in ("rows_hash", "hash"):
        yield _fixed(table, name, [b"", b"x" * 31, b"x" * 33], [b"x" * 32])
    yield _finite(table, "sealed_at", "expired_before")

    yield Case("learners_data_consent_mirror_check", "learners", _consent_mirror)
    yield Case("learners_erased_check", "learners", _erased)


def _self_guardian(connection: Connection) -> Rows:
    learner = add(connection, "learners")["id"]
    return (
        [{"guardian_id": learner, "learner_id": learner}],
        [{"guardian_id": uuid.uuid4(), "learner_id": learner}],
    )


EXPIRING = {"recorded_at": "2000-01-01 00:00+00", "expires_at": "2001-01-01 00:00+00"}


def _seal_pkey(connection: Connection) -> Rows:
    add(connection, "audit_seals")
    return [{}], [{"id": 2}]


def _erased(connection: Connection) -> Rows:
    learner = add(connection, "learners")["id"]
    add(connection, "erasures", learner_id=learner)
    connection.execute("DELETE FROM learners WHERE id = %s", (learner,))
    return [{"id": learner}], [{"id": uuid.uuid4()}]


def _consent_mirror(connection: Connection) -> Rows:
    known = add(connection, "consent_events", **EXPIRING)["learner_id"]
    state = scalar(connection, "SELECT consent_state(%s)", known)
    assert state["learning_analytics"]["action"] == "grant"
    return (
        [{"data_consent": {"learning_analytics": True}}, {"id": known, "data_consent": {}}],
        [{"data_consent": {}}, {"id": known, "data_consent": state}],
    )


def _authority_pkey(table: str, person: str, column: str, connection: Connection) -> Rows:
    taken = add(connection, table)
    row = {person: taken[person], column: taken[column]}
    return [row], [{person: taken[person]}, {column: taken[column]}]


def _session_pkey(connection: Connection) -> Rows:
    return [{"token_hash": add(connection, "access_sessions")["token_hash"]}], [{}]


def _session_period(_connection: Connection) -> Rows:
    a_day = EARLY + timedelta(hours=24)
    return (
        [{"expires_at": time} for time in (EARLY, a_day + timedelta(microseconds=1))],
        [{"expires_at": time} for time in (SOON, a_day)],
    )


def _session_times(_connection: Connection) -> Rows:
    endless = [{"expires_at": "infinity"}, {"expires_at": "-infinity"}]
    return [*endless, {"opened_at": "-infinity", "expires_at": EARLY}], [{}]


CASES = list(_all())

# They reject no row of their own, and the cases say so by having none: what is unique beside the
# primary key, and limits of columns that triggers bring back before.
WITHOUT_REJECTION = {
    "course_enrollments_total_time_spent_check",
    "course_enrollments_current_grade_check",
    "learners_institution_id_idx",
    "educational_courses_institution_id_idx",
    "course_structure_course_id_version_key",
    "educational_assessments_id_rules_version_key",
    "learning_modules_id_course_id_key",
    "learning_sections_id_course_id_key",
}
