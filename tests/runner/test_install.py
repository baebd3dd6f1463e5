"""The shipped schema installs, and installs again, to the same catalog."""

from __future__ import annotations

import psycopg

import lms_schema
from lms_schema import package
from support.runner import fingerprint


def test_a_fresh_install_applies_each_file_and_three_more_do_nothing(empty_database: str) -> None:
    result = lms_schema.migrate(empty_database)
    assert [action.file for action in result.actions] == [file.id for file in package.read().files]
    first = fingerprint(empty_database)
    for _ in range(3):
        assert lms_schema.migrate(empty_database).actions == ()
    assert fingerprint(empty_database) == first


def test_a_schema_with_an_odd_name_gets_the_same_catalog(database: str) -> None:
    lms_schema.migrate(database, schema='Weird "Schema"')
    assert lms_schema.status(database, schema='Weird "Schema"').exit_code == 0
    assert fingerprint(database, 'Weird "Schema"') == fingerprint(database)


def test_every_state_table_and_column_that_is_ours_has_a_comment(
    transaction: psycopg.Connection[tuple[object, ...]],
) -> None:
    silent = transaction.execute(
        """
        SELECT c.relname, a.attname
        FROM pg_class AS c
            JOIN generate_series(0, c.relnatts) AS n ON TRUE
            LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = n AND n > 0
        WHERE c.relname LIKE 'lms\\_schema\\_%' AND c.relkind = 'r'
            AND CASE n WHEN 0 THEN obj_description(c.oid, 'pg_class')
                ELSE col_description(c.oid, n) END IS NULL
        """
    ).fetchall()
    assert silent == []
