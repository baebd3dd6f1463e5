"""check_security(): no row when row security holds, and one for each way around it."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from support.access import PERSONAS
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
    """A login, and a role that owns the learners; both are undone with the transaction."""
    names = {kind: f"lms_role_{kind}_{uuid.uuid4().hex[:8]}" for kind in ("login", "keeper")}
    transaction.execute("CREATE ROLE {login} LOGIN; CREATE ROLE {keeper}".format(**names).encode())
    transaction.execute("ALTER TABLE learners OWNER TO {keeper}".format(**names).encode())
    return names


@pytest.mark.parametrize(
    ("problem", "grants"),
    [
        (
            "row security does not hold for a login of lms_learner",
            "GRANT lms_learner TO {login}; GRANT {keeper} TO {login}",
        ),
        (
            "row security does not hold for a login of lms_service",
            "GRANT lms_service TO {login}; ALTER TABLE learners OWNER TO {login}",
        ),
        (
            "row security does not hold for a login of lms_guardian",
            "GRANT lms_guardian TO {login}; ALTER ROLE {login} BYPASSRLS",
        ),
        ("a login of lms_learner can become lms_auth", "GRANT lms_learner, lms_auth TO {login}"),
        (
            "a login of lms_learner can become lms_service",
            "GRANT lms_learner TO {keeper}; GRANT lms_service, {keeper} TO {login};"
            "ALTER TABLE learners OWNER TO CURRENT_USER",
        ),
    ],
)
def test_a_login_that_can_be_more_than_a_persona_is_found(
    transaction: Connection, names: dict[str, str], problem: str, grants: str
) -> None:
    transaction.execute(grants.format(**names).encode())
    found = transaction.execute(PROBLEMS).fetchall()
    assert [row[0] for row in found] == [problem]
    transaction.execute(found[0][2].encode())
    assert transaction.execute(PROBLEMS).fetchall() == []


def test_a_login_of_personas_alone_and_one_of_the_service_alone_are_no_problem(
    transaction: Connection, names: dict[str, str]
) -> None:
    personas = ", ".join(f"lms_{persona}" for persona in PERSONAS)
    for grants in (f"GRANT {personas} TO {{login}}", "GRANT lms_service TO {login}"):
        with rolled_back(transaction):
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
    transaction.execute(statement.encode())
    found = transaction.execute(PROBLEMS).fetchall()
    assert [row[0] for row in found] == [problem]
    transaction.execute(found[0][2].encode())
    assert transaction.execute(PROBLEMS).fetchall() == []
    transaction.rollback()


def test_only_the_owner_asks(transaction: Connection) -> None:
    transaction.execute("SET LOCAL ROLE lms_service")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        transaction.execute(PROBLEMS)
