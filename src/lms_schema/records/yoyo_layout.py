"""The tables and rows of yoyo-migrations, layout 2, without yoyo.

yoyo is a fifth of the time that a command takes to start, and makes its tables by way of layout 1.
So what each migrate needs is stated here; tests hold it against what yoyo itself makes and reads.
"""

from __future__ import annotations

import hashlib
import socket
from datetime import UTC, datetime
from typing import Any

import psycopg

_ID = "character varying(255)"
_HASH = "character varying(64)"
_TIME = "timestamp without time zone"

MIGRATION = {"migration_hash": _HASH, "migration_id": _ID, "applied_at_utc": _TIME}
LOG = {
    "id": "character varying(36)",
    "migration_hash": _HASH,
    "migration_id": _ID,
    "operation": "character varying(10)",
    "username": _ID,
    "hostname": _ID,
    "comment": _ID,
    "created_at_utc": _TIME,
}
VERSION = {"version": "integer", "installed_at_utc": _TIME}
"""The columns of each table, the primary key first, with types as PostgreSQL prints them."""

FIRST_ROW = "INSERT INTO {} VALUES (2, now() AT TIME ZONE 'UTC')"
"""SQL that tells, in the table of versions, which layout it is."""


def hash_of(file_id: str) -> str:
    """Return what yoyo calls a migration's hash, which is one of its id."""
    return hashlib.sha256(file_id.encode()).hexdigest()


def log_row(connection: psycopg.Connection[Any], file_id: str, operation: str) -> dict[str, object]:
    """Return the columns of a row of the log, and so of the file's own row.

    Args:
        connection: Whose user does it.
        file_id: Of the file.
        operation: `mark` or `unmark`.
    """
    import uuid

    return {
        "id": str(uuid.uuid4()),
        "migration_hash": hash_of(file_id),
        "migration_id": file_id,
        "operation": operation,
        "username": connection.info.user,
        "hostname": socket.gethostname(),
        "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
    }
