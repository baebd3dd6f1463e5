"""Why PostgreSQL refused something: the error names who lacks what, and what gives it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

import lms_schema
from lms_schema import LmsSchemaError, migrate
from support.roles import Role, new_role
from support.runner import Make, execute, query

FILES = {"tables/010_a.sql": "CREATE TABLE a (i int);"}


@pytest.fixture
def role(empty_database: str) -> Iterator[Role]:
    with new_role(empty_database, "REVOKE ALL ON SCHEMA public FROM PUBLIC") as made:
        yield made


def test_the_grants_of_the_errors_are_all_that_a_migrate_needs(
    empty_database: str, role: Role, make_package: Make
) -> None:
    files = make_package(FILES)
    given = _obey(empty_database, lambda: migrate(role.conninfo, schema="a b", package=files))
    assert given == ["CREATE ON DATABASE"]
    execute(empty_database, "CREATE SCHEMA lms")
    given = _obey(empty_database, lambda: migrate(role.conninfo, schema="lms", package=files))
    assert given == ["USAGE, CREATE ON SCHEMA"]


def test_the_grants_of_the_errors_are_all_that_a_status_needs(
    empty_database: str, role: Role, make_package: Make
) -> None:
    files = make_package(FILES)
    migrate(empty_database, schema='l"ms', package=files)
    given = _obey(
        empty_database, lambda: lms_schema.status(role.conninfo, schema='l"ms', package=files)
    )
    assert given == ["USAGE ON SCHEMA", "SELECT ON"]
    found = lms_schema.status(role.conninfo, schema='l"ms', package=files)
    assert (found.release, found.migrated_by) == (lms_schema.__version__, None)
    assert found.migrated_at is not None
    execute(empty_database, f'GRANT SELECT ON "l""ms".lms_schema_log TO {role.name}')
    user = query(empty_database, "SELECT current_user")[0][0]
    assert lms_schema.status(role.conninfo, schema='l"ms', package=files).migrated_by == user


def _obey(database: str, command: Callable[[], object]) -> list[str]:
    """Run a command until it works, and do each time what its error says; return what that was."""
    given: list[str] = []
    while (text := _refusal(command)) is not None:
        grant = re.search(r'GRANT (.*?)(?: "[^"].*)? TO .*;', text)
        assert grant, text
        assert grant[1] not in given, text
        execute(database, grant[0])
        given.append(grant[1])
    return given


def _refusal(command: Callable[[], object]) -> str | None:
    try:
        command()
    except LmsSchemaError as error:
        return str(error)
    return None


def test_who_does_not_own_the_objects_is_told_to_be_their_owner(
    empty_database: str, role: Role, make_package: Make
) -> None:
    migrate(empty_database, schema="lms", package=make_package(FILES))
    execute(
        empty_database,
        f"GRANT USAGE, CREATE ON SCHEMA lms TO {role.name}",
        f"GRANT ALL ON ALL TABLES IN SCHEMA lms TO {role.name}",
    )
    later = make_package(FILES | {"tables/020_j.sql": "ALTER TABLE a ADD COLUMN j int;"})
    with pytest.raises(LmsSchemaError, match=f'Role "{role.name}" neither owns it') as raised:
        migrate(role.conninfo, schema="lms", package=later)
    assert "tables/020_j.sql:1" in str(raised.value)


@pytest.mark.parametrize(
    "tag", ["CREATE SCHEMA", "CREATE TABLE", "COMMENT"], ids=["schema", "table", "in a file"]
)
def test_an_event_trigger_of_the_database_that_fails_is_named(
    empty_database: str, make_package: Make, tag: str
) -> None:
    execute(
        empty_database,
        'CREATE FUNCTION public."Log it"() RETURNS event_trigger LANGUAGE plpgsql AS '
        "'BEGIN INSERT INTO no_such_table SELECT 1; END'",
        f"CREATE EVENT TRIGGER \"my trigger\" ON ddl_command_end WHEN TAG IN ('{tag}') "
        'EXECUTE FUNCTION public."Log it"()',
    )
    files = make_package(FILES | {"tables/020_c.sql": "COMMENT ON TABLE a IS 'x';"})
    with pytest.raises(LmsSchemaError) as raised:
        migrate(empty_database, schema="lms", package=files)
    text = str(raised.value)
    assert 'event trigger "my trigger" of the database' in text
    assert 'public."Log it"()' in text
    execute(empty_database, 'ALTER EVENT TRIGGER "my trigger" DISABLE')
    migrate(empty_database, schema="lms", package=files)


def test_a_function_of_a_file_that_fails_is_not_taken_for_an_event_trigger(
    empty_database: str, make_package: Make
) -> None:
    execute(
        empty_database,
        "CREATE FUNCTION public.idle() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE EVENT TRIGGER idle ON ddl_command_end EXECUTE FUNCTION public.idle()",
    )
    files = make_package({"tables/010_a.sql": "DO $$ BEGIN RAISE 'of the file'; END $$;"})
    with pytest.raises(LmsSchemaError, match="of the file") as raised:
        migrate(empty_database, schema="lms", package=files)
    assert "event trigger" not in str(raised.value)
