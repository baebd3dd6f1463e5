"""The splitter: statements end where psql ends them, and errors know their line."""

from __future__ import annotations

import pytest

from lms_schema.source.statements import SyntaxProblem, comments, split


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1", ["SELECT 1"]),
        (";;SELECT 1;;", ["SELECT 1"]),
        ("", []),
        ("-- only a comment;\n/* ; */", []),
        ("SELECT ';''; '; SELECT 2", ["SELECT ';''; '", "SELECT 2"]),
        (r"SELECT 'C:\'; SELECT 2", [r"SELECT 'C:\'", "SELECT 2"]),
        (r"SELECT E'\';'; SELECT 2", [r"SELECT E'\';'", "SELECT 2"]),
        (r"SELECT e'a''\\'; SELECT 2", [r"SELECT e'a''\\'", "SELECT 2"]),
        ("SELECT U&'\\0041;'; SELECT 2", ["SELECT U&'\\0041;'", "SELECT 2"]),
        ('SELECT 1 AS "a;""b"; SELECT 2', ['SELECT 1 AS "a;""b"', "SELECT 2"]),
        ("SELECT $$a;b$$; SELECT 2", ["SELECT $$a;b$$", "SELECT 2"]),
        ("SELECT $x$a;$$;$y$;$x$; SELECT 2", ["SELECT $x$a;$$;$y$;$x$", "SELECT 2"]),
        ("SELECT a$b$c; SELECT $1; SELECT 2", ["SELECT a$b$c", "SELECT $1", "SELECT 2"]),
        ("SELECT /* ; /* ; */ ; */ 1; SELECT 2", ["SELECT /* ; /* ; */ ; */ 1", "SELECT 2"]),
        ("SELECT 1 -- ; 'open\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 5 # 3; SELECT '{}'::jsonb #> '{a}'", None),
        ('CREATE TABLE t ("begin" int, atomic int); SELECT 2', None),
        ("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3", None),
    ],
)
def test_statements_end_where_psql_ends_them(sql: str, expected: list[str] | None) -> None:
    found = [statement.text for statement in split(sql)]
    if expected is None:
        assert len(found) == 2
    else:
        assert found == expected


def test_a_body_in_begin_atomic_is_one_statement_with_its_function() -> None:
    sql = """
        CREATE FUNCTION f(i int) RETURNS int
        BEGIN ATOMIC
            SELECT CASE WHEN i > 0 THEN CASE i WHEN 1 THEN 1 ELSE 2 END ELSE 0 END;
            SELECT 2;
        END;
        SELECT 3;
    """
    function, last = split(sql)
    assert function.text.endswith("END")
    assert last.text == "SELECT 3"


def test_a_statement_knows_its_first_line() -> None:
    sql = "-- a\n\nSELECT\n1;\n/* b\n */ SELECT 2;"
    assert [statement.line for statement in split(sql)] == [3, 6]


def test_a_statement_knows_the_line_of_a_position() -> None:
    (statement,) = split("\nSELECT\r1,\r\n2,\n3")
    assert [statement.line_of(statement.text.index(mark)) for mark in "123"] == [3, 4, 5]


@pytest.mark.parametrize(
    ("sql", "line", "words"),
    [
        ("SELECT 1;\nBEGIN;", 2, "BEGIN controls the transaction"),
        ("commit", 1, "COMMIT"),
        ("\n\nStart Transaction", 3, "START"),
        ("SAVEPOINT a", 1, "SAVEPOINT"),
        ("ROLLBACK TO a", 1, "ROLLBACK"),
        ("PREPARE TRANSACTION 'a'", 1, "PREPARE"),
        ("COPY t FROM STDIN;\n1\n", 1, "COPY FROM STDIN"),
        ("SELECT 1;\nCOPY t TO stdout", 2, "COPY TO STDOUT"),
        ("-- a\rSELECT 1;\r\nCOMMIT", 3, "COMMIT"),
        ("SELECT 1;\n\\i other.sql", 2, "psql command"),
        ("SELECT 1 \\g", 1, "psql command"),
        ("SELECT 1;\nSELECT 'open;", 2, "begins with ' has no end"),
        ("SELECT 'open\n''\n;", 1, "begins with ' has no end"),
        ('SELECT "open', 1, 'begins with " has no end'),
        ("SELECT 1,\n$body$ open $$;", 2, "begins with $body$ has no end"),
        ("SELECT 1;\n\n/* open /* */", 3, "/*"),
        ("SELECT 1;\nSELECT (1;", 2, "a ) is missing"),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;", 1, "BEGIN ATOMIC"),
    ],
)
def test_what_a_file_must_not_hold_is_named_with_its_line(sql: str, line: int, words: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        split(sql)
    assert caught.value.line == line
    assert words in str(caught.value)


def test_a_keyword_of_transactions_elsewhere_is_no_transaction_control() -> None:
    assert len(split("PREPARE p AS SELECT 1; CREATE TABLE t (start int, release int)")) == 2


def test_comments_in_strings_and_bodies_are_none() -> None:
    sql = "-- one\nSELECT '\n-- two\n', $$\n-- three\n$$; -- four\n/*\n-- five\n*/"
    assert list(comments(sql)) == [("-- one", 1), ("-- four", 6)]
