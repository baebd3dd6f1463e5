"""The splitter against PostgreSQL's own parser: the same statements, of the same text."""

# ruff: noqa: E501 (an odd statement is read best in one line)

from __future__ import annotations

import pglast
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_schema.source import package
from lms_schema.source.statements import split

ODD = {
    "a CR ends a comment": "-- a\rSELECT 1;\r-- b; c\rSELECT 2\r\n;SELECT 3 -- d;\r, 4",
    "white space": "SELECT\f1\v,\t2;\r\n\r\nSELECT 3\r;\r",
    "characters that are letters to PostgreSQL": "SELECT a\u00a0b, \u2028, 😀$x$ FROM ä$$; SELECT $$;$$",
    "strings": r"SELECT 'a;''b', 'C:\'; SELECT E'\';', e'\\', E'a''\'b;', e''''; SELECT N';', 'a'';'",
    "bits": "SELECT B'01', b'1', X'ff', x'0'; SELECT 2",
    "unicode": r"""SELECT U&'d\0061;''' , u&'d!0061\;' UESCAPE '!', U&"a;""b" UESCAPE '!' ; SELECT u&1""",
    "a string goes on in the next line": "SELECT 'a'\n'b;', E'a'\n  '\\';' , E'c'\r'\\';'; SELECT E'a'\n\n'b'",
    "comments within a string": "SELECT E'a' -- b '\n -- c;\n  '\\';', E'd'\t-- e\r\n\f'\\';'; SELECT 2",
    "no continuation": "SELECT E'a' /* \n */ AS \"b\", E'c' AS d\n; SELECT 'b\\' , 'c'; SELECT E'a' -- b\n",
    "a quoted name does not go on": 'SELECT 1 AS "a;""b"; SELECT 2 "a"\n',
    "dollar quotes": "SELECT $$a;b$$, $x$a;$$;$y$;$x$, $ä1$;$ä1$, $_$;$_$; SELECT $a$ $b$a$; SELECT $A$$a$;$A$",
    "dollar quotes of one letter more": "SELECT $a$ $ab$;$a$; SELECT $$ $a$; $$, $a$$$;$a$, $x$;$$x$",
    "names with dollars": "SELECT a$b$c, d$$, e$1 FROM f$; SELECT $1, $2+$3, a$$; SELECT 1",
    "numbers": "SELECT 1e5, 1.5E-3, .5, 5., 0x1F, 0b10, 0o7, 1_000; SELECT 1.e1, 1e+2, 1-1--1;\n;SELECT 2",
    "operators end where comments begin": "SELECT 1+--;\n2, 3*/*;*/4, 5 @-/*;*/6, 7<--;\n8; SELECT 1 ---;\n- 1",
    "operators": "SELECT 5 # 3, '{}' #> '{a}', a ->> 'b;', @-1, 1 !=- 1, ~'1' FROM a; SELECT a[1:2], b::int",
    "nested comments": "SELECT /* ; /* ; */ ; */ 1; /*/ ; /*//;*/ */ SELECT 2 /***/; /**;**/ SELECT 3 /* -- */",
    "comments in comments": "-- /* ;\nSELECT 1; /* -- */ SELECT 2; /* ' */ SELECT 3; -- $$\nSELECT 4 /* $$ */",
    "empty statements": ";;\n; SELECT 1;; -- a\n;/* b */; SELECT 2;;",
    "a rule of several statements": "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; DELETE FROM u;); SELECT 3",
    "a rule that ends": "CREATE RULE r AS ON INSERT TO t DO INSTEAD (UPDATE u SET a = 1; SELECT f(';')); SELECT 1",
    "a schema with elements": "CREATE SCHEMA s CREATE TABLE t (i int) CREATE VIEW v AS SELECT i FROM t; SELECT 1",
    "columns begin and atomic": "CREATE TABLE t (begin int, atomic int); INSERT INTO t (begin, atomic) VALUES (1, 2)",
    "an alias atomic": "SELECT begin atomic FROM t; SELECT begin.atomic FROM begin; TABLE begin; SELECT 1",
    "a function named begin": "CREATE FUNCTION begin(atomic int) RETURNS int RETURN atomic; SELECT begin(1)",
    "a function that returns begin": "CREATE FUNCTION f(begin atomic) RETURNS begin LANGUAGE sql AS 'a;b'; SELECT 1",
    "a body": "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3",
    "an empty body": "CREATE PROCEDURE p() BEGIN ATOMIC END; SELECT 1; CREATE PROCEDURE q() BEGIN ATOMIC ;; END",
    "words of a body in comments": "create or replace /* a */ procedure p() begin -- b\n atomic select 1; end; select 2",
    "a body with CASE": "CREATE FUNCTION f(i int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN i > 0 THEN "
    "CASE i WHEN 1 THEN 1 ELSE 2 END ELSE 0 END; SELECT CASE WHEN TRUE THEN atomic END; END; SELECT 3",
    "END as a label": "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT t.end FROM t; "
    "SELECT a AS case, t.case; SELECT a.end AS end; RETURN 1; END; SELECT 3",
    "columns begin and atomic in a body": "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC INSERT INTO t (begin, atomic) "
    "VALUES (1, 2); SELECT begin atomic FROM t; SELECT (SELECT begin FROM t); END; SELECT 3",
    "names in quotes in a body": 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS "end"; SELECT "begin" '
    '"atomic", "case"; END; SELECT 3',
    "what looks like a body and is none": "CREATE VIEW v AS SELECT begin atomic FROM t; CREATE TABLE function (a int); "
    "SELECT begin atomic FROM procedure",
    "a body and a setting": "CREATE FUNCTION f() RETURNS int SET search_path TO begin, atomic BEGIN ATOMIC SELECT 1; "
    "END; SELECT 1",
    "a block": "DO $$ BEGIN PERFORM 1; END $$; DO LANGUAGE plpgsql 'BEGIN NULL; END'; SELECT 1",
    "names of columns that copy": "COPY t (stdin, stdout) FROM '/a'; COPY (SELECT a FROM stdin) TO '/b'; SELECT 1",
    "words of transactions": "PREPARE p AS SELECT 1; CREATE TABLE t (start int, release int, savepoint int); EXECUTE p",
}


def of_postgresql(sql: str) -> list[tuple[str, int]]:
    """The statements without what is around them, and the lines on which they begin."""
    comments = ("SQL_COMMENT", "C_COMMENT")
    tokens = [token for token in pglast.parser.scan(sql) if token.name not in comments]
    found = []
    for piece in pglast.parser.split(sql, with_parser=True, only_slices=True):
        inside = [token for token in tokens if piece.start <= token.start < piece.stop]
        begin, end = inside[0].start, inside[-1].end + 1
        line = sql[:begin].replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
        found.append((sql[begin:end], line))
    return found


def ours(sql: str) -> list[tuple[str, int]]:
    return [(statement.text, statement.line) for statement in split(sql)]


@pytest.mark.parametrize("sql", ODD.values(), ids=ODD)
def test_odd_statements_are_split_as_postgresql_splits_them(sql: str) -> None:
    expected = of_postgresql(sql)
    assert len(expected) > 1
    assert ours(sql) == expected


def test_the_shipped_files_are_split_as_postgresql_splits_them() -> None:
    for file in package.read().files:
        assert ours(file.text) == of_postgresql(file.text), file.id


SPACES = st.sampled_from(
    [" ", "\n", "\r", "\r\n", "\t", "\f", " -- ; '\n", "--$$\r", "/* ; */", "/*/* ' */;*/", "  "]
)
GAPS = st.lists(SPACES, min_size=1, max_size=3).map("".join)
STRINGS = [
    *("'a;'", "''';'", "'\\'", "E'\\';'", "e'a'''", "E''", "U&'\\0061;'", "B'0'", "X'0'", "N';'"),
    *("$$;$$", "$a$;$$;$a$", "$ä$ $a$;$ä$", "$_1$';$_1$", "'-- a'", "'/*'", "$$\r$$"),
]
NAMES = [
    *("begin", "atomic", "a$b$", "ä$$", "😀", '"a;"', '""";"', 'U&";"', "_$1", "x", "e", "stdin"),
    *("start", "procedure", "release", '"end"', '"begin"'),
]
LABELS = ["end", "case", "begin", "atomic", "select", "from", *NAMES]
NUMBERS = ["1", "1e5", ".5", "5.", "0x1F", "1_0", "$1"]


@st.composite
def joined(draw: st.DrawFn, *parts: st.SearchStrategy[str] | str) -> str:
    """Draw each part, with gaps between them."""
    drawn = [part if isinstance(part, str) else draw(part) for part in parts]
    return drawn[0] + "".join(draw(GAPS) + part for part in drawn[1:])


ATOMS = st.sampled_from([*STRINGS, *NAMES, *NUMBERS])
CONTINUED = st.tuples(
    st.sampled_from(["E'\\''", "'a'", "e'\\\\'", "U&''"]),
    st.sampled_from(["\n", "-- ' ;\n", "\r", " --\r\n\t--'\n"]),
    st.sampled_from(["'a;'", "'''x'"]),
).map("".join)
EXPRESSIONS = st.recursive(
    ATOMS | CONTINUED,
    lambda inner: st.one_of(
        joined("(", inner, ")"),
        joined("CASE WHEN", inner, "THEN", inner, "END"),
        joined(inner, st.sampled_from(["+", "||", "@-", "#>", "*"]), inner),
        joined("x.", st.sampled_from(LABELS)),
    ),
    max_leaves=4,
)
SELECTS = st.one_of(
    joined("SELECT", EXPRESSIONS),
    joined("SELECT", EXPRESSIONS, "AS", st.sampled_from(LABELS)),
    joined("SELECT", st.sampled_from(NAMES), "FROM", st.sampled_from(NAMES)),
)
QUERIES = SELECTS | joined("INSERT INTO x ( begin , atomic )", "VALUES", "(", EXPRESSIONS, ")")
BODIES = st.lists(QUERIES.map("{};".format), max_size=3).map("".join)
STATEMENTS = st.one_of(
    QUERIES,
    joined(
        st.sampled_from(["CREATE FUNCTION", "create or replace procedure", "Create\rFunction"]),
        st.sampled_from(NAMES),
        "()",
        "BEGIN",
        "ATOMIC",
        BODIES,
        "END",
    ),
    joined("CREATE RULE r", "AS ON INSERT TO x", "DO ALSO (", QUERIES, ";", QUERIES, ")"),
    joined("CREATE SCHEMA", "x", "CREATE VIEW", "x", "AS", SELECTS),
    joined("CREATE TABLE x", "(", "begin", "int,", "atomic", "int", ")"),
)


@settings(deadline=None)
@given(st.lists(STATEMENTS, min_size=1, max_size=4), st.lists(GAPS, min_size=5, max_size=5))
def test_files_of_odd_pieces_are_split_as_postgresql_splits_them(
    statements: list[str], gaps: list[str]
) -> None:
    sql = gaps.pop() + "".join(
        f"{statement}{gap};" for statement, gap in zip(statements, gaps, strict=False)
    )
    assert ours(sql) == of_postgresql(sql)
