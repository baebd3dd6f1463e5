"""Sessions derived from events, beside a sessionizer in Python."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import psycopg
import pytest

from support.race import connections, waiting
from support.rows import Connection, add, bypass_triggers, column, read, scalar

GAP = timedelta(minutes=30)
LONGEST = timedelta(hours=4)
NOON = datetime(2024, 5, 14, 12, tzinfo=UTC)
REFRESH = "SELECT refresh_learning_analytics()"
MEASURES = (
    "interactions_completed",
    "assessments_taken",
    "sections_completed",
    "progress_percentage_gain",
    "engagement_level",
)
MEANINGFUL = ("knowledge_check", "practice_activity", "reflection", "discussion")


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@dataclass(frozen=True)
class Event:
    """An event: when it begins, how long it is, and whether it is meaningful."""

    id: uuid.UUID
    learner: uuid.UUID
    begin: datetime
    seconds: int | None
    kind: str

    @property
    def end(self) -> datetime:
        return self.begin + min(timedelta(seconds=self.seconds or 0), LONGEST)


@dataclass
class Session:
    """What the events of a session tell."""

    learner: uuid.UUID
    begin: datetime
    end: datetime
    events: int
    meaningful: int

    @property
    def level(self) -> str:
        steps = ("low", "medium", "high", "high", "high", "very_high")
        return steps[min(self.meaningful, 5)]

    def row(self) -> tuple[Any, ...]:
        return (self.learner, self.begin, self.end, self.events, self.level)


def sessionized(events: Iterable[Event], gap: timedelta = GAP) -> list[Session]:
    """The sessions of events, one event after another."""
    sessions: list[Session] = []
    for event in sorted(events, key=lambda event: (event.learner, event.begin)):
        last = sessions[-1] if sessions and sessions[-1].learner == event.learner else None
        if last is None or event.begin > last.end + gap:
            last = Session(event.learner, event.begin, event.end, 0, 0)
            sessions.append(last)
        last.end = max(last.end, event.end)
        last.events += 1
        last.meaningful += event.kind in MEANINGFUL
    return sessions


def stored(connection: Connection) -> dict[uuid.UUID, tuple[Any, ...]]:
    """The derived sessions by id, as Session.row has them."""
    return {
        row["id"]: (
            row["learner_id"],
            row["session_start"],
            row["session_end"],
            row["interactions_completed"],
            row["engagement_level"],
        )
        for row in read(connection, "learning_sessions")
        if row["derived"]
    }


def ordered(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: (row[0], row[1]))


def log(connection: Connection, course: uuid.UUID, events: Sequence[Event]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO learning_interactions (id, learner_id, course_id, interaction_type,"
            " interaction_data, timestamp, duration_seconds) VALUES (%s, %s, %s, %s, '{}', %s, %s)",
            [(e.id, e.learner, course, e.kind, e.begin, e.seconds) for e in events],
        )


def forget(connection: Connection, events: Sequence[Event]) -> None:
    connection.execute(
        "DELETE FROM learning_interactions WHERE id = ANY(%s)", ([event.id for event in events],)
    )


def derive(connection: Connection, course: uuid.UUID, gap: timedelta = GAP) -> int:
    return int(scalar(connection, "SELECT derive_sessions(%s, %s)", course, gap))


@pytest.fixture
def course(transaction: Connection) -> uuid.UUID:
    """A course that asks for sessions."""
    return asking(transaction)


def asking(connection: Connection) -> uuid.UUID:
    course: uuid.UUID = add(connection, "educational_courses", derive_sessions=True)["id"]
    return course


def events_at(
    connection: Connection,
    course: uuid.UUID,
    learner: uuid.UUID,
    *minutes: float,
    kind: str = "content_view",
    **values: Any,
) -> None:
    for minute in minutes:
        add(
            connection,
            "learning_interactions",
            learner_id=learner,
            course_id=course,
            section_id=None,
            interaction_type=kind,
            timestamp=at(minute),
            **values,
        )


def spans(connection: Connection) -> list[tuple[float, float]]:
    """Begin and end of the derived sessions, in minutes after noon."""
    return [
        ((begin - NOON) / timedelta(minutes=1), (end - NOON) / timedelta(minutes=1))
        for _, begin, end, _, _ in ordered(stored(connection).values())
    ]


def test_events_at_most_the_gap_apart_are_a_session(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    events_at(transaction, course, learner, 0, 30, 60, kind="reflection", duration_seconds=0)
    events_at(transaction, course, learner, 90 + 1 / 60)
    events_at(transaction, course, learner, 200, duration_seconds=1800, kind="navigation")
    events_at(transaction, course, learner, 260, kind="discussion")
    transaction.execute(REFRESH)
    assert spans(transaction) == [(0, 60), (90 + 1 / 60, 90 + 1 / 60), (200, 260)]
    rows = sorted(read(transaction, "learning_sessions"), key=lambda row: row["session_start"])
    assert [row["interactions_completed"] for row in rows] == [3, 1, 2]
    assert [row["engagement_level"] for row in rows] == ["high", "low", "medium"]
    assert [row["duration_minutes"] for row in rows] == [60, 0, 60]
    assert derive(transaction, course) == 0
    (figures,) = read(transaction, "learner_progress_analytics")
    assert figures["total_learning_sessions"] == 3
    assert figures["average_engagement_level"] == 2


@pytest.mark.parametrize(
    ("meaningful", "level"),
    [(0, "low"), (1, "medium"), (2, "high"), (4, "high"), (5, "very_high")],
)
def test_engagement_is_a_declared_scale_of_meaningful_events(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID, meaningful: int, level: str
) -> None:
    events_at(transaction, course, learner, *range(meaningful), kind="practice_activity")
    events_at(transaction, course, learner, 10, kind="help_request")
    derive(transaction, course)
    assert column(transaction, "SELECT engagement_level FROM learning_sessions") == [level]


def test_a_duration_counts_to_at_most_four_hours(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    events_at(transaction, course, learner, 0, duration_seconds=86400)
    events_at(transaction, course, learner, 271)
    derive(transaction, course)
    assert spans(transaction) == [(0, 240), (271, 271)]


@pytest.mark.parametrize(
    ("asks", "config", "derives"),
    [
        (None, {"derive_sessions": True}, True),
        (False, {"derive_sessions": True}, False),
        (True, {"derive_sessions": False}, True),
        (None, {}, False),
        (None, None, False),
    ],
)
def test_only_a_course_that_asks_has_sessions_and_a_new_one_asks_as_its_institution_does(
    transaction: Connection, asks: bool | None, config: Any, derives: bool
) -> None:
    institution = add(transaction, "educational_institutions", learning_analytics_config=config)
    own = add(
        transaction,
        "educational_courses",
        institution_id=institution["id"],
        derive_sessions=asks,
    )
    assert own["derive_sessions"] is derives
    learner = add(transaction, "learners", institution_id=institution["id"])["id"]
    events_at(transaction, own["id"], learner, 0)
    transaction.execute(REFRESH)
    assert spans(transaction) == ([(0, 0)] if derives else [])


def made(connection: Connection, **values: Any) -> dict[str, Any]:
    return add(connection, "learning_sessions", **values)


def test_events_of_the_applications_sessions_are_not_derived_from(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    who = {"learner_id": learner, "course_id": course}
    own = made(
        transaction,
        **who,
        session_start=at(10),
        session_end=at(20),
        interactions_completed=77,
        engagement_level="very_high",
    )
    endless = made(transaction, **who, session_start=at(1000))
    events_at(transaction, course, learner, 9, 10, 15, 20, 21)
    events_at(transaction, course, learner, 25, session_id=uuid.uuid4())
    events_at(transaction, course, learner, 1000 + 1440, 1000 + 1441)
    before = [own, endless]
    transaction.execute(REFRESH)
    assert spans(transaction) == [(9, 21), (2441, 2441)]
    rows = read(transaction, "learning_sessions")
    assert [row for row in rows if not row["derived"]] == before


@pytest.mark.parametrize("change", ["made", "moved", "deleted"])
def test_derived_sessions_follow_a_session_that_the_application_makes_later(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID, change: str
) -> None:
    who = {"learner_id": learner, "course_id": course}
    events_at(transaction, course, learner, 0, 40)
    if change != "made":
        made(transaction, **who, session_start=at(39), session_end=at(49))
    transaction.execute(REFRESH)
    if change == "made":
        made(transaction, **who, session_start=at(0), session_end=at(5))
        expected = [(40, 40)]
    elif change == "moved":
        # as long as before: no measure of it changes
        transaction.execute(
            "UPDATE learning_sessions SET session_start = %s, session_end = %s WHERE NOT derived",
            (at(-5), at(5)),
        )
        expected = [(40, 40)]
    else:
        transaction.execute("DELETE FROM learning_sessions WHERE NOT derived")
        expected = [(0, 0), (40, 40)]
    transaction.execute(REFRESH)
    assert spans(transaction) == expected
    assert read(transaction, "learning_sessions_delta") == []


def test_what_else_happened_counts_until_the_gap_after_the_session_is_over(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    module = add(transaction, "learning_modules", course_id=course)["id"]
    section, other = (add(transaction, "learning_sections", module_id=module) for _ in range(2))
    quiz = add(transaction, "educational_assessments", course_id=course)["id"]
    who = {"learner_id": learner, "course_id": course}
    add(transaction, "course_enrollments", **who)
    events_at(transaction, course, learner, 0, 10)
    made(transaction, **who, session_start=at(35), session_end=at(36))
    made(transaction, **who, session_start=at(5), session_end=at(6))
    transaction.execute(REFRESH)

    for number, minute in enumerate((-1, 0, 34, 35, 41), 1):
        add(
            transaction,
            "assessment_attempts",
            learner_id=learner,
            assessment_id=quiz,
            attempt_number=number,
            started_at=at(minute),
            submitted_at=at(minute),
        )
    transaction.execute("SET LOCAL lms_schema.progress_time = 'event'")
    for place, minute, percentage in ((section, -20, 10), (other, -20, 50)):
        add(
            transaction,
            "section_progress",
            **who,
            section_id=place["id"],
            status="in_progress",
            completion_percentage=percentage,
            last_accessed=at(minute),
            first_accessed=at(minute),
        )
    for place, minute, percentage in ((section, 0, 70), (other, 20, 40), (section, 34, 100)):
        transaction.execute(
            "UPDATE section_progress SET completion_percentage = %s, last_accessed = %s,"
            " status = %s, completion_timestamp = %s WHERE section_id = %s",
            (
                percentage,
                at(minute),
                "completed" if percentage == 100 else "in_progress",
                at(minute) if percentage == 100 else None,
                place["id"],
            ),
        )
    transaction.execute(REFRESH)
    (row,) = (row for row in read(transaction, "learning_sessions") if row["derived"])
    assert row["assessments_taken"] == 2
    assert row["sections_completed"] == 1
    # 90 and -10 points of two sections
    assert row["progress_percentage_gain"] == 40


def part_of(connection: Connection, course: uuid.UUID) -> uuid.UUID:
    """A new section of a course."""
    module = add(connection, "learning_modules", course_id=course)["id"]
    section: uuid.UUID = add(connection, "learning_sections", module_id=module)["id"]
    return section


def progress_at(
    connection: Connection,
    learner: uuid.UUID,
    section: uuid.UUID,
    course: uuid.UUID,
    percentages: dict[int, int],
) -> None:
    """Progress of a learner in a section, percentages by minute."""
    connection.execute("SET LOCAL lms_schema.progress_time = 'event'")
    row = add(
        connection,
        "section_progress",
        learner_id=learner,
        section_id=section,
        course_id=course,
        status="in_progress",
    )
    for minute, percentage in percentages.items():
        connection.execute(
            "UPDATE section_progress SET completion_percentage = %s, last_accessed = %s"
            " WHERE id = %s",
            (percentage, at(minute), row["id"]),
        )


def gains(connection: Connection) -> list[Decimal]:
    return column(
        connection,
        "SELECT progress_percentage_gain FROM learning_sessions WHERE derived"
        " ORDER BY session_start",
    )


def test_a_gain_is_net_and_never_below_nothing(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    module = add(transaction, "learning_modules", course_id=course)["id"]
    section = add(transaction, "learning_sections", module_id=module)["id"]
    add(transaction, "course_enrollments", learner_id=learner, course_id=course)
    begin = scalar(transaction, "SELECT now()")
    add(
        transaction,
        "learning_interactions",
        learner_id=learner,
        section_id=section,
        course_id=course,
        timestamp=begin,
    )
    progress = add(
        transaction,
        "section_progress",
        learner_id=learner,
        section_id=section,
        course_id=course,
        completion_percentage=0,
        status="in_progress",
    )["id"]

    def gain() -> Decimal:
        transaction.execute(REFRESH)
        value: Decimal = scalar(
            transaction, "SELECT progress_percentage_gain FROM learning_sessions"
        )
        return value

    def reach(*percentages: int) -> None:
        for percentage in percentages:
            transaction.execute(
                "UPDATE section_progress SET completion_percentage = %s WHERE id = %s",
                (percentage, progress),
            )

    reach(100, 0, 80, 0, 70)
    assert gain() == 70
    reach(0)
    assert gain() == 0


def test_a_session_without_progress_gains_nothing(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    section = part_of(transaction, course)
    progress_at(transaction, learner, section, course, {100: 50})
    events_at(transaction, course, learner, 0, 100)
    transaction.execute(REFRESH)
    assert gains(transaction) == [0, 50]


def test_a_correction_that_changes_no_sum_is_followed(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    events_at(transaction, course, learner, 0, 10)
    transaction.execute(REFRESH)
    transaction.execute(
        "UPDATE learning_interactions SET timestamp = %s WHERE timestamp = %s", (at(50), at(10))
    )
    transaction.execute(REFRESH)
    assert spans(transaction) == [(0, 0), (50, 50)]


def test_a_late_event_extends_and_joins_and_the_earliest_keeps_its_id(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    events_at(transaction, course, learner, 0, 60, 120)
    transaction.execute(REFRESH)
    first, second, third = (row[0] for row in sorted(stored(transaction).items(), key=_by_start))
    events_at(transaction, course, learner, -20)
    transaction.execute(REFRESH)
    assert stored(transaction)[first][1:3] == (at(-20), at(0))
    events_at(transaction, course, learner, 30)
    transaction.execute(REFRESH)
    assert {key: row[1:3] for key, row in stored(transaction).items()} == {
        first: (at(-20), at(60)),
        third: (at(120), at(120)),
    }
    assert second not in stored(transaction)


def _by_start(item: tuple[uuid.UUID, tuple[Any, ...]]) -> datetime:
    start: datetime = item[1][1]
    return start


def test_a_deleted_event_shrinks_splits_and_removes(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    events_at(transaction, course, learner, 0, 20, 40, 60, 200)
    transaction.execute(REFRESH)
    first, last = (row[0] for row in sorted(stored(transaction).items(), key=_by_start))
    transaction.execute(
        "DELETE FROM learning_interactions WHERE timestamp = ANY(%s)", ([at(0), at(200)],)
    )
    transaction.execute(REFRESH)
    assert spans(transaction) == [(20, 60)]
    assert list(stored(transaction)) == [first]
    transaction.execute("DELETE FROM learning_interactions WHERE timestamp = %s", (at(40),))
    transaction.execute(REFRESH)
    assert spans(transaction) == [(20, 20), (60, 60)]
    assert stored(transaction)[first][1] == at(20)
    assert last not in stored(transaction)


def made_up(chance: Random, learners: Sequence[uuid.UUID]) -> list[Event]:
    events = []
    for learner in learners:
        moment = NOON
        for _ in range(chance.randint(0, 25)):
            moment += timedelta(
                minutes=chance.choice((0, 1, 10, 29, 30, 31, 45, 60, 300, 1500)),
                seconds=chance.choice((0, 0, 1)),
            )
            seconds = chance.choice((None, 0, 60, 1800, 5000, 20000))
            kind = chance.choice(("content_view", "navigation", *MEANINGFUL[:2]))
            events.append(
                Event(uuid.UUID(int=chance.getrandbits(128)), learner, moment, seconds, kind)
            )
    return events


def kept(before: dict[uuid.UUID, tuple[Any, ...]], after: dict[uuid.UUID, tuple[Any, ...]]) -> bool:
    """Whether sessions that one other overlaps, and that overlap no other, went on by their id."""

    def overlapping(
        row: tuple[Any, ...], others: dict[uuid.UUID, tuple[Any, ...]]
    ) -> list[uuid.UUID]:
        found = [
            (other[1], key)
            for key, other in others.items()
            if row[0] == other[0] and row[1] <= other[2] and row[2] >= other[1]
        ]
        return [key for _, key in sorted(found)]

    for key, row in after.items():
        met = overlapping(row, before)
        if met and all(overlapping(before[other], after) == [key] for other in met):
            if key != met[0]:
                return False
        elif not met and key in before:
            return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_any_split_of_the_events_in_any_order_gives_the_sessions_of_one_run(
    transaction: Connection, course: uuid.UUID, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311
    learners = [add(transaction, "learners")["id"] for _ in range(4)]
    events = made_up(chance, learners)
    chance.shuffle(events)
    there: list[Event] = []
    while events or chance.random() < 0.7:
        before = stored(transaction)
        part = [events.pop() for _ in range(min(len(events), chance.randint(0, 20)))]
        log(transaction, course, part)
        there += part
        gone = chance.sample(there, chance.randint(0, len(there) // 3)) if there else []
        forget(transaction, gone)
        there = [event for event in there if event not in gone]
        if chance.random() < 0.5:
            events += gone
        if chance.random() < 0.5:
            transaction.execute(REFRESH)
        else:
            derive(transaction, course)
        after = stored(transaction)
        assert ordered(after.values()) == [session.row() for session in sessionized(there)]
        assert kept(before, after)
        assert (
            read(transaction, "learning_sessions_delta") == [] or derive(transaction, course) == 0
        )
    transaction.execute(REFRESH)
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() == []
    assert transaction.execute("SELECT * FROM check_learning_analytics()").fetchall() == []
    ids = stored(transaction)
    gap = timedelta(minutes=chance.choice((0, 5, 60, 1440)))
    derive(transaction, course, gap)
    expected = [session.row() for session in sessionized(there, gap)]
    assert ordered(stored(transaction).values()) == expected
    derive(transaction, course)
    assert ordered(stored(transaction).values()) == ordered(ids.values())


def drop(connection: Connection, limit: datetime) -> None:
    assert connection.execute(
        "SELECT * FROM drop_expired_data(p_keep => now() - %s)", (limit,)
    ).fetchall()
    connection.execute("SELECT ensure_interaction_partitions()")


def test_after_a_month_is_dropped_nothing_older_changes(
    transaction: Connection, learner: uuid.UUID
) -> None:
    transaction.execute("SELECT ensure_interaction_partitions(p_from => '2024-05-01')")
    own = asking(transaction)
    june = (datetime(2024, 6, 1, tzinfo=UTC) - NOON) / timedelta(minutes=1)
    events_at(transaction, own, learner, 0, 10, 200, june - 10, kind="discussion")
    events_at(transaction, own, learner, june + 5, june + 20, june + 100, kind="discussion")
    transaction.execute(REFRESH)
    before = stored(transaction)
    assert spans(transaction) == [
        (0, 10), (200, 200), (june - 10, june + 20), (june + 100, june + 100),
    ]  # fmt: skip
    drop(transaction, datetime(2024, 6, 1, tzinfo=UTC))
    transaction.execute(REFRESH)
    assert derive(transaction, own) == 0
    assert stored(transaction) == before
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() == []

    # what is newer goes on; what is older grows, and never becomes one
    transaction.execute("DELETE FROM learning_interactions WHERE timestamp > %s", (at(june + 50),))
    events_at(transaction, own, learner, 25, june + 40, -5)
    transaction.execute(REFRESH)
    assert spans(transaction) == [(-5, 25), (200, 200), (june - 10, june + 40)]
    assert set(stored(transaction)) < set(before)
    events_at(transaction, own, learner, *range(25, 200, 25))
    transaction.execute(REFRESH)
    assert spans(transaction) == [(-5, 175), (200, 200), (june - 10, june + 40)]


@pytest.mark.parametrize("is_asked_late", [False, True])
def test_what_is_queued_when_its_month_is_dropped_has_its_sessions(
    transaction: Connection, learner: uuid.UUID, is_asked_late: bool
) -> None:
    transaction.execute("SELECT ensure_interaction_partitions(p_from => '2024-05-01')")
    own = add(transaction, "educational_courses", derive_sessions=not is_asked_late)["id"]
    if is_asked_late:
        events_at(transaction, own, learner, 0, 10)
        transaction.execute(REFRESH)
        transaction.execute("UPDATE educational_courses SET derive_sessions = TRUE")
    else:
        transaction.execute(REFRESH)
        events_at(transaction, own, learner, 0, 10)
    drop(transaction, datetime(2024, 6, 1, tzinfo=UTC))
    transaction.execute(REFRESH)
    assert spans(transaction) == [(0, 10)]
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() == []


@pytest.mark.parametrize("change", ["made", "deleted", "truncated"])
def test_what_the_application_changed_in_its_sessions_counts_when_their_month_is_dropped(
    transaction: Connection, learner: uuid.UUID, change: str
) -> None:
    transaction.execute("SELECT ensure_interaction_partitions(p_from => '2024-05-01')")
    own = asking(transaction)
    events_at(transaction, own, learner, 0, 10)
    who = {"learner_id": learner, "course_id": own, "session_start": at(0), "session_end": at(20)}
    if change == "made":
        transaction.execute(REFRESH)
        made(transaction, **who)
    else:
        made(transaction, **who)
        transaction.execute(REFRESH)
        statement = "DELETE FROM" if change == "deleted" else "TRUNCATE"
        transaction.execute(f"{statement} learning_sessions")
    drop(transaction, datetime(2024, 6, 1, tzinfo=UTC))
    transaction.execute(REFRESH)
    assert spans(transaction) == ([] if change == "made" else [(0, 10)])
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() == []


@pytest.mark.parametrize("column_name", MEASURES)
def test_a_save_of_a_whole_row_seizes_nothing_and_what_is_supplied_stays(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID, column_name: str
) -> None:
    events_at(transaction, course, learner, 0)
    transaction.execute(REFRESH)
    (before,) = read(transaction, "learning_sessions")
    value = "very_high" if column_name == "engagement_level" else 9
    own: dict[str, Any] = {
        column_name: value,
        "session_end": at(100),
        "duration_minutes": 3,
        "derived": False,
    }
    own |= {"session_start": at(-100), "derivations": 0, "focus_score": Decimal("0.5")}
    save = "UPDATE learning_sessions SET " + ", ".join(f"{name} = %({name})s" for name in own)
    transaction.execute(save.encode(), own)
    (after,) = read(transaction, "learning_sessions")
    assert after | {"focus_score": None, "updated_at": None} == before | {"updated_at": None}
    assert after["focus_score"] == Decimal("0.5")

    transaction.execute(f"{save}, supplied = '{{{column_name}}}'".encode(), own)
    events_at(transaction, course, learner, 10, 11, kind="discussion")
    transaction.execute(REFRESH)
    (after,) = read(transaction, "learning_sessions")
    assert after[column_name] == value
    assert after["session_end"] == at(11)
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() == []
    assert derive(transaction, course) == 0


def test_a_session_of_the_application_does_not_become_ours(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    made(transaction, learner_id=learner, course_id=course, session_start=at(0), session_end=at(9))
    transaction.execute("UPDATE learning_sessions SET derived = TRUE, derivations = 1")
    (row,) = read(transaction, "learning_sessions")
    assert (row["derived"], row["derivations"]) == (False, 0)
    assert derive(transaction, course) == 0


def test_what_bypassed_the_triggers_is_found_and_mended(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    events_at(transaction, course, learner, 0, 100, 200)
    transaction.execute(REFRESH)
    bypass_triggers(transaction, "DELETE FROM learning_sessions WHERE session_start = %s", at(0))
    bypass_triggers(
        transaction,
        "UPDATE learning_sessions SET interactions_completed = 5 WHERE session_start = %s",
        at(100),
    )
    bypass_triggers(transaction, "DELETE FROM learning_interactions WHERE timestamp = %s", at(200))
    found = "SELECT column_name, stored, derived FROM check_derived_columns(%s)"
    wrong = transaction.execute(
        found + " WHERE table_name = 'learning_sessions'", (course,)
    ).fetchall()
    assert ("interactions_completed", "5", "1") in wrong
    assert ("interactions_completed", None, "1") in wrong
    assert ("interactions_completed", "1", None) in wrong
    assert scalar(transaction, "SELECT rebuild_derived_columns(%s)", course) > 0
    assert transaction.execute(found, (course,)).fetchall() == []
    assert spans(transaction) == [(0, 0), (100, 100)]


def test_what_is_queued_is_no_finding(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID
) -> None:
    events_at(transaction, course, learner, 0)
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() == []
    transaction.execute("DELETE FROM learning_interactions_delta")
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() != []


STATEMENTS = {
    "a section is added": """
        INSERT INTO learning_sections (module_id, title, section_order, content_type, content_data)
        VALUES (%(module)s, 'Section', 9, 'text', '{}')""",
    "a section is deleted": "DELETE FROM learning_sections WHERE id = %(spare)s",
    "a section is deleted with its progress": """
        DELETE FROM learning_sections WHERE id = %(section)s""",
    "a module is deleted": "DELETE FROM learning_modules WHERE id = %(module)s",
    "a section moves": "UPDATE learning_sections SET module_id = %(other)s WHERE id = %(spare)s",
    "a section moves with its progress": """
        UPDATE learning_sections SET module_id = %(other)s WHERE id = %(section)s""",
    "a section gets another id": """
        UPDATE learning_sections SET id = gen_random_uuid() WHERE id = %(section)s""",
    "sections are truncated": "TRUNCATE learning_sections CASCADE",
    "events are truncated": "TRUNCATE learning_interactions CASCADE",
    "sessions are truncated": "TRUNCATE learning_sessions",
    "progress is truncated": "TRUNCATE section_progress CASCADE",
    "attempts are truncated": "TRUNCATE assessment_attempts CASCADE",
    "progress is undone": """
        UPDATE section_progress SET completion_percentage = 0, status = 'in_progress'""",
    "progress changes in a course without an enrollment": """
        UPDATE section_progress SET completion_percentage = 70, last_accessed = %(late)s
        WHERE learner_id = %(guest)s AND section_id = %(section)s""",
    "a completion gets another time": """
        UPDATE section_progress SET completion_timestamp = %(late)s
        WHERE section_id = %(passed)s""",
    "completions get another time": """
        UPDATE section_progress
        SET completion_timestamp = CASE WHEN section_id = %(passed)s THEN %(late)s END""",
    "a submission gets another time": "UPDATE assessment_attempts SET submitted_at = %(late)s",
    "an assessment moves": """
        UPDATE educational_assessments SET course_id = %(elsewhere)s""",
    "an assessment is deleted": "DELETE FROM educational_assessments",
    "sessions are deleted": "DELETE FROM learning_sessions",
    "sessions move": "UPDATE learning_sessions SET course_id = %(elsewhere)s",
    "a session is claimed to be derived": """
        INSERT INTO learning_sessions (learner_id, course_id, session_start, derived)
        VALUES (%(learner)s, %(course)s, %(late)s, TRUE)""",
    "a name is taken out of supplied": "UPDATE learning_sessions SET supplied = '{}'",
    "the course asks for sessions": """
        UPDATE educational_courses SET derive_sessions = FALSE WHERE id = %(course)s;
        DELETE FROM learning_sessions;
        SELECT refresh_learning_analytics();
        UPDATE educational_courses SET derive_sessions = TRUE WHERE id = %(course)s""",
}


LEFT_AS_THEY_ARE = {"a section gets another id", "a session is claimed to be derived"}


@pytest.mark.parametrize("change", STATEMENTS)
def test_whatever_changes_the_next_refresh_makes_the_sessions_true(
    transaction: Connection, course: uuid.UUID, learner: uuid.UUID, change: str
) -> None:
    section, spare, passed = (part_of(transaction, course) for _ in range(3))
    elsewhere = asking(transaction)
    quiz = add(transaction, "educational_assessments", course_id=course)["id"]
    guest = add(transaction, "learners")["id"]
    add(transaction, "course_enrollments", learner_id=learner, course_id=course)
    # overall, the first one ends where it began; the other one is not enrolled
    progress_at(transaction, learner, section, course, {5: 60, 105: 0})
    progress_at(transaction, guest, section, course, {5: 60})
    for who in (learner, guest):
        events_at(transaction, course, who, 0, 10, 100, 110)
        add(
            transaction,
            "assessment_attempts",
            learner_id=who,
            assessment_id=quiz,
            started_at=at(1),
            submitted_at=at(8),
        )
    add(
        transaction,
        "section_progress",
        learner_id=guest,
        section_id=passed,
        course_id=course,
        status="completed",
        completion_timestamp=at(8),
    )
    transaction.execute(REFRESH)
    transaction.execute(
        "UPDATE learning_sessions SET supplied = %s, engagement_level = 'very_high',"
        " sections_completed = 9 WHERE session_start = %s",
        (["engagement_level", "sections_completed"], at(0)),
    )
    transaction.execute(REFRESH)
    found = "SELECT * FROM check_derived_columns() WHERE table_name = 'learning_sessions'"
    assert sorted(gains(transaction)) == [0, 0, 20, Decimal("53.33")]
    assert transaction.execute(found).fetchall() == []

    names = {
        "module": scalar(
            transaction, "SELECT module_id FROM learning_sections WHERE id = %s", section
        ),
        "other": add(transaction, "learning_modules", course_id=elsewhere)["id"],
        "section": section,
        "spare": spare,
        "passed": passed,
        "learner": learner,
        "guest": guest,
        "course": course,
        "elsewhere": elsewhere,
        "late": at(101),
    }
    before = read(transaction, "learning_sessions")
    for part in STATEMENTS[change].split(";"):
        transaction.execute(part.encode(), names)
    assert transaction.execute(found).fetchall() == []
    transaction.execute(REFRESH)
    assert transaction.execute(found).fetchall() == []
    assert transaction.execute("SELECT * FROM check_learning_analytics()").fetchall() == []
    for queue in ("learning_sessions_delta", "analytics_rebuild_request"):
        assert read(transaction, queue) == []
    is_same = read(transaction, "learning_sessions") == before
    assert is_same == (change in LEFT_AS_THEY_ARE)


@pytest.mark.parametrize(
    "arguments", ["NULL", "gen_random_uuid(), NULL", "gen_random_uuid(), '-1 minute'"]
)
def test_a_call_without_a_course_or_a_gap_is_refused(
    transaction: Connection, arguments: str
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        transaction.execute(f"SELECT derive_sessions({arguments})".encode())
    assert refused.value.diag.message_hint is not None


@pytest.mark.concurrency
@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ"])
def test_two_calls_at_once_make_no_session_twice(database: str, level: str) -> None:
    with connections(database, 2) as (one, other):
        own = asking(one)
        learner = add(one, "learners")["id"]
        events_at(one, own, learner, 0, 10, 100)
        one.commit()
        for connection in (one, other):
            connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}".encode())
            connection.execute("SELECT 1 FROM learners")
        assert derive(one, own) == 2

        def again() -> int | str | None:
            try:
                return derive(other, own)
            except psycopg.errors.SerializationFailure as error:
                return error.sqlstate

        with waiting(database, other, again, one) as second:
            one.commit()
            assert second.result() == (0 if level == "READ COMMITTED" else "40001")
        other.rollback()
        assert spans(one) == [(0, 10), (100, 100)]


@pytest.mark.concurrency
def test_a_refresh_and_a_call_at_once_make_no_session_twice(database: str) -> None:
    with connections(database, 2) as (one, other):
        own = asking(one)
        learner = add(one, "learners")["id"]
        events_at(one, own, learner, 0, 100)
        one.commit()
        one.execute(REFRESH)
        with waiting(database, other, lambda: derive(other, own), one) as second:
            one.commit()
            assert second.result() == 0
        other.commit()
        assert spans(one) == [(0, 0), (100, 100)]


@pytest.mark.concurrency
def test_a_section_added_beside_a_refresh_is_followed_by_the_next_one(database: str) -> None:
    with connections(database, 2) as (one, other):
        own = asking(one)
        learner = add(one, "learners")["id"]
        section = part_of(one, own)
        events_at(one, own, learner, 0)
        progress_at(one, learner, section, own, {5: 60})
        one.commit()
        part_of(one, own)
        other.execute(REFRESH)
        other.commit()
        one.commit()
        assert gains(one) == [60]
        found = "SELECT * FROM check_derived_columns() WHERE table_name = 'learning_sessions'"
        assert one.execute(found).fetchall() == []
        one.execute(REFRESH)
        assert gains(one) == [30]
        assert one.execute(found).fetchall() == []
