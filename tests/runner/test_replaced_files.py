"""Replaceable files: changed in place where PostgreSQL can, else with all that depends on them."""

from __future__ import annotations

import psycopg
import pytest

from lms_schema import StatementFailed, migrate
from support.runner import Make, actions, execute, fingerprint, query

TABLE = {"tables/010_a.sql": "CREATE TABLE a (i int, j int, k int);"}
VIEW = {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i, j FROM a;"}
OVER_VIEW = {"views/w.sql": "CREATE OR REPLACE VIEW w AS SELECT i FROM v;"}


def _function(parameters: str, body: str, result: str = "int") -> dict[str, str]:
    return {
        "functions/f.sql": f"CREATE OR REPLACE FUNCTION f({parameters}) RETURNS {result} "
        f"LANGUAGE sql AS 'SELECT {body}';"
        "REVOKE EXECUTE ON FUNCTION f FROM PUBLIC;"
    }


def _functions(conninfo: str) -> list[str]:
    rows = query(
        conninfo,
        "SELECT oid::regprocedure::text FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    )
    return [row[0] for row in rows]


def test_a_changed_function_is_replaced_in_place_and_nothing_else_is_touched(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE | VIEW | _function("i int", "1")))
    before = query(empty_database, "SELECT 'f(int)'::regprocedure::oid, 'v'::regclass::oid")
    result = migrate(empty_database, package=make_package(TABLE | VIEW | _function("i int", "2")))
    assert actions(result) == [("functions/f", "replace")]
    assert query(empty_database, "SELECT f(0)") == [(2,)]
    after = query(empty_database, "SELECT 'f(int)'::regprocedure::oid, 'v'::regclass::oid")
    assert after == before


def test_a_changed_signature_leaves_no_overload_and_keeps_the_grants(
    empty_database: str, make_package: Make, role: str
) -> None:
    migrate(empty_database, package=make_package(_function("i int", "1")))
    execute(empty_database, f"GRANT EXECUTE ON FUNCTION f TO {role}")
    migrate(empty_database, package=make_package(_function("i int, j int DEFAULT 0", "2")))
    assert _functions(empty_database) == ["f(integer,integer)"]
    assert query(
        empty_database, f"SELECT has_function_privilege('{role}', 'f(int, int)', 'EXECUTE')"
    ) == [(True,)]


@pytest.mark.parametrize(
    "changed",
    [
        _function("other int", "2"),
        _function("i int", "2", "bigint"),
        {
            "functions/f.sql": "CREATE OR REPLACE PROCEDURE f(i int) LANGUAGE sql AS 'SELECT 1';"
            "REVOKE ALL ON PROCEDURE f FROM PUBLIC;"
        },
    ],
    ids=["parameter renamed", "other result", "procedure"],
)
def test_a_function_that_cannot_be_replaced_in_place_is_made_again_with_its_grants(
    empty_database: str, make_package: Make, role: str, changed: dict[str, str]
) -> None:
    migrate(empty_database, package=make_package(_function("i int", "1")))
    execute(empty_database, f"GRANT EXECUTE ON FUNCTION f TO {role} WITH GRANT OPTION")
    result = migrate(empty_database, package=make_package(changed))
    assert actions(result) == [("functions/f", "rebuild")]
    assert query(
        empty_database,
        "SELECT grantee::regrole::text, is_grantable FROM pg_proc, aclexplode(proacl) "
        "WHERE proname = 'f' AND grantee <> proowner",
    ) == [(role, True)]


def test_public_does_not_get_back_what_was_revoked_from_it(
    empty_database: str, make_package: Make, role: str
) -> None:
    first = {"functions/g.sql": "CREATE OR REPLACE FUNCTION g(i int) RETURNS int RETURN 1;"}
    migrate(empty_database, package=make_package(first))
    execute(empty_database, "REVOKE EXECUTE ON FUNCTION g FROM PUBLIC")
    second = {"functions/g.sql": "CREATE OR REPLACE FUNCTION g(other int) RETURNS int RETURN 1;"}
    migrate(empty_database, package=make_package(second))
    assert query(
        empty_database, f"SELECT has_function_privilege('{role}', 'g(int)', 'EXECUTE')"
    ) == [(False,)]


def test_a_view_that_loses_a_column_is_made_again_with_those_over_it(
    empty_database: str, make_package: Make, role: str
) -> None:
    migrate(empty_database, package=make_package(TABLE | VIEW | OVER_VIEW))
    execute(
        empty_database,
        f"GRANT SELECT ON v, w TO {role}",
        f"GRANT UPDATE (i) ON v TO {role}",
        f"ALTER VIEW w OWNER TO {role}",
    )
    smaller = {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i FROM a;"}
    result = migrate(empty_database, package=make_package(TABLE | smaller | OVER_VIEW))
    assert actions(result) == [("views/v", "rebuild"), ("views/w", "rebuild")]
    assert query(
        empty_database,
        f"SELECT has_table_privilege('{role}', 'v', 'SELECT'), "
        f"has_column_privilege('{role}', 'v', 'i', 'UPDATE'), "
        "(SELECT relowner::regrole::text FROM pg_class WHERE oid = 'w'::regclass)",
    ) == [(True, True, role)]
    with pytest.raises(psycopg.errors.UndefinedColumn):
        query(empty_database, "SELECT j FROM v")


def test_files_rebuilt_together_take_the_pending_ones_between_them_along(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE | VIEW | OVER_VIEW))
    package = make_package(
        TABLE
        | {
            "views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i FROM a;",
            "views/v2.sql": "CREATE OR REPLACE VIEW v2 AS SELECT i FROM v;",
            "views/w.sql": "CREATE OR REPLACE VIEW w AS SELECT i FROM v2;",
        }
    )
    result = migrate(empty_database, package=package)
    assert actions(result) == [
        ("views/v", "rebuild"),
        ("views/v2", "apply"),
        ("views/w", "rebuild"),
    ]
    assert migrate(empty_database, package=package).actions == ()


def test_a_changed_materialized_view_keeps_the_indexes_and_grants_of_others(
    empty_database: str, make_package: Make, role: str
) -> None:
    def view(columns: str) -> dict[str, str]:
        return {
            "views/m.sql": f"CREATE MATERIALIZED VIEW m AS SELECT {columns} FROM a;"
            "CREATE UNIQUE INDEX m_i ON m (i);"
        }

    migrate(empty_database, package=make_package(TABLE | view("i, j")))
    execute(empty_database, "CREATE INDEX of_the_dba ON m (i, j)", f"GRANT SELECT ON m TO {role}")
    result = migrate(empty_database, package=make_package(TABLE | view("i, j, k")))
    assert actions(result) == [("views/m", "rebuild")]
    assert query(
        empty_database, "SELECT indexname FROM pg_indexes WHERE tablename = 'm' ORDER BY 1"
    ) == [("m_i",), ("of_the_dba",)]
    assert query(empty_database, f"SELECT has_table_privilege('{role}', 'm', 'SELECT')") == [
        (True,)
    ]


def test_an_index_of_others_that_no_longer_fits_stops_everything(
    empty_database: str, make_package: Make
) -> None:
    migrate(
        empty_database,
        package=make_package(
            TABLE | {"views/m.sql": "CREATE MATERIALIZED VIEW m AS SELECT i, j FROM a;"}
        ),
    )
    execute(empty_database, "CREATE INDEX of_the_dba ON m (j)")
    before = fingerprint(empty_database)
    smaller = {"views/m.sql": "CREATE MATERIALIZED VIEW m AS SELECT i FROM a;"}
    with pytest.raises(StatementFailed, match="of_the_dba"):
        migrate(empty_database, package=make_package(TABLE | smaller))
    assert fingerprint(empty_database) == before


def test_if_not_exists_does_not_keep_the_old_object(
    empty_database: str, make_package: Make
) -> None:
    def view(columns: str) -> dict[str, str]:
        text = f"CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT {columns} FROM a;"
        return {"views/m.sql": text}

    migrate(empty_database, package=make_package(TABLE | view("i")))
    result = migrate(empty_database, package=make_package(TABLE | view("i, j")))
    assert actions(result) == [("views/m", "rebuild")]
    assert query(empty_database, "SELECT i, j FROM m") == []


def test_a_view_of_others_over_a_changed_one_is_listed_and_nothing_is_lost(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE | VIEW | OVER_VIEW))
    execute(empty_database, "CREATE VIEW of_the_dba AS SELECT j FROM v")
    before = fingerprint(empty_database)
    smaller = {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i FROM a;"}
    with pytest.raises(StatementFailed, match="view of_the_dba depends on view v") as caught:
        migrate(empty_database, package=make_package(TABLE | smaller | OVER_VIEW))
    assert "CASCADE" not in str(caught.value)
    assert fingerprint(empty_database) == before
    execute(empty_database, "DROP VIEW of_the_dba")
    migrate(empty_database, package=make_package(TABLE | smaller | OVER_VIEW))


def test_what_uses_a_function_is_made_again_with_it(
    empty_database: str, make_package: Make
) -> None:
    def files(result: str) -> dict[str, str]:
        return (
            TABLE
            | _function("i int", "i", result)
            | {
                "functions/g.sql": (
                    "-- depends: functions/f\n"
                    "CREATE OR REPLACE FUNCTION g() RETURNS text RETURN f(1)::text;"
                ),
                "views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT g() AS g, f(i) AS f FROM a;",
                "views/x.sql": "CREATE OR REPLACE VIEW x AS SELECT 1 AS one;",
                "security/s.sql": (
                    "ALTER TABLE a ENABLE ROW LEVEL SECURITY;CREATE POLICY p ON a USING (f(i) > 0);"
                ),
            }
        )

    migrate(empty_database, package=make_package(files("int")))
    result = migrate(empty_database, package=make_package(files("bigint")))
    assert actions(result) == [
        ("functions/f", "rebuild"),
        ("functions/g", "rebuild"),
        ("views/v", "rebuild"),
        ("security/s", "rebuild"),
    ]
    assert query(empty_database, "SELECT polname::text FROM pg_policy") == [("p",)]


def test_dependents_of_dependents_are_made_again_in_their_order_with_their_grants(
    empty_database: str, make_package: Make, role: str
) -> None:
    chain = {
        # against the order of the alphabet
        "views/z.sql": "CREATE OR REPLACE VIEW z AS SELECT i FROM v;",
        "views/y.sql": "-- depends: views/z\nCREATE OR REPLACE VIEW y AS SELECT i FROM z;",
        "views/x.sql": "-- depends: views/y\n"
        "CREATE OR REPLACE VIEW x AS SELECT y.i FROM y JOIN v ON TRUE;",
    }
    migrate(empty_database, package=make_package(TABLE | VIEW | chain))
    execute(empty_database, f"GRANT SELECT ON x, y, z TO {role}")
    smaller = {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i FROM a;"}
    package = make_package(TABLE | smaller | chain)
    result = migrate(empty_database, package=package)
    assert actions(result) == [(f"views/{name}", "rebuild") for name in "vzyx"]
    assert query(
        empty_database,
        f"SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = '{role}'",
    ) == [(3,)]
    execute(empty_database, f"REVOKE SELECT ON x, y, z FROM {role}")
    migrate(empty_database, package=package, schema="fresh")
    assert fingerprint(empty_database) == fingerprint(empty_database, "fresh")


def test_a_definer_function_with_another_signature_keeps_its_owner_and_its_grants(
    empty_database: str, make_package: Make, role: str
) -> None:
    def files(parameters: str) -> dict[str, str]:
        return {
            "functions/f.sql": f"CREATE OR REPLACE FUNCTION f({parameters}) RETURNS name "
            "LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS 'SELECT current_user';"
            "REVOKE EXECUTE ON FUNCTION f FROM PUBLIC;"
        }

    migrate(empty_database, package=make_package(files("i int")))
    execute(
        empty_database,
        f"GRANT CREATE ON SCHEMA public TO {role}",
        f"ALTER FUNCTION f OWNER TO {role}",
        f"REVOKE CREATE ON SCHEMA public FROM {role}",
        f"CREATE ROLE {role}_caller",
        f"GRANT EXECUTE ON FUNCTION f TO {role}_caller",
    )
    try:
        migrate(empty_database, package=make_package(files("i int, j int DEFAULT 0")))
        assert query(
            empty_database,
            "SELECT f(1)::text, prosecdef, proowner::regrole::text, "
            f"has_function_privilege('{role}_caller', oid, 'EXECUTE'), "
            "EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0) "
            "FROM pg_proc WHERE proname = 'f'",
        ) == [(role, True, role, True, False)]
    finally:
        execute(empty_database, f"DROP OWNED BY {role}_caller", f"DROP ROLE {role}_caller")


def test_a_trigger_goes_over_to_the_function_that_its_old_one_became(
    empty_database: str, make_package: Make
) -> None:
    def files(name: str) -> dict[str, str]:
        return TABLE | {
            "functions/t.sql": f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger "
            "LANGUAGE plpgsql AS 'BEGIN NEW.j := 1; RETURN NEW; END';",
            "triggers/a.sql": "CREATE OR REPLACE TRIGGER fill BEFORE INSERT ON a "
            f"FOR EACH ROW EXECUTE FUNCTION {name}();",
        }

    migrate(empty_database, package=make_package(files("t")))
    package = make_package(files("u"))
    migrate(empty_database, package=package)
    assert _functions(empty_database) == ["u()"]
    execute(empty_database, "INSERT INTO a (i) VALUES (1)")
    assert query(empty_database, "SELECT j FROM a") == [(1,)]
    migrate(empty_database, package=package, schema="fresh")
    assert fingerprint(empty_database) == fingerprint(empty_database, "fresh")


def test_a_function_that_returns_rows_of_a_view_is_made_again_with_it(
    empty_database: str, make_package: Make
) -> None:
    def files(columns: str) -> dict[str, str]:
        return TABLE | {
            "views/v.sql": f"CREATE OR REPLACE VIEW v AS SELECT {columns} FROM a;",
            "views/v_rows.sql": (
                "CREATE OR REPLACE VIEW v_rows AS SELECT NULL::v[] AS rows, NULL::v AS row;"
            ),
        }

    migrate(empty_database, package=make_package(files("i, j")))
    result = migrate(empty_database, package=make_package(files("i")))
    assert actions(result) == [("views/v", "rebuild"), ("views/v_rows", "rebuild")]


def test_changed_triggers_and_their_function_are_made_again(
    empty_database: str, make_package: Make
) -> None:
    def files(when: str, result: str) -> dict[str, str]:
        return TABLE | {
            "functions/t.sql": (
                f"CREATE OR REPLACE FUNCTION t() RETURNS {result} LANGUAGE plpgsql AS "
                "'BEGIN RETURN NULL; END';"
            ),
            "triggers/a.sql": (
                f"CREATE CONSTRAINT TRIGGER {when} AFTER INSERT ON a "
                "FOR EACH ROW EXECUTE FUNCTION t();"
            ),
        }

    def triggers() -> list[tuple[str]]:
        return query(empty_database, "SELECT tgname::text FROM pg_trigger ORDER BY 1")

    migrate(empty_database, package=make_package(files("one", "trigger")))
    migrate(empty_database, package=make_package(files("two", "trigger")))
    assert triggers() == [("two",)]
    changed = files("two", "trigger") | {
        "triggers/a.sql": "CREATE CONSTRAINT TRIGGER two AFTER UPDATE ON a "
        "FOR EACH ROW EXECUTE FUNCTION t();"
    }
    assert actions(migrate(empty_database, package=make_package(changed))) == [
        ("triggers/a", "rebuild")
    ]
    assert triggers() == [("two",)]


def test_a_gone_file_leads_to_a_drop_also_when_its_user_changed_at_the_same_time(
    empty_database: str, make_package: Make
) -> None:
    user = {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT f(1) AS one;"}
    migrate(empty_database, package=make_package(TABLE | _function("i int", "1") | user))
    changed = {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;"}
    result = migrate(empty_database, package=make_package(TABLE | changed))
    assert actions(result) == [("views/v", "replace"), ("functions/f", "drop")]
    assert _functions(empty_database) == []
    assert migrate(empty_database, package=make_package(TABLE | changed)).actions == ()


def test_gone_files_are_dropped_whichever_depends_on_which(
    empty_database: str, make_package: Make
) -> None:
    views = {
        f"views/{name}.sql": text
        for name, text in (
            ("b", "CREATE VIEW b AS SELECT i FROM a;"),
            ("c", "CREATE VIEW c AS SELECT i FROM b;"),
            ("d", "CREATE VIEW d AS SELECT b.i FROM b, c;"),
        )
    }
    migrate(empty_database, package=make_package(TABLE | views))
    migrate(empty_database, package=make_package(TABLE))
    assert query(empty_database, "SELECT viewname FROM pg_views WHERE schemaname = 'public'") == []


def test_a_gone_file_that_others_depend_on_is_kept_with_an_error(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE | VIEW))
    execute(empty_database, "CREATE VIEW of_the_dba AS SELECT i FROM v")
    with pytest.raises(StatementFailed, match="of_the_dba"):
        migrate(empty_database, package=make_package(TABLE))
    assert query(empty_database, "SELECT i FROM v") == []


def test_a_function_may_move_to_another_file(empty_database: str, make_package: Make) -> None:
    function = _function("i int", "1")
    migrate(empty_database, package=make_package(function))
    moved = {"functions/z.sql": function["functions/f.sql"]}
    oid = query(empty_database, "SELECT 'f(int)'::regprocedure::oid")
    result = migrate(empty_database, package=make_package(moved))
    assert actions(result) == [("functions/z", "apply"), ("functions/f", "drop")]
    assert query(empty_database, "SELECT 'f(int)'::regprocedure::oid") == oid


def test_an_upgrade_ends_in_the_catalog_of_a_fresh_install(
    empty_database: str, make_package: Make
) -> None:
    old = make_package(
        TABLE
        | VIEW
        | OVER_VIEW
        | _function("i int", "1")
        | {"functions/gone.sql": "CREATE FUNCTION gone() RETURNS int RETURN 1;"}
    )
    migrate(empty_database, package=old, schema="upgraded")
    new = make_package(
        TABLE
        | {"tables/020_b.sql": "CREATE TABLE b (i int);"}
        | {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT j AS i FROM a;"}
        | OVER_VIEW
        | _function("i int, n bigint", "2", "bigint")
    )
    migrate(empty_database, package=new, schema="upgraded")
    migrate(empty_database, package=new, schema="fresh")
    assert fingerprint(empty_database, "upgraded") == fingerprint(empty_database, "fresh")
