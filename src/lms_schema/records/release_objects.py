"""Which file of this release makes which object, without having watched it do so.

`migrate` sees what a file writes. For a schema that another tool installed, the release itself
says it: the list is taken from a fresh install and ships beside the catalog.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import psycopg

from lms_schema.server import search_path

_PARTITIONS = "PARTITIONS OF "

_PARTITION_NAMES = """
    SELECT 'TABLE ' || inhrelid::regclass::text
    FROM pg_inherits WHERE inhparent = to_regclass(%s)
    ORDER BY inhrelid
"""

_PARENT = """
    SELECT inhparent::regclass::text FROM pg_inherits
    WHERE inhrelid = to_regclass(%s) AND (SELECT relispartition FROM pg_class WHERE oid = inhrelid)
"""


def recorded(connection: psycopg.Connection[Any], schema: str) -> dict[str, tuple[str, ...]]:
    """Return what each file of this release would be recorded with in a schema.

    Args:
        connection: Its search path is pg_catalog.
        schema: The schema, which equals the release's catalog.
    """
    shipped = resources.files("lms_schema.catalog").joinpath("catalogs", "objects.json")
    document: dict[str, Any] = json.loads(shipped.read_text(encoding="utf-8"))
    return {
        file: tuple(name for rule in rules for name in _named(connection, schema, rule))
        for file, rules in document["files"].items()
    }


def to_json(
    connection: psycopg.Connection[Any], schema: str, objects: dict[str, tuple[str, ...]]
) -> str:
    """Return the list that ships, from what a fresh install recorded in a schema.

    Partitions are named after months, so that a file which makes some is listed with their parent.
    """
    rules = {
        file: list(dict.fromkeys(_rule(connection, schema, name) for name in names))
        for file, names in objects.items()
    }
    return json.dumps({"format": 1, "files": rules}, indent=1) + "\n"


def _named(connection: psycopg.Connection[Any], schema: str, rule: str) -> list[str]:
    if not rule.startswith(_PARTITIONS):
        return [rule]
    parent = rule.removeprefix(_PARTITIONS)
    rows = search_path.printed(connection, schema, _PARTITION_NAMES, (parent,))
    return [row[0] for row in rows]


def _rule(connection: psycopg.Connection[Any], schema: str, name: str) -> str:
    if name.startswith("TABLE "):
        table = name.removeprefix("TABLE ")
        for (parent,) in search_path.printed(connection, schema, _PARENT, (table,)):
            return f"{_PARTITIONS}{parent}"
    return name
