"""Persons with their authority and records, and who may do what, computed from raw rows.

The rules are the table of docs/security.md, written down once more as functions of rows: nothing
here asks a policy, a grant or a helper of the schema.

Who is who:
    ana and ben learn at `north`, cy at `south`, ida at none; new is of `north` and takes no course.
    ana takes `north_course` and `open_course`, ben `north_course` and, left, `draft_course`, cy
    `south_course`, ida `open_course`.
    tess teaches `north_course` and `draft_course`, tom `south_course`, ben `open_course`; tess no
    longer teaches `south_course`.
    rita administers `north`, rob `south`, and no longer `north`.
    gus is guardian of ana and ida, and no longer of cy; gil of cy and ben.
    stranger is nobody of these.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import sql

from support.rows import Connection, Row, Values, add, scalar

ROLES = (
    "lms_learner",
    "lms_guardian",
    "lms_instructor",
    "lms_registrar",
    "lms_service",
    "lms_auth",
    "lms_analyst",
    "lms_privacy",
    "lms_auditor",
)
PERSONAS = ("learner", "guardian", "instructor", "registrar")
NOW = sql.SQL("now()")
"""A value that the database takes from its own clock."""

TODAY = datetime.now(UTC)
ENDED = TODAY - timedelta(minutes=1)
LATER = TODAY + timedelta(days=1)

Rule = Callable[["Facts", Row], bool]


@dataclass
class World:
    """The persons and courses by name, and the token of each person."""

    ids: dict[str, uuid.UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def persons(self) -> tuple[str, ...]:
        """Names of those who have a session."""
        return tuple(self.tokens)


_INSTITUTIONS = {"ana": "north", "ben": "north", "new": "north", "cy": "south", "ida": None}
COURSES = {
    "north_course": ("north", "published"),
    "draft_course": ("north", "draft"),
    "free_course": ("north", "published"),
    "south_course": ("south", "published"),
    "open_course": (None, "published"),
    "hidden_course": (None, "draft"),
}
_ENROLLMENTS = (
    ("ana", "north_course", "in_progress"),
    ("ana", "open_course", "enrolled"),
    ("ben", "north_course", "enrolled"),
    ("ben", "draft_course", "withdrawn"),
    ("cy", "south_course", "in_progress"),
    ("ida", "open_course", "in_progress"),
)
_AUTHORITY = {
    ("course_staff", "person_id", "course_id"): (
        ("tess", "north_course", None),
        ("tess", "draft_course", LATER),
        ("tess", "south_course", ENDED),
        ("tom", "south_course", None),
        ("ben", "open_course", None),
    ),
    ("institution_staff", "person_id", "institution_id"): (
        ("rita", "north", None),
        ("rob", "south", LATER),
        ("rob", "north", ENDED),
    ),
    ("guardian_links", "guardian_id", "learner_id"): (
        ("gus", "ana", None),
        ("gus", "ida", LATER),
        ("gus", "cy", ENDED),
        ("gil", "cy", None),
        ("gil", "ben", None),
    ),
}
LEARNERS = tuple(_INSTITUTIONS)
_OTHERS = ("tess", "tom", "rita", "rob", "gus", "gil", "stranger")


_LEDGERS = (
    "audit_seals",
    "consent_events",
    "data_map_entries",
    "disclosures",
    "erasures",
    "retention_log",
    "retention_policies",
)


def make_world(connection: Connection) -> World:
    """Fill an empty database, as its owner."""
    ids: dict[str | None, uuid.UUID | None] = {None: None}
    for name in ("north", "south"):
        ids[name] = add(connection, "educational_institutions", name=name)["id"]
    for name, institution in _INSTITUTIONS.items():
        ids[name] = add(
            connection,
            "learners",
            first_name=name,
            email=f"{name}@example.com",
            institution_id=ids[institution],
        )["id"]
    for name, (institution, status) in COURSES.items():
        ids[name] = _offer(connection, name, ids[institution], status)
        for part, table in (
            ("module", "learning_modules"),
            ("section", "learning_sections"),
            ("assessment", "educational_assessments"),
        ):
            query = f"SELECT id FROM {table} WHERE course_id = %s"
            ids[f"{name}_{part}"] = scalar(connection, query, ids[name])
    for learner, course, status in _ENROLLMENTS:
        _study(
            connection,
            {"learner_id": ids[learner], "course_id": ids[course]},
            {"section_id": ids[f"{course}_section"]},
            {"assessment_id": ids[f"{course}_assessment"]},
            status,
        )
    ids |= {person: uuid.uuid4() for person in _OTHERS}
    for (table, who, what), authority in _AUTHORITY.items():
        for person, thing, until in authority:
            values = {who: ids[person], what: ids[thing], "valid_until": until}
            add(connection, table, **values)
    for table in _LEDGERS:
        add(connection, table)
    add(connection, "legal_holds", learner_id=ids["ana"])
    connection.execute("SELECT refresh_learning_analytics()")
    # what is queued again is of everybody, and nobody's to read
    connection.execute(
        "UPDATE section_progress SET completion_percentage = 5, status = 'in_progress'"
    )
    world = World({name: key for name, key in ids.items() if name and key})
    for person in (*LEARNERS, *_OTHERS):
        world.tokens[person] = open_session(connection, world.ids[person])
    return world


def _offer(
    connection: Connection, title: str, institution: uuid.UUID | None, status: str
) -> uuid.UUID:
    course: uuid.UUID = add(
        connection,
        "educational_courses",
        title=title,
        status=status,
        institution_id=institution,
    )["id"]
    module = add(connection, "learning_modules", course_id=course)
    add(connection, "learning_sections", module_id=module["id"])
    add(connection, "educational_assessments", course_id=course)
    return course


def _study(
    connection: Connection, who: Values, section: Values, assessment: Values, status: str
) -> None:
    where = {**who, **section}
    add(connection, "course_enrollments", **who, completion_status=status)
    add(
        connection,
        "section_progress",
        **where,
        status="in_progress",
        completion_percentage=40,
    )
    add(connection, "learning_interactions", **where)  # in the history
    add(connection, "learning_interactions", **where, timestamp=TODAY)
    add(connection, "expired_interaction_totals", **where)
    add(connection, "learning_sessions", **who, session_start=TODAY)
    if status == "in_progress":
        add(connection, "course_ratings", **who)
    for number, state in enumerate(("graded", "in_progress"), 1):
        add(
            connection,
            "assessment_attempts",
            learner_id=who["learner_id"],
            **assessment,
            attempt_number=number,
            completion_status=state,
        )


def limit_transactions(connection: Connection, limit: str) -> None:
    """Let a transaction be recent for that long, an interval."""
    definition = scalar(connection, "SELECT pg_get_functiondef('is_recent_transaction'::regproc)")
    connection.execute(re.sub(r"'[^']+'::interval", f"'{limit}'::interval", definition).encode())


def open_session(connection: Connection, person: uuid.UUID) -> str:
    """Open a session, as the owner, and return its token."""
    token = f"token of {person} {uuid.uuid4()}"
    connection.execute("SELECT open_session(%s, %s)", (token, person))
    return token


def become(connection: Connection, role: str, token: str | None = None) -> None:
    """Go on as a role, with a token, until the transaction or savepoint ends."""
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
    if token is not None:
        connection.execute("SELECT set_config('lms.token', %s, TRUE)", (token,))


# who may do what -----------------------------------------------------------------------------


@dataclass
class Facts:
    """What raw rows say about one person.

    Attributes:
        me: The person.
        tables: The rows of all tables.
        taught, institutions, wards: Where the person has authority now.
    """

    me: uuid.UUID
    tables: Mapping[str, list[Row]]

    def __post_init__(self) -> None:
        now = datetime.now(UTC)

        def live(table: str, person: str, what: str) -> set[uuid.UUID]:
            return {
                row[what]
                for row in self.tables[table]
                if row[person] == self.me
                and (row["valid_until"] is None or row["valid_until"] > now)
            }

        self.taught = live("course_staff", "person_id", "course_id")
        self.institutions = live("institution_staff", "person_id", "institution_id")
        self.wards = live("guardian_links", "guardian_id", "learner_id")
        self._institution_of_course = self._map("educational_courses", "institution_id")
        self._institution_of_learner = self._map("learners", "institution_id")
        self._course_of_section = self._map("learning_sections", "course_id")
        self._course_of_assessment = self._map("educational_assessments", "course_id")

    def _map(self, table: str, name: str) -> dict[uuid.UUID, Any]:
        return {row["id"]: row[name] for row in self.tables[table]}

    def course(self, row: Row) -> uuid.UUID | None:
        """The course that a row is of."""
        if row.get("course_id"):
            return row["course_id"]  # type: ignore[no-any-return]
        if row.get("assessment_id"):
            return self._course_of_assessment.get(row["assessment_id"])
        if row.get("module_id"):
            modules = self._map("learning_modules", "course_id")
            return modules.get(row["module_id"])
        return self._course_of_section.get(row["section_id"])

    def takes(self, learner: uuid.UUID, course: uuid.UUID | None) -> bool:
        """Whether the learner is enrolled in the course, or was."""
        return any(
            row["learner_id"] == learner and row["course_id"] == course
            for row in self.tables["course_enrollments"]
        )

    def attends(self, course: uuid.UUID | None) -> bool:
        """Whether the person is enrolled in the course, and has not left."""
        return any(
            row["learner_id"] == self.me
            and row["course_id"] == course
            and row["completion_status"] != "withdrawn"
            for row in self.tables["course_enrollments"]
        )

    def may_enroll(self, course: uuid.UUID) -> bool:
        """Whether the person is a learner to whom the course is open."""
        if self.me not in self._institution_of_learner:
            return False
        own = self._institution_of_learner[self.me]
        offered = self._institution_of_course.get(course)
        published = any(
            row["id"] == course and row["status"] == "published"
            for row in self.tables["educational_courses"]
        )
        return published and (own is None or offered is None or own == offered)

    def administers_course(self, course: uuid.UUID | None) -> bool:
        """Whether the course is of an institution that the person administers."""
        return course is not None and self._institution_of_course.get(course) in self.institutions

    def administers_learner(self, learner: uuid.UUID) -> bool:
        """Whether the learner is of an institution that the person administers."""
        return self._institution_of_learner.get(learner) in self.institutions

    def institution_of_learner(self, learner: uuid.UUID) -> uuid.UUID | None:
        """The learner's institution."""
        return self._institution_of_learner.get(learner)

    def institution_of_course(self, course: uuid.UUID) -> uuid.UUID | None:
        """The course's institution."""
        return self._institution_of_course.get(course)


def _mine(facts: Facts, row: Row) -> bool:
    return bool(row["learner_id"] == facts.me)


def _wards(facts: Facts, row: Row) -> bool:
    return row["learner_id"] in facts.wards


def _taught(facts: Facts, row: Row) -> bool:
    return facts.course(row) in facts.taught


def _administered(facts: Facts, row: Row) -> bool:
    return facts.administers_course(facts.course(row))


def _own_learner(facts: Facts, row: Row) -> bool:
    return facts.administers_learner(row["learner_id"])


def _of_another_guardian(facts: Facts, row: Row) -> bool:
    return _own_learner(facts, row) and bool(row["guardian_id"] != facts.me)


def _of_own_institution(facts: Facts, row: Row) -> bool:
    return row["institution_id"] in facts.institutions


def _taken(facts: Facts, row: Row) -> bool:
    return facts.takes(facts.me, facts.course(row))


def _attended(facts: Facts, row: Row) -> bool:
    return facts.attends(facts.course(row))


def _taken_by_wards(facts: Facts, row: Row) -> bool:
    return any(facts.takes(ward, facts.course(row)) for ward in facts.wards)


def _own_answer(facts: Facts, row: Row) -> bool:
    # what is left out has its default
    status = row.get("completion_status", "in_progress")
    submitted = row.get("submitted_at")
    return (
        _mine(facts, row)
        and (
            (status == "in_progress" and submitted is None)
            or (status == "submitted" and submitted is NOW)
        )
        and not any(
            {"points", "graded_by"} & response.keys() for response in row.get("responses") or ()
        )
    )


@dataclass(frozen=True)
class Rights:
    """What a persona may do with a table.

    Attributes:
        reads: Which rows it reads.
        columns: Which columns; None: all.
        inserts, insert_columns: Which rows it adds, giving which columns.
        updates, update_columns: Which rows it changes, and which columns of them.
        leaves: What a changed row must be; None: what `updates` says.
        blind: A column and a constant for a change that reads nothing.
        deletes: Which rows it deletes.
    """

    reads: Rule
    columns: frozenset[str] | None = None
    inserts: Rule | None = None
    insert_columns: frozenset[str] | None = frozenset()
    updates: Rule | None = None
    update_columns: frozenset[str] | None = frozenset()
    leaves: Rule | None = None
    blind: tuple[str, str] | None = None
    deletes: Rule | None = None


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RECORDS = {"learner": _mine, "guardian": _wards, "instructor": _taught, "registrar": _administered}
_CONTENT = {
    "learner": _taken,
    "guardian": _taken_by_wards,
    "instructor": _taught,
    "registrar": _administered,
}
_FIGURES_OF_LEARNERS = {"learner": _mine, "guardian": _wards, "registrar": _own_learner}
_FIGURES_OF_COURSES = {"instructor": _taught, "registrar": _administered}
_COURSE = _names(
    "title description course_code learning_objectives difficulty_level academic_credits"
    " estimated_duration_hours learning_theory_foundation assessment_strategy"
    " prerequisite_knowledge content_format delivery_method status published_at academic_term"
    " completion_rule derive_sessions"
)
_MODULE = _names(
    "course_id title description module_order learning_objectives bloom_taxonomy_level"
    " estimated_duration_minutes prerequisite_modules unlock_criteria has_assessment"
    " assessment_weight minimum_passing_score content_type interaction_requirements"
)
_SECTION = _names(
    "module_id title section_order content_type content_data learning_activities"
    " section_objectives assessment_criteria difficulty_adaptations accessibility_adaptations"
    " estimated_reading_time minimum_engagement_time unlock_conditions completion_criteria"
)
_QUESTIONS = _names(
    "id course_id section_id title assessment_type format learning_objectives assessment_criteria"
    " bloom_taxonomy_levels total_points passing_score weight_in_course time_limit_minutes"
    " available_from available_until attempts_allowed questions"
)
_ANSWERS = _names("correct_answers explanation_texts")
_FIXED = _names("id course_id")


def _only_read(rules: Mapping[str, Rule]) -> dict[str, Rights]:
    return {persona: Rights(rule) for persona, rule in rules.items()}


def _written(columns: frozenset[str], fixed: Set[str]) -> Rights:
    """What an instructor writes in the courses that they teach; `fixed` is given once."""
    return Rights(
        _taught,
        inserts=_taught,
        insert_columns=columns | fixed,
        updates=_taught,
        update_columns=columns,
        blind=("title", "'X'"),
    )


RIGHTS: Mapping[str, Mapping[str, Rights]] = {
    "educational_institutions": _only_read(
        {
            "learner": lambda f, r: r["id"] == f.institution_of_learner(f.me),
            "guardian": lambda f, r: any(r["id"] == f.institution_of_learner(w) for w in f.wards),
            "instructor": lambda f, r: any(r["id"] == f.institution_of_course(c) for c in f.taught),
            "registrar": lambda f, r: r["id"] in f.institutions,
        }
    ),
    "learners": {
        "learner": Rights(
            lambda f, r: r["id"] == f.me,
            updates=lambda f, r: r["id"] == f.me,
            update_columns=_names(
                "learning_style accessibility_needs preferred_difficulty learning_pace"
                " notification_preferences privacy_settings"
            ),
            blind=("privacy_settings", "'{}'"),
        ),
        "guardian": Rights(lambda f, r: r["id"] in f.wards),
        "instructor": Rights(
            lambda f, r: any(f.takes(r["id"], course) for course in f.taught),
            columns=_names(
                "id institution_id email first_name last_name academic_level"
                " accessibility_needs learning_pace last_login"
            ),
        ),
        "registrar": Rights(
            _of_own_institution,
            inserts=_of_own_institution,
            insert_columns=_names(
                "institution_id email first_name last_name academic_level"
                " accessibility_needs data_consent"
            ),
            updates=_of_own_institution,
            update_columns=_names("email first_name last_name academic_level accessibility_needs"),
            blind=("first_name", "'X'"),
        ),
    },
    "educational_courses": {
        "learner": Rights(lambda f, r: f.takes(f.me, r["id"]) or f.may_enroll(r["id"])),
        "guardian": Rights(lambda f, r: any(f.takes(ward, r["id"]) for ward in f.wards)),
        "instructor": Rights(
            lambda f, r: r["id"] in f.taught,
            updates=lambda f, r: r["id"] in f.taught,
            update_columns=_COURSE,
            blind=("title", "'X'"),
        ),
        "registrar": Rights(
            _of_own_institution,
            inserts=_of_own_institution,
            insert_columns=_COURSE | {"id", "institution_id"},
            updates=_of_own_institution,
            update_columns=_COURSE,
            blind=("title", "'X'"),
        ),
    },
    "learning_modules": _only_read(_CONTENT) | {"instructor": _written(_MODULE, {"id"})},
    "learning_sections": _only_read(_CONTENT) | {"instructor": _written(_SECTION, {"id"})},
    "educational_assessments": {
        "learner": Rights(_taken, columns=_QUESTIONS | {"created_at", "updated_at"}),
        "guardian": Rights(_taken_by_wards, columns=_QUESTIONS | {"created_at", "updated_at"}),
        "instructor": _written((_QUESTIONS | _ANSWERS) - _FIXED, _FIXED),
        "registrar": Rights(_administered),
    },
    "course_staff": _only_read(_CONTENT)
    | {
        "registrar": Rights(
            _administered,
            inserts=_administered,
            insert_columns=None,
            updates=_administered,
            update_columns=None,
            blind=("valid_until", "'2001-01-01'"),
            deletes=_administered,
        )
    },
    "institution_staff": {"registrar": Rights(_of_own_institution)},
    "guardian_links": {
        "learner": Rights(_mine),
        "guardian": Rights(lambda f, r: r["guardian_id"] == f.me),
        "registrar": Rights(
            _own_learner,
            inserts=_of_another_guardian,
            insert_columns=None,
            updates=_own_learner,
            leaves=_of_another_guardian,
            update_columns=None,
            blind=("valid_until", "'2001-01-01'"),
            deletes=_own_learner,
        ),
    },
    "course_enrollments": {
        "learner": Rights(
            _mine,
            inserts=lambda f, r: _mine(f, r) and f.may_enroll(r["course_id"]),
            insert_columns=_names(
                "id learner_id course_id personal_learning_goals expected_completion_date"
                " study_schedule"
            ),
            updates=lambda f, r: _mine(f, r) and _attended(f, r),
            update_columns=_names(
                "personal_learning_goals expected_completion_date study_schedule"
            ),
            blind=("study_schedule", "'{}'"),
        ),
        "guardian": Rights(_wards),
        "instructor": Rights(
            _taught,
            updates=_taught,
            update_columns=_names("final_grade completion_status completion_date"),
            blind=("final_grade", "1"),
        ),
        "registrar": Rights(
            _administered,
            inserts=lambda f, r: _administered(f, r) and _own_learner(f, r),
            insert_columns=_names(
                "id learner_id course_id enrollment_type academic_term expected_completion_date"
            ),
            updates=_administered,
            update_columns=_names(
                "enrollment_type academic_term completion_status completion_date final_grade"
            ),
            blind=("final_grade", "1"),
        ),
    },
    "section_progress": _only_read(_RECORDS),
    "section_progress_history": _only_read(_RECORDS),
    "expired_interaction_totals": _only_read(_RECORDS),
    "learning_interactions": _only_read(_RECORDS),
    "learning_sessions": _only_read(_RECORDS)
    | {
        "learner": Rights(
            _mine,
            inserts=lambda f, r: _mine(f, r) and _attended(f, r) and r["session_start"] is NOW,
            insert_columns=_names(
                "id learner_id course_id session_start session_end intended_goals"
                " actual_accomplishments focus_areas study_environment study_materials_used"
                " collaboration_occurred"
            ),
            updates=lambda f, r: _mine(f, r) and _attended(f, r),
            update_columns=_names(
                "session_end intended_goals actual_accomplishments focus_areas study_environment"
                " study_materials_used collaboration_occurred"
            ),
            leaves=lambda f, r: _mine(f, r) and r["session_end"] in (None, NOW),
            blind=("focus_areas", "'{}'"),
        )
    },
    "assessment_attempts": {
        "learner": Rights(
            _mine,
            inserts=lambda f, r: _own_answer(f, r) and _attended(f, r),
            insert_columns=_names(
                "id learner_id assessment_id attempt_number submitted_at responses"
                " completion_status device_info"
            ),
            updates=lambda f, r: (
                _mine(f, r) and _attended(f, r) and r["completion_status"] == "in_progress"
            ),
            update_columns=_names("submitted_at responses completion_status device_info"),
            leaves=_own_answer,
            blind=("device_info", "'{}'"),
        ),
        "guardian": Rights(_wards),
        "instructor": Rights(
            _taught,
            updates=_taught,
            update_columns=_names(
                "score instructor_feedback automated_feedback improvement_suggestions"
                " completion_status supplied"
            ),
            blind=("instructor_feedback", "'X'"),
        ),
        "registrar": Rights(_administered),
    },
    "course_ratings": {
        "learner": Rights(
            _mine,
            inserts=lambda f, r: _mine(f, r) and _taken(f, r),
            insert_columns=_names("course_id learner_id rating review"),
            updates=_mine,
            update_columns=_names("rating review"),
            blind=("review", "'X'"),
            deletes=_mine,
        ),
        "guardian": Rights(_wards),
        "registrar": Rights(_administered),
    },
    "learner_summary": _only_read(_FIGURES_OF_LEARNERS),
    "learner_analytics": _only_read(_FIGURES_OF_LEARNERS),
    "course_summary": _only_read(_FIGURES_OF_COURSES),
    "course_analytics": _only_read(_FIGURES_OF_COURSES),
    "learner_day_summary": _only_read(_FIGURES_OF_COURSES),
    "course_daily_activity": _only_read(_FIGURES_OF_COURSES),
    # nobody's
    **{
        name: {}
        for name in (
            "learning_analytics_dashboard",
            "learner_progress_analytics",
            "access_sessions",
            "access_settings",
            "course_structure",
            "learner_courses",
            "interaction_times",
            "assessment_objective_totals",
            "learning_interactions_delta",
            "course_enrollments_delta",
            "section_progress_delta",
            "learning_sessions_delta",
            "assessment_attempts_delta",
            "analytics_refresh_log",
            "analytics_rebuild_request",
            "learner_course_summary",
            "learner_assessment_summary",
            "data_map",
            "data_map_entries",
            "erasures",
            "legal_holds",
            "retention_log",
            "retention_policies",
            "audit_log",
            "audit_seals",
            "consent_events",
            "disclosures",
        )
    },
}
"""What each persona may do with each table and view; what is not named it may not."""

_READ: Mapping[str, frozenset[str] | None] = {"SELECT": None}
OFFICES: Mapping[str, Mapping[str, Mapping[str, frozenset[str] | None]]] = {
    **{
        table: {"privacy": _READ, "auditor": _READ}
        for table in ("data_map", "erasures", "retention_log", "retention_policies")
    },
    "legal_holds": {
        "privacy": {
            **_READ,
            "INSERT": _names("learner_id reason held_until"),
            "UPDATE": _names("held_until"),
        },
        "auditor": _READ,
    },
    **{
        table: {"auditor": _READ}
        for table in ("audit_log", "audit_seals", "consent_events", "disclosures")
    },
}
"""What roles that are no personas may do with each table, to all rows: with which columns, or
with all (None)."""

SERVICE_READS = frozenset(
    {
        "learning_analytics_dashboard",
        "learner_progress_analytics",
        "learner_analytics",
        "course_analytics",
        "course_daily_activity",
    }
)
SERVICE_WRITES = frozenset(table for table, rights in RIGHTS.items() if rights) - SERVICE_READS
"""What lms_service reads whole, and reads and writes whole."""

_OWN = (
    " add_enrollment_measures analyse_attempts append_assessment_attempts_delta"
    " append_audit_seal append_course_enrollments_delta append_learning_interactions_delta"
    " append_learning_sessions_delta append_objective_totals append_section_progress_delta"
    " attempt_evidence audit_person"
    " caller_role change_course_structure check_activity_institution check_answer_key"
    " check_attempt_allowed check_completion_criteria check_consent_mirror check_derived_columns"
    " check_enrollment_institution check_institution_change check_item_contract"
    " check_learning_analytics check_prerequisite_cycles check_prerequisite_modules"
    " check_rating_enrollment check_security check_unlock_rule complete_by_criteria"
    " complete_enrollments consent_state count_rules_version count_section_evidence"
    " count_section_retention delete_expired_rows derive_assessment_metrics"
    " derive_attempt_analysis derive_attempt_result derive_course_metrics derive_course_sessions"
    " derive_current_grades derive_enrollment_metrics derive_enrollment_progress"
    " derive_learner_courses derive_section_counters derive_section_evidence"
    " derive_section_retention derive_session_duration drain_analytics_queues"
    " drain_assessment_attempts_delta"
    " drain_course_enrollments_delta drain_learning_interactions_delta"
    " drain_learning_sessions_delta drain_section_progress_delta drop_expired_audit_log"
    " drop_expired_data engagement_rank ensure_interaction_partitions ensure_month_partitions"
    " erasure_statements evidence_score expired_interaction_partitions expired_partitions"
    " find_enrollments follow_assessment_attempts follow_assessment_sections"
    " follow_attempt_analysis follow_completed_sections follow_corrected_interactions"
    " follow_course_assessments follow_course_enrollments follow_course_ratings"
    " follow_course_sections follow_inserted_interactions follow_section_progress has_guardian"
    " interaction_partitions interaction_retention_ddl is_erased_learner is_partition_held"
    " join_objective_totals judge_completion keep_attempt_analysis keep_completion_date"
    " keep_course_rating keep_derived_session keep_enrollment_measures keep_interaction_times"
    " keep_section_scores"
    " lock_course_structure lock_learner_rows lock_section_progress make_course_structure"
    " mark_unenrolled may_read_course_figures may_read_learner_figures mean_section_progress"
    " metrics_window mirror_consent month_partition_ddl month_partitions new_enrollment_version"
    " objective_parts"
    " publish_learning_analytics rebuild_derived_columns rebuild_learning_analytics"
    " rebuild_section_progress recalculate_course_metrics record_attempt_audit record_audit"
    " record_enrollment_audit record_progress_history recount_assessment_attempts"
    " recount_course_enrollments recount_learning_interactions recount_learning_sessions"
    " recount_section_progress refuse_erased_learner refuse_other_institution refuse_other_time"
    " reject_history_change reject_ledger_change report_cells report_learners reported_count"
    " reported_mean request_analytics_rebuild require_data_subject require_snapshot"
    " retire_interaction_partitions retract_interaction_partition rounded_minutes seal_audit_log"
    " set_assessment_course set_course_rules set_section_course set_updated_at"
    " statement_triggers sync_course_summary sync_learner_summary update_current_grades"
)
_ALL = (*PERSONAS, "service")
_STAFF = ("instructor", "registrar", "service")
FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "next_sections",
            "is_module_unlocked",
            "is_module_completed",
            "is_graded_attempt",
            "is_unlock_rule_met",
            "calculate_learning_velocity",
            "objective_mastery",
            "attempt_question_points",
            "has_question_points",
            "is_omitted_answer",
        ),
        _ALL,
    ),
    **dict.fromkeys(
        (
            "at_risk_learners",
            "calculate_course_effectiveness",
            "calculate_assessment_statistics",
            "calculate_item_statistics",
            "assessment_item_measures",
            "assessment_item_scores",
            "course_figures",
        ),
        _STAFF,
    ),
    "learner_figures": ("learner", "guardian", "registrar", "service"),
    "is_time_with_zone": ("instructor", "service"),
    **dict.fromkeys(
        (
            "record_interaction",
            "record_interactions",
            "store_interactions",
            "check_event_period",
            "check_event_times",
            "event_labels",
            "is_meaningful_interaction",
            "outcome_evidence",
            "begin_enrollments",
            "lock_section",
            "lock_sections",
            "refresh_learning_analytics",
            "derive_sessions",
            "derived_session_gap",
            "answer_points",
            "derive_grades",
            "grade_attempt",
            "grade_attempts",
            "regrade_assessment",
        ),
        ("service",),
    ),
    "record_my_interactions": ("learner",),
    "is_claimable_time": ("learner",),
    "is_recent_transaction": ("learner",),
    **dict.fromkeys(
        ("record_consent", "has_consent", "record_disclosure", "has_directory_opt_out"),
        ("service", "privacy"),
    ),
    "record_my_consent": ("learner", "guardian"),
    **dict.fromkeys(("check_audit_log", "audit_rows_hash", "audit_seal_hash"), ("auditor",)),
    **dict.fromkeys(
        ("report_course_outcomes", "report_engagement", "report_assessments"), ("analyst",)
    ),
    **dict.fromkeys(
        ("export_learner_data", "erase_learner", "unmapped_columns"),
        ("privacy",),
    ),
    "open_session": ("auth",),
    "close_session": ("auth",),
    **dict.fromkeys(
        (
            "session_assessments",
            "session_courses",
            "session_current_courses",
            "session_institution_assessments",
            "session_institution_courses",
            "session_institution_learners",
            "session_institution_sections",
            "session_institutions",
            "session_open_courses",
            "session_own_institution",
            "session_person",
            "session_roster",
            "session_taught_assessments",
            "session_taught_courses",
            "session_taught_institutions",
            "session_taught_sections",
            "session_ward_courses",
            "session_ward_institutions",
            "session_wards",
        ),
        PERSONAS,
    ),
    # the owner's, and what triggers and the owner's functions call
    **dict.fromkeys(_names(_OWN), ()),
}
"""Who may execute each function."""
