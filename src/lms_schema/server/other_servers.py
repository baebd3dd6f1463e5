"""Refuses servers that speak PostgreSQL's protocol and are something else."""

from __future__ import annotations

from typing import Any

import psycopg

from lms_schema.errors import UsageError


def refuse(connection: psycopg.Connection[Any]) -> None:
    """Refuse a server that cannot run the schema, by what it said of itself as it was reached.

    Raises:
        UsageError: For YugabyteDB and CockroachDB.
    """
    if connection.info.parameter_status("crdb_version"):
        name, lack = "CockroachDB", "constraint triggers and deferrable unique constraints"
    elif "-YB-" in (connection.info.parameter_status("server_version") or ""):
        name, lack = "YugabyteDB", "transition tables"
    else:
        return
    raise UsageError(
        f"The server is {name}, which lacks {lack}: the schema needs PostgreSQL itself, and "
        "nothing was changed."
    )
