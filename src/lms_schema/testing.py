"""A pytest plugin: a migrated database of its own for each test, thrown away afterwards.

It is active wherever lms-schema and pytest are installed. A test takes the fixture `lms_database`;
the first one starts the PostgreSQL of the `embedded` extra, migrates a template database, and
every test then gets a copy of it, which takes a fraction of a second.

Settings of the project, in its pytest configuration:
    lms_schema: The schema to migrate; `lms` when it is not set.
    lms_extra: Folders of the project's own SQL on top of the package, relative to the file.

Environment:
    LMS_TEST_DATABASE_URL: A server to use in place of the embedded one, by a role that may create
        databases, and roles where those of the package are missing. The template stays on it, so
        that the next run finds it.

To take a server from elsewhere, such as a container, override the fixture `lms_server`.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lms_schema import __version__
from lms_schema.operations.migrate import migrate
from lms_schema.server import embedded, search_path
from lms_schema.server.disposable import new_database
from lms_schema.source import package

SERVER_VARIABLE = "LMS_TEST_DATABASE_URL"
_SCHEMA = "lms_schema"
_EXTRA = "lms_extra"


@dataclass(frozen=True)
class Database:
    """A migrated database.

    Attributes:
        conninfo: libpq's `key=value` string, with the schema first in the search path.
        schema: The schema that holds the tables.
    """

    conninfo: str
    schema: str

    @property
    def url(self) -> str:
        """The same as a URL: `postgresql://...`."""
        query = {name: str(value) for name, value in conninfo_to_dict(self.conninfo).items()}
        user, password = query.pop("user", ""), query.pop("password", "")
        login = ":".join(quote(part, safe="") for part in (user, password) if part)
        name = quote(query.pop("dbname"), safe="")
        return f"postgresql://{login and login + '@'}/{name}?{urlencode(query, quote_via=quote)}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's settings."""
    parser.addini(_SCHEMA, "The schema that lms_database is migrated to.", default="lms")
    parser.addini(_EXTRA, "Folders of SQL to apply after the package.", type="paths", default=[])


@pytest.fixture(scope="session")
def lms_server() -> Iterator[str]:
    """The connection string of a server on which databases may be created."""
    url = os.environ.get(SERVER_VARIABLE)
    if url:
        yield url
        return
    with embedded.temporary() as conninfo:
        yield conninfo


@pytest.fixture(scope="session")
def lms_template(lms_server: str, pytestconfig: pytest.Config) -> str:
    """The name of a migrated database, to be copied and never connected to."""
    schema = pytestconfig.getini(_SCHEMA)
    extended = package.extended(package.read(), pytestconfig.getini(_EXTRA))
    files = [(file.id, file.checksum) for file in extended.files]
    key = repr((__version__, schema, files))
    return ensure_template(lms_server, schema, key=key, extended=extended)


@pytest.fixture
def lms_database(
    lms_server: str, lms_template: str, pytestconfig: pytest.Config
) -> Iterator[Database]:
    """A migrated database of the test's own; it is dropped after the test."""
    schema = pytestconfig.getini(_SCHEMA)
    path = sql.Identifier(schema).as_string(None)
    escaped = path.replace("\\", "\\\\").replace(" ", "\\ ")
    with new_database(lms_server, lms_template) as conninfo:
        yield Database(make_conninfo(conninfo, options=f"-c search_path={escaped}"), schema)


def ensure_template(
    server: str, schema: str, *, key: str, extended: package.SchemaPackage | None = None
) -> str:
    """Migrate a database once on a server, and return its name.

    Args:
        server: Connection string of a server.
        schema: The schema to migrate.
        key: What tells templates apart: another key, another template.
        extended: What to migrate it to; by default the package alone.
    """
    name = f"lms_template_{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    with psycopg.connect(server, autocommit=True) as admin:
        search_path.pin(admin)
        # several test processes may share the server
        admin.execute("SELECT pg_advisory_lock(hashtext(%s))", (name,))
        found = admin.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
        if found.fetchone() is None:
            half = f"{name}_{uuid.uuid4().hex[:8]}"
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
            migrate(make_conninfo(server, dbname=half), schema=schema, package=extended)
            admin.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(half), sql.Identifier(name)
                )
            )
    return name
