"""The list of measures: what ships is what it says, and a new line is followed everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from psycopg import sql

from lms_schema.measures import generator, measures
from lms_schema.measures.measures import Measure, SummaryName
from lms_schema.source import package
from support.analytics import REFRESH, wrong
from support.rows import Connection, add, scalar

SUMMARIES: tuple[SummaryName, ...] = ("learner", "course")
NEW = {
    "course_enrollments": Measure(
        "late", "enrollments", "enrollments", count="{row}.completion_status = 'failed'",
        learner="late", course="late",
    ),
    "section_progress": Measure(
        "help", "progress rows", "progress_rows", sum="help_requests",
        learner="average_help", course="average_help",
    ),
    "learning_sessions": Measure(
        "attention", "sessions", "sessions", mean="focus_score", hundredths=True,
        learner="average_attention",
    ),
    "learning_interactions": Measure(
        "length", "interactions", "interactions", mean="duration_seconds",
        learner="average_length",
    ),
}  # fmt: skip
FIGURES = "late, average_help::float, average_attention::float, average_length::float"


def test_files_that_ship_are_what_the_list_says() -> None:
    root = package.shipped_folder()
    shipped = {path: (root / path).read_text(encoding="utf-8") for path in generator.files()}
    assert shipped == generator.files()


def test_a_misspelt_word_of_a_line_is_refused() -> None:
    line = {"name": "sessions", "count": "all", "leraner": "sessions"}
    with pytest.raises(TypeError, match="leraner"):
        measures.source("learning_sessions", "sessions", [line])


def test_a_new_line_is_followed_by_every_function(
    transaction: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = measures.sources()
    for name, measure in NEW.items():
        tables[name] = replace(tables[name], measures=[*tables[name].measures, measure])
    monkeypatch.setattr(measures, "sources", lambda: tables)
    grow(transaction)
    # their results have another column
    changed = [f"recount_{name}()" for name in NEW] + [
        f"{name}_figures(uuid)" for name in SUMMARIES
    ]
    transaction.execute(f"DROP FUNCTION {', '.join(changed)} CASCADE".encode())
    for path, text in generator.files().items():
        if path.startswith("functions/"):
            transaction.execute(text.encode())

    progress = add(transaction, "section_progress", help_requests=1, interaction_count=9)
    whose = {key: progress[key] for key in ("learner_id", "course_id")}
    module = add(transaction, "learning_modules", course_id=whose["course_id"])
    section = add(
        transaction, "learning_sections", module_id=module["id"], course_id=whose["course_id"]
    )
    add(
        transaction, "section_progress", help_requests=4, interaction_count=9,
        section_id=section["id"], **whose,
    )  # fmt: skip
    add(transaction, "course_enrollments", **whose)
    for score in (0.3, None, 0.5, 0.7):
        session = add(
            transaction,
            "learning_sessions",
            focus_score=score,
            learner_id=whose["learner_id"],
        )
    for seconds in (30, None, 60):
        add(
            transaction,
            "learning_interactions",
            duration_seconds=seconds,
            learner_id=whose["learner_id"],
            section_id=section["id"],
            course_id=whose["course_id"],
        )
    assert live_figures(transaction, whose["learner_id"]) == (0, 2.5, 0.5, 45)
    transaction.execute(REFRESH)
    assert figures(transaction, whose["learner_id"]) == (0, 2.5, 0.5, 45)

    transaction.execute("UPDATE section_progress SET help_requests = 7 WHERE help_requests = 4")
    transaction.execute("UPDATE course_enrollments SET completion_status = 'failed'")
    transaction.execute("UPDATE learning_sessions SET focus_score = 0.4")
    transaction.execute("UPDATE learning_interactions SET duration_seconds = 90")
    transaction.execute("DELETE FROM learning_sessions WHERE id = %s", (session["id"],))
    assert live_figures(transaction, whose["learner_id"]) == (1, 4, 0.4, 90)
    of_course = "SELECT average_help::float FROM course_figures(%s)"
    assert scalar(transaction, of_course, whose["course_id"]) == 4
    transaction.execute(REFRESH)
    assert figures(transaction, whose["learner_id"]) == (1, 4, 0.4, 90)
    shown = "SELECT average_help::float FROM course_summary WHERE course_id = %s"
    assert scalar(transaction, shown, whose["course_id"]) == 4
    assert wrong(transaction) == []

    transaction.execute("SELECT rebuild_learning_analytics()")
    assert figures(transaction, whose["learner_id"]) == (1, 4, 0.4, 90)
    assert wrong(transaction) == []


def grow(transaction: Connection) -> None:
    """Add the columns of the new lines, as a versioned file of a release would."""
    for name, measure in NEW.items():
        for column in measure.columns:
            holders = [f"{name}_delta"]
            holders += ["learner_course_summary"] if name == "section_progress" else []
            holders += [f"{summary}_summary" for summary in SUMMARIES if measure.held(summary)]
            for holder in holders:
                transaction.execute(
                    sql.SQL("ALTER TABLE {} ADD COLUMN {} bigint NOT NULL DEFAULT 0").format(
                        sql.Identifier(holder), sql.Identifier(column.name)
                    )
                )
        for summary in SUMMARIES:
            for figure in measure.shown(summary):
                if figure.formula:
                    transaction.execute(
                        f"ALTER TABLE {summary}_summary ADD COLUMN {figure.name} numeric"
                        f" GENERATED ALWAYS AS ({figure.formula}) STORED".encode()
                    )


def figures(transaction: Connection, learner_id: object) -> tuple[object, ...] | None:
    return transaction.execute(
        f"SELECT {FIGURES} FROM learner_summary WHERE learner_id = %s".encode(), (learner_id,)
    ).fetchone()


def live_figures(transaction: Connection, learner_id: object) -> tuple[object, ...] | None:
    return transaction.execute(
        f"SELECT {FIGURES} FROM learner_figures(%s)".encode(), (learner_id,)
    ).fetchone()
