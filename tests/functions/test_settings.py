"""The functions do the same in a session of any settings: what they store and what they return."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest

from support.access import FUNCTIONS
from support.rows import column

SETTINGS = [
    ("standard_conforming_strings", "off"),
    ("backslash_quote", "off"),
    ("quote_all_identifiers", "on"),
    ("transform_null_equals", "on"),
    ("array_nulls", "off"),
    ("row_security", "off"),
    ("plpgsql.variable_conflict", "use_column"),
    ("plpgsql.variable_conflict", "use_variable"),
    ("plpgsql.extra_errors", "all"),
    ("plpgsql.extra_warnings", "all"),
    ("plpgsql.check_asserts", "off"),
    ("IntervalStyle", "sql_standard"),
    ("IntervalStyle", "iso_8601"),
    ("DateStyle", "German, DMY"),
    ("DateStyle", "SQL, MDY"),
    ("TimeZone", "Asia/Kathmandu"),
    ("TimeZone", "America/St_Johns"),
    ("extra_float_digits", "-15"),
    ("bytea_output", "escape"),
    ("xmlbinary", "hex"),
    ("xmloption", "document"),
    ("escape_string_warning", "off"),
    ("default_transaction_isolation", "repeatable read"),
    ("default_transaction_deferrable", "on"),
    ("plan_cache_mode", "force_generic_plan"),
    ("plan_cache_mode", "force_custom_plan"),
    ("jit", "off"),
    ("from_collapse_limit", "1"),
    ("enable_seqscan", "off"),
    ("enable_indexscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_nestloop", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("enable_hashagg", "off"),
    ("enable_sort", "off"),
    ("enable_material", "off"),
    ("enable_memoize", "off"),
]

COURSE, LEARNER, OTHER, NEWCOMER, ASSESSMENT = (
    f"00000000-0000-0000-0000-00000000000{n}" for n in range(1, 6)
)
MODULES = [f"00000000-0000-0000-0000-0000000000a{n}" for n in (1, 2)]
SECTIONS = [f"00000000-0000-0000-0000-0000000000b{n}" for n in (1, 2)]
AS_OF = "timestamptz '2024-03-01 12:00:00+00'"
QUESTIONS = (
    '[{"id": "a", "points": 3, "objectives": ["o"]},'
    ' {"id": "b", "points": 1.5, "objectives": ["o"]},'
    ' {"id": "c", "points": 2, "objectives": ["o"]}]'
)
ANSWER_KEY = (
    '{"a": {"number": 0.5, "tolerance": 0.25}, "b": {"answer": "X", "ignore_case": true},'
    ' "c": {"all_of": ["p", "q", "r"], "partial": "net"}}'
)
ANSWERS = (
    '[{"question_id": "a", "answer": "0.75"}, {"question_id": "b", "answer": "x"},'
    ' {"question_id": "c", "answer": ["r", "q", "p", "s"]}]'
)

TOKEN, OTHER_TOKEN = (letter * 32 for letter in "ab")
SESSION_FUNCTIONS = [
    function
    for function in FUNCTIONS
    if function.startswith("session_")
    and function not in {"session_person", "session_own_institution"}  # which return no array
]
REPORTS = ["report_course_outcomes", "report_engagement", "report_assessments"]

# statements of an application, and calls of what no statement leads to
STORY = [
    "SELECT ensure_interaction_partitions(13, (now() - interval '4 months')::date)",
    f"INSERT INTO educational_courses (id, title, learning_objectives, difficulty_level)"
    f" VALUES ('{COURSE}', 'Course', '[]', 'beginner')",
    *[
        f"INSERT INTO learning_modules (id, course_id, title, module_order, learning_objectives,"
        f" bloom_taxonomy_level, unlock_criteria, prerequisite_modules)"
        f" VALUES ('{module}', '{COURSE}', 'Module', {n}, '[]', 'apply',"
        f""" '{{"after": "2020-01-31T08:00:00+02:00", "min_progress": 0}}',"""
        f" jsonb_build_array({', '.join(repr(m) for m in MODULES[:n])}))"
        for n, module in enumerate(MODULES)
    ],
    *[
        f"INSERT INTO learning_sections (id, module_id, title, section_order, content_type,"
        f" content_data) VALUES ('{section}', '{module}', 'Section', 1, 'text', '{{}}')"
        for section, module in zip(SECTIONS, MODULES, strict=True)
    ],
    *[
        f"INSERT INTO learners (id, email, first_name, last_name, academic_level, data_consent)"
        f" VALUES ('{learner}', 'Learner{n}@example.com', 'A', 'B', 'graduate', '{{}}')"
        for n, learner in enumerate((LEARNER, OTHER, NEWCOMER))
    ],
    f"INSERT INTO course_enrollments (learner_id, course_id, enrollment_date)"
    f" VALUES ('{LEARNER}', '{COURSE}', {AS_OF}), ('{OTHER}', '{COURSE}', {AS_OF})",
    f"INSERT INTO educational_assessments (id, section_id, title, assessment_type, format,"
    f" learning_objectives, assessment_criteria, total_points, passing_score, weight_in_course,"
    f" attempts_allowed, questions) VALUES ('{ASSESSMENT}', '{SECTIONS[0]}', 'Quiz', 'summative',"
    f" 'essay', '[]', '[]', 6.5, 3.25, 0.075, NULL, '{QUESTIONS}')",
    *[
        f"INSERT INTO assessment_attempts (learner_id, assessment_id, attempt_number, started_at,"
        f" submitted_at, responses, score, completion_status) VALUES ('{learner}', '{ASSESSMENT}',"
        f" 1, {AS_OF}, {AS_OF} + interval '90 seconds', "
        f"""'[{{"question_id": "a", "points": {a}}}, {{"question_id": "b", "points": {b}}},"""
        f""" {{"question_id": "c", "points": {c}}}]', {a} + {b} + {c}, 'graded')"""
        for learner, a, b, c in (
            (LEARNER, 1, 0.5, 2),
            (OTHER, 3, 1.5, 1),
            (NEWCOMER, 2, 0.1, 0.2),
        )
    ],
    f"SELECT record_interaction('{LEARNER}', '{SECTIONS[0]}', 'discussion', '{{}}', 61,"
    f" p_timestamp => {AS_OF}, p_id => '{COURSE}')",
    f"""SELECT record_interactions('[{{"learner_id": "{OTHER}", "section_id": "{SECTIONS[1]}","""
    f""" "interaction_type": "content_view", "timestamp": "2024-02-29T23:30:00-03:30","""
    f""" "duration_seconds": 90, "id": "{LEARNER}"}}]')""",
    "SELECT check_event_period(now() + interval '1 second')",
    f"UPDATE section_progress SET status = 'completed', completion_percentage = 100,"
    f" completion_timestamp = {AS_OF} WHERE learner_id = '{LEARNER}'",
    f"UPDATE section_progress SET status = 'in_progress', completion_percentage = 62.5"
    f" WHERE learner_id = '{LEARNER}'",
    f"UPDATE learning_sections SET section_order = 2 WHERE id = '{SECTIONS[0]}'",
    f"UPDATE educational_assessments SET total_points = 8, weight_in_course = 0.125"
    f" WHERE id = '{ASSESSMENT}'",
    "TRUNCATE learning_sessions",
    f"INSERT INTO learning_sessions (learner_id, course_id, session_start, session_end)"
    f" VALUES ('{LEARNER}', '{COURSE}', {AS_OF}, {AS_OF} + interval '100 seconds')",
    f"SELECT rebuild_section_progress('{COURSE}')",
    f"SELECT recalculate_course_metrics(p_as_of => {AS_OF} + interval '1 day')",
    "SELECT refresh_learning_analytics()",
    f"UPDATE course_enrollments SET engagement_score = 0.25 WHERE learner_id = '{OTHER}'",
    f"INSERT INTO educational_institutions (id, name, type) VALUES ('{COURSE}', 'I', 'school')",
    f"UPDATE learners SET institution_id = '{COURSE}' WHERE id = '{LEARNER}'",
    "SELECT refresh_learning_analytics()",
    f"SELECT recalculate_course_metrics(p_as_of => {AS_OF} + interval '2 days')",
    "SELECT rebuild_derived_columns()",
    "SELECT rebuild_learning_analytics()",
    f"UPDATE learning_interactions SET learning_effectiveness = 0.5 WHERE id = '{LEARNER}'",
    f"INSERT INTO course_ratings (course_id, learner_id, rating) VALUES ('{COURSE}', '{OTHER}', 4)",
    "UPDATE educational_courses SET completion_rule = 'modules', derive_sessions = TRUE",
    "TRUNCATE learning_sessions",
    f"SELECT derive_sessions('{COURSE}')",
    "UPDATE learning_sessions SET engagement_level = 'low', focus_score = 0.5",
    """UPDATE learning_sections SET completion_criteria = '{"min_seconds": 7500.5}'""",
    f"SELECT record_interaction('{OTHER}', '{SECTIONS[0]}', 'discussion', '{{}}', 90,"
    f" p_timestamp => {AS_OF} + interval '1 hour', p_id => '{OTHER}')",
    f"SELECT record_interaction('{OTHER}', NULL, 'discussion', p_course_id => '{COURSE}',"
    f" p_timestamp => {AS_OF} + interval '2 hours', p_id => '{NEWCOMER}')",
    f"UPDATE educational_assessments SET correct_answers = '{ANSWER_KEY}'",
    f"INSERT INTO assessment_attempts (id, learner_id, assessment_id, attempt_number, started_at,"
    f" responses, completion_status) VALUES ('{COURSE}', '{OTHER}', '{ASSESSMENT}', 2, {AS_OF},"
    f" '{ANSWERS}', 'submitted')",
    f"SELECT grade_attempt('{COURSE}')",
    f"SELECT regrade_assessment('{ASSESSMENT}')",
    f"UPDATE course_enrollments SET completion_status = 'completed', completion_date = {AS_OF}"
    f" WHERE learner_id = '{OTHER}'",
    f"SELECT recalculate_course_metrics(p_as_of => {AS_OF} + interval '3 days')",
    # a learner who is a guardian, teaches and administers: a person of every persona
    f"UPDATE learners SET institution_id = '{COURSE}'",
    f"UPDATE educational_courses SET institution_id = '{COURSE}', status = 'published'",
    f"INSERT INTO course_staff (course_id, person_id) VALUES ('{COURSE}', '{LEARNER}')",
    f"INSERT INTO institution_staff (institution_id, person_id) VALUES ('{COURSE}', '{LEARNER}')",
    f"INSERT INTO guardian_links (guardian_id, learner_id) VALUES ('{LEARNER}', '{OTHER}')",
    *[f"SELECT open_session('{t}', '{LEARNER}', '90 minutes')" for t in (TOKEN, OTHER_TOKEN)],
    f"SELECT close_session('{OTHER_TOKEN}')",
    f"SET LOCAL lms.token = '{TOKEN}'",
    f"""SELECT record_my_interactions('[{{"section_id": "{SECTIONS[0]}","""
    f""" "interaction_type": "content_view", "duration_seconds": 30}}]')""",
    f"SELECT record_my_consent('{OTHER}', 'study', 'gdpr', 'grant', '1', sha256('x'), 'form',"
    " 'Lab')",
    f"SELECT record_consent('{NEWCOMER}', 'study', 'gdpr', 'grant', '{NEWCOMER}', 'self', '1',"
    " sha256('x'), 'form')",
    f"SELECT record_disclosure('{OTHER}', 'disclose', 'Lab', '{{grades}}', 'A study', 'consent',"
    " 'study')",
    f"SELECT record_disclosure('{OTHER}', 'disclose', 'Press', '{{name}}', 'A prize',"
    " 'directory_information')",
    "INSERT INTO retention_policies (what, keep_for, legal_basis)"
    " VALUES ('access_sessions', '36 hours', 'Rules')",
    "INSERT INTO retention_policies (what, keep_for, legal_basis)"
    " VALUES ('audit_log', '100 years', 'Rules')",
    "INSERT INTO access_sessions (token_hash, person_id, opened_at, expires_at)"
    f" VALUES (sha256('x'), '{OTHER}', {AS_OF}, {AS_OF} + interval '1 hour')",
    "SELECT seal_audit_log()",
]
RESULTS = {
    "person": "session_person()",
    "institution": "session_own_institution()",
    **{function: f"unnest({function}())" for function in SESSION_FUNCTIONS},
    **{report: f"{report}()" for report in REPORTS},
    "unmapped": "unmapped_columns()",
    "exported": "(SELECT t.key, r.value FROM"
    f" jsonb_each(export_learner_data('{OTHER}') -> 'data') AS t,"
    " jsonb_array_elements(t.value) AS r)",
    "audit": "check_audit_log()",
    "log_dropped": "drop_expired_audit_log()",
    "deleted": "delete_expired_rows()",
    "erased": f"jsonb_each(erase_learner('{NEWCOMER}') -> 'erased_rows')",
    "items": f"calculate_item_statistics('{ASSESSMENT}')",
    "whole": f"calculate_assessment_statistics('{ASSESSMENT}')",
    "effectiveness": f"calculate_course_effectiveness('{COURSE}')",
    "velocity": f"calculate_learning_velocity('{LEARNER}', '{COURSE}', 30, {AS_OF})",
    "risks": f"at_risk_learners('{COURSE}', {AS_OF} + interval '20 days')",
    "next": f"next_sections('{LEARNER}', '{COURSE}', 5, {AS_OF})",
    "unlocked": f"is_module_unlocked('{OTHER}', '{MODULES[1]}', {AS_OF})",
    "partitions": "interaction_partitions()",
    "partition_ddl": "month_partition_ddl('learning_interactions', 20)",
    "expired": "expired_interaction_partitions(interval '62 days', now())",
    "retention": "interaction_retention_ddl(ARRAY(SELECT partition FROM interaction_partitions()"
    " ORDER BY upper_bound LIMIT 2))",
    "mastery": f"objective_mastery('{OTHER}', '{COURSE}')",
    "course_figures": f"course_figures('{COURSE}')",
    "learner_figures": f"learner_figures('{LEARNER}')",
    "faults": "check_derived_columns()",
    "imbalances": "check_learning_analytics()",
    "dropped": "drop_expired_data(interval '62 days', now())",
}
STORED = [
    "SELECT learner_id, overall_progress, total_time_spent, last_accessed, current_grade,"
    " engagement_score, learning_velocity FROM course_enrollments",
    "SELECT learner_id, section_id, status, completion_percentage, first_accessed, last_accessed,"
    " total_time_spent, active_learning_time, completion_timestamp FROM section_progress",
    "SELECT learner_id, score, percentage_score, passed, time_spent_minutes, response_patterns,"
    " knowledge_gaps, strength_areas FROM assessment_attempts",
    "SELECT difficulty_rating, discrimination_index, reliability_coefficient"
    " FROM educational_assessments",
    "SELECT enrollment_count, completion_rate, learning_effectiveness_score, average_rating"
    " FROM educational_courses",
    "SELECT learner_id, session_start, duration_minutes, interactions_completed, engagement_level"
    " FROM learning_sessions",
    "SELECT id, learner_id, timestamp, duration_seconds FROM learning_interactions",
    "SELECT learner_id, section_id, previous_percentage, percentage FROM section_progress_history",
    "SELECT * FROM expired_interaction_totals",
    "SELECT token_hash, person_id FROM access_sessions",
    "SELECT learner_id, purpose, third_party, action, given_by, notice_hash FROM consent_events",
    "SELECT learner_id, party, records, basis, recorded_by FROM disclosures",
    "SELECT what, rows_gone FROM retention_log",
    "SELECT table_name, operation, row_key, learner_id, changed_columns, old_values, new_values,"
    " person_id FROM audit_log",
    "SELECT * FROM check_audit_log()",
]


def plain(row: str) -> str:
    """A row without what is not the same twice.

    That is: oids, ids of sequences, random ids, times of the run, last digits, quotes of names.
    """
    row = re.sub(r'"partition": "[^"]*"|"id": \d+', "", row)
    row = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "", row)
    row = re.sub(r"[\d-]+T[\d:]+[.]\d+[+]\d\d:\d\d", "", row)
    row = re.sub(r'"measures_version": -\d+', "", row)  # a time, too
    row = re.sub(r"\d+[.]\d{6,}", lambda number: f"{float(number[0]):.6f}", row)
    return re.sub(r'["\\]|E(?=\')', "", row)


def told(database: str, name: str | None = None, value: str = "") -> dict[str, Any]:
    """The story in a session with this setting, undone: what is stored and returned then."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET track_functions = 'all'")
        if name is not None:
            connection.execute(f"SET {name} = '{value}'".encode())
        with connection.transaction(force_rollback=True):
            connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
            for statement in STORY:
                connection.execute(statement.encode())
            for result, call in RESULTS.items():
                connection.execute(
                    f"CREATE TEMPORARY TABLE {result} AS SELECT * FROM {call} AS r".encode()
                )
            # the planner may take calls of functions in SQL out of a statement
            called = column(
                connection,
                "SELECT p.proname FROM pg_stat_xact_user_functions AS f"
                " JOIN pg_proc AS p ON p.oid = f.funcid JOIN pg_language AS l ON l.oid = p.prolang"
                " WHERE l.lanname = 'plpgsql'",
            )
            connection.execute("RESET ALL")
            found = {
                query: sorted(
                    map(plain, column(connection, f"SELECT to_jsonb(q)::text FROM ({query}) AS q"))
                )
                for query in (*STORED, *(f"SELECT * FROM {result}" for result in RESULTS))
            }
    return found | {"called": {*called}}


@pytest.fixture(scope="module")
def expected(shared_database: str) -> dict[str, Any]:
    """What a session of default settings is told."""
    return told(shared_database)


def test_the_story_calls_every_plpgsql_function(
    shared_database: str, expected: dict[str, Any]
) -> None:
    with psycopg.connect(shared_database) as connection:
        functions = column(
            connection,
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')",
        )
    # these only raise
    assert {*functions} - expected["called"] == {"refuse_other_time", "reject_ledger_change"}


def test_the_story_ends_true(expected: dict[str, Any]) -> None:
    assert expected["SELECT * FROM faults"] == expected["SELECT * FROM imbalances"] == []
    assert len(expected["SELECT * FROM items"]) == 3
    assert len(expected["SELECT * FROM mastery"]) == 1
    assert expected["SELECT * FROM dropped"]
    assert expected["SELECT * FROM unmapped"] == expected["SELECT * FROM audit"] == []
    assert expected["SELECT * FROM check_audit_log()"] == []
    assert all(expected[f"SELECT * FROM {function}"] for function in SESSION_FUNCTIONS)
    assert expected["SELECT * FROM exported"]
    assert expected["SELECT * FROM deleted"] == ["{r: 1}"]
    assert expected["SELECT * FROM erased"]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_a_session_of_this_setting_is_told_the_same(
    shared_database: str, expected: dict[str, Any], name: str, value: str
) -> None:
    assert told(shared_database, name, value) == expected
