"""The shipped schema installs, and installs again, to the same catalog."""

from __future__ import annotations

import psycopg

import lms_schema
from lms_schema.source import package
from support.runner import Make, actions, fingerprint


def test_a_fresh_install_applies_each_file_and_three_more_do_nothing(empty_database: str) -> None:
    result = lms_schema.migrate(empty_database)
    assert [action.file for action in result.actions] == [file.id for file in package.read().files]
    first = fingerprint(empty_database)
    for _ in range(3):
        assert lms_schema.migrate(empty_database).actions == ()
    assert fingerprint(empty_database) == first


def test_a_schema_with_an_odd_name_gets_the_same_catalog(database: str) -> None:
    name = r'Weird "%s" {schema}:id \d'
    lms_schema.migrate(database, schema=name)
    assert lms_schema.status(database, schema=name).exit_code == 0
    assert fingerprint(database, name) == fingerprint(database)
    assert lms_schema.maintain(database, schema=name, keep_interactions="1 year").exit_code == 0
    assert lms_schema.drop(database, schema=name).dropped


def test_a_file_that_is_gone_is_forgotten_in_a_schema_with_an_odd_name(
    empty_database: str, make_package: Make
) -> None:
    name = r'Weird "%s" {schema}:id \d'
    table = {"tables/010_a.sql": "CREATE TABLE a (i int);"}
    view = {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i FROM a;"}
    lms_schema.migrate(empty_database, schema=name, package=make_package(table | view))
    result = lms_schema.migrate(empty_database, schema=name, package=make_package(table))
    assert actions(result) == [("views/v", "drop")]
    assert lms_schema.status(empty_database, schema=name, package=make_package(table)).files.applied


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
