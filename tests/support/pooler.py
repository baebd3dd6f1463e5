"""PgBouncer in front of a test's server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def pooler(conninfo: str, mode: str, *more: str) -> Iterator[str]:
    """Start PgBouncer on a free port, with one server connection; yields the way through it.

    Args:
        conninfo: The server behind it, and as whom to connect.
        mode: When a connection is given back: `session`, `transaction` or `statement`.
        more: Lines of its configuration.
    """
    assert PGBOUNCER is not None
    with psycopg.connect(conninfo) as connection:
        host, user, name = (getattr(connection.info, part) for part in ("host", "user", "dbname"))
        password = connection.info.password or "x"
        target = f"host={host} port={connection.info.port} user={user} password='{password}'"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="lms-pooler-"))
    try:
        folder.chmod(0o755)
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = {target}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n"
            "default_pool_size = 1\n" + "\n".join(more)
        )
        command = [PGBOUNCER, "--quiet", str(settings)]
        with subprocess.Popen(command, user=_user(host)) as process:
            try:
                through = make_conninfo(
                    "",
                    host="127.0.0.1",
                    port=port,
                    user=user,
                    dbname=name,
                    password=password,
                )
                _wait(process, through)
                yield through
            finally:
                process.terminate()
    finally:
        shutil.rmtree(folder)


def _user(host: str) -> int | None:
    """Return whom to run it as: it refuses to run as root, and must reach the server's socket."""
    if os.geteuid() != 0:
        return None
    owner = Path(host).stat().st_uid if host.startswith("/") else 0
    return owner or 65534


def _wait(process: subprocess.Popen[bytes], conninfo: str) -> None:
    while True:
        assert process.poll() is None, "PgBouncer ended"
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError:
            continue
        return
