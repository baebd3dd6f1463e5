"""The text of a view is the same whatever version of PostgreSQL printed it."""

from __future__ import annotations

import pytest

from lms_schema.catalog.catalog import ObjectKey, read_catalog
from lms_schema.catalog.view_text import in_one_form
from support.rows import Connection

BY_15 = """VIEW AS
 SELECT s.course_id,
    's.title'::text AS "s.label"
   FROM course_summary s
  WHERE s.title IS NOT NULL AND (EXISTS ( SELECT
           FROM courses c
          WHERE c.id = s.course_id))
  ORDER BY s.course_id;"""

BY_16 = """VIEW AS
 SELECT course_id,
    's.title'::text AS "s.label"
   FROM course_summary s
  WHERE title IS NOT NULL AND (EXISTS ( SELECT
           FROM courses c
          WHERE c.id = s.course_id))
  ORDER BY course_id;"""


def test_a_query_of_one_table_needs_no_name_before_its_columns() -> None:
    assert in_one_form(BY_15) == in_one_form(BY_16)
    assert "'s.title'::text AS \"s.label\"" in in_one_form(BY_15)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("VIEW AS\n SELECT t.a\n   FROM t;", "VIEW AS\n SELECT a\n   FROM t;"),
        ('VIEW AS\n SELECT "T".a\n   FROM o.x "T";', 'VIEW AS\n SELECT a\n   FROM o.x "T";'),
        ("VIEW AS\n SELECT a\n   FROM ONLY t;", "VIEW AS\n SELECT a\n   FROM ONLY t;"),
    ],
)
def test_a_table_may_have_any_name(written: str, read: str) -> None:
    assert in_one_form(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "VIEW AS\n SELECT a.id\n   FROM a,\n    b;",
        "VIEW AS\n SELECT a.id\n   FROM a\n     JOIN b USING (id);",
        "VIEW AS\n SELECT a.id\n   FROM a\nUNION ALL\n SELECT b.id\n   FROM b;",
        "VIEW AS\n SELECT f.f\n   FROM f() f(f);",
        "TABLE",
    ],
)
def test_other_queries_stay_as_they_are(text: str) -> None:
    assert in_one_form(text) == text


@pytest.mark.parametrize(
    ("expression", "strange"),
    [
        ("lower(l.email)", "l.lower(l.email)"),
        ("'visual'::learning_style", "'visual'::l.learning_style"),
        ('l.email COLLATE "C"', 'l.email COLLATE l."C"'),
        ("(SELECT count(*) FROM learners)", "(SELECT count(*) FROM l.learners)"),
    ],
    ids=["function", "type", "collation", "table"],
)
@pytest.mark.parametrize("table", ["learners", "l.learners"])
def test_what_lies_in_a_schema_named_like_the_table_is_another(
    expression: str, strange: str, table: str, transaction: Connection
) -> None:
    transaction.execute(
        "CREATE SCHEMA l; CREATE FUNCTION l.lower(text) RETURNS text RETURN NULL;"
        "CREATE TYPE l.learning_style AS ENUM ('visual'); CREATE TABLE l.learners (email text);"
        "CREATE COLLATION l.\"C\" (locale = 'C')"
    )

    def read(number: int, found: str, source: str) -> str:
        view = f"CREATE VIEW v{number} (x) AS SELECT {found} FROM {source} AS l"
        transaction.execute(view.encode())
        return read_catalog(transaction, "public").objects[ObjectKey("view", f"v{number}")]

    honest = read(1, expression, "learners")
    assert read(2, expression, "learners") == honest
    assert read(3, strange, table) != honest


def test_every_server_prints_a_view_of_one_table_like_that(transaction: Connection) -> None:
    transaction.execute(
        "CREATE VIEW mine AS SELECT l.email, 'l.x' AS x FROM learners AS l WHERE l.email > 'l.x'"
    )
    text = read_catalog(transaction, "public").objects[ObjectKey("view", "mine")]
    assert text == (
        "VIEW AS\n SELECT email,\n    'l.x'::text AS x\n   FROM learners l\n"
        "  WHERE email::text > 'l.x'::text;"
    )
