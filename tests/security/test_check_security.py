"""check_security(): no row when row security holds, and one for each way around it."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from support.rows import Connection, rolled_back
from support.versions import skip_here

PROBLEMS = "SELECT problem, object, remedy FROM check_security()"

WAYS_AROUND = {
    "row security is off": "ALTER TABLE learners DISABLE ROW LEVEL SECURITY",
    "row security is off ": "ALTER TABLE learning_interactions_history DISABLE ROW LEVEL SECURITY",
    "row security is forced on the owner": "ALTER TABLE learners FORCE ROW LEVEL SECURITY",
    "a partition can be read past its table": (
        "GRANT SELECT ON learning_interactions_history TO lms_service"
    ),
    "a partition has a policy of its own": (
        "CREATE POLICY p ON learning_interactions_history TO lms_service USING (TRUE)"
    ),
    "everybody has a right": "GRANT SELECT (email) ON learners TO PUBLIC",
    "everybody may execute a function": "GRANT EXECUTE ON FUNCTION session_person TO PUBLIC",
    "everybody may create objects": "GRANT CREATE ON SCHEMA public TO PUBLIC",
    "a function with the rights of its owner": "ALTER FUNCTION session_person RESET search_path",
    "a view shows the rows": "ALTER VIEW learner_analytics RESET (security_invoker)",
    "a materialized view shows": "GRANT SELECT ON learner_progress_analytics TO lms_registrar",
    "a materialized view shows ": (
        "GRANT SELECT (learner_id) ON learner_progress_analytics TO lms_learner"
    ),
    "the records of the migrations are open to lms_service": (
        "GRANT UPDATE ON lms_schema_migration TO lms_service"
    ),
    "the records of the migrations are open to lms_guardian": (
        "GRANT SELECT (migration_id) ON lms_schema_migration TO lms_guardian"
    ),
    "a view shows the rows ": (
        "CREATE SCHEMA reports; CREATE VIEW reports.roster AS SELECT email FROM learners;"
        "GRANT SELECT ON reports.roster TO lms_learner"
    ),
    "a view shows the rows  ": (
        "CREATE SCHEMA reports; CREATE VIEW reports.roster WITH (security_invoker)"
        " AS SELECT * FROM learners; CREATE VIEW reports.names AS SELECT email FROM reports.roster;"
        "GRANT SELECT ON reports.names TO PUBLIC"
    ),
    "a materialized view shows  ": (
        "CREATE SCHEMA reports; CREATE MATERIALIZED VIEW reports.roster AS SELECT * FROM learners;"
        "GRANT SELECT ON reports.roster TO lms_guardian"
    ),
    "lms_learner may create objects": "GRANT CREATE ON SCHEMA public TO lms_learner",
    "a policy is for everybody": "CREATE POLICY p ON learners USING (TRUE)",
    "two policies are joined by OR for SELECT of lms_learner: learner_select, p": (
        "CREATE POLICY p ON learners FOR SELECT TO lms_learner USING (FALSE)"
    ),
    "no policy for SELECT of lms_learner": "DROP POLICY learner_select ON learners",
    "no policy for DELETE of lms_registrar": "GRANT DELETE ON learners TO lms_registrar",
}


def test_a_new_install_has_no_problem(transaction: Connection) -> None:
    assert transaction.execute(PROBLEMS).fetchall() == []


@pytest.mark.parametrize("problem", WAYS_AROUND)
def test_each_way_around_is_found_and_its_remedy_closes_it(
    transaction: Connection, problem: str
) -> None:
    transaction.execute(WAYS_AROUND[problem].encode())
    found = transaction.execute(PROBLEMS).fetchall()
    assert any(row[0].startswith(problem.strip()) for row in found)
    for row in found:
        if row[2].endswith(";"):
            transaction.execute(row[2].encode())
    left = transaction.execute(PROBLEMS).fetchall()
    # a policy that is missing is in the files alone, and which of two is right nobody can tell
    assert [row for row in left if not row[0].startswith(("no policy", "two policies"))] == []


@pytest.fixture
def names(transaction: Connection) -> dict[str, str]:
    """A login, a role, and a role that owns the learners; all are undone with the transaction."""
    made = uuid.uuid4().hex[:8]
    names = {kind: f"lms_role_{kind}_{made}" for kind in ("login", "group", "keeper")}
    transaction.execute(
        "CREATE ROLE {login} LOGIN NOINHERIT; CREATE ROLE {group}; CREATE ROLE {keeper};"
        "ALTER TABLE learners OWNER TO {keeper}".format(**names).encode()
    )
    return names


def problems(connection: Connection, names: dict[str, str], statements: str) -> list[str]:
    """The problems that the statements make, once their remedies have been seen to mend them."""
    connection.execute(statements.format(**names).encode())
    found = connection.execute(PROBLEMS).fetchall()
    for _, _, remedy in found:
        connection.execute(remedy.encode())
    assert connection.execute(PROBLEMS).fetchall() == []
    return [problem for problem, _, _ in found]


NO_HOLD = "row security does not hold for a login of "


@pytest.mark.parametrize(
    ("expected", "grants"),
    [
        (f"{NO_HOLD}lms_learner", "GRANT lms_learner, {keeper} TO {login}"),
        (
            f"{NO_HOLD}lms_service",
            "GRANT lms_service TO {login}; ALTER TABLE learners OWNER TO {login}",
        ),
        (f"{NO_HOLD}lms_guardian", "GRANT lms_guardian TO {login}; ALTER ROLE {login} BYPASSRLS"),
        (
            f"{NO_HOLD}lms_learner",
            "GRANT lms_learner, {group} TO {login}; ALTER ROLE {group} BYPASSRLS",
        ),
        (
            f"{NO_HOLD}lms_service",
            "GRANT lms_service, {group} TO {login}; ALTER ROLE {group} SUPERUSER",
        ),
        (
            f"{NO_HOLD}lms_learner",
            "GRANT lms_learner, {group} TO {login};"
            "CREATE ROLE {keeper}_2 BYPASSRLS; GRANT {keeper}_2 TO {group}",
        ),
        (
            f"{NO_HOLD}lms_learner",
            "GRANT lms_learner, pg_execute_server_program TO {login}",
        ),
        ("a login of lms_learner can become lms_auth", "GRANT lms_learner, lms_auth TO {login}"),
        (
            "a login of lms_learner can become lms_service",
            "GRANT lms_learner TO {group}; GRANT lms_service, {group} TO {login}",
        ),
        (
            "a login of lms_learner can become lms_privacy",
            "GRANT lms_privacy TO {group}; GRANT lms_learner, {group} TO {login}",
        ),
        (
            "a login of lms_learner can become pg_read_all_data",
            "GRANT lms_learner, pg_read_all_data TO {login}",
        ),
        (
            "a login of lms_learner can become pg_write_all_data",
            "GRANT lms_learner, pg_write_all_data TO {login}",
        ),
        (
            "a login of lms_learner may give lms_registrar to others",
            "GRANT lms_learner TO {login}; GRANT lms_registrar TO {login} WITH ADMIN OPTION",
        ),
        (
            "a materialized view shows all its rows to a persona",
            "GRANT lms_learner TO {login}; GRANT SELECT ON learner_progress_analytics TO {login}",
        ),
        (
            "a materialized view shows all its rows to a persona",
            "GRANT lms_learner, {group} TO {login};"
            "GRANT SELECT ON learner_progress_analytics TO {group}",
        ),
        (
            "the records of the migrations are open to {login}",
            "GRANT lms_learner TO {login}; GRANT UPDATE ON lms_schema_log TO {login}",
        ),
        (
            "a policy is for a login of lms_learner itself",
            "GRANT lms_learner TO {login}; CREATE POLICY p ON learners TO {login} USING (TRUE)",
        ),
    ],
)
def test_a_login_that_can_be_more_than_a_persona_is_found(
    transaction: Connection, names: dict[str, str], expected: str, grants: str
) -> None:
    assert problems(transaction, names, grants) == [expected.format(**names)]


def test_a_function_that_runs_as_its_owner_is_for_the_roles_alone(
    transaction: Connection, names: dict[str, str]
) -> None:
    own = (
        "CREATE FUNCTION own() RETURNS int LANGUAGE sql SECURITY DEFINER"
        " SET search_path = public, pg_temp RETURN 1;"
        "REVOKE EXECUTE ON FUNCTION own FROM PUBLIC; GRANT EXECUTE ON FUNCTION own TO {group};"
    )
    found = problems(
        transaction,
        names,
        f"{own} GRANT EXECUTE ON FUNCTION erase_learner, next_sections TO {{login}}",
    )
    assert found == [
        f"a function with the rights of its owner is open to {names['login']},"
        " which is none of its roles"
    ]


@pytest.mark.parametrize("role", ["{keeper}", "lms_service"])
def test_a_login_that_can_give_itself_a_role_is_found(
    transaction: Connection, names: dict[str, str], role: str
) -> None:
    if transaction.info.server_version < 160000:
        skip_here("PostgreSQL 16 and later, where ADMIN OPTION can be alone")
    found = problems(
        transaction,
        names,
        f"GRANT lms_learner TO {{login}}; GRANT {role} TO {{login}}"
        " WITH ADMIN TRUE, INHERIT FALSE, SET FALSE",
    )
    assert len(found) == 1


def test_a_login_that_may_create_roles_is_found_where_it_can_give_itself_any(
    transaction: Connection, names: dict[str, str]
) -> None:
    for role in ("lms_learner", "lms_service"):
        with rolled_back(transaction):
            found = problems(
                transaction, names, f"GRANT {role} TO {{login}}; ALTER ROLE {{login}} CREATEROLE"
            )
            can_take_any = transaction.info.server_version < 160000
            assert (f"{NO_HOLD}{role}" in found) is can_take_any


def test_a_login_that_has_two_personas_at_once_is_found(
    transaction: Connection, names: dict[str, str]
) -> None:
    found = problems(
        transaction,
        names,
        "ALTER ROLE {login} INHERIT; GRANT lms_learner, lms_instructor TO {login}",
    )
    assert found == [
        "a login has the rights of lms_instructor, lms_learner at once: their policies are joined"
        " by OR"
    ]


@pytest.mark.parametrize(
    "grants",
    [
        "GRANT lms_learner, lms_guardian, lms_instructor, lms_registrar TO {login}",
        "ALTER ROLE {login} INHERIT; GRANT lms_learner TO {login}",
        "GRANT lms_service, pg_read_all_data, lms_analyst TO {login}",
        # a reporter
        "GRANT SELECT ON learner_progress_analytics, lms_schema_log TO {login}",
        "GRANT {keeper}, pg_read_all_data TO {login}; ALTER ROLE {login} CREATEROLE",
        # a persona's own view
        "GRANT lms_learner TO {login}; CREATE VIEW mine WITH (security_invoker)"
        " AS SELECT * FROM learners; GRANT SELECT ON mine TO lms_learner",
        # a role of an extra, with its own policy
        "GRANT lms_learner, {group} TO {login};CREATE POLICY p ON learners TO {group} USING (TRUE)",
    ],
)
def test_what_is_in_order_is_no_problem(
    transaction: Connection, names: dict[str, str], grants: str
) -> None:
    transaction.execute(grants.format(**names).encode())
    assert transaction.execute(PROBLEMS).fetchall() == []


def test_who_may_only_grant_a_role_is_no_member(
    transaction: Connection, names: dict[str, str]
) -> None:
    if transaction.info.server_version < 160000:
        skip_here("PostgreSQL 16 and later")
    grants = (
        "GRANT {keeper} TO {login};"
        "GRANT lms_learner TO {login} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
    )
    transaction.execute(grants.format(**names).encode())
    assert transaction.execute(PROBLEMS).fetchall() == []


@pytest.mark.parametrize(
    ("problem", "statement"),
    [
        (
            "a role can log in, or has rights of the whole server",
            "ALTER ROLE lms_auditor BYPASSRLS",
        ),
        ("a role has the rights of another one, too", "GRANT lms_service TO lms_auditor"),
    ],
)
def test_a_role_that_got_more_is_found(
    transaction: Connection, problem: str, statement: str
) -> None:
    assert problems(transaction, {}, statement) == [problem]


def test_only_the_owner_asks(transaction: Connection) -> None:
    transaction.execute("SET LOCAL ROLE lms_service")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        transaction.execute(PROBLEMS)
