"""Indexes on tables that hold rows: built beside the writers, and finished after any failure."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import psycopg
import pytest

import lms_schema
from lms_schema import Event, StatementFailed, UsageError, migrate
from lms_schema.runner.executor import Executor
from lms_schema.source.statements import Statement
from support.runner import Make, actions, execute, query

TABLE = {"tables/010_a.sql": "CREATE TABLE a (i int, j text);"}
INDEX = {"indexes/a_i.sql": "CREATE INDEX a_i\nON a (i);\n\nCOMMENT ON INDEX a_i IS 'Of i.';"}
UNIQUE = {"indexes/a_i.sql": "CREATE UNIQUE INDEX a_i ON a (i);"}

PARTITIONED = {
    "tables/010_a.sql": (
        "CREATE TABLE a (i int, j text) PARTITION BY RANGE (i);"
        "CREATE TABLE a_1 PARTITION OF a FOR VALUES FROM (0) TO (10);"
        "CREATE TABLE a_2 PARTITION OF a FOR VALUES FROM (10) TO (20);"
        "CREATE TABLE a_3 PARTITION OF a FOR VALUES FROM (20) TO (30) PARTITION BY LIST (j);"
        "CREATE TABLE a_3_x PARTITION OF a_3 FOR VALUES IN ('x');"
        "CREATE TABLE a_3_y PARTITION OF a_3 FOR VALUES IN ('y');"
    )
}
ROWS = "INSERT INTO a SELECT n, 'x' FROM generate_series(0, 29) AS n WHERE n < 10 OR n >= 20"
WIDE = {
    "indexes/a_i.sql": "CREATE UNIQUE INDEX a_i ON a (i, lower(j), j DESC) INCLUDE (i) WHERE i > 0;"
}

_ALL = """
    SELECT c.relname, h.inhparent::regclass::text, i.indisvalid AND i.indisready,
        pg_get_indexdef(c.oid), obj_description(c.oid)
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
        LEFT JOIN pg_inherits AS h ON h.inhrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace
        AND i.indrelid::regclass::text NOT LIKE 'lms_schema_%'
    ORDER BY 1
"""


def _indexes(conninfo: str) -> list[tuple[object, ...]]:
    return query(conninfo, _ALL)


def _rows(conninfo: str) -> int:
    return int(query(conninfo, "SELECT count(*) FROM a")[0][0])


@pytest.fixture
def fresh(new_database: Callable[[], str], make_package: Make) -> Callable[..., object]:
    """The indexes of a fresh install of a package."""

    def indexes_of(*files: dict[str, str]) -> object:
        conninfo = new_database()
        merged = {name: text for part in files for name, text in part.items()}
        migrate(conninfo, package=make_package(merged))
        return _indexes(conninfo)

    return indexes_of


@pytest.fixture
def filled(empty_database: str, make_package: Make) -> str:
    """A database with the table and a thousand rows in it."""
    migrate(empty_database, package=make_package(TABLE))
    execute(empty_database, "INSERT INTO a SELECT n, n FROM generate_series(1, 1000) AS n")
    return empty_database


@pytest.fixture
def partitioned(empty_database: str, make_package: Make) -> str:
    """A database with the partitioned table; of five partitions two hold rows."""
    migrate(empty_database, package=make_package(PARTITIONED))
    execute(empty_database, ROWS)
    return empty_database


def _statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what is done with indexes."""
    noted: list[str] = []
    original = Executor.run

    def noting(self: Executor, path: str, statement: Statement, **options: Any) -> str:
        if " INDEX " in statement.text and not statement.text.startswith("COMMENT"):
            noted.append(statement.text)
        return original(self, path, statement, **options)

    monkeypatch.setattr(Executor, "run", noting)
    return noted


def test_on_a_table_without_rows_an_index_is_built_in_the_transaction_of_its_file(
    empty_database: str, make_package: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = _statements(monkeypatch)
    migrate(empty_database, package=make_package(TABLE))
    broken = {"indexes/a_i.sql": INDEX["indexes/a_i.sql"].replace("a_i IS", "a_z IS")}
    with pytest.raises(StatementFailed):
        migrate(empty_database, package=make_package(TABLE | broken))
    assert _indexes(empty_database) == []
    migrate(empty_database, package=make_package(TABLE | INDEX))
    assert noted == ["CREATE INDEX a_i\nON a (i)"] * 2


def test_on_a_table_with_rows_it_is_built_concurrently_to_the_same_catalog(
    filled: str, make_package: Make, fresh: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = _statements(monkeypatch)
    events: list[Event] = []
    result = migrate(filled, package=make_package(TABLE | INDEX), on_event=events.append)
    assert noted == ['CREATE INDEX CONCURRENTLY "a_i"\nON public.a (i)']
    assert actions(result) == [("indexes/a_i", "apply")]
    assert [(event.kind, event.text) for event in events if event.kind != "begin"] == [
        ("building", "indexes/a_i on a, concurrently"),
        ("apply", "indexes/a_i"),
    ]
    assert _indexes(filled) == fresh(TABLE, INDEX)
    rows = query(filled, "SELECT objects FROM lms_schema_migration WHERE migration_id ~ 'a_i'")
    assert rows == [(["INDEX a_i"],)]
    assert migrate(filled, package=make_package(TABLE | INDEX)).actions == ()


def test_a_materialized_view_with_rows_gets_its_index_concurrently(
    empty_database: str, make_package: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = {"views/m.sql": "CREATE MATERIALIZED VIEW m AS SELECT 1 AS i;"}
    migrate(empty_database, package=make_package(view))
    noted = _statements(monkeypatch)
    index = {"indexes/m_i.sql": "CREATE INDEX m_i ON m (i);"}
    migrate(empty_database, package=make_package(view | index))
    assert [text.split('"')[0] for text in noted] == ["CREATE INDEX CONCURRENTLY "]


def test_what_a_failed_build_left_invalid_is_dropped_and_built_again(
    filled: str, make_package: Make, fresh: Callable[..., object]
) -> None:
    execute(filled, "INSERT INTO a VALUES (1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        execute(filled, "CREATE UNIQUE INDEX CONCURRENTLY a_i ON a (i)")
    execute(filled, "DELETE FROM a WHERE j IS NULL")
    assert [row[2] for row in _indexes(filled)] == [False]
    migrate(filled, package=make_package(TABLE | UNIQUE))
    assert _indexes(filled) == fresh(TABLE, UNIQUE)


def test_a_valid_index_of_the_file_s_definition_is_adopted(
    filled: str, make_package: Make, fresh: Callable[..., object]
) -> None:
    execute(filled, "CREATE INDEX a_i ON a (i)")
    before = query(filled, "SELECT 'a_i'::regclass::oid")
    migrate(filled, package=make_package(TABLE | INDEX))
    assert query(filled, "SELECT 'a_i'::regclass::oid") == before
    assert _indexes(filled) == fresh(TABLE, INDEX)


@pytest.mark.parametrize(
    "another",
    [
        "CREATE INDEX a_i ON a (j)",
        "CREATE INDEX a_i ON a (i DESC)",
        "CREATE INDEX a_i ON a (i) WHERE i > 0",
        "CREATE INDEX a_i ON a (i) INCLUDE (j)",
        "CREATE INDEX a_i ON a (i) WITH (fillfactor = 50)",
        "CREATE INDEX a_i ON a USING hash (i)",
        "CREATE UNIQUE INDEX a_i ON a (i)",
        "CREATE TABLE b (i int); CREATE INDEX a_i ON b (i)",
        "CREATE UNIQUE INDEX CONCURRENTLY a_i ON a ((i % 2))",
        "CREATE TABLE a_i (i int)",
    ],
)
def test_what_else_has_the_name_is_left_alone_and_named(
    filled: str, make_package: Make, another: str
) -> None:
    with suppress(psycopg.errors.UniqueViolation):  # which leaves it INVALID
        execute(filled, another)
    before = query(filled, "SELECT oid, xmin FROM pg_class WHERE relname = 'a_i'")
    with pytest.raises(StatementFailed, match=r"indexes/a_i\.sql:1: .* not what this file") as told:
        migrate(filled, package=make_package(TABLE | INDEX))
    if "INDEX" in another:
        assert "INDEX a_i ON" in str(told.value)
    assert query(filled, "SELECT oid, xmin FROM pg_class WHERE relname = 'a_i'") == before
    assert query(filled, "SELECT to_regclass('lms_schema_probe')") == [(None,)]


def test_a_unique_build_that_meets_duplicates_names_the_key_and_leaves_nothing(
    filled: str, make_package: Make, fresh: Callable[..., object]
) -> None:
    execute(filled, "INSERT INTO a VALUES (7)")
    with pytest.raises(StatementFailed) as caught:
        migrate(filled, package=make_package(TABLE | UNIQUE))
    assert (caught.value.sqlstate, caught.value.line) == ("23505", 1)
    assert '"a_i"' in str(caught.value)
    assert caught.value.detail == "Key (i)=(7) is duplicated."
    assert _indexes(filled) == []
    execute(filled, "DELETE FROM a WHERE j IS NULL")
    migrate(filled, package=make_package(TABLE | UNIQUE))
    assert _indexes(filled) == fresh(TABLE, UNIQUE)


def test_duplicates_in_one_partition_leave_no_part_of_the_index(
    partitioned: str, make_package: Make, fresh: Callable[..., object]
) -> None:
    execute(partitioned, "INSERT INTO a VALUES (25, 'x')")
    with pytest.raises(StatementFailed) as caught:
        migrate(partitioned, package=make_package(PARTITIONED | WIDE))
    assert "(25, x, x) is duplicated" in (caught.value.detail or "")
    assert _indexes(partitioned) == []
    execute(partitioned, "DELETE FROM a WHERE i = 25")
    migrate(partitioned, package=make_package(PARTITIONED | WIDE))
    assert _indexes(partitioned) == fresh(PARTITIONED, WIDE)


def test_a_partitioned_table_ends_in_the_catalog_of_a_fresh_install_whatever_holds_rows(
    partitioned: str,
    make_package: Make,
    fresh: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noted = _statements(monkeypatch)
    migrate(partitioned, package=make_package(PARTITIONED | WIDE))
    beginnings = [text.partition("INDEX")[2].partition("(")[0].strip() for text in noted]
    assert _indexes(partitioned) == fresh(PARTITIONED, WIDE)
    assert beginnings == [
        '"a_i" ON ONLY public.a',
        'CONCURRENTLY "a_1_i_lower_j_i1_idx" ON public.a_1',
        "public.a_i ATTACH PARTITION public.a_1_i_lower_j_i1_idx",
        '"a_2_i_lower_j_i1_idx" ON public.a_2',
        'public.a_i ATTACH PARTITION "public"."a_2_i_lower_j_i1_idx"',
        '"a_3_i_lower_j_i1_idx" ON ONLY public.a_3',
        'public.a_i ATTACH PARTITION "public"."a_3_i_lower_j_i1_idx"',
        'CONCURRENTLY "a_3_x_i_lower_j_i1_idx" ON public.a_3_x',
        "public.a_3_i_lower_j_i1_idx ATTACH PARTITION public.a_3_x_i_lower_j_i1_idx",
        '"a_3_y_i_lower_j_i1_idx" ON public.a_3_y',
        'public.a_3_i_lower_j_i1_idx ATTACH PARTITION "public"."a_3_y_i_lower_j_i1_idx"',
    ]


def test_partitions_get_the_index_names_that_postgresql_gives(
    partitioned: str, make_package: Make, fresh: Callable[..., object]
) -> None:
    more = {
        "tables/020_more.sql": (
            f'CREATE TABLE "{"ü" * 30}" PARTITION OF a FOR VALUES FROM (30) TO (40);'
            f"CREATE TABLE a_{'n' * 50} PARTITION OF a FOR VALUES FROM (40) TO (50);"
            f'ALTER TABLE a ADD COLUMN "{"ö" * 31}" int, ADD COLUMN b int;'
            "CREATE TABLE a_1_b_i_idx (i int);"
        ),
        "indexes/a_b.sql": "CREATE INDEX a_b ON a (b, i);",
        "indexes/a_long.sql": f'CREATE INDEX a_long ON a (b, "{"ö" * 31}", (i + 1), (b + 1));',
    }
    migrate(partitioned, package=make_package(PARTITIONED | more), to="tables/020_more")
    execute(partitioned, "INSERT INTO a VALUES (31), (41)")
    migrate(partitioned, package=make_package(PARTITIONED | more))
    assert _indexes(partitioned) == fresh(PARTITIONED, more)


class _Killed(BaseException):
    """The end of a runner at a statement."""


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_build_that_ends_at_any_statement_is_finished_by_the_next(
    partitioned: str,
    make_package: Make,
    fresh: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    before: bool,
) -> None:
    expected = fresh(PARTITIONED, WIDE)
    package = make_package(PARTITIONED | WIDE)
    original = Executor.run
    steps = 0

    def ending(self: Executor, path: str, statement: Statement, **options: Any) -> str:
        nonlocal steps
        steps += 1
        if before and steps == last:
            raise _Killed
        tag = original(self, path, statement, **options)
        if steps == last:
            raise _Killed
        return tag

    for last in range(1, 12):  # noqa: B007 (read by `ending`)
        steps = 0
        monkeypatch.setattr(Executor, "run", ending)
        with pytest.raises(_Killed):
            migrate(partitioned, package=package)
        monkeypatch.setattr(Executor, "run", original)
        migrate(partitioned, package=package)
        assert _indexes(partitioned) == expected
        assert _rows(partitioned) == 20
        execute(
            partitioned,
            "DROP INDEX a_i",
            "DELETE FROM lms_schema_migration WHERE migration_id = 'indexes/a_i'",
        )


def test_invalid_remains_on_a_partition_are_dropped_and_another_s_are_not(
    partitioned: str, make_package: Make, fresh: Callable[..., object]
) -> None:
    both = {"indexes/a_i.sql": "CREATE UNIQUE INDEX a_i ON a (i, j);"}
    execute(partitioned, "INSERT INTO a VALUES (25, 'x')")
    for name, columns in (("a_3_x_i_j_idx", "i, j"), ("another", "i, j"), ("a_1_i_j_idx1", "j")):
        with psycopg.connect(partitioned, autocommit=True) as connection:
            table = "a_3_x" if name != "a_1_i_j_idx1" else "a_1"
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute(
                    f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns})".encode()
                )
    execute(partitioned, "DELETE FROM a WHERE i = 25")
    migrate(partitioned, package=make_package(PARTITIONED | both))
    left = {row[0]: row[2] for row in _indexes(partitioned) if not row[2]}
    assert left == {"another": False, "a_1_i_j_idx1": False}
    execute(partitioned, "DROP INDEX another, a_1_i_j_idx1")
    assert _indexes(partitioned) == fresh(PARTITIONED, both)


def test_a_partition_s_index_that_fits_is_attached_as_postgresql_does(
    partitioned: str, make_package: Make
) -> None:
    execute(partitioned, "CREATE INDEX mine ON a_1 (i)")
    before = query(partitioned, "SELECT 'mine'::regclass::oid")
    migrate(partitioned, package=make_package(PARTITIONED | INDEX))
    assert query(partitioned, "SELECT 'mine'::regclass::oid") == before
    parents = {row[0]: row[1] for row in _indexes(partitioned)}
    assert parents["mine"] == "a_i"
    assert "a_1_i_idx" not in parents


def test_a_partition_that_is_made_during_the_build_has_the_index_too(
    partitioned: str, make_package: Make
) -> None:
    def add(event: Event) -> None:
        if event.kind == "building" and "a_1" in event.text:
            execute(
                partitioned,
                "CREATE TABLE a_9 (LIKE a)",
                "INSERT INTO a_9 VALUES (95)",
                "ALTER TABLE a ATTACH PARTITION a_9 FOR VALUES FROM (90) TO (100)",
            )

    migrate(partitioned, package=make_package(PARTITIONED | INDEX), on_event=add)
    found = {row[0]: row[1:3] for row in _indexes(partitioned)}
    assert found["a_9_i_idx"] == ("a_i", True)
    assert found["a_i"] == (None, True)


def test_a_partition_that_is_detached_during_the_build_is_no_longer_waited_for(
    partitioned: str, make_package: Make
) -> None:
    def detach(event: Event) -> None:
        if event.kind == "building" and "a_3_x" in event.text:
            execute(partitioned, "ALTER TABLE a DETACH PARTITION a_3")

    # the last partition of all, so that no later ATTACH makes the index valid
    execute(partitioned, "DROP TABLE a_3_y")
    migrate(partitioned, package=make_package(PARTITIONED | INDEX), on_event=detach)
    assert {row[0]: row[2] for row in _indexes(partitioned) if row[1] == "a_i"} == {
        "a_1_i_idx": True,
        "a_2_i_idx": True,
    }
    assert all(row[2] for row in _indexes(partitioned) if row[0] == "a_i")


def test_a_build_lets_writers_through_and_waits_longer_than_the_lock_timeout(
    filled: str, make_package: Make
) -> None:
    package = make_package(TABLE | INDEX)
    told: list[str] = []
    with (
        psycopg.connect(filled, application_name="an old writer") as writer,
        psycopg.connect(filled, autocommit=True) as observer,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        writer.execute("INSERT INTO a VALUES (0)")
        running = pool.submit(
            migrate,
            filled,
            package=package,
            lock_timeout=0.05,
            on_event=lambda e: told.append(e.text),
        )
        try:
            waited = 0.0
            while waited < 0.3:
                row = observer.execute(
                    "SELECT max(extract(epoch FROM clock_timestamp() - waitstart)) FROM pg_locks "
                    "WHERE NOT granted AND locktype = 'virtualxid'"
                ).fetchone()
                waited = float(row[0] or 0) if row else 0.0
                assert not running.done(), running.exception()
            with psycopg.connect(filled, options="-c lock_timeout=5s") as other:
                other.execute("UPDATE a SET j = 'new' WHERE i = 1")
            while not any("an old writer" in text for text in list(told)):
                assert not running.done(), running.exception()
        finally:
            writer.commit()
        assert actions(running.result()) == [("indexes/a_i", "apply")]
    assert [row[2] for row in _indexes(filled)] == [True]


def test_builds_in_several_schemas_at_once_all_end(empty_database: str, make_package: Make) -> None:
    names = ("one", "two", "three")
    for name in names:
        migrate(empty_database, schema=name, package=make_package(TABLE))
        execute(
            empty_database,
            f"INSERT INTO {name}.a SELECT n, n FROM generate_series(1, 20000) AS n",
        )
    # an index with an expression is waited for by the other builds, a plain one is not
    package = make_package(
        TABLE
        | {
            f"indexes/a_{n}.sql": f"CREATE INDEX a_{n} ON a ((i + {n})) WHERE i > {n};"
            for n in range(5)
        }
    )
    with ThreadPoolExecutor(max_workers=len(names)) as pool:
        runs = [
            pool.submit(migrate, empty_database, schema=name, package=package) for name in names
        ]
        assert [len(run.result().actions) for run in runs] == [5, 5, 5]
    assert query(empty_database, "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX CONCURRENTLY i ON a (i)",
        "CREATE INDEX IF NOT EXISTS i ON a (i)",
        "CREATE INDEX i ON ONLY a (i)",
        "CREATE INDEX ON a (i)",
        "CREATE INDEX i ON lms.a (i)",
        "CREATE INDEX i ON a (i);\nCREATE INDEX j ON a (i)",
        "CREATE INDEX i ON a (i);\nANALYZE a",
        "SELECT 1;\nCREATE UNIQUE INDEX i ON a (i)",
        f"CREATE INDEX {'i' * 64} ON a (i)",
        'CREATE INDEX U&"i" ON a (i)',
    ],
)
def test_an_index_file_that_the_runner_cannot_build_concurrently_is_refused(
    make_package: Make, text: str
) -> None:
    with pytest.raises(UsageError, match=rf"indexes/i\.sql:{text.count(chr(10)) + 1}: "):
        make_package(TABLE | {"indexes/i.sql": text})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("create /* x */ unique index -- c\n Über_I on A(i)", "Über_i"),
        ('CREATE INDEX "Weird ""i" ON "a" USING btree (i) WHERE j = \'ON a\'', 'Weird "i'),
    ],
)
def test_an_index_file_may_be_written_in_any_way(
    filled: str, make_package: Make, text: str, name: str
) -> None:
    migrate(filled, package=make_package(TABLE | {"indexes/i.sql": text}))
    assert [row[0] for row in _indexes(filled)] == [name]
    assert lms_schema.status(filled, package=make_package(TABLE | {"indexes/i.sql": text})).tracked
