"""What a CREATE statement is read to make."""

from __future__ import annotations

import pytest

from lms_schema.source.create_statement import created
from lms_schema.source.statements import Statement


def read(text: str) -> tuple[str, str | None, str | None] | None:
    found = created(Statement(text, 1))
    if found is None:
        return None
    return (
        found.kind,
        found.name.text if found.name else None,
        found.table.text if found.table else None,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE TABLE notes (id bigint)", ("TABLE", "notes", None)),
        ("create unlogged table if not exists Notes ()", ("TABLE", "notes", None)),
        ('CREATE TABLE "No""tes" ()', ("TABLE", 'No"tes', None)),
        ("CREATE TABLE public . notes ()", ("TABLE", "notes", None)),
        ("CREATE OR REPLACE FUNCTION f() RETURNS int", ("FUNCTION", "f", None)),
        ("CREATE RECURSIVE VIEW v (a) AS SELECT 1", ("VIEW", "v", None)),
        ("CREATE MATERIALIZED VIEW v AS SELECT 1", ("MATERIALIZED VIEW", "v", None)),
        ("CREATE UNIQUE INDEX i ON ONLY notes (a)", ("INDEX", "i", "notes")),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a.b (c)", ("INDEX", "i", "b")),
        ("CREATE INDEX ON notes (a)", ("INDEX", None, "notes")),
        (
            "CREATE CONSTRAINT TRIGGER t /* ON a */ AFTER UPDATE OF b, c -- ON d\n ON notes",
            ("TRIGGER", "t", "notes"),
        ),
        ("CREATE POLICY p ON notes USING (TRUE)", ("POLICY", "p", "notes")),
        ("CREATE ROLE reader", None),
        ("CREATE TEMPORARY TABLE t ()", None),
        ("COMMENT ON TABLE notes IS 'CREATE TABLE a'", None),
        ("CREATE", None),
    ],
)
def test_a_statement_makes(text: str, expected: tuple[str, str | None, str | None] | None) -> None:
    assert read(text) == expected


def test_a_name_is_found_with_its_schema_where_it_stands() -> None:
    text = 'CREATE INDEX i ON "a" . B (c)'
    found = created(Statement(text, 7))
    assert found is not None
    assert found.table is not None
    assert found.line == 7
    assert found.table.qualified
    assert text[found.table.start : found.table.end] == '"a" . B'


def test_options_are_told() -> None:
    found = created(Statement("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY t (a)", 1))
    assert found is not None
    assert found.options == {"CONCURRENTLY", "IF NOT EXISTS", "ONLY"}
