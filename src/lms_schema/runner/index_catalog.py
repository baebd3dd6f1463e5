"""What the catalog says of tables and indexes, for building indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from lms_schema.server import search_path

_TABLE = """
    SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name,
        format('%%I.%%I', n.nspname, c.relname) AS text, c.relkind AS kind,
        coalesce(pg_relation_size(c.oid) > 0 OR p.filled, false) AS filled,
        coalesce(p.is_foreign, false) AS is_foreign
    FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (
            SELECT bool_or(pg_relation_size(t.relid) > 0) AS filled,
                bool_or(l.relkind = 'f') AS is_foreign
            FROM pg_partition_tree(c.oid) AS t JOIN pg_class AS l ON l.oid = t.relid
        ) AS p
    WHERE c.relkind IN ('r', 'm', 'p')
"""

# Everything that makes two indexes of equal tables the same, but for their names.
_INDEX = """
    SELECT c.oid::bigint AS oid, format('%%I.%%I', n.nspname, c.relname) AS text,
        c.oid::regclass::text AS name, i.indrelid::bigint AS "table",
        coalesce(i.indisvalid AND i.indisready AND i.indislive, false) AS valid,
        c.relispartition AS attached,
        pg_get_indexdef(i.indexrelid) AS definition,
        jsonb_build_array(
            m.amname, i.indisunique, i.indnullsnotdistinct, i.indnkeyatts, c.reloptions,
            pg_get_expr(i.indpred, i.indrelid),
            EXISTS (
                SELECT FROM pg_constraint AS k
                WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
            ),
            (
                SELECT jsonb_agg(
                    jsonb_build_array(
                        pg_get_indexdef(i.indexrelid, a.attnum, false), a.attoptions,
                        i.indclass[a.attnum - 1], i.indcollation[a.attnum - 1],
                        i.indoption[a.attnum - 1]
                    ) ORDER BY a.attnum
                )
                FROM pg_attribute AS a WHERE a.attrelid = c.oid
            )
        )::text AS shape
    FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
        LEFT JOIN pg_am AS m ON m.oid = c.relam
"""

# Partitions without their part of an index, at each level below its table.
_MISSING = f"""
    WITH RECURSIVE covered (relation, index) AS (
        SELECT indrelid, indexrelid FROM pg_index WHERE indexrelid = %(index)s
        UNION ALL
        SELECT i.indrelid, i.indexrelid
        FROM covered AS c
            JOIN pg_inherits AS h ON h.inhparent = c.index
            JOIN pg_index AS i ON i.indexrelid = h.inhrelid
    )
    SELECT part.*, format('%%I.%%I', n.nspname, x.relname) AS parent
    FROM ({_TABLE}) AS part
        JOIN pg_inherits AS h ON h.inhrelid = part.oid AND NOT h.inhdetachpending
        JOIN covered AS c ON c.relation = h.inhparent
        JOIN pg_class AS x ON x.oid = c.index
        JOIN pg_namespace AS n ON n.oid = x.relnamespace
    WHERE part.oid NOT IN (SELECT relation FROM covered)
    ORDER BY part.text
"""  # noqa: S608

_FILLED = """
    SELECT EXISTS (
        SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND c.relkind IN ('r', 'm', 'p') AND c.relname = ANY (%s)
            AND (pg_relation_size(c.oid) > 0 OR c.relkind = 'p' AND EXISTS (
                SELECT FROM pg_partition_tree(c.oid) AS t WHERE pg_relation_size(t.relid) > 0
            ))
    )
"""

_COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = %s ORDER BY attnum"


@dataclass(frozen=True)
class Table:
    """A table, partition or materialized view.

    Attributes:
        oid: Its row in pg_class.
        schema: Name of its schema.
        name: Its name.
        text: Both, quoted.
        kind: `r`, `p` (partitioned) or `m` (materialized view).
        filled: Whether it, or a partition of it, has a page: there are rows, or were.
        is_foreign: Whether it has a foreign table among its partitions.
        parent: Of a partition: the index that it lacks a part of, as SQL text.
    """

    oid: int
    schema: str
    name: str
    text: str
    kind: str
    filled: bool
    is_foreign: bool
    parent: str = ""


@dataclass(frozen=True)
class Index:
    """An index, or another relation that has the name.

    Attributes:
        oid: Its row in pg_class.
        text: Its schema and name, quoted.
        name: Its name relative to the target schema.
        table: The table's row in pg_class, or None when it is no index.
        valid: Whether queries can use it.
        attached: Whether it is a part of a partitioned index.
        definition: As PostgreSQL prints it.
        shape: All that makes it the same as another index, but for the names.
    """

    oid: int
    text: str
    name: str
    table: int | None
    valid: bool
    attached: bool
    definition: str | None
    shape: str


class IndexCatalog:
    """Reads the catalog of a connection."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        """Take the connection, and the schema that names are relative to."""
        self._connection = connection
        self._schema = schema

    def table(self, schema: str, name: str) -> Table | None:
        """Return what of that name can have an index."""
        with self._connection.cursor(row_factory=class_row(Table)) as cursor:
            cursor.execute(f"{_TABLE} AND n.nspname = %s AND c.relname = %s", (schema, name))
            return cursor.fetchone()

    def is_filled(self, schema: str, tables: Sequence[str]) -> bool:
        """Tell whether any of these tables of the schema has a page."""
        row = self._connection.execute(_FILLED, (schema, list(tables))).fetchone()
        return bool(row and row[0])

    def missing(self, index: Index) -> list[Table]:
        """Return the partitions, at each level, that lack their part of a partitioned index."""
        with self._connection.cursor(row_factory=class_row(Table)) as cursor:
            cursor.execute(_MISSING, {"index": index.oid})
            return cursor.fetchall()

    def is_taken(self, schema: str, name: str) -> bool:
        """Tell whether a relation has that name: faster than to ask which."""
        row = self._connection.execute(
            "SELECT to_regclass(format('%%I.%%I', %s::text, %s::text))", (schema, name)
        ).fetchone()
        return bool(row and row[0])

    def index(self, schema: str, name: str) -> Index | None:
        """Return the relation of that name, an index as a rule."""
        return next(iter(self._indexes("n.nspname = %s AND c.relname = %s", schema, name)), None)

    def again(self, index: Index) -> Index | None:
        """Return the index as it is now."""
        return next(iter(self._indexes("c.oid = %s", index.oid)), None)

    def of(self, table: Table) -> list[Index]:
        """Return the indexes of a table."""
        return self._indexes("i.indrelid = %s", table.oid)

    def columns(self, index: Index) -> list[str]:
        """Return the names of an index's columns."""
        return [row[0] for row in self._connection.execute(_COLUMNS, (index.oid,))]

    def _indexes(self, condition: str, *values: object) -> list[Index]:
        query = f"{_INDEX} WHERE {condition}"
        return search_path.printed(self._connection, self._schema, query, values, class_row(Index))
