"""What guards is needed: without any one policy, condition, grant or flag the matrix is red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

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
    SELECT format('REVOKE %%s ON %%s FROM %%I', a.privilege_type, c.oid::regclass, r.rolname)
    FROM pg_class AS c, aclexplode(c.relacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee
    WHERE c.oid = %s::regclass AND r.rolname = ANY (%s)
    UNION ALL
    SELECT format(
        'REVOKE %%s (%%I) ON %%s FROM %%I',
        a.privilege_type, t.attname, t.attrelid::regclass, r.rolname
    )
    FROM pg_attribute AS t, aclexplode(t.attacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee
    WHERE t.attrelid = %s::regclass AND r.rolname = ANY (%s)
"""
_FLAGS = """
    SELECT format('ALTER TABLE %%s %%s ROW LEVEL SECURITY', c.oid::regclass, flag)
    FROM pg_class AS c, unnest(ARRAY['DISABLE', 'FORCE']) AS flag
    WHERE c.oid = %s::regclass AND c.relkind IN ('r', 'p')
"""
"""A view has no flags."""
_STATE = """
    SELECT c.relacl::text, c.relrowsecurity, c.relforcerowsecurity, array_agg(a.attacl::text)
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.oid = %s::regclass GROUP BY c.oid
"""
_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")

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
    "WITH CHECK (TRUE): instructor_update ON assessment_attempts",
    "WITH CHECK (TRUE): learner_update ON course_ratings",
}
"""Mutants that change nothing: no column of the condition may be changed by the persona."""


@pytest.fixture(scope="module")
def school(shared_database: str) -> Iterator[tuple[Prober, Connection]]:
    with psycopg.connect(shared_database) as connection:
        yield Prober(connection, make_world(connection)), connection
        connection.rollback()


def policies(connection: Connection, table: str) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Yield what a mutant of a policy is, the statement that makes it, and whose rows change."""
    for name, role, using, check in connection.execute(_POLICIES, (table,)).fetchall():
        persona = role.removeprefix("lms_")
        policy = f"{name} ON {table}"
        is_persona = persona in PERSONAS
        yield f"dropped: {policy}", f"DROP POLICY {policy}", [persona] if is_persona else []
        if not is_persona:
            continue
        for word, condition in (("USING", using), ("WITH CHECK", check)):
            for value in ("TRUE", "FALSE") if condition else ():
                mutant = f"{word} ({value})"
                yield f"{mutant}: {policy}", f"ALTER POLICY {policy} {mutant}", [persona]
        for other in PERSONAS:
            if other != persona:
                statement = f"ALTER POLICY {policy} TO lms_{other}"
                yield f"to {other}: {policy}", statement, [persona, other]


def grants(connection: Connection, table: str) -> Iterator[str]:
    """Yield statements that give and take rights on a table or view, and a table's flags."""
    yield from column(connection, _GRANTS, table, list(ROLES), table, list(ROLES))
    for role, right in product((*ROLES, "PUBLIC"), _RIGHTS):
        yield f"GRANT {right} ON {table} TO {role}"
    yield from column(connection, _FLAGS, table)


@pytest.mark.parametrize("table", sorted(RIGHTS))
def test_every_mutant_of_a_policy_is_killed(school: tuple[Prober, Connection], table: str) -> None:
    prober, connection = school
    survivors = set()
    for name, statement, personas in policies(connection, table):
        with rolled_back(connection):
            connection.execute(statement.encode())
            if not next(prober.rows_of(table, personas), None):
                survivors.add(name)
    assert survivors == {name for name in EQUIVALENT if name.endswith(f" ON {table}")}


@pytest.mark.parametrize("table", sorted(RIGHTS))
def test_every_mutant_of_a_grant_or_flag_is_killed(
    school: tuple[Prober, Connection], table: str
) -> None:
    prober, connection = school
    survivors = set()
    for statement in grants(connection, table):
        with rolled_back(connection):
            before = connection.execute(_STATE, (table,)).fetchall()
            connection.execute(statement.encode())
            # else it is one of the release's own
            if connection.execute(_STATE, (table,)).fetchall() != before and not next(
                prober.privileges_on(table), None
            ):
                survivors.add(statement)
    assert survivors == set()


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
