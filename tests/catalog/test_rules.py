"""The rules of `check` about the catalog, asked of the package on this server's major version."""

from __future__ import annotations

from typing import Any

import psycopg

from lms_schema import rules
from lms_schema.rules.checked_folder import subject
from lms_schema.rules.examination import examine
from lms_schema.source import package as packages

Connection = psycopg.Connection[tuple[Any, ...]]


def test_the_package_keeps_the_rules(server: str) -> None:
    result = examine(subject(packages.shipped_folder()), server, scopes=rules.ASKED)
    assert (result.findings, result.skipped) == ((), ())


def test_no_function_asks_how_far_a_sequence_is(transaction: Connection) -> None:
    """Rows can move to another server, where the sequence stands elsewhere."""
    query = r"""
        SELECT oid::regprocedure::text
        FROM pg_proc
        WHERE
            pronamespace = 'public'::regnamespace
            AND prokind = 'f'
            AND pg_get_functiondef(oid) ~ '\m(currval|lastval|nextval|setval|last_value)\M'
    """
    assert transaction.execute(query).fetchall() == []
