"""What extras create, found out by applying them to a fresh install on a disposable server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lms_schema.catalog.catalog import Catalog, ObjectKey, read_catalog
from lms_schema.runner.migration import run_on_disposable
from lms_schema.server import embedded, sessions
from lms_schema.source.files import extra_of
from lms_schema.source.package import SchemaPackage

_SCHEMA = "lms"


@dataclass(frozen=True)
class Additions:
    """How a catalog changes when extras are applied.

    Attributes:
        server_major: Major version of the server that they were applied on.
        objects: Definitions of what they add and change, None for what they remove.
    """

    server_major: int
    objects: Mapping[ObjectKey, str | None]

    def on(self, release: Catalog) -> Catalog:
        """Return the catalog of a release with the extras on top."""
        merged = {**release.objects, **self.objects}
        return Catalog({key: text for key, text in merged.items() if text is not None})

    def unsure(self, server_major: int) -> frozenset[ObjectKey]:
        """Return what another major version may print otherwise, although it is the same."""
        if server_major == self.server_major:
            return frozenset()
        return frozenset(key for key, text in self.objects.items() if _is_printed(key, text or ""))


def additions(package: SchemaPackage) -> Additions:
    """Find out what a package's extras add, on an embedded server that is removed again.

    Raises:
        StatementFailed: An extra does not apply.
        UsageError: The embedded PostgreSQL is not installed.
        DatabaseError: The embedded PostgreSQL does not start.
    """
    base = SchemaPackage(tuple(file for file in package.files if extra_of(file.id) is None))
    with (
        embedded.temporary() as conninfo,
        sessions.session(conninfo, schema=_SCHEMA) as session,
    ):
        server_major = session.server_major
        before, after = (_made(session, files) for files in (base, package))
    keys = dict.fromkeys((*before.objects, *after.objects))
    return Additions(
        server_major,
        {
            key: after.objects.get(key)
            for key in keys
            if before.objects.get(key) != after.objects.get(key)
        },
    )


def _is_printed(key: ObjectKey, text: str) -> bool:
    """Tell whether PostgreSQL may print the definition from a parse tree: its versions differ."""
    return key.kind == "view" or (key.kind == "function" and "\nLANGUAGE sql " in text)


def _made(session: sessions.Session, package: SchemaPackage) -> Catalog:
    """Bring the schema of a session to a package; return its catalog."""
    run_on_disposable(session, package)
    return read_catalog(session.connection, session.schema)
