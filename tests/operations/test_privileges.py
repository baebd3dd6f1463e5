"""Each command works as a role with exactly the rights that docs/privileges.md names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

import lms_schema
from lms_schema import DatabaseError, LmsSchemaError, LockNotObtained, StatementFailed
from lms_schema.cli import COMMANDS, cli
from lms_schema.operations.docs import docs
from lms_schema.server import advisory_lock
from support.roles import Role, new_role
from support.runner import Make, execute, query

FILES = {"tables/010_a.sql": "CREATE TABLE a (i int);"}
LATER = FILES | {"tables/020_a_j.sql": "ALTER TABLE a ADD COLUMN j int;"}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "privileges.md"


@pytest.fixture
def role(empty_database: str) -> Iterator[Role]:
    """A role without any right."""
    with new_role(empty_database, "REVOKE ALL ON SCHEMA public FROM PUBLIC") as made:
        yield made


def _name(conninfo: str) -> str:
    name: str = query(conninfo, "SELECT current_database()")[0][0]
    return name


def test_the_page_has_a_row_for_each_command() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert [
        name for name in COMMANDS if not any(f"`{name}`" in row.split("|")[1] for row in rows)
    ] == []


def test_migrate_into_a_new_schema(empty_database: str, role: Role, make_package: Make) -> None:
    files = make_package(FILES)
    with pytest.raises(DatabaseError, match="permission denied for database"):
        lms_schema.migrate(role.conninfo, schema="lms", package=files)
    execute(empty_database, f'GRANT CREATE ON DATABASE "{_name(empty_database)}" TO {role.name}')
    assert lms_schema.migrate(role.conninfo, schema="lms", package=files).actions


@pytest.mark.parametrize("schema", ["lms", "public"])
def test_migrate_into_an_existing_schema(
    empty_database: str, role: Role, make_package: Make, schema: str
) -> None:
    files = make_package(FILES)
    execute(empty_database, "CREATE SCHEMA lms", f"GRANT USAGE ON SCHEMA {schema} TO {role.name}")
    with pytest.raises(LmsSchemaError, match=f"permission denied for schema {schema}"):
        lms_schema.migrate(role.conninfo, schema=schema, package=files)
    execute(empty_database, f"GRANT CREATE ON SCHEMA {schema} TO {role.name}")
    assert lms_schema.migrate(role.conninfo, schema=schema, package=files).actions


def test_who_may_not_grant_the_schema_is_told_what_its_owner_grants(empty_database: str) -> None:
    execute(empty_database, "CREATE SCHEMA lms")
    with new_role(empty_database, "GRANT USAGE, CREATE ON SCHEMA lms TO {role}") as role:
        with pytest.raises(StatementFailed) as caught:
            lms_schema.migrate(role.conninfo, schema="lms")
        (grant,) = re.findall(r"GRANT USAGE ON SCHEMA lms TO [\w, ]+;", str(caught.value))
        execute(empty_database, grant)
        assert lms_schema.migrate(role.conninfo, schema="lms").actions
        assert lms_schema.verify(role.conninfo, schema="lms").differences == ()


def test_a_later_migrate_is_the_owner_s_and_its_members(
    empty_database: str, role: Role, make_package: Make
) -> None:
    with new_role(empty_database) as owner:
        execute(
            empty_database,
            f"CREATE SCHEMA lms AUTHORIZATION {owner.name}",
            f"GRANT USAGE, CREATE ON SCHEMA lms TO {role.name}",
        )
        lms_schema.migrate(owner.conninfo, schema="lms", package=make_package(FILES))
        execute(
            empty_database,
            f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA lms TO {role.name}",
        )
        later = make_package(LATER)
        with pytest.raises(StatementFailed, match="must be owner of table a"):
            lms_schema.migrate(role.conninfo, schema="lms", package=later)
        execute(empty_database, f"GRANT {owner.name} TO {role.name}")
        assert lms_schema.migrate(role.conninfo, schema="lms", package=later).actions
        as_owner = make_conninfo(role.conninfo, options=f"-c role={owner.name}")
        more = make_package(LATER | {"tables/030_b.sql": "CREATE TABLE b (i int);"})
        lms_schema.migrate(as_owner, schema="lms", package=more)
        assert query(
            empty_database,
            "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'b' "
            "AND relnamespace = 'lms'::regnamespace",
        ) == [(owner.name,)]


def test_plan_and_status_read_the_records_and_no_more(
    empty_database: str, role: Role, make_package: Make
) -> None:
    files = make_package(FILES)
    lms_schema.migrate(empty_database, schema="lms", package=files)
    execute(empty_database, f"GRANT USAGE ON SCHEMA lms TO {role.name}")
    later = make_package(LATER)
    for command in (lms_schema.status, lms_schema.plan):
        with pytest.raises(DatabaseError, match="permission denied for table lms_schema_migration"):
            command(role.conninfo, schema="lms", package=later)
    execute(
        empty_database,
        f"GRANT SELECT ON lms.lms_schema_migration TO {role.name}",
        f"ALTER ROLE {role.name} SET default_transaction_read_only = on",
    )
    assert lms_schema.status(role.conninfo, schema="lms", package=later).exit_code == 3
    assert lms_schema.plan(role.conninfo, schema="lms", package=later).exit_code == 3


def test_verify_and_status_of_an_untracked_schema_need_usage(database: str) -> None:
    with new_role(database, "REVOKE ALL ON SCHEMA public FROM PUBLIC") as role:
        with pytest.raises(DatabaseError, match="GRANT USAGE"):
            lms_schema.verify(role.conninfo, schema="public")
        execute(
            database,
            f"GRANT USAGE ON SCHEMA public TO {role.name}",
            f"ALTER ROLE {role.name} SET default_transaction_read_only = on",
            "DROP TABLE lms_schema_migration, lms_schema_log, lms_schema_yoyo_version",
        )
        assert lms_schema.verify(role.conninfo, schema="public", strict=True).differences == ()
        assert lms_schema.status(role.conninfo, schema="public").equals == lms_schema.__version__


def test_drop_is_the_owner_s(empty_database: str, role: Role, make_package: Make) -> None:
    with new_role(empty_database) as owner:
        execute(
            empty_database,
            f"CREATE SCHEMA lms AUTHORIZATION {owner.name}",
            f"GRANT ALL ON SCHEMA lms TO {role.name}",
        )
        lms_schema.migrate(owner.conninfo, schema="lms", package=make_package(FILES))
        execute(empty_database, f"GRANT ALL ON ALL TABLES IN SCHEMA lms TO {role.name}")
        with pytest.raises(DatabaseError, match="must be owner of table a"):
            lms_schema.drop(role.conninfo, schema="lms")
        execute(empty_database, f"REVOKE CREATE ON SCHEMA lms FROM {owner.name}")
        assert "TABLE a" in lms_schema.drop(owner.conninfo, schema="lms").dropped


def test_maintain_is_the_owner_s(database: str) -> None:
    owner = query(database, "SELECT current_user")[0][0]
    with new_role(database, "GRANT USAGE ON SCHEMA public TO {role}") as role:
        with pytest.raises(LmsSchemaError, match="permission denied"):
            lms_schema.maintain(role.conninfo, schema="public")
        execute(database, f'GRANT "{owner}" TO {role.name}')
        lms_schema.maintain(role.conninfo, schema="public")


def test_docs_of_a_database_need_usage(database: str, tmp_path: Path) -> None:
    with new_role(database, "REVOKE ALL ON SCHEMA public FROM PUBLIC") as role:
        with pytest.raises(DatabaseError, match="GRANT USAGE"):
            docs(tmp_path, conninfo=role.conninfo, schema="public")
        execute(
            database,
            f"GRANT USAGE ON SCHEMA public TO {role.name}",
            f"ALTER ROLE {role.name} SET default_transaction_read_only = on",
        )
        assert docs(tmp_path, conninfo=role.conninfo, schema="public").files


@pytest.mark.slow
def test_demo_in_a_database_needs_what_migrate_needs(empty_database: str, role: Role) -> None:
    command = ["demo", "--database", role.conninfo, "--schema", "demo"]
    refused = CliRunner().invoke(cli, command)
    assert refused.exit_code == 1
    assert "permission denied for database" in refused.stderr
    execute(empty_database, f'GRANT CREATE ON DATABASE "{_name(empty_database)}" TO {role.name}')
    assert CliRunner().invoke(cli, command).exit_code == 0


def test_the_query_of_schemas_reads_with_the_role_s_rights(empty_database: str, role: Role) -> None:
    execute(
        empty_database,
        "CREATE SCHEMA admin",
        "CREATE TABLE admin.tenants AS SELECT 'lms' AS name",
        f"GRANT USAGE ON SCHEMA admin TO {role.name}",
    )
    sql = "SELECT name FROM admin.tenants"
    with pytest.raises(LmsSchemaError, match="permission denied for table tenants"):
        lms_schema.schemas_from(role.conninfo, sql)
    execute(empty_database, f"GRANT SELECT ON admin.tenants TO {role.name}")
    assert lms_schema.schemas_from(role.conninfo, sql) == ("lms",)


def test_all_of_who_holds_the_lock_is_told_to_a_member_of_pg_read_all_stats(
    empty_database: str, role: Role, make_package: Make
) -> None:
    files = make_package(FILES)
    execute(empty_database, f'GRANT CREATE ON DATABASE "{_name(empty_database)}" TO {role.name}')
    with psycopg.connect(empty_database, autocommit=True, application_name="night job") as holder:
        holder.execute(
            "SELECT pg_advisory_lock(%s)", (advisory_lock.key(_name(empty_database), "lms"),)
        )
        with pytest.raises(LockNotObtained, match=rf"{holder.info.backend_pid} \(night job\)"):
            lms_schema.migrate(role.conninfo, schema="lms", package=files, wait=0)
        execute(empty_database, f"GRANT pg_read_all_stats TO {role.name}")
        with pytest.raises(LockNotObtained, match="night job, connected since"):
            lms_schema.migrate(role.conninfo, schema="lms", package=files, wait=0)
