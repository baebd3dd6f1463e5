"""Histories that change every source of the analytics, and whether the analytics are then true."""

from __future__ import annotations

from collections.abc import Callable

from psycopg import sql

from support import oracle
from support.histories import History
from support.rows import Connection, add, column, read

REFRESH = "SELECT refresh_learning_analytics()"
EVENT = "learner_id, section_id, course_id, interaction_type, interaction_data, timestamp"


def wrong(connection: Connection) -> list[str]:
    """What the views show and the oracle does not find in the tables, right after a refresh."""
    stored = oracle.tables(connection)
    courses = read(connection, "learning_analytics_dashboard")
    learners = read(connection, "learner_progress_analytics")
    days = connection.execute("SELECT * FROM course_daily_activity")
    return [
        *map(str, set(days.fetchall()) ^ set(oracle.daily_activity(stored))),
        *oracle.differences(courses, oracle.dashboard(stored), "course_id"),
        *oracle.differences(learners, oracle.learner_analytics(stored), "learner_id"),
    ]


def wrong_live(connection: Connection) -> list[str]:
    """What the live views show and the oracle does not find in the tables, in one snapshot."""
    stored = oracle.tables(connection)
    courses = read(connection, "course_analytics")
    learners = read(connection, "learner_analytics")
    return [
        *oracle.differences(courses, oracle.dashboard(stored), "course_id"),
        *oracle.differences(learners, oracle.learner_analytics(stored), "learner_id"),
    ]


def unbalanced(connection: Connection) -> list[str]:
    """What check_learning_analytics() finds, a line each."""
    return column(connection, "SELECT c::text FROM check_learning_analytics() AS c")


class AnalyticsHistory(History):
    """An application that also writes sessions, scores, and the event table in every way."""

    def kinds(self) -> list[Callable[[], None]]:
        return [
            *super().kinds(),
            *[self.hold_session, self.rate_progress, self.write_events] * 3,
            self.change_session,
            self.delete_sessions,
            self.change_events,
            self.move_events,
            self.delete_events,
            self.write_a_partition,
            self.copy_events,
            self.merge_sessions,
            self.upsert_event,
            self.give_progress_away,
            self.give_attempts_away,
            self.rate_engagement,
            self.change_learner,
            self.change_course,
            self.erase_learner,
            self.delete_course,
            self.fail,
        ]

    def write_events(self) -> None:
        self.execute(
            "INSERT INTO learning_interactions (learner_id, section_id, course_id,"
            " interaction_type, interaction_data, learning_effectiveness, duration_seconds,"
            " timestamp)"
            " SELECT l.id, s.id, s.course_id, %s, '{}', %s, %s, %s"
            " FROM learners AS l CROSS JOIN learning_sections AS s WHERE random() < 0.3",
            self.pick(("content_view", "discussion", "help_request", "navigation")),
            self.pick((None, "0.25", "0.99", "1")),
            self.pick((None, 0, 90)),
            self.moment(),
        )

    def change_events(self) -> None:
        self.execute(
            "UPDATE learning_interactions SET interaction_type = %s, learning_effectiveness = %s,"
            " duration_seconds = %s WHERE learner_id = %s",
            self.pick(("reflection", "practice_activity", "content_view")),
            self.pick((None, "0.01", "0.5")),
            self.pick((None, 45)),
            self.pick(self.learners),
        )

    def move_events(self) -> None:
        """To another learner, and to another partition."""
        self.execute(
            "UPDATE learning_interactions SET learner_id = %s,"
            " timestamp = timestamp - interval '35 days' WHERE learner_id = %s",
            self.pick(self.learners),
            self.pick(self.learners),
        )

    def delete_events(self) -> None:
        self.execute(
            "DELETE FROM learning_interactions WHERE learner_id = %s AND interaction_type = %s",
            self.pick(self.learners),
            self.pick(("content_view", "discussion")),
        )

    def write_a_partition(self) -> None:
        names = column(
            self.connection, "SELECT DISTINCT tableoid::regclass::text FROM learning_interactions"
        )
        name = self.pick(sorted([*names, "learning_interactions_history"]))
        table = sql.Identifier(name)
        self.connection.execute(
            self.pick(
                (
                    sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} LIMIT 3").format(
                        table, sql.SQL(EVENT), sql.SQL(EVENT), table
                    ),
                    sql.SQL("UPDATE {} SET learning_effectiveness = 0.75").format(table),
                    sql.SQL("DELETE FROM {} WHERE random() < 0.5").format(table),
                )
            )
        )

    def copy_events(self) -> None:
        places = self.connection.execute("SELECT id, course_id FROM learning_sections").fetchall()
        if not places:
            return
        section, course = self.pick(sorted(places))
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY learning_interactions ({EVENT}) FROM STDIN".encode()) as copy,
        ):
            for _ in range(3):
                learner = self.pick(self.learners)
                copy.write_row((learner, section, course, "reflection", "{}", self.moment()))

    def upsert_event(self) -> None:
        self.execute(
            f"INSERT INTO learning_interactions (id, {EVENT})"
            f" SELECT id, {EVENT} FROM learning_interactions"
            " ON CONFLICT (id, timestamp) DO UPDATE SET learning_effectiveness = %s",
            self.pick((None, "0.1", "0.9")),
        )

    def hold_session(self) -> None:
        add(
            self.connection,
            "learning_sessions",
            learner_id=self.pick(self.learners),
            course_id=self.pick(self.courses),
            session_start=self.moment(),
            duration_minutes=self.pick((None, 0, 7, 90)),
            engagement_level=self.pick((None, "low", "very_high")),
            supplied=self.pick(("{}", "{engagement_level}", "{assessments_taken}")),
            focus_score=self.pick((None, "0.33", "1")),
            productivity_score=self.pick((None, "0.5")),
        )

    def change_session(self) -> None:
        self.execute(
            "UPDATE learning_sessions SET focus_score = %s, learner_id = %s, distraction_count = 1"
            " WHERE learner_id = %s",
            self.pick((None, "0.8")),
            self.pick(self.learners),
            self.pick(self.learners),
        )

    def delete_sessions(self) -> None:
        self.execute("DELETE FROM learning_sessions WHERE engagement_level = 'low'")

    def merge_sessions(self) -> None:
        self.execute(
            "MERGE INTO learning_sessions AS t"
            " USING (SELECT %s::uuid AS learner_id, %s::uuid AS course_id) AS s"
            " ON t.learner_id = s.learner_id AND t.course_id = s.course_id"
            " WHEN MATCHED AND t.duration_minutes > 5 THEN DELETE"
            " WHEN MATCHED THEN UPDATE SET engagement_level = 'high'"
            " WHEN NOT MATCHED THEN INSERT (learner_id, course_id, session_end)"
            " VALUES (s.learner_id, s.course_id, now() + interval '12 minutes')",
            self.pick(self.learners),
            self.pick(self.courses),
        )

    def rate_progress(self) -> None:
        self.execute(
            "UPDATE section_progress SET comprehension_score = %s, retention_score = %s,"
            " application_score = %s, interaction_count = %s WHERE learner_id = %s",
            self.pick((None, "0.4", "1")),
            self.pick((None, "0.07")),
            self.pick((None, "0.66")),
            self.random.randint(0, 9),
            self.pick(self.learners),
        )

    def give_progress_away(self) -> None:
        self.execute(
            "UPDATE section_progress SET learner_id = %s WHERE learner_id = %s",
            self.pick(self.learners),
            self.pick(self.learners),
        )

    def give_attempts_away(self) -> None:
        self.execute(
            "UPDATE assessment_attempts SET learner_id = %s, attempt_number = attempt_number + 3"
            " WHERE learner_id = %s",
            self.pick(self.learners),
            self.pick(self.learners),
        )

    def rate_engagement(self) -> None:
        self.execute(
            "UPDATE course_enrollments SET engagement_score = %s WHERE course_id = %s",
            self.pick((None, "0.2", "0.9")),
            self.pick(self.courses),
        )

    def change_learner(self) -> None:
        self.execute(
            "UPDATE learners SET learning_style = %s, academic_level = %s WHERE id = %s",
            self.pick((None, "visual", "auditory")),
            self.pick(("graduate", "middle")),
            self.pick(self.learners),
        )

    def change_course(self) -> None:
        self.execute(
            "UPDATE educational_courses SET title = title || '+' WHERE id = %s",
            self.pick(self.courses),
        )

    def erase_learner(self) -> None:
        gone = self.pick(self.learners)
        self.execute("DELETE FROM learners WHERE id = %s", gone)
        add(self.connection, "learners", id=gone)

    def delete_course(self) -> None:
        gone = self.pick(self.courses)
        self.execute("DELETE FROM educational_courses WHERE id = %s", gone)
        add(self.connection, "educational_courses", id=gone)
        left = column(self.connection, "SELECT id FROM learning_modules ORDER BY id")
        while len(left) < len(self.modules):
            left.append(add(self.connection, "learning_modules", course_id=gone)["id"])
            add(self.connection, "learning_sections", module_id=left[-1])
        self.add_assessment(gone)
        self.modules = left

    def fail(self) -> None:
        """Writes that are undone."""
        self.write_events()
        self.rate_progress()
        self.execute("INSERT INTO learners DEFAULT VALUES")
