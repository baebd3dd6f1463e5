"""Each constraint rejects one row and accepts one at the boundary."""

from __future__ import annotations

import re
from collections import Counter

import psycopg
import pytest

from support.constraints import CASES, WITHOUT_REJECTION, Case
from support.rows import Connection, add, column, rolled_back

OURS = """
    c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND c.relkind IN ('r', 'p')
    AND c.relname NOT LIKE 'lms\\_schema\\_%%'
"""


def constraints(connection: Connection) -> list[str]:
    declared = column(
        connection,
        f"SELECT o.conname FROM pg_constraint AS o JOIN pg_class AS c ON o.conrelid = c.oid"
        f" WHERE o.contype IN ('c', 'f', 'p', 'u', 'x') AND {OURS}",
    )
    unique_indexes = column(
        connection,
        f"SELECT i.indexrelid::regclass::text FROM pg_index AS i"
        f" JOIN pg_class AS c ON i.indrelid = c.oid"
        f" WHERE i.indisunique AND {OURS} AND NOT EXISTS"
        f" (SELECT FROM pg_constraint AS o WHERE o.conindid = i.indexrelid AND o.contype <> 'f')",
    )
    raised = [
        name
        for source in column(
            connection,
            "SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND prosrc IS NOT NULL",
        )
        for name in re.findall(r"\bCONSTRAINT = '(\w+)'", source)
    ]
    # a trigger function that serves several tables is given the name
    raised += column(
        connection,
        "SELECT DISTINCT a.name FROM pg_trigger AS t CROSS JOIN LATERAL"
        " (SELECT substring(pg_get_triggerdef(t.oid) FROM '([a-z_]+_check)''[)]$')) AS a (name)"
        " WHERE a.name IS NOT NULL",
    )
    # a function may raise the name of a constraint whose work it does with a better message
    return [*declared, *unique_indexes, *set(raised) - set(declared)]


def test_every_constraint_has_a_case(transaction: Connection) -> None:
    assert sorted(case.constraint for case in CASES) == sorted(constraints(transaction))


def test_no_constraint_name_is_used_twice(transaction: Connection) -> None:
    assert [name for name, n in Counter(constraints(transaction)).items() if n > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.constraint)
def test_constraint_rejects_a_wrong_row_and_accepts_one_at_the_boundary(
    transaction: Connection, case: Case
) -> None:
    rejected, accepted = case.rows(transaction)
    assert bool(rejected) != (case.constraint in WITHOUT_REJECTION)
    for values in rejected:
        with pytest.raises(psycopg.IntegrityError) as error, rolled_back(transaction):
            add(transaction, case.table, **values)
        name = error.value.diag.constraint_name or ""
        if case.table in ("learning_interactions", "audit_log"):
            # a partition's copy of the key carries the partition's name
            name = re.sub(r"_(history|\d{4}_\d\d)_pkey$", "_pkey", name)
        assert (error.value.sqlstate, name) == (case.sqlstate, case.constraint), values
    for values in accepted:
        with rolled_back(transaction):
            add(transaction, case.table, **values)


def test_every_numeric_column_rejects_nan(transaction: Connection) -> None:
    columns = transaction.execute(
        "SELECT c.relname, a.attname FROM pg_attribute AS a"
        " JOIN pg_class AS c ON a.attrelid = c.oid"
        f" WHERE a.atttypid = 'numeric'::regtype AND a.attnum > 0"
        f" AND a.attgenerated = '' AND {OURS}"
    ).fetchall()
    assert len(columns) > 20
    columns.remove(("course_enrollments", "current_grade"))  # brought back, whatever is written
    for table, name in columns:
        with pytest.raises(psycopg.errors.CheckViolation) as error, rolled_back(transaction):
            add(transaction, table, **{name: float("nan")})
        assert error.value.diag.constraint_name == f"{table}_{name}_check"


def test_what_refuses_a_write_says_what_to_do(transaction: Connection) -> None:
    sources = column(
        transaction,
        "SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND prosrc IS NOT NULL",
    )
    refusals = r"RAISE (?:\w+_violation|object_not_in_prerequisite_state) USING.*?;\n"
    raised = [found for source in sources for found in re.findall(refusals, source, re.DOTALL)]
    assert raised
    assert [refusal for refusal in raised if "HINT = " not in refusal] == []
