"""Random histories of learners in sections, which end in scores."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

from psycopg.types.json import Jsonb

from support.derived import APPLIED, OUTCOMES, TESTED, rounded, shares
from support.rows import Connection, Row, add, read, scalar

FORMATS = ["multiple_choice", "short_answer", "essay", *sorted(APPLIED)]
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 150

Pair = tuple[uuid.UUID, uuid.UUID]
"""Learner and section."""


class History:
    """What three learners do in the sections of a course, at random, and what is corrected.

    Args:
        connection: With partitions from the first day on.
        seed: Of the random choices.
    """

    def __init__(self, connection: Connection, seed: int) -> None:
        self._connection = connection
        self._chance = random.Random(seed)  # noqa: S311
        course = add(connection, "educational_courses")["id"]
        module = add(connection, "learning_modules", course_id=course)["id"]
        self._sections: list[uuid.UUID] = [
            add(connection, "learning_sections", module_id=module, section_order=number)["id"]
            for number in range(3)
        ]
        self._learners: list[uuid.UUID] = [add(connection, "learners")["id"] for _ in range(3)]
        for _ in range(4):
            add(
                connection,
                "educational_assessments",
                course_id=course,
                section_id=self._chance.choice([None, *self._sections]),
                format=self._chance.choice(FORMATS),
                total_points=10,
                passing_score=None,
                attempts_allowed=None,
            )
        self._assessments = {row["id"]: row for row in read(connection, "educational_assessments")}
        self._events: dict[uuid.UUID, Row] = {}
        self._attempts: dict[uuid.UUID, Row] = {}
        self._first_day = 0
        self._numbers = count(1)

    def go_on(self) -> None:
        """Do one thing."""
        step = self._chance.choices(
            [
                self._record,
                self._record_batch,
                self._correct_event,
                self._delete_event,
                self._take,
                self._grade,
                self._delete_attempt,
                self._change_assessment,
                self._expire,
            ],
            [12, 4, 3, 2, 4, 4, 1, 1, 0.3],
        )[0]
        step()

    def _event(self) -> Row:
        day = self._chance.randrange(self._first_day, DAYS)
        return {
            "id": uuid.UUID(int=self._chance.getrandbits(128)),
            "learner_id": self._chance.choice(self._learners),
            "section_id": self._chance.choice(self._sections),
            "interaction_type": self._chance.choice([*TESTED, *TESTED, "content_view"]),
            "outcome": self._chance.choice([*OUTCOMES, "abandoned", None]),
            # often a week apart, to the microsecond
            "timestamp": FIRST_DAY
            + timedelta(days=day, microseconds=self._chance.choice([0, 0, 0, 1])),
        }

    def _record(self) -> None:
        event = self._event()
        self._events[event["id"]] = event
        self._connection.execute(
            "SELECT record_interaction(%(learner_id)s, %(section_id)s, %(interaction_type)s,"
            " p_outcome => %(outcome)s, p_timestamp => %(timestamp)s, p_id => %(id)s)",
            event,
        )

    def _record_batch(self) -> None:
        events = [self._event() for _ in range(self._chance.randrange(1, 6))]
        self._events |= {event["id"]: event for event in events}
        self._connection.execute(
            "SELECT record_interactions(%s)",
            (Jsonb([{key: value and str(value) for key, value in e.items()} for e in events]),),
        )

    def _alive(self) -> list[Row]:
        first = FIRST_DAY + timedelta(days=self._first_day)
        return [event for event in self._events.values() if event["timestamp"] >= first]

    def _correct_event(self) -> None:
        if alive := self._alive():
            event = self._chance.choice(alive)
            other = self._event()
            name = self._chance.choice(
                ["outcome", "interaction_type", "timestamp", "section_id", "learner_id"]
            )
            if name == "learner_id" and not self._is_known(other[name], event["section_id"]):
                return  # whose progress may follow: see lock_section_progress
            event[name] = other[name]
            self._connection.execute(
                f"UPDATE learning_interactions SET {name} = %s WHERE id = %s".encode(),
                (event[name], event["id"]),
            )

    def _is_known(self, learner: uuid.UUID, section: uuid.UUID) -> bool:
        return bool(
            scalar(
                self._connection,
                "SELECT count(*) FROM section_progress WHERE learner_id = %s AND section_id = %s",
                learner,
                section,
            )
        )

    def _delete_event(self) -> None:
        if alive := self._alive():
            event = self._chance.choice(alive)
            del self._events[event["id"]]
            self._connection.execute(
                "DELETE FROM learning_interactions WHERE id = %s", (event["id"],)
            )

    def _take(self) -> None:
        attempt = add(
            self._connection,
            "assessment_attempts",
            learner_id=self._chance.choice(self._learners),
            assessment_id=self._chance.choice(list(self._assessments)),
            attempt_number=next(self._numbers),
            **self._result(),
        )
        self._attempts[attempt["id"]] = attempt

    def _result(self) -> Row:
        status = self._chance.choice(["submitted", "graded", "reviewed"])
        graded = Decimal(self._chance.randrange(-2000, 13000)) / 1000
        return {
            "completion_status": status,
            "score": None if status == "submitted" else graded,
        }

    def _grade(self) -> None:
        if self._attempts:
            attempt = self._chance.choice(list(self._attempts.values()))
            attempt |= self._result()
            self._connection.execute(
                "UPDATE assessment_attempts SET score = %(score)s,"
                " completion_status = %(completion_status)s WHERE id = %(id)s",
                attempt,
            )

    def _delete_attempt(self) -> None:
        if self._attempts:
            attempt = self._chance.choice(list(self._attempts))
            del self._attempts[attempt]
            self._connection.execute("DELETE FROM assessment_attempts WHERE id = %s", (attempt,))

    def _change_assessment(self) -> None:
        assessment = self._chance.choice(list(self._assessments.values()))
        choices: dict[str, list[Any]] = {"section_id": [None, *self._sections], "format": FORMATS}
        name, values = self._chance.choice(list(choices.items()))
        assessment[name] = self._chance.choice(values)
        self._connection.execute(
            f"UPDATE educational_assessments SET {name} = %s WHERE id = %s".encode(),
            (assessment[name], assessment["id"]),
        )

    def _expire(self) -> None:
        """A month goes; nothing arrives from before then, and nothing there is corrected."""
        months = [0, 31, 60, 91, 121]
        later = [day for day in months if day > self._first_day]
        if later:
            self._first_day = later[0]
            self._connection.execute(
                "SELECT drop_expired_data(p_keep => now() - %s)",
                (FIRST_DAY + timedelta(days=self._first_day),),
            )
            self._connection.execute("SELECT ensure_interaction_partitions()")

    def expected(self) -> dict[Pair, dict[str, list[Fraction]]]:
        """For each learner and section, what the scores are the means of."""
        return {
            (learner, section): shares(
                [
                    event
                    for event in self._events.values()
                    if (event["learner_id"], event["section_id"]) == (learner, section)
                ],
                [
                    attempt
                    | {
                        "format": assessment["format"],
                        "percentage_score": attempt["score"]
                        and rounded(10 * Fraction(attempt["score"])),
                    }
                    for attempt in self._attempts.values()
                    for assessment in [self._assessments[attempt["assessment_id"]]]
                    if (attempt["learner_id"], assessment["section_id"]) == (learner, section)
                ],
            )
            for learner in self._learners
            for section in self._sections
        }

    def faults(self) -> list[Any]:
        """Scores that differ from their definition, after a refresh: pair, score, stored, true."""
        self._connection.execute("SELECT refresh_learning_analytics()")
        stored = {
            (row["learner_id"], row["section_id"]): row
            for row in read(self._connection, "section_progress")
        }
        found = []
        for pair, scores in self.expected().items():
            for name, values in scores.items():
                total = sum(values, Fraction(0))
                true = (
                    len(values),
                    total * 10000,
                    rounded(total / len(values)) if values else None,
                )
                row = stored.get(pair)
                kept = row and tuple(row[f"{name}_{part}"] for part in ("n", "sum", "score"))
                if kept != true and (row or values):
                    found.append((pair, name, kept, true))
        return found
