"""Attacks on row security, each with its positive control: the same done by who may do it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from support.access import OFFICES, World, become, limit_transactions, make_world
from support.roles import new_role
from support.rows import Connection, column, rolled_back, scalar

DENIED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def new_login(database: str) -> Iterator[Callable[..., str]]:
    """Make logins that are members of roles and take none by themselves; returns a conninfo."""
    with ExitStack() as stack:
        yield (
            lambda *roles: (
                stack.enter_context(
                    new_role(
                        database,
                        "ALTER ROLE {role} NOINHERIT",
                        *(f"GRANT {role} TO {{role}}" for role in roles),
                    )
                ).conninfo
            )
        )


@dataclass(frozen=True)
class Attempt:
    """A statement of somebody.

    Attributes:
        role: The role, without `lms_`; `owner` for the owner.
        person: Whose token is set; None: nobody's.
        statement: With the names of the world in braces for their ids.
    """

    role: str
    person: str | None
    statement: str


Who = tuple[str, str | None]
"""Role and person of an attempt."""


def by_two(attacker: Who, other: Who, statement: str) -> tuple[Attempt, Attempt]:
    """An attack and its control: the same, which is the other's to do."""
    return Attempt(*attacker, statement), Attempt(*other, statement)


def by_one(who: Who, attack: str, control: str) -> tuple[Attempt, Attempt]:
    """An attack and its control: something else, which the attacker may do."""
    return Attempt(*who, attack), Attempt(*who, control)


@pytest.fixture(scope="module")
def world_and_connection(shared_database: str) -> Iterator[tuple[World, Connection]]:
    with psycopg.connect(shared_database) as connection:
        yield make_world(connection), connection
        connection.rollback()


@pytest.fixture
def world(world_and_connection: tuple[World, Connection]) -> World:
    return world_and_connection[0]


@pytest.fixture
def school(world_and_connection: tuple[World, Connection]) -> Iterator[Connection]:
    """The owner's connection to the world; what a test does is undone."""
    with rolled_back(world_and_connection[1]):
        yield world_and_connection[1]


def rows(connection: Connection, world: World, attempt: Attempt) -> int:
    """How many rows it reads or writes; 0 when it may not."""
    statement = attempt.statement.format(**{name: f"'{key}'" for name, key in world.ids.items()})
    try:
        with rolled_back(connection):
            if attempt.role != "owner":
                token = world.tokens[attempt.person] if attempt.person else None
                become(connection, f"lms_{attempt.role}", token)
            return connection.execute(statement.encode()).rowcount
    except DENIED:
        return 0


ENROLL = "INSERT INTO course_enrollments (learner_id, course_id) VALUES ({%s}, {%s})"
ATTEMPT = "INSERT INTO assessment_attempts (learner_id, assessment_id, attempt_number, responses)"
NEW_ATTEMPT = (
    "INSERT INTO assessment_attempts"
    " (learner_id, assessment_id, attempt_number, responses, completion_status, submitted_at)"
    " VALUES ({ana}, {north_course_assessment}, 8, '[]', %s)"
)
SUBMIT = "UPDATE assessment_attempts SET completion_status = 'submitted', submitted_at = now()"
RECORD = (
    "SELECT record_my_interactions(jsonb_build_array(jsonb_build_object("
    "'section_id', {%s_section}::uuid, 'interaction_type', 'discussion'%s)))"
)
RECORD_AT = RECORD % ("north_course", ", 'timestamp', now() %s")
DIARY_AT = (
    "INSERT INTO learning_sessions (learner_id, course_id, session_start, session_end)"
    " VALUES ({ana}, {north_course}, now() - interval '%s', %s)"
)
DIARY = "INSERT INTO learning_sessions (learner_id, course_id) VALUES ({ben}, {%s})"
GUARDIAN = "INSERT INTO guardian_links (guardian_id, learner_id) VALUES ({%s}, {%s})"
NEW_LEARNER = (
    "INSERT INTO learners"
    " (%sinstitution_id, email, first_name, last_name, academic_level, data_consent)"
    " VALUES (%s{north}, '%s@example.com', 'X', 'X', 'graduate', '{{}}')%s"
)
TAKE_OVER = " ON CONFLICT (email) DO UPDATE SET first_name = 'X'"

ATTACKS = {
    # whose rows
    "A learner reads the record of another one": by_two(
        ("learner", "ana"),
        ("learner", "ben"),
        "SELECT FROM section_progress WHERE learner_id = {ben}",
    ),
    "A learner of another tenant reads a course by its id": by_two(
        ("learner", "cy"),
        ("learner", "new"),
        "SELECT FROM educational_courses WHERE id = {north_course}",
    ),
    "A learner reads a draft": by_two(
        ("learner", "ana"),
        ("instructor", "tess"),
        "SELECT FROM educational_courses WHERE id = {draft_course}",
    ),
    "A learner takes the persona of an instructor": by_two(
        ("instructor", "ana"), ("instructor", "tess"), "SELECT FROM course_enrollments"
    ),
    "An instructor takes the persona of a registrar": by_two(
        ("registrar", "tess"), ("registrar", "rita"), "SELECT FROM learners"
    ),
    "An instructor goes on after the authority ended": by_two(
        ("instructor", "tess"),
        ("instructor", "tom"),
        "SELECT FROM course_enrollments WHERE course_id = {south_course}",
    ),
    "A guardian goes on after the link ended": by_two(
        ("guardian", "gus"), ("guardian", "gil"), "SELECT FROM learners WHERE id = {cy}"
    ),
    "A registrar goes on after the authority ended": by_two(
        ("registrar", "rob"),
        ("registrar", "rita"),
        "SELECT FROM learners WHERE institution_id = {north}",
    ),
    "An instructor reads what a learner does in other courses": by_two(
        ("instructor", "tess"),
        ("learner", "ana"),
        "SELECT FROM learner_analytics WHERE learner_id = {ana}",
    ),
    "A learner asks for the figures of another one": by_two(
        ("learner", "ben"), ("learner", "ana"), "SELECT FROM learner_figures({ana})"
    ),
    "A learner asks for figures without a session": by_two(
        ("learner", None), ("learner", "ana"), "SELECT FROM learner_figures({ana})"
    ),
    "A guardian asks for figures after the link ended": by_two(
        ("guardian", "gus"), ("guardian", "gil"), "SELECT FROM learner_figures({cy})"
    ),
    "An instructor asks for the figures of a learner": by_two(
        ("instructor", "tess"), ("learner", "ana"), "SELECT FROM learner_figures({ana})"
    ),
    "An instructor asks for figures of a course of another one": by_two(
        ("instructor", "tom"), ("instructor", "tess"), "SELECT FROM course_figures({north_course})"
    ),
    "A registrar asks for figures of a learner of another institution": by_two(
        ("registrar", "rob"), ("registrar", "rita"), "SELECT FROM learner_figures({ana})"
    ),
    "A registrar asks for figures of a course of another institution": by_two(
        ("registrar", "rob"), ("registrar", "rita"), "SELECT FROM course_figures({north_course})"
    ),
    "A persona reads all learners by the materialized view": by_two(
        ("registrar", "rita"), ("service", None), "SELECT FROM learner_progress_analytics"
    ),
    # columns
    "A learner reads the answers": by_two(
        ("learner", "ana"),
        ("instructor", "tess"),
        "SELECT correct_answers FROM educational_assessments",
    ),
    "A learner reads the answers in a whole row": by_two(
        ("learner", "ana"),
        ("instructor", "tess"),
        "SELECT to_jsonb(a) FROM educational_assessments AS a",
    ),
    "A learner guesses the answers in a condition": by_two(
        ("learner", "ana"),
        ("instructor", "tess"),
        "SELECT id FROM educational_assessments WHERE correct_answers IS NULL",
    ),
    "A learner guesses the answers by their order": by_two(
        ("learner", "ana"),
        ("instructor", "tess"),
        "SELECT id FROM educational_assessments ORDER BY correct_answers",
    ),
    "An instructor reads the consents of the roster": by_two(
        ("instructor", "tess"), ("registrar", "rita"), "SELECT data_consent FROM learners"
    ),
    # grades
    "A learner sets the own score": by_two(
        ("learner", "ana"), ("instructor", "tess"), "UPDATE assessment_attempts SET score = 10"
    ),
    "A learner gives the own answer points": by_one(
        ("learner", "ana"),
        'UPDATE assessment_attempts SET responses = \'[{{"question_id": "1", "points": 5}}]\'',
        'UPDATE assessment_attempts SET responses = \'[{{"question_id": "1"}}]\'',
    ),
    "A learner submits in the past, before the time was up": by_one(
        ("learner", "ana"),
        "UPDATE assessment_attempts SET completion_status = 'submitted',"
        " submitted_at = now() - interval '1 hour'",
        SUBMIT,
    ),
    "A learner submits without a time, and so whenever they like": by_one(
        ("learner", "ana"), "UPDATE assessment_attempts SET completion_status = 'submitted'", SUBMIT
    ),
    "A learner begins an attempt as submitted, without a time": by_one(
        ("learner", "ana"), NEW_ATTEMPT % "'submitted', NULL", NEW_ATTEMPT % "'submitted', now()"
    ),
    "A learner gives a time and goes on": by_one(
        ("learner", "ana"), "UPDATE assessment_attempts SET submitted_at = now()", SUBMIT
    ),
    "A learner begins later than they did": by_two(
        ("learner", "ana"), ("service", None), "UPDATE assessment_attempts SET started_at = now()"
    ),
    "A learner opens a graded attempt again": (
        Attempt(
            "learner",
            "ana",
            "UPDATE assessment_attempts SET completion_status = 'in_progress'"
            " WHERE completion_status = 'graded'",
        ),
        Attempt(
            "instructor",
            "tess",
            "UPDATE assessment_attempts SET completion_status = 'reviewed'"
            " WHERE completion_status = 'graded'",
        ),
    ),
    "A learner attempts in the name of another one": by_two(
        ("learner", "ana"),
        ("learner", "ben"),
        f"{ATTEMPT} VALUES ({{ben}}, {{north_course_assessment}}, 8, '[]')",
    ),
    "A learner completes the own course": by_two(
        ("learner", "ana"),
        ("instructor", "tess"),
        "UPDATE course_enrollments SET completion_status = 'completed'",
    ),
    "A learner writes the own progress": by_two(
        ("learner", "ana"),
        ("service", None),
        "UPDATE section_progress SET completion_percentage = 99",
    ),
    # where to get in
    "A learner enrolls in a course of another tenant": by_one(
        ("learner", "ana"), ENROLL % ("ana", "south_course"), ENROLL % ("ana", "free_course")
    ),
    "A learner enrolls in a draft": by_two(
        ("learner", "ana"), ("registrar", "rita"), ENROLL % ("ana", "draft_course")
    ),
    "A learner enrolls another one": by_two(
        ("learner", "ana"), ("registrar", "rita"), ENROLL % ("new", "free_course")
    ),
    "A registrar enrolls a learner of another tenant": by_one(
        ("registrar", "rita"), ENROLL % ("ida", "free_course"), ENROLL % ("new", "free_course")
    ),
    "A registrar appoints themselves at another tenant": by_two(
        ("registrar", "rita"),
        ("registrar", "rob"),
        "INSERT INTO course_staff (course_id, person_id) VALUES ({south_course}, {rita})",
    ),
    "A registrar gives a learner of another tenant a guardian": by_one(
        ("registrar", "rita"), GUARDIAN % ("tess", "cy"), GUARDIAN % ("tess", "ana")
    ),
    "A registrar makes themselves guardian, and reads what is done in courses of others": by_two(
        ("registrar", "rita"), ("service", None), GUARDIAN % ("rita", "ana")
    ),
    "A registrar takes the link of a guardian": by_one(
        ("registrar", "rita"),
        "UPDATE guardian_links SET guardian_id = {rita}",
        "UPDATE guardian_links SET guardian_id = {tess}",
    ),
    "A registrar makes a learner of a person of another tenant": by_one(
        ("registrar", "rita"),
        NEW_LEARNER % ("id, ", "{tom}, ", "x", ""),
        NEW_LEARNER % ("", "", "x", ""),
    ),
    "A registrar appoints registrars": by_two(
        ("registrar", "rita"),
        ("service", None),
        "INSERT INTO institution_staff (institution_id, person_id) VALUES ({north}, {tess})",
    ),
    "An instructor appoints themselves for another course": (
        Attempt(
            "instructor",
            "tess",
            "UPDATE course_staff SET course_id = {free_course} WHERE person_id = {tess}",
        ),
        Attempt(
            "registrar",
            "rita",
            "UPDATE course_staff SET course_id = {free_course} WHERE course_id = {draft_course}",
        ),
    ),
    "An instructor moves a module into the course of another one": by_one(
        ("instructor", "tess"),
        "INSERT INTO learning_modules"
        " (course_id, title, module_order, learning_objectives, bloom_taxonomy_level)"
        " VALUES ({free_course}, 'Mine', 7, '[]', 'apply')",
        "INSERT INTO learning_modules"
        " (course_id, title, module_order, learning_objectives, bloom_taxonomy_level)"
        " VALUES ({north_course}, 'Mine', 7, '[]', 'apply')",
    ),
    "An instructor deletes a section, and with it the records of learners": by_two(
        ("instructor", "tess"), ("service", None), "DELETE FROM learning_sections"
    ),
    "A registrar takes a learner of another tenant by ON CONFLICT": by_one(
        ("registrar", "rita"),
        NEW_LEARNER % ("", "", "cy", TAKE_OVER),
        NEW_LEARNER % ("", "", "ana", TAKE_OVER),
    ),
    "A registrar changes learners of another tenant by MERGE": by_one(
        ("registrar", "rita"),
        "MERGE INTO learners AS l USING (VALUES ({cy}::uuid)) AS v (id) ON l.id = v.id"
        " WHEN MATCHED THEN UPDATE SET first_name = 'X'",
        "MERGE INTO learners AS l USING (VALUES ({ana}::uuid)) AS v (id) ON l.id = v.id"
        " WHEN MATCHED THEN UPDATE SET first_name = 'X'",
    ),
    "A learner locks the row of another one": by_two(
        ("learner", "ana"), ("learner", "ben"), "SELECT FROM learners WHERE id = {ben} FOR UPDATE"
    ),
    # events
    "A learner logs an event of a course of others": by_one(
        ("learner", "ana"), RECORD % ("south_course", ""), RECORD % ("north_course", "")
    ),
    "A learner logs an event of another one": by_two(
        ("learner", "ana"),
        ("learner", "ben"),
        RECORD % ("north_course", ", 'learner_id', {ben}::uuid"),
    ),
    "A learner logs as the service does": by_two(
        ("learner", "ana"),
        ("service", None),
        "SELECT record_interaction({ana}, {north_course_section}, 'discussion')",
    ),
    "Nobody logs events of their own": by_two(
        ("learner", None), ("learner", "ana"), "SELECT record_my_interactions('[]')"
    ),
    "A learner logs an event that takes ages": by_one(
        ("learner", "ana"),
        RECORD % ("north_course", ", 'duration_seconds', '14401'"),
        RECORD % ("north_course", ", 'duration_seconds', '14400'"),
    ),
    "A learner logs an event of next year": by_one(
        ("learner", "ana"),
        RECORD_AT % "+ interval '6 minutes'",
        RECORD_AT % "+ interval '4 minutes'",
    ),
    "A learner logs an event of years ago": by_one(
        ("learner", "ana"), RECORD_AT % "- interval '31 days'", RECORD_AT % "- interval '29 days'"
    ),
    "A learner says how well they learn": by_one(
        ("learner", "ana"),
        RECORD % ("north_course", ", 'learning_effectiveness', 1"),
        RECORD % ("north_course", ", 'outcome', 'successful'"),
    ),
    "A learner makes up a session of years ago": by_one(
        ("learner", "ana"), DIARY_AT % ("31 days", "NULL"), DIARY_AT % ("29 days", "NULL")
    ),
    "A learner makes up a session to come": by_one(
        ("learner", "ana"), DIARY_AT % ("-6 minutes", "NULL"), DIARY_AT % ("-4 minutes", "NULL")
    ),
    "A learner ends a session in the future": by_one(
        ("learner", "ana"),
        DIARY_AT % ("1 hour", "now() + interval '6 minutes'"),
        DIARY_AT % ("1 hour", "now() + interval '4 minutes'"),
    ),
    # after one has left
    "A learner who left attempts": by_one(
        ("learner", "ben"),
        f"{ATTEMPT} VALUES ({{ben}}, {{draft_course_assessment}}, 8, '[]')",
        f"{ATTEMPT} VALUES ({{ben}}, {{north_course_assessment}}, 8, '[]')",
    ),
    "A learner who left submits": by_one(
        ("learner", "ben"),
        f"{SUBMIT} WHERE assessment_id = {{draft_course_assessment}}",
        f"{SUBMIT} WHERE assessment_id = {{north_course_assessment}}",
    ),
    "A learner who left logs events": by_one(
        ("learner", "ben"), RECORD % ("draft_course", ""), RECORD % ("north_course", "")
    ),
    "A learner who left keeps a diary": by_one(
        ("learner", "ben"), DIARY % "draft_course", DIARY % "north_course"
    ),
    # sessions
    "A persona opens a session for somebody": by_two(
        ("learner", "ana"), ("auth", None), f"SELECT open_session('{'x' * 32}', {{tess}})"
    ),
    "The service opens a session for somebody": by_two(
        ("service", None), ("auth", None), f"SELECT open_session('{'x' * 32}', {{tess}})"
    ),
    "Whoever opens sessions reads them": by_two(
        ("auth", None), ("owner", None), "SELECT FROM access_sessions"
    ),
    "The service decides who is believed": by_two(
        ("service", None),
        ("owner", None),
        "UPDATE access_settings SET identity_source = 'jwt_claims'",
    ),
    # around the table
    "A persona reads a partition": by_one(
        ("learner", "ana"),
        "SELECT FROM learning_interactions_history",
        "SELECT FROM learning_interactions",
    ),
    "The service reads a partition": by_one(
        ("service", None),
        "SELECT FROM learning_interactions_history",
        "SELECT FROM learning_interactions",
    ),
    "A learner gets figures of a whole course": by_two(
        ("learner", "ana"),
        ("instructor", "tess"),
        "SELECT calculate_course_effectiveness({north_course})",
    ),
    "An instructor gets those at risk in the course of another one": by_two(
        ("instructor", "tom"),
        ("instructor", "tess"),
        "SELECT * FROM at_risk_learners({north_course})",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_repelled_and_its_control_works(
    school: Connection, world: World, name: str
) -> None:
    attack, control = ATTACKS[name]
    assert rows(school, world, control) > 0
    assert rows(school, world, attack) == 0


def seen(connection: Connection, query: str = "SELECT first_name FROM learners") -> set[str]:
    """The learners that are seen; nobody when it may not be asked."""
    try:
        with connection.transaction():
            return set(column(connection, query))
    except DENIED:
        return set()


def test_tokens_of_others_hashes_and_ids_open_nothing(school: Connection, world: World) -> None:
    become(school, "lms_learner", world.tokens["ana"])
    assert seen(school) == {"ana"}
    stored = "SELECT encode(token_hash, 'hex') FROM access_sessions WHERE person_id = %s"
    school.execute("RESET ROLE")
    for token in (
        scalar(school, stored, world.ids["ana"]),
        "\\x" + scalar(school, stored, world.ids["ana"]),
        str(world.ids["ana"]),
        world.tokens["ana"].upper(),
        world.tokens["ana"] + " ",
        "",
    ):
        become(school, "lms_learner", token)
        assert seen(school) == set()


def test_claims_are_believed_only_where_the_owner_says_so(school: Connection, world: World) -> None:
    claims = f'{{"role": "lms_learner", "sub": "{world.ids["ana"]}"}}'
    school.execute("SELECT set_config('request.jwt.claims', %s, TRUE)", (claims,))
    become(school, "lms_learner")
    assert seen(school) == set()
    school.execute("RESET ROLE")
    school.execute("UPDATE access_settings SET identity_source = 'jwt_claims'")
    become(school, "lms_learner")
    assert seen(school) == {"ana"}
    # a token that opens nothing is not made up for by claims
    become(school, "lms_learner", "a token of nobody, long enough to be one")
    assert seen(school) == set()


def test_a_temporary_table_does_not_stand_in_for_the_sessions(
    school: Connection, world: World
) -> None:
    plant = (
        "CREATE TEMPORARY TABLE access_sessions AS SELECT sha256('x') AS token_hash,"
        f" '{world.ids['ana']}'::uuid AS person_id, 'infinity'::timestamptz AS expires_at"
    )
    become(school, "lms_learner", "x")
    school.execute(plant.encode())
    school.execute("SET LOCAL search_path = pg_temp, public")
    assert seen(school, "SELECT first_name FROM public.learners") == set()
    # the control: a helper that takes the path of its caller is fooled
    school.execute("RESET ROLE")
    school.execute("ALTER FUNCTION public.session_person() RESET search_path")
    become(school, "lms_learner", "x")
    assert seen(school, "SELECT first_name FROM public.learners") == {"ana"}


def test_functions_and_operators_of_the_caller_are_not_called(
    school: Connection, world: World
) -> None:
    school.execute("CREATE SCHEMA evil; GRANT ALL ON SCHEMA evil TO PUBLIC")
    become(school, "lms_learner", world.tokens["ana"])
    school.execute(
        f"CREATE FUNCTION evil.session_person() RETURNS uuid RETURN '{world.ids['ben']}'::uuid;"
        "CREATE FUNCTION evil.same(uuid, uuid) RETURNS boolean RETURN TRUE;"
        "CREATE OPERATOR evil.= (FUNCTION = evil.same, LEFTARG = uuid, RIGHTARG = uuid);"
        "SET LOCAL search_path = evil, pg_catalog, public".encode()
    )
    assert seen(school) == {"ana"}
    # the control: a query of the caller's own takes them
    assert scalar(school, "SELECT session_person()") == world.ids["ben"]


def test_a_condition_sees_no_hidden_row(school: Connection, world: World) -> None:
    heard: list[str] = []
    school.add_notice_handler(lambda notice: heard.append(str(notice.message_primary)))
    school.execute(
        "CREATE FUNCTION pg_temp.peek(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001"
        " AS $$BEGIN RAISE NOTICE '%', $1; RETURN TRUE; END$$"
    )
    peek = "SELECT id FROM learners WHERE pg_temp.peek(first_name)"
    with rolled_back(school):
        become(school, "lms_learner", world.tokens["ana"])
        school.execute(peek)
        assert set(heard) == {"ana"}
    school.execute(peek)  # the control
    assert set(heard) == {"ana", "ben", "new", "cy", "ida"}


def test_an_error_tells_nothing_about_a_hidden_row(school: Connection, world: World) -> None:
    divide = (
        "SELECT 1 / (first_name <> 'cy')::int FROM learners WHERE 1 / (first_name <> 'cy')::int = 1"
    )
    with rolled_back(school):
        become(school, "lms_registrar", world.tokens["rita"])
        assert len(column(school, divide)) == 3
    become(school, "lms_registrar", world.tokens["rob"])  # the control: the registrar of cy
    with pytest.raises(psycopg.errors.DivisionByZero), rolled_back(school):
        school.execute(divide)


def test_an_event_that_cannot_be_read_tells_nothing_about_a_hidden_section(
    school: Connection, world: World
) -> None:
    event = {
        "section_id": str(world.ids["south_course_section"]),
        "course_id": str(world.ids["north_course"]),
        "interaction_type": "discussion",
    }
    south = str(world.ids["south_course"])
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match=south), rolled_back(school):
        school.execute("SELECT record_interactions(%s)", (Jsonb([event]),))  # the control
    become(school, "lms_learner", world.tokens["ana"])
    for fault in ({"learner_id": "x"}, {"session_id": "x"}, {"duration_seconds": "x"}):
        with pytest.raises(psycopg.errors.InvalidTextRepresentation) as told, rolled_back(school):
            school.execute("SELECT record_my_interactions(%s)", (Jsonb([event | fault]),))
        assert south not in f"{told.value} {told.value.diag.message_detail}"


@pytest.mark.parametrize(
    ("role", "person", "table", "statement"),
    [
        (
            "lms_instructor",
            "tess",
            "assessment_attempts",
            "UPDATE assessment_attempts SET score = 1 WHERE completion_status = 'graded'",
        ),
        (
            "lms_instructor",
            "tess",
            "course_enrollments",
            "UPDATE course_enrollments SET final_grade = 1",
        ),
        ("lms_registrar", "rita", "course_staff", "DELETE FROM course_staff"),
        ("lms_registrar", "rita", "guardian_links", "DELETE FROM guardian_links"),
        ("lms_registrar", "rita", "learners", "UPDATE learners SET first_name = 'X'"),
    ],
)
@pytest.mark.parametrize(
    "forget",
    [
        "set_config('lms.token', '', TRUE)",
        "set_config('lms.token', '', TRUE), set_config('role', 'none', TRUE)",
    ],
)
def test_a_change_is_not_recorded_without_its_person(
    database: str,
    new_login: Callable[..., str],
    role: str,
    person: str,
    table: str,
    statement: str,
    forget: str,
) -> None:
    with psycopg.connect(database) as connection:
        world = make_world(connection)
    with psycopg.connect(new_login(role)) as app:
        become(app, role, world.tokens[person])
        with pytest.raises(DENIED, match="nobody to write into audit_log"), app.transaction():
            app.execute(f"{statement} RETURNING {forget}".encode())
        assert app.execute(f"{statement} RETURNING 'x'".encode()).rowcount > 0  # the control
        app.commit()
    with psycopg.connect(database) as connection:
        query = "SELECT person_id FROM audit_log WHERE table_name = %s ORDER BY id DESC LIMIT 1"
        assert scalar(connection, query, table) == world.ids[person]


def test_statistics_tell_nothing_about_hidden_rows(school: Connection, world: World) -> None:
    school.execute("ANALYZE learners")
    query = "SELECT FROM pg_stats WHERE tablename = 'learners' AND schemaname = current_schema()"
    assert school.execute(query).rowcount > 0
    become(school, "lms_registrar", world.tokens["rita"])
    assert school.execute(query).rowcount == 0
    with pytest.raises(DENIED), rolled_back(school):
        school.execute("SELECT FROM pg_statistic")


def test_row_security_is_not_for_the_reader_to_turn_off(school: Connection, world: World) -> None:
    school.execute("SET LOCAL row_security = off")
    assert len(column(school, "SELECT id FROM learners")) == 5  # the control: the owner
    become(school, "lms_registrar", world.tokens["rita"])
    assert seen(school) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE learners DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON learners USING (TRUE)",
        "DROP POLICY learner_select ON learners",
        "CREATE TRIGGER t AFTER UPDATE ON learners EXECUTE FUNCTION set_updated_at()",
        "CREATE VIEW mine AS SELECT * FROM learners",
        "TRUNCATE learners CASCADE",
        "LOCK TABLE learners IN ACCESS EXCLUSIVE MODE",
        "REFRESH MATERIALIZED VIEW learner_progress_analytics",
        "SELECT refresh_learning_analytics()",
        "ALTER FUNCTION session_person() SET search_path = pg_temp",
        "CREATE OR REPLACE FUNCTION session_wards() RETURNS uuid[] RETURN NULL::uuid[]",
    ],
)
def test_a_persona_changes_nothing_of_the_schema(
    school: Connection, world: World, statement: str
) -> None:
    become(school, "lms_registrar", world.tokens["rita"])
    with pytest.raises(DENIED), rolled_back(school):
        school.execute(statement.encode())
    school.execute("RESET ROLE")
    school.execute(statement.encode())  # the control: the owner


def test_an_instructor_locks_no_table_for_all_tenants(school: Connection, world: World) -> None:
    lock = "LOCK TABLE learning_modules, learning_sections IN ACCESS EXCLUSIVE MODE"
    become(school, "lms_instructor", world.tokens["tess"])
    with pytest.raises(DENIED), rolled_back(school):
        school.execute(lock)
    become(school, "lms_service")
    school.execute(lock)  # the control: who may write all rows


def test_a_learner_logs_no_event_in_the_session_of_another_one(
    school: Connection, world: World
) -> None:
    query = "SELECT learner_id, id FROM learning_sessions"
    sessions: dict[uuid.UUID, uuid.UUID] = dict(school.execute(query).fetchall())
    record = "SELECT record_my_interactions(%s)"
    become(school, "lms_learner", world.tokens["ana"])
    for session, stored in (
        (sessions[world.ids["ben"]], False),
        (sessions[world.ids["ana"]], True),
    ):
        event = {"interaction_type": "discussion", "session_id": str(session)}
        if stored:
            assert scalar(school, record, Jsonb([event])) == 1
        else:
            with pytest.raises(DENIED, match="session of another learner"), rolled_back(school):
                school.execute(record, (Jsonb([event]),))


def test_a_learner_logs_no_event_with_the_id_of_one_of_another_learner(
    school: Connection, world: World
) -> None:
    query = "SELECT learner_id, id FROM learning_interactions"
    events: dict[uuid.UUID, uuid.UUID] = dict(school.execute(query).fetchall())
    become(school, "lms_learner", world.tokens["ana"])
    for owner in ("ben", "ana"):
        event = {
            "id": str(events[world.ids[owner]]),
            "timestamp": scalar(school, "SELECT now() - interval '1 day'").isoformat(),
            "interaction_type": "discussion",
        }
        error: type[psycopg.Error] = DENIED
        if owner == "ana":  # the control: of an own event is told when it happened
            error = psycopg.errors.UniqueViolation
        with pytest.raises(error) as told, rolled_back(school):
            school.execute("SELECT record_my_interactions(%s)", (Jsonb([event]),))
        assert ("It happened at" in str(told.value)) is (owner == "ana")


@pytest.mark.parametrize(
    "statement",
    [
        RECORD % ("north_course", ""),
        SUBMIT,
        NEW_ATTEMPT % "'submitted', now()",
        NEW_ATTEMPT % "'in_progress', NULL",
    ],
)
def test_a_transaction_that_is_left_open_gives_nothing_an_earlier_time(
    school: Connection, world: World, statement: str
) -> None:
    attempt = Attempt("learner", "ana", statement)
    assert rows(school, world, attempt) > 0  # the control
    limit_transactions(school, "0")
    assert rows(school, world, attempt) == 0


def test_a_transaction_is_recent_for_a_time(database: str) -> None:
    with psycopg.connect(database) as connection:
        assert scalar(connection, "SELECT is_recent_transaction()")
        limit_transactions(connection, "1 microsecond")
        assert not scalar(connection, "SELECT is_recent_transaction()")


def test_who_holds_a_transaction_open_backdates_no_ledger(school: Connection, world: World) -> None:
    become(school, "lms_instructor", world.tokens["tess"])
    school.execute("UPDATE course_enrollments SET final_grade = 1")
    become(school, "lms_learner", world.tokens["ana"])
    school.execute(
        "SELECT record_my_consent(%s, 'research', 'gdpr', 'refuse')", (world.ids["ana"],)
    )
    school.execute("RESET ROLE")
    for ledger in ("audit_log", "consent_events"):
        assert scalar(school, f"SELECT max(recorded_at) > now() FROM {ledger}")


def test_a_learner_keeps_no_session_from_the_derivation(school: Connection, world: World) -> None:
    school.execute(
        "INSERT INTO learning_interactions"
        " (learner_id, course_id, interaction_type, interaction_data, timestamp)"
        " VALUES (%s, %s, 'discussion', '{}', now() - interval '5 hours')",
        (world.ids["ana"], world.ids["north_course"]),
    )
    school.execute("UPDATE educational_courses SET derive_sessions = TRUE")
    school.execute("SELECT refresh_learning_analytics()")
    derived = (
        "SELECT count(*) FROM learning_sessions"
        " WHERE derived AND session_start = now() - interval '5 hours'"
    )
    assert scalar(school, derived) == 1
    become(school, "lms_learner", world.tokens["ana"])
    school.execute("SET LOCAL lms_schema.is_derivation = 'on'")
    school.execute(
        "INSERT INTO learning_sessions (learner_id, course_id, session_start, session_end)"
        " VALUES (%s, %s, now() - interval '6 hours', now() - interval '4 hours')",
        (world.ids["ana"], world.ids["north_course"]),
    )
    school.execute("RESET ROLE; SET LOCAL lms_schema.is_derivation = 'off'")
    school.execute("SELECT refresh_learning_analytics()")
    assert scalar(school, derived) == 0


def test_a_learner_completes_a_section_at_no_other_time_than_now(
    school: Connection, world: World
) -> None:
    school.execute("UPDATE learning_sections SET completion_criteria = '{\"min_interactions\": 1}'")
    school.execute("DELETE FROM section_progress")
    event = {
        "learner_id": str(world.ids["ana"]),
        "section_id": str(world.ids["north_course_section"]),
        "interaction_type": "discussion",
        "timestamp": scalar(school, "SELECT now() - interval '29 days'").isoformat(),
    }
    for role, function, is_then in (
        ("lms_learner", "record_my_interactions", False),
        ("lms_service", "record_interactions", True),  # the control: a load of old progress
    ):
        with rolled_back(school):
            become(school, role, world.tokens["ana"])
            school.execute("SET LOCAL lms_schema.progress_time = 'event'")
            school.execute(f"SELECT {function}(%s)".encode(), (Jsonb([event]),))
            completed = scalar(school, "SELECT completion_timestamp < now() FROM section_progress")
            changed = scalar(
                school,
                "SELECT bool_and(changed_at < now()) FROM section_progress_history"
                " WHERE percentage = 100",
            )
            assert (completed, changed) == (is_then, is_then)


def test_a_learner_ends_a_session_no_later_than_now(school: Connection, world: World) -> None:
    become(school, "lms_learner", world.tokens["ana"])
    school.execute(
        "INSERT INTO learning_sessions (learner_id, course_id) VALUES (%s, %s)",
        (world.ids["ana"], world.ids["north_course"]),
    )
    end = "UPDATE learning_sessions SET session_end = now() + %s WHERE session_start = now()"
    with pytest.raises(DENIED), rolled_back(school):
        school.execute(end, (timedelta(minutes=6),))
    assert school.execute(end, (timedelta(0),)).rowcount == 1


def test_who_left_reads_on(school: Connection, world: World) -> None:
    become(school, "lms_learner", world.tokens["ben"])
    for table in ("learning_sections", "section_progress", "learning_sessions"):
        query = f"SELECT id FROM {table} WHERE course_id = %s"
        assert len(column(school, query, world.ids["draft_course"])) == 1
    goals = "UPDATE course_enrollments SET study_schedule = '{}' RETURNING course_id"
    assert column(school, goals) == [world.ids["north_course"]]


def test_a_persona_passes_no_right_on(school: Connection, world: World) -> None:
    query = "SELECT has_table_privilege('public', 'learners', 'SELECT')"
    become(school, "lms_registrar", world.tokens["rita"])
    school.execute("GRANT SELECT ON learners TO PUBLIC")  # a warning only
    assert not scalar(school, query)
    school.execute("RESET ROLE")
    school.execute("GRANT SELECT ON learners TO PUBLIC")  # the control: the owner
    assert scalar(school, query)


def test_a_persona_runs_no_program_on_the_server(school: Connection, world: World) -> None:
    become(school, "lms_registrar", world.tokens["rita"])
    with pytest.raises(DENIED), rolled_back(school):
        school.execute("COPY learners (id) TO PROGRAM 'cat > /dev/null'")
    school.execute("RESET ROLE")
    school.execute("COPY learners (id) TO PROGRAM 'cat > /dev/null'")  # the control: a superuser


def test_a_copy_holds_only_rows_of_the_reader(school: Connection, world: World) -> None:
    def copied() -> int:
        with school.cursor().copy("COPY learners (id) TO STDOUT") as copy:
            return sum(1 for _ in copy.rows())

    assert copied() == 5  # the control: the owner
    become(school, "lms_learner", world.tokens["ana"])
    assert copied() == 1


def test_a_prepared_statement_and_a_generic_plan_follow_the_role_and_the_token(
    school: Connection, world: World
) -> None:
    school.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    become(school, "lms_registrar", world.tokens["rita"])
    school.execute("PREPARE roster AS SELECT first_name FROM learners")
    assert set(column(school, "EXECUTE roster")) == {"ana", "ben", "new"}
    become(school, "lms_registrar", world.tokens["rob"])
    assert set(column(school, "EXECUTE roster")) == {"cy"}
    become(school, "lms_learner", world.tokens["ana"])
    assert set(column(school, "EXECUTE roster")) == {"ana"}
    become(school, "lms_learner", "")
    assert set(column(school, "EXECUTE roster")) == set()
    school.execute("DEALLOCATE roster")


def test_parallel_workers_know_the_session(school: Connection, world: World) -> None:
    mode = "debug_parallel_query" if school.info.server_version >= 160000 else "force_parallel_mode"
    school.execute(f"SET LOCAL {mode} = on".encode())
    school.execute("SET LOCAL parallel_setup_cost = 0; SET LOCAL min_parallel_table_scan_size = 0")
    become(school, "lms_learner", world.tokens["ana"])
    assert seen(school) == {"ana"}
    become(school, "lms_learner", "")
    assert seen(school) == set()


def test_a_transaction_leaves_no_token_to_the_next_one(database: str) -> None:
    with psycopg.connect(database) as connection:
        world = make_world(connection)
        connection.commit()
        become(connection, "lms_learner", world.tokens["ana"])
        assert seen(connection) == {"ana"}
        connection.commit()
        connection.execute("SET LOCAL ROLE lms_learner")
        assert seen(connection) == set()
        connection.rollback()


def test_a_login_is_nobody_until_it_takes_a_role_and_none_but_its_own(
    database: str, new_login: Callable[..., str]
) -> None:
    with psycopg.connect(database) as connection:
        world = make_world(connection)
        superuser = connection.info.user
    login = new_login("lms_learner")
    with psycopg.connect(login, autocommit=True) as app:
        assert seen(app) == set()  # SET ROLE was forgotten
        for role in ("lms_instructor", "lms_service", "lms_auth", superuser):
            with pytest.raises(DENIED):
                app.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        with pytest.raises(DENIED):
            app.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(superuser)))
        with app.transaction():
            become(app, "lms_learner", world.tokens["ana"])
            assert seen(app) == {"ana"}  # the control
            app.execute("RESET ROLE")  # what an injection can
            assert seen(app) == set()


def test_roles_of_other_duties_read_the_tables_of_their_office_alone(school: Connection) -> None:
    tables = column(
        school,
        "SELECT c.oid::regclass::text FROM pg_class AS c"
        " WHERE c.relnamespace = current_schema()::regnamespace"
        " AND c.relkind IN ('r', 'p', 'v', 'm')",
    )
    for role in ("lms_auth", "lms_analyst", "lms_privacy", "lms_auditor"):
        with rolled_back(school):
            become(school, role)
            office = {t for t in OFFICES if "SELECT" in OFFICES[t].get(role[4:], {})}
            assert {t for t in tables if seen(school, f"SELECT * FROM {t}")} <= office
    assert [t for t in tables if seen(school, f"SELECT * FROM {t} LIMIT 1")]


def test_a_dump_holds_no_token(school: Connection, world: World) -> None:
    stored = column(school, "SELECT s::text FROM access_sessions AS s")
    assert len(stored) == len(world.tokens)
    assert not [row for row in stored for token in world.tokens.values() if token in row]
