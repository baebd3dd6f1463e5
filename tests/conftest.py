"""A real PostgreSQL for every test: each its own database, or one rolled-back transaction.

Environment, besides that of `support.server`:
    LMS_TEST_FORBID_SKIPS: When set, a skipped test fails: nothing was left untried. What another
        major version runs is skipped all the same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from lms_schema.catalog.catalog import Catalog
from lms_schema.server.disposable import new_database as new_database_on
from lms_schema.source import package as packages
from lms_schema.testing import ensure_template
from support.guarded import Guarded
from support.rows import Connection, add, rolled_back
from support.runner import Make, MakeExtra
from support.versions import ELSEWHERE

pytest_plugins = ["pytester", "support.server", "support.privacy"]

ROOT = Path(__file__).resolve().parent.parent

STALE = "generated files are stale: run make generate"
"""Why a test is skipped that compares something with the release; another one fails for it."""


def pytest_xdist_auto_num_workers() -> int:
    """Take one more than there are cores: many tests wait, for a lock or for a process to end."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what takes minutes begin first: if it began last, other workers would wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("minutes") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    is_skipped = report.skipped and not hasattr(report, "wasxfail")
    is_tried = is_skipped and any(why in report.longreprtext for why in (ELSEWHERE, STALE))
    if is_skipped and not is_tried and "LMS_TEST_FORBID_SKIPS" in os.environ:
        report.outcome = "failed"
        report.longrepr = f"skipped, which LMS_TEST_FORBID_SKIPS forbids: {report.longreprtext}"
    return report


@pytest.fixture(autouse=True)
def _no_database_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LMS_DATABASE_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")  # whatever terminal there is


@pytest.fixture(scope="session")
def stale_files(server: str, template: str) -> list[str]:
    """The generated files that are not what `make generate` would write now.

    Asked in a process and a database of its own: the test that asks may have replaced something, or
    hold locks.
    """
    tool = [sys.executable, str(ROOT / "tools" / "generated_files.py")]
    with new_database_on(server, template) as conninfo:
        done = subprocess.run(
            [*tool, conninfo, "public"], stdout=subprocess.PIPE, text=True, check=True
        )
    return done.stdout.splitlines()


@pytest.fixture
def fresh_release(stale_files: list[str]) -> None:
    """Skip a test when generated files are stale: one fails for that, which says what to do."""
    if stale_files:
        pytest.skip(STALE)


@pytest.fixture(autouse=True)
def _fresh_catalog(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take `fresh_release` at the moment when a test reads the catalog that ships."""
    if "server" not in request.fixturenames:
        return
    request.getfixturevalue("template")  # now, while the test has replaced nothing
    read = Catalog.from_json

    def from_json(text: str) -> Catalog:
        request.getfixturevalue("fresh_release")
        return read(text)

    monkeypatch.setattr(Catalog, "from_json", from_json)


@pytest.fixture
def empty_database(server: str) -> Iterator[str]:
    """The conninfo of a new empty database."""
    with new_database_on(server) as conninfo:
        yield conninfo


@pytest.fixture
def role(empty_database: str) -> Iterator[str]:
    """A role of its own, granted nothing."""
    with psycopg.connect(empty_database, autocommit=True) as admin:
        name = f"role_{admin.info.dbname}"
        identifier = sql.Identifier(name)
        admin.execute(sql.SQL("CREATE ROLE {}").format(identifier))
        yield name
        admin.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(identifier))
        admin.execute(sql.SQL("DROP ROLE {}").format(identifier))


@pytest.fixture
def guarded(empty_database: str) -> Iterator[Guarded]:
    """A small package, whose roles are dropped afterwards with what they were granted here."""
    made = Guarded(uuid.uuid4().hex[:12])
    yield made
    with psycopg.connect(empty_database, autocommit=True) as admin:
        made.drop_roles(admin)


@pytest.fixture(scope="session")
def new_database(server: str) -> Iterator[Callable[[], str]]:
    """Make empty databases that live as long as the tests; each call returns a conninfo."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(new_database_on(server))


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """The name of a migrated database to clone; it outlives the tests on a server that does."""
    return ensure_template(server, "public", key=_hash_of_sources())


@pytest.fixture
def database(server: str, template: str) -> Iterator[str]:
    """The conninfo of a migrated database of the test's own, in the schema `public`."""
    with new_database_on(server, template) as conninfo:
        yield conninfo


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    """A connection in autocommit mode to a migrated database of the test's own."""
    with psycopg.connect(database, autocommit=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_database(server: str, template: str) -> Iterator[str]:
    """The conninfo of a migrated database that no test writes to."""
    with new_database_on(server, template) as conninfo:
        yield conninfo


@pytest.fixture
def transaction(shared_database: str) -> Iterator[Connection]:
    """A connection to a shared migrated database, always rolled back: the fast one."""
    opened = psycopg.connect(shared_database)
    try:
        yield opened
    finally:
        opened.rollback()
        opened.close()


@pytest.fixture
def own_transaction(connection: Connection) -> Iterator[Connection]:
    """The same in a database of the test's own, for tests of plans.

    ANALYZE, which `erase_learner` runs, counts the rows of a table for good, also where it is
    rolled back.
    """
    with rolled_back(connection):
        yield connection


@pytest.fixture
def learner(transaction: Connection) -> uuid.UUID:
    """A learner in the transaction."""
    key = add(transaction, "learners")["id"]
    assert isinstance(key, uuid.UUID)
    return key


@pytest.fixture
def make_package(tmp_path: Path) -> Make:
    """Make a small package of files given as `{"tables/010_a.sql": "CREATE ..."}`.

    They lie in `tmp_path / "schema"`; each call begins anew.
    """
    root = tmp_path / "schema"

    def make(files: Mapping[str, str | bytes]) -> packages.SchemaPackage:
        shutil.rmtree(root, ignore_errors=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return packages.read(root)

    return make


@pytest.fixture
def make_extra(tmp_path: Path) -> MakeExtra:
    """Make the folder of an extra; each call of a name begins anew."""

    def make(files: Mapping[str, str], name: str = "shop") -> Path:
        root = tmp_path / name
        shutil.rmtree(root, ignore_errors=True)
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content)
        return root

    return make


def _hash_of_sources() -> str:
    digest = hashlib.sha256()
    for folder in (ROOT / "schema", ROOT / "src" / "lms_schema"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".sql", ".py"):
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
                digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()
