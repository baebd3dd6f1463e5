"""The tables and rows of yoyo-migrations, layout 2, without yoyo.

yoyo is a fifth of the time that a command takes to start, and makes its tables by way of layout 1.
So what each migrate needs is stated here; tests hold it against what yoyo itself makes and reads.
"""

from __future__ import annotations

import hashlib
import socket
import uuid
from datetime import UTC, datetime
from typing import Any

import psycopg


def tables(table: str, log_table: str, version_table: str) -> str:
    """Return the SQL that creates the tables, under the names given."""
    return f"""\
CREATE TABLE {table} (
    migration_hash varchar(64) PRIMARY KEY,
    migration_id varchar(255),
    applied_at_utc timestamp
);
CREATE TABLE {log_table} (
    id varchar(36) PRIMARY KEY,
    migration_hash varchar(64),
    migration_id varchar(255),
    operation varchar(10),
    username varchar(255),
    hostname varchar(255),
    comment varchar(255),
    created_at_utc timestamp
);
CREATE TABLE {version_table} (
    version integer PRIMARY KEY,
    installed_at_utc timestamp
);
INSERT INTO {version_table} VALUES (2, now() AT TIME ZONE 'UTC');
"""  # noqa: S608 (names of ours)


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
    return {
        "id": str(uuid.uuid4()),
        "migration_hash": hash_of(file_id),
        "migration_id": file_id,
        "operation": operation,
        "username": connection.info.user,
        "hostname": socket.gethostname(),
        "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
    }
