"""What guards is needed: without any one policy, condition, grant or flag the matrix is red."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from support.access import PERSONAS, RIGHTS, ROLES, make_world
from support.leaks import PARTITIONS, Prober
from support.rows import Connection, column, rolled_back

pytestmark = pytest.mark.slow

_POLICIES = """
    SELECT p.polname, r.rolname, pg_get_expr(p.polqual, p.polrelid),
        pg_get_expr(p.polwithcheck, p.polrelid)
    FROM pg_policy AS p JOIN pg_roles AS r ON r.oid = ANY (p.polroles)
    WHERE p.polrelid = %s::regclass
"""
_GRANTS = """
    SELECT format('REVOKE %s ON %s FROM %I', a.privilege_type, c.oid::regclass, r.rolname)
    FROM pg_class AS c, aclexplode(c.relacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee
    WHERE c.oid = %s::regclass AND r.rolname = ANY (%s)
    UNION ALL
    SELECT format('REVOKE %s (%I) ON %s FROM %I', a.privilege_type, t.attname, t.attrelid::regclass,
        r.rolname)
    FROM pg_attribute AS t, aclexplode(t.attacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee
    WHERE t.attrelid = %s::regclass AND r.rolname = ANY (%s)
"""

_STATE = "SELECT relacl::text FROM pg_class WHERE oid = %s::regclass"

EQUIVALENT = {
    # the old row and the new one have the same key: the condition on the new one repeats the other
    "WITH CHECK (TRUE): learner_update ON learners",
    "WITH CHECK (TRUE): registrar_update ON learners",
    "WITH CHECK (TRUE): instructor_update ON educational_courses",
    "WITH CHECK (TRUE): registrar_update ON educational_courses",
    "WITH CHECK (TRUE): instructor_update ON educational_assessments",
    "WITH CHECK (TRUE): learner_update ON course_enrollments",
    "WITH CHECK (TRUE): instructor_update ON course_enrollments",
    "WITH CHECK (TRUE): registrar_update ON course_enrollments",
    "WITH CHECK (TRUE): learner_update ON learning_sessions",
    "WITH CHECK (TRUE): instructor_update ON assessment_attempts",
}
"""Mutants that change nothing: no column of the condition may be changed by the persona."""


@pytest.fixture(scope="module")
def school(shared_database: str) -> Iterator[tuple[Prober, Connection]]:
    with psycopg.connect(shared_database) as connection:
        yield Prober(connection, make_world(connection)), connection
        connection.rollback()


def mutants(connection: Connection, table: str) -> Iterator[tuple[str, str]]:
    """Yield what a mutant is, and the statements that make it."""
    for name, role, using, check in connection.execute(_POLICIES, (table,)).fetchall():
        policy = f"{name} ON {table}"
        yield f"dropped: {policy}", f"DROP POLICY {policy}"
        if role != "lms_service":
            for word, condition in (("USING", using), ("WITH CHECK", check)):
                if condition:
                    yield f"{word} (TRUE): {policy}", f"ALTER POLICY {policy} {word} (TRUE)"
                    yield f"{word} (FALSE): {policy}", f"ALTER POLICY {policy} {word} (FALSE)"
            others = [f"lms_{persona}" for persona in PERSONAS if f"lms_{persona}" != role]
            for other in others:
                yield f"to {other}: {policy}", f"ALTER POLICY {policy} TO {other}"
            yield f"to PUBLIC: {policy}", f"ALTER POLICY {policy} TO PUBLIC"
    for revoke in column(connection, _GRANTS, table, list(ROLES), table, list(ROLES)):
        yield revoke, revoke
    for role in (*ROLES, "PUBLIC"):
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"):
            grant = f"GRANT {right} ON {table} TO {role}"
            yield grant, grant
    for flag in ("DISABLE", "FORCE"):
        yield f"{flag}: {table}", f"ALTER TABLE {table} {flag} ROW LEVEL SECURITY"


def survivors(
    prober: Prober, connection: Connection, table: str, found: Iterator[tuple[str, str]]
) -> Iterator[str]:
    """Yield the mutants with which the matrix stays green."""
    for name, statements in found:
        with rolled_back(connection):
            before = connection.execute(_STATE, (table,)).fetchall()
            connection.execute(statements.encode())
            if (
                name.startswith("GRANT")
                and connection.execute(_STATE, (table,)).fetchall() == before
            ):
                continue  # the release's own
            killed = next(prober.privileges(), None) or next(prober.rows_of(table), None)
        if not killed:
            yield name


@pytest.mark.parametrize("table", sorted(name for name in RIGHTS if not name.endswith("analytics")))
def test_every_mutant_of_a_table_is_killed(school: tuple[Prober, Connection], table: str) -> None:
    prober, connection = school
    if table not in prober.tables:
        pytest.skip("is a view")
    left = set(survivors(prober, connection, table, mutants(connection, table)))
    assert left == {name for name in EQUIVALENT if name.endswith(f" ON {table}")}


def test_every_mutant_of_functions_memberships_and_partitions_is_killed(
    school: tuple[Prober, Connection],
) -> None:
    prober, connection = school
    functions = column(
        connection,
        "SELECT oid::regprocedure::text FROM pg_proc"
        " WHERE pronamespace = current_schema()::regnamespace",
    )
    statements = [
        *(f"GRANT EXECUTE ON FUNCTION {name} TO PUBLIC" for name in functions),
        *(f"GRANT {one} TO {other}" for one in ROLES for other in ROLES if one != other),
        *(
            f"GRANT {right} ON {partition} TO lms_learner"
            for partition in column(connection, PARTITIONS)[:2]
            for right in ("SELECT", "UPDATE")
        ),
        *(
            f"ALTER TABLE {partition} DISABLE ROW LEVEL SECURITY"
            for partition in column(connection, PARTITIONS)
        ),
    ]
    for statement in statements:
        with rolled_back(connection):
            connection.execute(statement.encode())
            assert next(prober.privileges(), None), statement
