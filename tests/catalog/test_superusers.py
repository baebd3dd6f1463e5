"""What is a tenant's, or may be changed by a grant, does not run with the rights of a superuser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lms_schema import DatabaseError, Event, maintain, migrate
from lms_schema.operations.demo import demo
from support.planted import calls, neighbour
from support.roles import Role, new_role
from support.runner import Make, execute, query
from support.versions import skip_here

ONE = {"tables/010_a.sql": "CREATE TABLE a (i int);"}


@pytest.fixture
def mallory(database: str) -> Iterator[Role]:
    with neighbour(database) as role:
        execute(database, f"REVOKE CREATE ON SCHEMA public FROM {role.name}")
        yield role


CASCADED = "a trigger of a table that a foreign key deletes from"
TRIGGERS = {
    "a trigger": (
        "GRANT TRIGGER ON analytics_refresh_log TO {role}",
        "CREATE TRIGGER note BEFORE INSERT ON public.analytics_refresh_log"
        " FOR EACH ROW EXECUTE FUNCTION den.trap()",
    ),
    "the condition of a trigger": (
        "GRANT TRIGGER ON analytics_refresh_log TO {role}",
        "CREATE TRIGGER note BEFORE UPDATE ON public.analytics_refresh_log FOR EACH ROW"
        " WHEN (den.yes('')) EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ),
    CASCADED: (
        "GRANT SELECT, REFERENCES ON analytics_refresh_log TO {role}",
        "CREATE TABLE den.child (id bigint REFERENCES public.analytics_refresh_log"
        " ON DELETE CASCADE);"
        " INSERT INTO den.child VALUES (1);"  # the first run of maintain; row security hides it
        " CREATE TRIGGER note AFTER DELETE ON den.child"
        " FOR EACH ROW EXECUTE FUNCTION den.trap()",
    ),
}
COMMANDS: dict[str, Callable[[str], object]] = {
    "migrate": migrate,
    "maintain": lambda database: maintain(database, keep_interactions="1 month"),
    "demo": demo,
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("planted", TRIGGERS)
def test_a_trigger_that_uses_what_another_role_owns_does_not_run(
    database: str, mallory: Role, planted: str, command: str
) -> None:
    if planted == CASCADED and query(database, "SHOW server_version_num")[0][0] >= "18":
        skip_here("from 18 on it runs with the rights of that table's owner")
    grant, plant = TRIGGERS[planted]
    maintain(database)
    execute(database, grant.format(role=mallory.name))
    execute(mallory.conninfo, *plant.split(";"))
    with pytest.raises(DatabaseError, match=f'"note" on .* owned by "{mallory.name}"'):
        COMMANDS[command](database)
    assert calls(database, mallory) == 0
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE analytics_refresh_log SET row_count = row_count")
        connection.execute("SELECT FROM rebuild_learning_analytics()")
        connection.execute("DELETE FROM analytics_refresh_log")
    assert calls(database, mallory) > 0, "the positive control"


@pytest.mark.parametrize(
    ("grant", "plant"),
    [
        (
            "GRANT REFERENCES ON learners TO {role}",
            "CREATE TABLE den.child (id uuid REFERENCES public.learners)",
        ),
        (
            "GRANT REFERENCES ON learners TO {role}",
            "CREATE TABLE den.child (id uuid REFERENCES public.learners ON DELETE CASCADE)",
        ),
        (
            "GRANT TRIGGER ON learners TO {role}",
            "CREATE TRIGGER note BEFORE UPDATE ON public.learners"
            " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        ),
    ],
)
def test_a_table_that_refers_to_ours_and_a_trigger_of_postgresql_are_nobody_s_code(
    database: str, mallory: Role, grant: str, plant: str
) -> None:
    execute(database, grant.format(role=mallory.name))
    execute(
        mallory.conninfo,
        plant,
        "CREATE TRIGGER note BEFORE UPDATE ON den.child FOR EACH ROW EXECUTE FUNCTION den.trap()"
        if "den.child" in plant
        else "SELECT 1",
    )
    assert migrate(database).actions == ()
    assert maintain(database).exit_code == 0


def test_the_owner_of_the_tables_goes_on_beside_triggers_of_others(
    empty_database: str, make_package: Make
) -> None:
    with (
        new_role(empty_database, "CREATE SCHEMA s AUTHORIZATION {role}") as owner,
        neighbour(empty_database) as other,
    ):
        migrate(owner.conninfo, schema="s", package=make_package(ONE))
        execute(owner.conninfo, f"GRANT USAGE ON SCHEMA s TO {other.name}")
        execute(owner.conninfo, f"GRANT TRIGGER ON s.a TO {other.name}")
        execute(
            other.conninfo,
            "CREATE TRIGGER note BEFORE INSERT ON s.a FOR EACH ROW EXECUTE FUNCTION den.trap()",
        )
        assert migrate(owner.conninfo, schema="s", package=make_package(ONE)).actions == ()


def test_a_tenant_s_schema_is_refused_when_it_is_empty_too(
    empty_database: str, make_package: Make
) -> None:
    """Its owner could put there what a later transaction calls."""
    package = make_package(ONE)
    with new_role(empty_database, "CREATE SCHEMA s AUTHORIZATION {role}") as owner:
        with pytest.raises(DatabaseError, match=f'To mend it: connect as "{owner.name}"'):
            migrate(empty_database, schema="s", package=package)
        assert query(empty_database, "SELECT to_regclass('s.lms_schema_migration')") == [(None,)]
        assert len(migrate(owner.conninfo, schema="s", package=package).actions) == 1


def test_a_role_that_the_owner_of_the_database_sets_for_every_session_owns_no_new_schema(
    empty_database: str, make_package: Make
) -> None:
    name = conninfo_to_dict(empty_database)["dbname"]
    mine = query(empty_database, "SELECT current_user")
    with new_role(empty_database, f"ALTER DATABASE {name} OWNER TO {{role}}") as tenant:
        execute(tenant.conninfo, f"ALTER DATABASE {name} SET role = {tenant.name}")
        try:
            with pytest.raises(DatabaseError, match=f'its owner "{tenant.name}"'):
                migrate(empty_database, schema="lms", package=make_package(ONE))
            assert query(empty_database, "SELECT current_user, to_regnamespace('lms')") == [
                (tenant.name, None)
            ], "the positive control"
        finally:
            execute(tenant.conninfo, f"ALTER DATABASE {name} RESET role")
            execute(empty_database, f"ALTER DATABASE {name} OWNER TO {mine[0][0]}")


def test_a_schema_that_somebody_makes_under_the_hands_of_a_superuser_is_refused(
    empty_database: str, make_package: Make
) -> None:
    name = conninfo_to_dict(empty_database)["dbname"]
    with new_role(empty_database, f"GRANT CREATE ON DATABASE {name} TO {{role}}") as other:

        def make(event: Event) -> None:
            if event.kind == "begin":
                execute(other.conninfo, "CREATE SCHEMA lms")

        with pytest.raises(DatabaseError, match=f'its owner "{other.name}"'):
            migrate(empty_database, schema="lms", package=make_package(ONE), on_event=make)
        assert query(empty_database, "SELECT to_regclass('lms.a')") == [(None,)]


def test_the_demo_calls_nothing_in_a_schema_in_which_others_may_create(
    empty_database: str,
) -> None:
    with new_role(empty_database, "GRANT CREATE ON SCHEMA public TO {role}") as other:
        with pytest.raises(DatabaseError, match=f'REVOKE CREATE .* FROM "{other.name}"'):
            demo(empty_database)
        assert query(empty_database, "SELECT count(*) FROM learners") == [(0,)]


def test_who_made_a_role_does_not_believe_it_for_that(
    empty_database: str, make_package: Make
) -> None:
    """From PostgreSQL 16 on it is a member, that may do nothing as the role but grant it."""
    package = make_package(ONE)
    with new_role(
        empty_database,
        "ALTER ROLE {role} CREATEROLE",
        "CREATE SCHEMA s AUTHORIZATION {role}",
    ) as admin:
        made = f"{admin.name}_made"
        execute(admin.conninfo, f"CREATE ROLE {made} LOGIN PASSWORD 'secret'")
        try:
            migrate(admin.conninfo, schema="s", package=package)
            execute(admin.conninfo, f"GRANT USAGE, CREATE ON SCHEMA s TO {made}")
            execute(
                make_conninfo(admin.conninfo, user=made),
                "CREATE FUNCTION s.lower(name) RETURNS text RETURN 'x'",
            )
            with pytest.raises(DatabaseError, match=f'lower.* owned by "{made}"'):
                migrate(admin.conninfo, schema="s", package=package)
            execute(admin.conninfo, f"GRANT {made} TO {admin.name}")
            assert migrate(admin.conninfo, schema="s", package=package).actions == ()
        finally:
            execute(empty_database, f"DROP OWNED BY {made} CASCADE", f"DROP ROLE {made}")
