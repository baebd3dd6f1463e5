"""The catalog of one schema in a canonical form by which databases can be compared."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any, NamedTuple, Self

import psycopg
from psycopg.rows import tuple_row

from lms_schema.catalog.view_text import in_one_form
from lms_schema.errors import DatabaseError, printable
from lms_schema.server import search_path

# What changes how PostgreSQL prints a definition; the search path does besides. To compile a query
# that is run once would take longer than to run it.
_SETTINGS = {
    "jit": "off",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "quote_all_identifiers": "off",
}


class ObjectKey(NamedTuple):
    """What identifies an object of a schema.

    Names are quoted where SQL needs it. A member is named `relation.member`, a function with its
    argument types, a comment by the kind and the name of what it describes.
    """

    kind: str
    name: str

    @property
    def owner(self) -> str:
        """The relation that it is or belongs to, or a function without its arguments.

        A name that needs quotes is cut anywhere; this package has none.
        """
        name = self.described.name if self.kind == "comment" else self.name
        return re.split(r"[.(]", name, maxsplit=1)[0]

    @property
    def described(self) -> "ObjectKey":
        """The object that a comment describes."""
        kind, _, name = self.name.partition(" ")
        return ObjectKey(kind, name)

    @property
    def whole(self) -> "ObjectKey":
        """What a comment, a grant or an owner is of; of any other object the object itself."""
        return self.described if self.kind in ("comment", "grant", "owner") else self


@dataclass(frozen=True)
class Catalog:
    """The objects of one schema, each with its definition as text without the schema's name.

    Attributes:
        objects: Definitions by key, columns in the order of their table.
    """

    objects: Mapping[ObjectKey, str]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical form, in hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Return the canonical form; a definition of several lines is a list, to diff well."""
        kinds: dict[str, dict[str, str | list[str]]] = {}
        for key, definition in self.objects.items():
            lines = definition.split("\n")
            kinds.setdefault(key.kind, {})[key.name] = lines if len(lines) > 1 else definition
        document = {"format": 1, "objects": kinds}
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        document: dict[str, Any] = json.loads(text)
        return cls(
            {
                ObjectKey(kind, name): lines if isinstance(lines, str) else "\n".join(lines)
                for kind, definitions in document["objects"].items()
                for name, lines in definitions.items()
            },
        )


def read_catalog(conn: psycopg.Connection[Any], schema: str) -> Catalog:
    """Read the catalog of a schema; needs no right but USAGE on it.

    The connection's settings and transaction are left as they were.

    Raises:
        DatabaseError: The connection's role has no USAGE on the schema.
    """
    query = (
        resources.files("lms_schema.catalog").joinpath("catalog.sql").read_text(encoding="utf-8")
    )
    with conn.transaction(force_rollback=True), conn.cursor(row_factory=tuple_row) as cursor:
        search_path.pin(conn)
        cursor.execute(
            "SELECT nspname FROM pg_namespace"
            " WHERE nspname = %s AND NOT has_schema_privilege(oid, 'USAGE')",
            [schema],
        )
        if cursor.fetchone():
            raise DatabaseError(
                printable(
                    f'Role "{conn.info.user}" may not look into schema "{schema}". '
                    "As the owner of the schema, GRANT USAGE ON SCHEMA to that role."
                )
            )
        for name, value in _SETTINGS.items():
            cursor.execute("SELECT set_config(%s, %s, TRUE)", [name, value])
        objects = {
            ObjectKey(kind, name): in_one_form(definition) if kind == "view" else definition
            for kind, name, definition in search_path.printed(
                conn, schema, query, {"schema": schema}
            )
            if definition is not None  # dropped by another session while it was read
        }
    return Catalog(objects)


def release_catalog() -> Catalog:
    """Load the catalog of a fresh install of this release, on any version of PostgreSQL."""
    shipped = resources.files("lms_schema.catalog").joinpath("catalogs", "release.json")
    return Catalog.from_json(shipped.read_text(encoding="utf-8"))
