"""Nothing that others put into a database runs as whoever runs a command there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import sql
from psycopg.conninfo import make_conninfo

import lms_schema
from lms_schema import DatabaseError, Event, StatementFailed, migrate, plan
from lms_schema.cli import cli
from lms_schema.errors import printable
from lms_schema.records import ledger
from lms_schema.runner.observer import Observer
from lms_schema.server import advisory_lock, embedded, sessions
from lms_schema.source import package as packages
from support.planted import calls, neighbour
from support.roles import Role, new_role
from support.runner import Make, disposable_server, execute, query

STATE = "public.lms_schema_migration"
COMMANDS = {
    "status": ["status"],
    "plan": ["plan"],
    "migrate": ["migrate"],
    "verify": ["verify"],
    "baseline": ["baseline"],
    "maintain": ["maintain"],
    "drop": ["drop", "--confirm", "public"],
    "docs": ["docs"],
}
READS_STATE = {"status", "plan", "migrate", "verify", "baseline", "drop"}
FUNCTION = "CREATE OR REPLACE FUNCTION f() RETURNS int"
ONE = {"tables/010_a.sql": "CREATE TABLE a (i int);"}
COLUMNS = (
    "migration_hash varchar(64), migration_id varchar(255), applied_at_utc timestamp,"
    " checksum text, package_version text, objects text[], content text,"
    " installed_at timestamptz DEFAULT now(), is_own boolean GENERATED ALWAYS AS (true) STORED"
)

# What the neighbour does, perhaps after it was granted something, and how it is made to run. `{me}`
# is the superuser, who made the state tables.
PLANTED = {
    "view": (
        f"DROP TABLE {STATE}; SET ROLE {{role}}; CREATE VIEW {STATE} AS SELECT"
        " den.text()::varchar(64) AS migration_hash, den.text()::varchar(255) AS migration_id,"
        " now()::timestamp AS applied_at_utc, den.text() AS checksum, den.text() AS"
        " package_version, NULL::text[] AS objects, den.text() AS content, now() AS installed_at,"
        " true AS is_own",
        f"SELECT * FROM {STATE}",
    ),
    "rule": (
        f"DROP TABLE {STATE}; SET ROLE {{role}}; CREATE TABLE {STATE} ({COLUMNS});"
        f" CREATE RULE note AS ON INSERT TO {STATE} DO INSTEAD SELECT den.text()",
        f"INSERT INTO {STATE} VALUES ('a')",
    ),
    "policy": (
        f"DROP TABLE {STATE}; SET ROLE {{role}}; CREATE TABLE {STATE} ({COLUMNS});"
        f" INSERT INTO {STATE} VALUES ('a'); ALTER TABLE {STATE} FORCE ROW LEVEL SECURITY;"
        f" ALTER TABLE {STATE} ENABLE ROW LEVEL SECURITY;"
        f" CREATE POLICY p ON {STATE} USING (den.yes(migration_hash))",
        f"SET ROLE {{role}}; SELECT * FROM {STATE}",
    ),
    "trigger": (
        f"GRANT TRIGGER ON {STATE} TO {{role}}; SET ROLE {{role}};"
        f" CREATE TRIGGER note BEFORE INSERT ON {STATE} FOR EACH ROW EXECUTE FUNCTION den.trap()",
        f"INSERT INTO {STATE} VALUES ('a')",
    ),
    "child": (
        f"CREATE TABLE den.child (LIKE {STATE} INCLUDING DEFAULTS INCLUDING GENERATED);"
        f" ALTER TABLE den.child INHERIT {STATE}; ALTER TABLE den.child OWNER TO {{role}};"
        " SET ROLE {role};"
        " INSERT INTO den.child (migration_hash, content) VALUES ('b', '');"
        " CREATE TRIGGER note BEFORE UPDATE ON den.child FOR EACH ROW EXECUTE FUNCTION den.trap()",
        f"UPDATE {STATE} SET checksum = 'x' WHERE migration_hash = 'b'",
    ),
    "foreign key": (
        f"GRANT SELECT, REFERENCES ON {STATE} TO {{role}}; SET ROLE {{role}};"
        f" CREATE TABLE den.child (hash varchar(64), at timestamptz, FOREIGN KEY (hash, at)"
        f" REFERENCES {STATE} ON DELETE CASCADE);"
        f" INSERT INTO den.child SELECT migration_hash, installed_at FROM {STATE} LIMIT 1;"
        " CREATE TRIGGER note BEFORE DELETE ON den.child FOR EACH ROW EXECUTE FUNCTION den.trap()",
        f"DELETE FROM {STATE} WHERE migration_hash IN (SELECT hash FROM den.child)",
    ),
}


def _run(database: str, *arguments: str, tmp_path: Path) -> Result:
    folder = [str(tmp_path / "docs")] if arguments[0] == "docs" else []
    result = CliRunner().invoke(cli, [*arguments, *folder, "--database", database])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def mallory(database: str) -> Iterator[Role]:
    with neighbour(database) as role:
        yield role


def _session(database: str, statements: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in statements.split(";"):
            connection.execute(statement.encode())


def _close(database: str, role: Role) -> None:
    execute(database, f"REVOKE CREATE ON SCHEMA public FROM {role.name}")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("planted", PLANTED)
def test_what_stands_in_the_place_of_a_state_table_does_not_run(
    database: str, mallory: Role, tmp_path: Path, planted: str, command: str
) -> None:
    plant, spring = (text.format(role=mallory.name) for text in PLANTED[planted])
    _session(database, plant)
    _close(database, mallory)
    before = calls(database, mallory)
    result = _run(database, *COMMANDS[command], tmp_path=tmp_path)
    assert calls(database, mallory) == before
    if command in READS_STATE:
        assert result.exit_code == 1, result.output
        assert "lms_schema_migration" in result.stderr
        assert "Nothing of it was read" in result.stderr
    _session(database, spring)
    assert calls(database, mallory) > before, "the positive control"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_function_of_another_owner_does_not_run(
    database: str, mallory: Role, tmp_path: Path, command: str
) -> None:
    execute(
        database,
        f"ALTER FUNCTION drop_expired_data(interval, timestamptz) OWNER TO {mallory.name}",
        f"ALTER FUNCTION month_partition_ddl(text, integer, date) OWNER TO {mallory.name}",
    )
    execute(
        mallory.conninfo,
        "CREATE OR REPLACE FUNCTION public.month_partition_ddl(p_table text, p_months_ahead integer"
        " DEFAULT 12, p_from date DEFAULT NULL) RETURNS SETOF text[] LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN; END $$",
    )
    _close(database, mallory)
    result = _run(database, *COMMANDS[command], tmp_path=tmp_path)
    assert calls(database, mallory) == 0
    if command in ("migrate", "maintain"):
        assert result.exit_code == 1
        assert f'"month_partition_ddl", owned by "{mallory.name}"' in result.stderr
    if command != "drop":
        execute(database, "SELECT public.month_partition_ddl('learning_interactions')")
        assert calls(database, mallory) == 1, "the positive control"


@pytest.mark.parametrize("command", COMMANDS)
def test_an_overload_does_not_run(
    database: str, mallory: Role, tmp_path: Path, command: str
) -> None:
    """Its arguments fit better than those of PostgreSQL's own functions."""
    execute(
        mallory.conninfo,
        *(
            f"CREATE FUNCTION public.{name} RETURNS {kind} LANGUAGE plpgsql AS"
            f" $$ BEGIN RETURN pg_catalog.{call}; END $$"
            for name, kind, call in (
                ("quote_ident(name)", "text", "quote_ident($1::text)"),
                ("quote_ident(varchar)", "text", "quote_ident($1::text)"),
                ("starts_with(name, text)", "boolean", "starts_with($1::text, $2)"),
                ("lower(name)", "text", "lower($1::text)"),
                ("length(name)", "integer", "length($1::text)"),
            )
        ),
    )
    _close(database, mallory)
    result = _run(database, *COMMANDS[command], tmp_path=tmp_path)
    if command in ("migrate", "baseline", "maintain"):
        assert result.exit_code == 1
        assert f'quote_ident(name), owned by "{mallory.name}"' in result.stderr
    assert calls(database, mallory) == 0
    _session(database, "SET search_path = public; SELECT quote_ident('a'::name)")
    assert calls(database, mallory) == 1, "the positive control"


@pytest.mark.parametrize(
    "planted",
    [
        "FUNCTION public.is_unlock_rule_met(jsonb) RETURNS boolean LANGUAGE sql RETURN true",
        "OPERATOR public.= (FUNCTION = date_eq, LEFTARG = date, RIGHTARG = date)",
    ],
)
def test_what_can_be_called_in_the_place_of_something_else_is_refused_whoever_may_create_now(
    database: str, mallory: Role, planted: str
) -> None:
    execute(mallory.conninfo, f"CREATE {planted}")
    _close(database, mallory)
    with pytest.raises(DatabaseError, match=f'owned by "{mallory.name}"'):
        migrate(database)


def test_a_function_of_another_role_with_a_name_of_its_own_is_none_of_our_business(
    database: str, mallory: Role
) -> None:
    execute(mallory.conninfo, "CREATE FUNCTION public.report_of_mine() RETURNS int RETURN 1")
    _close(database, mallory)
    assert migrate(database).actions == ()


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        ("CREATE INDEX i ON {t} (({c}::text || 'x'))", "it has index .*i"),
        ("ALTER TABLE {t} ADD CONSTRAINT c CHECK ({c} IS NOT NULL)", "it has constraint c"),
        ("ALTER TABLE {t} ALTER {c} SET DEFAULT 1", "it has the default of column"),
        ("ALTER TABLE {t} DROP is_own", "its columns are not those"),
        (
            "CREATE DOMAIN d AS text; ALTER TABLE {t} ALTER {c} TYPE d USING {c}",
            "it has column .* of type .*d",
        ),
        ("CREATE DOMAIN d AS text; ALTER TABLE {t} ADD more d", "it has column more of type .*d"),
        ("CREATE TABLE p (); ALTER TABLE {t} INHERIT p", "it has parent .*p"),
        ("CREATE TABLE p () INHERITS ({t})", "it has child .*p"),
        ("CREATE RULE r AS ON INSERT TO {t} DO ALSO NOTHING", "it has rule r"),
        ("CREATE POLICY p ON {t}", "it has policy p"),
        ("DROP TABLE {t}; CREATE MATERIALIZED VIEW {t} AS SELECT 1", "it is a materialized view"),
        ("DROP TABLE {t}; CREATE SEQUENCE {t}", "it is a sequence"),
    ],
)
@pytest.mark.parametrize("table", ledger.TABLES)
def test_a_state_table_is_an_ordinary_table_and_nothing_more(
    empty_database: str, make_package: Make, table: str, statements: str, problem: str
) -> None:
    migrate(empty_database, package=make_package(ONE))
    column = {ledger.VERSION_TABLE: "version"}.get(table, "migration_id")
    _session(empty_database, statements.format(t=table, c=column))
    with pytest.raises(DatabaseError, match=problem) as caught:
        lms_schema.status(empty_database)
    assert caught.value.exit_code == 1
    assert table in str(caught.value)


def test_row_security_that_a_platform_turned_on_is_told_to_whom_it_hides_rows(
    empty_database: str, make_package: Make
) -> None:
    package = make_package(ONE)
    migrate(empty_database, package=package)
    execute(empty_database, f"ALTER TABLE {STATE} ENABLE ROW LEVEL SECURITY")
    assert lms_schema.status(empty_database, package=package).exit_code == 0
    with (
        new_role(empty_database, f"GRANT SELECT ON {STATE} TO {{role}}") as reader,
        pytest.raises(DatabaseError, match=r"Row security hides the rows .* DISABLE ROW SECURITY"),
    ):
        lms_schema.status(reader.conninfo, package=package)


@pytest.mark.parametrize("owner", ["itself", "a group of its", "the owner of the schema"])
def test_a_role_believes_state_tables_of(
    empty_database: str, make_package: Make, owner: str
) -> None:
    package = make_package(ONE)
    with (
        new_role(empty_database, "CREATE SCHEMA s AUTHORIZATION {role}") as maker,
        new_role(empty_database) as reader,
    ):
        migrate(maker.conninfo, schema="s", package=package)
        execute(maker.conninfo, f"GRANT USAGE ON SCHEMA s TO {reader.name}")
        execute(maker.conninfo, f"GRANT SELECT ON s.lms_schema_migration TO {reader.name}")
        if owner != "the owner of the schema":
            execute(empty_database, "ALTER SCHEMA s OWNER TO CURRENT_USER")
            execute(empty_database, f"GRANT USAGE ON SCHEMA s TO {reader.name}, {maker.name}")
            with pytest.raises(DatabaseError, match="is neither this role"):
                lms_schema.status(reader.conninfo, schema="s", package=package)
            # a superuser has each right of the owner, and is no member of it for that
            with pytest.raises(DatabaseError, match="is neither this role"):
                lms_schema.status(empty_database, schema="s", package=package)
        if owner == "a group of its":
            execute(empty_database, f"GRANT {maker.name} TO {reader.name}")
        who = maker if owner == "itself" else reader
        assert lms_schema.status(who.conninfo, schema="s", package=package).exit_code == 0


OPENED = {
    "everybody": ("GRANT CREATE ON SCHEMA s TO PUBLIC", "PUBLIC"),
    "a role": ("GRANT CREATE ON SCHEMA s TO {role}", "{role}"),
    "its owner": ("ALTER SCHEMA s OWNER TO {role}", "{role}"),
}


@pytest.mark.parametrize("opened", OPENED)
@pytest.mark.parametrize("command", ["migrate", "baseline", "maintain"])
def test_a_superuser_works_in_no_schema_in_which_others_may_create_and_is_told_how_to_mend_it(
    empty_database: str, tmp_path: Path, command: str, opened: str
) -> None:
    change, named = OPENED[opened]
    with new_role(empty_database, "CREATE SCHEMA s", change) as role:
        execute(empty_database, "CREATE TABLE s.t ()")
        arguments = [*COMMANDS[command], "--schema", "s"]
        refused = _run(empty_database, *arguments, tmp_path=tmp_path)
        assert refused.exit_code == 1
        assert "others may create objects in schema" in refused.stderr.lower()
        assert named.format(role=role.name) in refused.stderr
        _, _, mend = refused.stderr.partition("To mend it: ")
        _, _, alter = mend.rpartition(", or ")
        execute(empty_database, alter.strip())
        mended = _run(empty_database, *arguments, tmp_path=tmp_path)
        assert "may create objects" not in mended.stderr


def test_a_role_that_is_set_is_no_shelter_for_a_superuser(
    empty_database: str, make_package: Make
) -> None:
    package = make_package(ONE)
    with new_role(empty_database, "CREATE SCHEMA s AUTHORIZATION {role}") as owner:
        migrate(owner.conninfo, schema="s", package=package)
        as_owner = make_conninfo(empty_database, options=f"-c role={owner.name}")
        with pytest.raises(DatabaseError, match="Others may create objects"):
            migrate(as_owner, schema="s", package=package)


def test_an_ordinary_owner_is_warned_and_goes_on(empty_database: str, make_package: Make) -> None:
    make_package(ONE)
    with (
        new_role(empty_database, "CREATE SCHEMA s AUTHORIZATION {role}") as owner,
        new_role(empty_database) as other,
    ):
        execute(owner.conninfo, "CREATE TABLE s.t ()", f"GRANT CREATE ON SCHEMA s TO {other.name}")
        events: list[Event] = []
        migrate(owner.conninfo, schema="s", package=make_package(ONE), on_event=events.append)
        assert [event.kind for event in events] == ["warning", "begin", "apply"]
        assert f'REVOKE CREATE ON SCHEMA "s" FROM "{other.name}";' in events[0].text


@pytest.mark.parametrize("within", ["", " IN SCHEMA public"])
def test_what_default_privileges_open_to_others_is_not_made(
    empty_database: str, make_package: Make, within: str
) -> None:
    package = make_package(ONE)
    with new_role(
        empty_database,
        f"ALTER DEFAULT PRIVILEGES{within} GRANT ALL ON TABLES TO {{role}}",
        f"ALTER DEFAULT PRIVILEGES{within} GRANT ALL ON FUNCTIONS TO {{role}}",
    ) as other:
        with pytest.raises(DatabaseError, match=f"EXECUTE ON FUNCTIONS FROM {other.name}") as found:
            migrate(empty_database, package=package)
        assert query(empty_database, "SELECT FROM pg_class WHERE relname = 'a'") == []
        if within:
            migrate(empty_database, schema="s", package=package)
        _, _, mends = str(found.value).partition("or run: ")
        execute(empty_database, mends)
        # which row security guards
        execute(
            empty_database,
            f"ALTER DEFAULT PRIVILEGES{within}"
            f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {other.name}",
        )
        migrate(empty_database, schema="public", package=package)
        assert query(
            empty_database,
            "SELECT relname, privilege FROM pg_class CROSS JOIN (VALUES ('SELECT'), ('DELETE'))"
            " AS p (privilege) WHERE relnamespace = 'public'::regnamespace"
            " AND relname IN ('a', 'lms_schema_migration')"
            f" AND has_table_privilege('{other.name}', pg_class.oid, privilege) ORDER BY 1, 2",
        ) == [("a", "DELETE"), ("a", "SELECT"), ("lms_schema_migration", "SELECT")]


def test_who_is_a_superuser_or_can_become_one_is_no_other(
    empty_database: str, make_package: Make
) -> None:
    package = make_package(ONE)
    me = query(empty_database, "SELECT current_user")[0][0]
    with new_role(empty_database, f'GRANT "{me}" TO {{role}}') as deputy:
        execute(
            empty_database,
            f"CREATE SCHEMA s AUTHORIZATION {deputy.name}",
            "GRANT CREATE ON SCHEMA s TO pg_database_owner",
        )
        events: list[Event] = []
        for conninfo in (empty_database, deputy.conninfo):
            migrate(conninfo, schema="s", package=package, on_event=events.append)
        assert "warning" not in [event.kind for event in events]


def test_what_others_put_into_an_empty_schema_while_it_is_installed_ends_the_install(
    empty_database: str, make_package: Make
) -> None:
    package = make_package({**ONE, "tables/020_b.sql": "CREATE TABLE b AS SELECT f(1) AS i;"})
    with new_role(empty_database, "GRANT CREATE ON SCHEMA public TO {role}") as role:
        events: list[Event] = []

        def plant(event: Event) -> None:
            events.append(event)
            if event.kind == "apply":
                execute(role.conninfo, "CREATE FUNCTION public.f(integer) RETURNS int RETURN 2")

        with pytest.raises(DatabaseError, match=f'function "f", owned by "{role.name}"'):
            migrate(empty_database, package=package, on_event=plant)
        assert [event.kind for event in events] == ["warning", "begin", "apply"]
        execute(role.conninfo, "DROP FUNCTION public.f(integer)")
        execute(empty_database, f"REVOKE CREATE ON SCHEMA public FROM {role.name}")
        execute(empty_database, "CREATE FUNCTION public.f(integer) RETURNS int RETURN 1")
        migrate(empty_database, package=package)
        assert query(empty_database, "SELECT i FROM b") == [(1,)]


def test_what_others_put_there_in_the_last_transaction_is_not_adopted(
    empty_database: str, make_package: Make
) -> None:
    package = make_package(
        {**ONE, "functions/f.sql": "CREATE OR REPLACE FUNCTION f() RETURNS int RETURN 1;"}
    )
    with new_role(empty_database, "GRANT CREATE ON SCHEMA public TO {role}") as role:

        class Plant(Observer):
            number = 0

            def begin(self) -> None:
                self.number += 1
                if self.number > 1:
                    execute(role.conninfo, "CREATE FUNCTION public.f() RETURNS int RETURN 2")

        with pytest.raises(DatabaseError, match='function "f", owned by'):
            migrate(empty_database, package=package, observer=Plant())
        assert query(empty_database, "SELECT public.f()") == [(2,)]
        assert [row[0] for row in query(empty_database, f"SELECT migration_id FROM {STATE}")] == [
            "tables/010_a"
        ]


OURS = {
    "table": ("tables/010_o.sql", "CREATE TABLE o (i int);", "CREATE TABLE public.o (i int)"),
    "view": (
        "views/o.sql",
        "CREATE OR REPLACE VIEW o AS SELECT 1 AS i;",
        "CREATE VIEW public.o AS SELECT 1 AS i",
    ),
    "type": ("types/o.sql", "CREATE TYPE o AS ENUM ('a');", "CREATE TYPE public.o AS ENUM ('a')"),
    "function": (
        "functions/o.sql",
        "CREATE OR REPLACE FUNCTION o() RETURNS int RETURN 1;",
        "CREATE FUNCTION public.o() RETURNS int RETURN 2",
    ),
    "procedure": (
        "functions/o.sql",
        "CREATE OR REPLACE PROCEDURE o() LANGUAGE sql AS 'SELECT 1';",
        "CREATE PROCEDURE public.o() LANGUAGE sql AS 'SELECT 2'",
    ),
}


@pytest.mark.parametrize("runner", ["a superuser", "the owner"])
@pytest.mark.parametrize("kind", OURS)
def test_what_another_role_made_beforehand_is_named_with_its_owner_and_not_adopted(
    empty_database: str, make_package: Make, kind: str, runner: str
) -> None:
    path, text, beforehand = OURS[kind]
    with (
        new_role(empty_database) as owner,
        new_role(empty_database, "GRANT CREATE ON SCHEMA public TO {role}") as other,
    ):
        execute(other.conninfo, beforehand)
        _close(empty_database, other)
        conninfo = empty_database
        if runner == "the owner":
            conninfo = owner.conninfo
            execute(empty_database, f"ALTER SCHEMA public OWNER TO {owner.name}")
        with pytest.raises(DatabaseError, match=f'"o", owned by "{other.name}"') as caught:
            migrate(conninfo, package=make_package({path: text}))
        assert caught.value.exit_code == 1
        assert query(empty_database, "SELECT to_regclass('public.lms_schema_migration')") == [
            (None,)
        ]


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TYPE enrollment_status OWNER TO {role}",
        "ALTER FUNCTION set_updated_at() OWNER TO {role}",
        "ALTER TABLE learners OWNER TO {role}",
    ],
)
def test_baseline_adopts_no_object_of_another_owner(
    database: str, tmp_path: Path, change: str
) -> None:
    execute(database, f"DROP TABLE {', '.join(ledger.TABLES)}")
    with new_role(database, change) as role:
        result = _run(database, "baseline", tmp_path=tmp_path)
        # 1: a trigger uses it; 4: it differs from the release's
        assert result.exit_code in (1, 4)
        assert role.name in result.output
        assert query(database, f"SELECT to_regclass('{STATE}')") == [(None,)]


def test_baseline_adopts_nothing_that_another_role_made_whole(empty_database: str) -> None:
    execute(empty_database, "CREATE SCHEMA lms")
    rights = "GRANT USAGE, CREATE ON SCHEMA lms TO {role} WITH GRANT OPTION"
    with new_role(empty_database, rights) as role:
        migrate(role.conninfo, schema="lms")
        execute(
            empty_database,
            *(f"DROP TABLE lms.{table}" for table in ledger.TABLES),
            f"REVOKE CREATE ON SCHEMA lms FROM {role.name}",
        )
        with pytest.raises(DatabaseError, match=f'owned by "{role.name}"'):
            lms_schema.baseline(empty_database, schema="lms")


def test_objects_that_are_recorded_are_dropped_by_names_of_the_catalog_alone(
    empty_database: str, make_package: Make
) -> None:
    files = {**ONE, "views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT i FROM a;"}
    migrate(empty_database, package=make_package(files))
    with new_role(empty_database) as role:
        evil = f"VIEW v; ALTER ROLE {role.name} CREATEROLE; --"
        execute(
            empty_database,
            f"UPDATE {STATE} SET objects = objects || ARRAY['{evil}', 'VIEW v CASCADE', NULL]",
        )
        migrate(empty_database, package=make_package(ONE))
        lms_schema.drop(empty_database, schema="public")
        rights = f"SELECT rolcreaterole FROM pg_roles WHERE rolname = '{role.name}'"
        assert query(empty_database, rights) == [(False,)]
        assert query(empty_database, "SELECT to_regclass('v'), to_regclass('a')") == [(None, None)]


@pytest.fixture
def _disposable_server(monkeypatch: pytest.MonkeyPatch, new_database: Callable[[], str]) -> None:
    monkeypatch.setattr(embedded, "temporary", disposable_server(new_database))


@pytest.mark.usefixtures("_disposable_server")
@pytest.mark.parametrize(
    "planted",
    [
        "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'",
        "SELECT pg_read_file('postgresql.conf')",
        "RESET ROLE; RESET SESSION AUTHORIZATION; ALTER ROLE CURRENT_USER CREATEROLE",
        "CREATE ROLE lms_trust_planted",
    ],
)
def test_plan_replays_what_a_database_holds_without_any_right(
    empty_database: str, make_package: Make, planted: str
) -> None:
    package = make_package({"functions/f.sql": f"{FUNCTION} RETURN 1;"})
    migrate(empty_database, package=package)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        content = f"{FUNCTION} RETURN 2; {planted};"
        connection.execute(
            f"UPDATE {STATE} SET content = %s, checksum = %s".encode(),
            (content, hashlib.sha256(content.encode()).hexdigest()),
        )
    with pytest.raises(StatementFailed, match="without a superuser's rights") as caught:
        plan(empty_database, package=package)
    assert caught.value.sqlstate == "42501"
    _session(empty_database, planted)  # the positive control
    execute(empty_database, "DROP ROLE IF EXISTS lms_trust_planted")


@pytest.mark.usefixtures("_disposable_server")
def test_plan_replays_no_content_that_is_not_what_was_applied(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(ONE))
    execute(empty_database, f"UPDATE {STATE} SET content = content || ' DROP TABLE a;'")
    more = make_package({**ONE, "tables/020_b.sql": "CREATE TABLE b ();"})
    with pytest.raises(DatabaseError, match=r"tables/010_a: its content has another checksum"):
        plan(empty_database, package=more)


@pytest.mark.usefixtures("_disposable_server")
def test_plan_says_of_an_extra_that_needs_a_superuser_that_it_cannot_try_it(
    empty_database: str, make_package: Make, tmp_path: Path
) -> None:
    package = make_package(ONE)
    extra = tmp_path / "shop" / "tables"
    extra.mkdir(parents=True)
    (extra / "010_x.sql").write_text(
        "CREATE FUNCTION f(int) RETURNS int LANGUAGE internal AS 'int4abs';"
    )
    with pytest.raises(StatementFailed, match="plan cannot try a file that needs more"):
        plan(empty_database, package=package, extra=[extra.parent])


EVIL = "a\nError: forged\x1b[2J\x9b1m\u202e\x7f\u2028b"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_of_the_database_does_nothing_to_the_terminal(
    empty_database: str, tmp_path: Path, command: str
) -> None:
    words = [EVIL if word == "public" else word for word in COMMANDS[command]]
    words += [] if command == "drop" else ["--schema", EVIL]
    results = [_run(empty_database, *words, tmp_path=tmp_path)]
    migrate(empty_database, schema=EVIL)
    results.append(_run(empty_database, *words, tmp_path=tmp_path))
    migrate(empty_database, schema=EVIL)
    with new_role(empty_database) as role:
        table = sql.Identifier(EVIL, ledger.TABLE).as_string()
        execute(empty_database, f"ALTER TABLE {table} OWNER TO {role.name}")
        results.append(_run(empty_database, *words, tmp_path=tmp_path))
    for result in results:
        assert not set(EVIL).intersection(result.output) - set(printable(EVIL)) - {"\n"}
        assert not [line for line in result.output.splitlines() if line.startswith("Error: forged")]
    assert any(r"\x1b[2J\x9b1m\u202e\x7f\u2028b" in result.output for result in results)


def test_messages_of_the_server_and_names_of_sessions_do_nothing_to_the_terminal(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_package: Make
) -> None:
    make_package(
        {
            "tables/010_a.sql": "DO $$ BEGIN RAISE NOTICE E'n\\x1b[2J\\nError: forged'; END $$;"
            " DO $$ BEGIN RAISE EXCEPTION E'e\\x1b[2J\\nError: forged'"
            " USING DETAIL = E'd\\x1b[2J\\nError: forged'; END $$;"
        }
    )
    monkeypatch.setattr(packages, "shipped_folder", lambda: tmp_path / "schema")
    result = _run(empty_database, "migrate", tmp_path=tmp_path)
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    for shown in (r"n\x1b[2J\nError: forged", r"e\x1b[2J\nError: forged", r"detail: d\x1b[2J"):
        assert shown in result.stderr
    assert not [line for line in result.output.splitlines() if line.startswith("Error: forged")]
    name = "x\x1b[2J\nError: forged"
    with (
        sessions.session(make_conninfo(empty_database, application_name="x")) as session,
        advisory_lock.held(session.connection, "public", wait=0, on_wait=print),
    ):
        session.connection.execute("SELECT set_config('application_name', %s, false)", (name,))
        waited = _run(empty_database, "migrate", "--wait", "1ms", tmp_path=tmp_path)
    assert waited.exit_code == 6
    assert "\x1b" not in waited.output
    assert not [line for line in waited.output.splitlines() if line.startswith("Error: forged")]
