"""A materialized view is replaced while it is read: built beside, then the two change names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from lms_schema import LmsSchemaError, LockNotObtained, StatementFailed, drop, migrate, status
from lms_schema.runner.view_swap import ViewSwap
from lms_schema.source.package import SchemaPackage
from support.runner import Make, actions, execute, fingerprint, query

TABLE = {
    "tables/010_a.sql": "CREATE TABLE a (i int, j int); INSERT INTO a VALUES (1, 10), (2, 20);"
}
# Filling a view that calls it stays where the test wants it, as long as the test wants.
GATE = {
    "functions/gate.sql": "CREATE OR REPLACE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql "
    "AS $$ BEGIN PERFORM pg_advisory_lock_shared(7); PERFORM pg_advisory_unlock_shared(7); "
    "RETURN TRUE; END $$;"
}
OVER = {"views/w.sql": "CREATE OR REPLACE VIEW w AS SELECT i FROM m;"}
LEFT = (
    "SELECT relname::text FROM pg_class WHERE relname LIKE 'lms_schema\\_new%' "
    "OR relname LIKE 'lms_schema\\_old%' "
    "UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'lms_schema%'"
)


def _view(columns: str, where: str = "TRUE", name: str = "m", source: str = "a") -> dict[str, str]:
    return {
        f"views/{name}.sql": f"CREATE MATERIALIZED VIEW {name} AS "
        f"SELECT {columns} FROM {source} WHERE {where};\n"
        f"CREATE UNIQUE INDEX {name}_i ON {name} (i);\n"
        f"COMMENT ON MATERIALIZED VIEW {name} IS 'about {columns}';\n"
        f"COMMENT ON COLUMN {name}.i IS 'i';\nCOMMENT ON INDEX {name}_i IS 'one';"
    }


@contextmanager
def _held_at_the_gate(conninfo: str, package: SchemaPackage) -> Iterator[Future[object]]:
    """Run a migrate in the background; yields while it fills a view, and lets it end then."""
    with (
        psycopg.connect(conninfo, autocommit=True) as holder,
        ThreadPoolExecutor(1) as pool,
    ):
        holder.execute("SELECT pg_advisory_lock(7)")
        future: Future[object] = pool.submit(
            migrate, conninfo, package=package, lock_timeout=60, wait=60
        )
        try:
            while not future.done() and not query(
                conninfo,
                "SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = database "
                "WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()",
            ):
                pass
            yield future
        finally:
            holder.execute("SELECT pg_advisory_unlock(7)")
            future.exception()


def _impatiently(conninfo: str, statement: str) -> list[tuple[object, ...]]:
    """Execute a statement that fails when it has to wait for a lock."""
    with psycopg.connect(conninfo, autocommit=True, options="-c lock_timeout=10ms") as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def _is_as_fresh(conninfo: str, package: SchemaPackage) -> bool:
    migrate(conninfo, package=package, schema="fresh")
    return fingerprint(conninfo) == fingerprint(conninfo, "fresh") and query(conninfo, LEFT) == []


def test_while_a_view_is_filled_the_old_one_is_read_and_its_tables_are_written(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE | GATE | _view("i") | OVER))
    package = make_package(TABLE | GATE | _view("i, j", "gate()") | OVER)
    with _held_at_the_gate(empty_database, package) as future:
        assert not future.done()
        assert _impatiently(empty_database, "SELECT * FROM m ORDER BY 1") == [(1,), (2,)]
        assert _impatiently(empty_database, "SELECT * FROM w ORDER BY 1") == [(1,), (2,)]
        _impatiently(empty_database, "INSERT INTO a VALUES (3, 30)")
        _impatiently(empty_database, "UPDATE a SET j = 11 WHERE i = 1")
    result = future.result()
    assert actions(result) == [("views/m", "rebuild"), ("views/w", "rebuild")]  # type: ignore[arg-type]
    # as of the moment at which the filling began
    assert query(empty_database, "SELECT * FROM m ORDER BY 1") == [(1, 10), (2, 20)]
    assert query(empty_database, "SELECT * FROM w ORDER BY 1") == [(1,), (2,)]
    assert _is_as_fresh(empty_database, package)


def test_what_others_gave_to_the_view_is_there_again(
    empty_database: str, make_package: Make, role: str
) -> None:
    migrate(empty_database, package=make_package(TABLE | _view("i, j") | OVER))
    execute(
        empty_database,
        "CREATE INDEX of_the_dba ON m (i, j)",
        "COMMENT ON INDEX of_the_dba IS 'mine'",
        "CREATE STATISTICS together ON i, j FROM m",
        f"GRANT SELECT ON m, w TO {role}",
        f"GRANT SELECT (j) ON m TO {role} WITH GRANT OPTION",
        f"ALTER MATERIALIZED VIEW m OWNER TO {role}",
    )
    migrate(empty_database, package=make_package(TABLE | _view("i, j, i + j AS k") | OVER))
    assert query(
        empty_database,
        "SELECT indexrelid::regclass::text, obj_description(indexrelid) FROM pg_index "
        "WHERE indrelid = 'm'::regclass ORDER BY 1",
    ) == [("m_i", "one"), ("of_the_dba", "mine")]
    assert query(
        empty_database,
        "SELECT stxname::text FROM pg_statistic_ext WHERE stxrelid = 'm'::regclass",
    ) == [("together",)]
    assert query(
        empty_database,
        f"SELECT relowner::regrole::text, has_table_privilege('{role}', 'w', 'SELECT'), "
        f"has_column_privilege('{role}', 'm', 'j', 'SELECT WITH GRANT OPTION') "
        "FROM pg_class WHERE oid = 'm'::regclass",
    ) == [(role, True, True)]
    assert query(empty_database, LEFT) == []


def test_an_index_of_others_that_no_longer_fits_leaves_everything_as_it_was(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE | _view("i, j") | OVER))
    execute(empty_database, "CREATE INDEX of_the_dba ON m (j)")
    before = fingerprint(empty_database)
    with pytest.raises(StatementFailed, match="of_the_dba"):
        migrate(empty_database, package=make_package(TABLE | _view("i") | OVER))
    assert fingerprint(empty_database) == before


def test_a_view_of_others_over_it_is_refused_and_nothing_is_left_of_the_build(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE | _view("i")))
    execute(empty_database, "CREATE VIEW of_the_dba AS SELECT i FROM m")
    before = fingerprint(empty_database)
    with pytest.raises(StatementFailed, match="of_the_dba depends on materialized view m"):
        migrate(empty_database, package=make_package(TABLE | _view("i, j")))
    assert fingerprint(empty_database) == before
    assert query(empty_database, LEFT) == []


CHAIN = {
    "functions/g.sql": "-- depends: functions/f\n"
    "CREATE OR REPLACE FUNCTION g(i int) RETURNS text RETURN f(i)::text;",
    "views/m.sql": "CREATE MATERIALIZED VIEW m AS SELECT i, g(i) AS g FROM a WHERE gate();\n"
    "CREATE UNIQUE INDEX m_i ON m (i);",
    "views/over.sql": "CREATE OR REPLACE VIEW over AS SELECT f(1) AS f;",
    "views/w.sql": "CREATE OR REPLACE VIEW w AS SELECT i, f(i) AS f FROM m;",
}


def _function(result: str, factor: int, parameters: str = "i int") -> dict[str, str]:
    return {
        "functions/f.sql": f"CREATE OR REPLACE FUNCTION f({parameters}) RETURNS {result} "
        f"RETURN i * {factor};"
    }


@pytest.mark.parametrize(
    "changed",
    [_function("bigint", 3), _function("int", 3, "i int, k int DEFAULT 0")],
    ids=["other result", "other parameters"],
)
def test_a_function_changes_while_a_view_that_needs_it_is_read(
    empty_database: str, make_package: Make, role: str, changed: dict[str, str]
) -> None:
    migrate(empty_database, package=make_package(TABLE | GATE | _function("int", 2) | CHAIN))
    execute(empty_database, f"GRANT EXECUTE ON FUNCTION f, g TO {role}")
    package = make_package(TABLE | GATE | changed | CHAIN)
    with _held_at_the_gate(empty_database, package) as future:
        assert not future.done()
        # old content, of the old function, which both views go on with
        assert _impatiently(empty_database, "SELECT i, g FROM m ORDER BY 1") == [
            (1, "2"),
            (2, "4"),
        ]
        assert _impatiently(empty_database, "SELECT f FROM w ORDER BY 1") == [(2,), (4,)]
        # what does not depend on the view has the new one
        assert _impatiently(empty_database, "SELECT f FROM over") == [(3,)]
        assert status(empty_database, package=package).files.changed == ("views/m",)
    assert {name for name, _action in actions(future.result())} == {  # type: ignore[arg-type]
        "functions/f",
        "functions/g",
        "views/m",
        "views/over",
        "views/w",
    }
    assert query(empty_database, "SELECT i, g FROM m ORDER BY 1") == [(1, "3"), (2, "6")]
    assert query(empty_database, "SELECT f FROM w ORDER BY 1") == [(3,), (6,)]
    assert query(
        empty_database,
        f"SELECT has_function_privilege('{role}', oid, 'EXECUTE') FROM pg_proc "
        "WHERE proname IN ('f', 'g')",
    ) == [(True,), (True,)]
    execute(empty_database, f"REVOKE EXECUTE ON FUNCTION f, g FROM {role}")
    assert _is_as_fresh(empty_database, package)


def test_a_view_over_a_view_is_made_again_after_it(empty_database: str, make_package: Make) -> None:
    files = TABLE | _view("i", name="n", source="m") | {"views/x.sql": "CREATE VIEW x AS TABLE n;"}
    migrate(empty_database, package=make_package(files | _view("i, j")))
    execute(empty_database, "CREATE INDEX of_the_dba ON m (j)")
    package = make_package(files | _view("i, j", "i > 1"))
    result = migrate(empty_database, package=package)
    assert [file for file, _action in actions(result)] == ["views/m", "views/n", "views/x"]
    assert query(empty_database, "SELECT m.i FROM m, n WHERE m.i = n.i") == [(2,)]
    execute(empty_database, "DROP INDEX of_the_dba")
    assert _is_as_fresh(empty_database, package)


def test_a_view_that_needs_the_new_content_of_another_gets_it_at_once(
    empty_database: str, make_package: Make
) -> None:
    """Then nothing can be postponed: the old way, in one transaction."""

    def files(column: str, result: str) -> dict[str, str]:
        return (
            TABLE
            | _function(result, 2)
            | _view(f"i, f(i) AS {column}")
            | {
                "views/v.sql": "-- depends: views/m\n"
                f"CREATE VIEW v AS SELECT f(1), m.{column} FROM m;"
            }
        )

    migrate(empty_database, package=make_package(files("one", "int")))
    package = make_package(files("two", "bigint"))
    migrate(empty_database, package=package)
    assert query(empty_database, "SELECT two FROM v ORDER BY 1") == [(2,), (4,)]
    assert _is_as_fresh(empty_database, package)


@pytest.mark.slow
def test_readers_never_see_an_error_nor_an_empty_view(
    empty_database: str, make_package: Make
) -> None:
    files = TABLE | _function("int", 2) | OVER
    # a second or more to fill it
    work = "(SELECT count(*) FROM generate_series(1, 5000000)) > 0"
    migrate(empty_database, package=make_package(files | _view("i, f(i) AS f")))
    stop = threading.Event()
    seen: list[object] = []

    def read(statement: str) -> int:
        rounds = 0
        # longer than a lock timeout and a half second, a reader never waits
        with psycopg.connect(
            empty_database, autocommit=True, options="-c lock_timeout=1500ms"
        ) as reader:
            # an application pauses between two queries; readers that never do starve any lock
            while not stop.wait(0.01):
                row = reader.execute(statement.encode()).fetchone()
                rounds += 1
                if row != (2,):
                    seen.append((statement, row))
        return rounds

    with ThreadPoolExecutor(4) as pool:
        readers = [
            pool.submit(read, statement)
            for statement in (
                "SELECT count(*) FROM m",
                "SELECT count(*) FROM w",
                "SELECT count(*) FROM m JOIN w USING (i)",
                "SELECT count(*) FROM w JOIN m USING (i)",
            )
        ]
        try:
            for number in range(3):
                function = _function("bigint" if number % 2 else "int", number)
                package = make_package(
                    files | function | _view(f"i, f(i) AS f, {number} AS n", work)
                )
                migrate(empty_database, package=package, lock_timeout=1, wait=60)
        finally:
            stop.set()
        assert min(reader.result() for reader in readers) > 6
    assert seen == []
    assert _is_as_fresh(empty_database, package)


@pytest.mark.parametrize(
    "view",
    [_view, lambda columns: {"views/m.sql": f"CREATE VIEW m AS SELECT {columns} FROM a;"}],
    ids=["materialized", "plain"],
)
def test_a_reader_that_holds_one_view_and_wants_another_is_not_the_victim_of_a_deadlock(
    empty_database: str, make_package: Make, view: Callable[[str], dict[str, str]]
) -> None:
    migrate(empty_database, package=make_package(TABLE | view("i, j") | OVER))
    package = make_package(TABLE | view("i") | OVER)
    with (
        # sooner than the server's second, so that the reader would be the first to notice
        psycopg.connect(empty_database, options="-c deadlock_timeout=800ms") as reader,
        ThreadPoolExecutor(1) as pool,
    ):
        reader.execute("SELECT FROM m")
        future = pool.submit(migrate, empty_database, package=package, lock_timeout=60, wait=60)
        try:
            while not query(
                empty_database,
                "SELECT FROM pg_locks WHERE relation = 'm'::regclass AND NOT granted",
            ):
                assert not future.done()
            assert len(reader.execute("SELECT * FROM w").fetchall()) == 2
        finally:
            reader.rollback()
        assert len(future.result().actions) == 2


@pytest.fixture
def crashed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, SchemaPackage], None]:
    """Let a migrate end between the build and the change of names, as a kill would."""

    def crash(conninfo: str, package: SchemaPackage) -> None:
        def killed(*_args: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(ViewSwap, "wait_for_snapshots", killed)
            with pytest.raises(KeyboardInterrupt):
                migrate(conninfo, package=package)

    return crash


def test_after_a_crash_the_leftover_is_known_as_ours_and_the_next_run_ends_the_work(
    empty_database: str, make_package: Make, crashed: Callable[[str, SchemaPackage], None]
) -> None:
    first = make_package(TABLE | _view("i") | OVER)
    migrate(empty_database, package=first)
    second = make_package(TABLE | _view("i, j") | OVER)
    crashed(empty_database, second)
    assert ("lms_schema_new_m",) in query(empty_database, LEFT)
    assert query(empty_database, "SELECT count(*) FROM w") == [(2,)]
    migrate(empty_database, package=second)
    assert _is_as_fresh(empty_database, second)


def test_a_leftover_goes_also_when_the_file_is_as_before(
    empty_database: str, make_package: Make, crashed: Callable[[str, SchemaPackage], None]
) -> None:
    first = make_package(TABLE | _view("i"))
    migrate(empty_database, package=first)
    crashed(empty_database, make_package(TABLE | _view("i, j")))
    first = make_package(TABLE | _view("i"))
    migrate(empty_database, package=first)
    assert _is_as_fresh(empty_database, first)


def test_drop_takes_a_leftover_along(
    empty_database: str, make_package: Make, crashed: Callable[[str, SchemaPackage], None]
) -> None:
    migrate(empty_database, package=make_package(TABLE | _view("i")))
    crashed(empty_database, make_package(TABLE | _view("i, j")))
    drop(empty_database, schema="public")
    assert query(empty_database, LEFT) == []


def test_a_view_of_others_with_a_name_of_ours_is_not_taken_for_a_leftover(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE | _view("i")))
    execute(empty_database, "CREATE VIEW lms_schema_new_m AS SELECT 1 AS one")
    with pytest.raises(StatementFailed, match='"lms_schema_new_m" already exists'):
        migrate(empty_database, package=make_package(TABLE | _view("i, j")))
    assert query(empty_database, "SELECT one FROM lms_schema_new_m") == [(1,)]


@pytest.mark.parametrize("at", ["functions/f", "views/m"])
def test_a_connection_cut_at_any_step_of_a_chain_is_finished_by_the_next_run(
    empty_database: str, make_package: Make, at: str
) -> None:
    migrate(empty_database, package=make_package(TABLE | GATE | _function("int", 2) | CHAIN))
    package = make_package(TABLE | GATE | _function("bigint", 3) | CHAIN)
    if at == "functions/f":  # the function is new, the view is not begun
        migrate(empty_database, package=package, to="functions/gate")
        assert status(empty_database, package=package).files.changed
    else:
        with _held_at_the_gate(empty_database, package) as future:
            execute(
                empty_database,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name LIKE 'lms-schema%'",
            )
        assert isinstance(future.exception(), LmsSchemaError)
    assert query(empty_database, "SELECT i FROM w ORDER BY 1") == [(1,), (2,)]
    migrate(empty_database, package=package)
    assert _is_as_fresh(empty_database, package)


def test_who_would_find_the_new_view_empty_is_waited_for_and_named(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE | _view("i")))
    package = make_package(TABLE | _view("i, j"))
    with psycopg.connect(empty_database, application_name="the report") as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT 1")
        with pytest.raises(LockNotObtained, match="the report") as caught:
            migrate(empty_database, package=package, wait=0.1)
        assert caught.value.exit_code == 6
        assert query(empty_database, LEFT) == []
        assert reader.execute("SELECT count(*) FROM m").fetchone() == (2,)
        reader.rollback()
    migrate(empty_database, package=package)
    assert _is_as_fresh(empty_database, package)


def test_a_view_that_was_filled_is_filled_also_when_its_file_says_no_data(
    empty_database: str, make_package: Make
) -> None:
    text = "CREATE MATERIALIZED VIEW m AS SELECT {} FROM a WITH NO DATA;"
    migrate(empty_database, package=make_package(TABLE | {"views/m.sql": text.format("i")}))
    package = make_package(TABLE | {"views/m.sql": text.format("i, j")})
    migrate(empty_database, package=package)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        query(empty_database, "SELECT * FROM m")
    execute(empty_database, "REFRESH MATERIALIZED VIEW m")
    migrate(
        empty_database, package=make_package(TABLE | {"views/m.sql": text.format("i, j, 1 AS k")})
    )
    assert query(empty_database, "SELECT k FROM m") == [(1,), (1,)]


@pytest.mark.parametrize("name", ["m" * 63, '"Größe ""m"""'], ids=["long", "quoted"])
def test_names_of_any_form_are_swapped(empty_database: str, make_package: Make, name: str) -> None:
    def files(columns: str) -> dict[str, str]:
        return TABLE | {
            "views/m.sql": f"CREATE MATERIALIZED VIEW {name} AS SELECT {columns} FROM a;"
            f"CREATE UNIQUE INDEX i ON {name} (i); COMMENT ON COLUMN {name}.i IS 'i';"
        }

    migrate(empty_database, package=make_package(files("i")))
    execute(empty_database, f"CREATE INDEX of_the_dba ON {name} (i)")
    migrate(empty_database, package=make_package(files("i, j")))
    assert query(empty_database, f"SELECT j FROM {name} ORDER BY 1") == [(10,), (20,)]
    assert query(empty_database, LEFT) == []
    assert query(
        empty_database,
        "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public' "
        "AND indexname NOT LIKE 'lms%' ORDER BY 1",
    ) == [("i",), ("of_the_dba",)]


def test_an_index_file_on_the_view_is_built_beside_too(
    empty_database: str, make_package: Make
) -> None:
    index = {
        "indexes/m_j.sql": "CREATE INDEX m_j ON m (j); COMMENT ON INDEX m_j IS 'for the report';"
    }
    migrate(empty_database, package=make_package(TABLE | _view("i, j") | index))
    package = make_package(TABLE | _view("i, j, 1 AS k") | index)
    assert actions(migrate(empty_database, package=package)) == [("views/m", "rebuild")]
    assert _is_as_fresh(empty_database, package)
