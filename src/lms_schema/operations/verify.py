"""Compares the live catalog of one schema with the release's, and with what extras add to it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lms_schema.catalog.catalog import Catalog, read_catalog
from lms_schema.catalog.difference import Difference, compare, without_row_security
from lms_schema.catalog.expected_catalog import expected_catalog
from lms_schema.events import Event, OnEvent, unheard
from lms_schema.records import file_states, roles
from lms_schema.server import citus, sessions
from lms_schema.source import package as packages
from lms_schema.source.package import SchemaPackage


@dataclass(frozen=True)
class VerifyResult:
    """What `verify` found.

    Attributes:
        database: Name of the database.
        schema: The schema that was read.
        server_major: PostgreSQL's major version.
        differences: What makes the schema another one than the release's.
        notes: What does not: extra indexes on our tables that are not unique, changed comments,
            functions and operators of the owner that may be called in place of PostgreSQL's own;
            an owner that may log in, where policies are for others.
    """

    database: str
    schema: str
    server_major: int
    differences: tuple[Difference, ...]
    notes: tuple[Difference, ...]

    @property
    def exit_code(self) -> int:
        """4 when there are differences, else 0."""
        return 4 if self.differences else 0

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {"format": 1, "command": "verify", **asdict(self)}


def verify(
    conninfo: str,
    *,
    schema: str | None = None,
    strict: bool = False,
    accept_row_security: bool = False,
    extra: Sequence[str | Path] = (),
    on_event: OnEvent = unheard,
) -> VerifyResult:
    """Compare the live catalog of a schema with this release's. Changes nothing.

    Needs no right but USAGE on the schema. Objects of others in the schema and grants to their
    roles are ignored; what is extra on our objects, and what is granted to PUBLIC or to a role of
    the release, is not.

    Args:
        conninfo: A libpq connection string or URL.
        schema: Schema to read, by default the first one of the connection's search path.
        strict: Whether notes are differences, but for the owner that may log in: it takes a
            second role to mend that.
        accept_row_security: Whether tables and their partitions may have row security enabled
            where it is left off, as extras may, and platforms enable it by an event trigger. It
            does not hold for owners; without a policy nobody else reads or writes a row of them.
        extra: Folders of a project's own SQL on top of the package, in order. What they create
            is found out by applying them on a disposable server, and judged like the package's.
        on_event: Called with progress.

    Raises:
        StatementFailed: An extra does not apply to the package.
        DatabaseNewer: A newer release migrated the schema, so that this one cannot judge it; found
            out where the role may read the records.
        UsageError: No such schema, a server version that the release does not know, an extra that
            cannot be read, or no PostgreSQL to apply it on.
        DatabaseError: The database cannot be reached, or the schema may not be read.
    """
    package = packages.extended(packages.read(), extra)
    on_event(Event("begin", "connects to the database"))
    with sessions.session(conninfo, schema=schema, read_only=True) as session:
        session.require_schema()
        _refuse_newer(session, package)
        on_event(Event("begin", f"reads the catalog of schema {session.schema}"))
        live = read_catalog(session.connection, session.schema)
        settings = [
            Difference("setting", name, "missing", statement, None)
            for name, statement in citus.missing(session).items()
        ]
        owners = roles.owners_that_log_in(session.connection, session.schema)
    if package.extras:
        on_event(Event("begin", "applies the extras on a disposable server"))
    expected, unsure = expected_catalog(package, session.server_major)
    on_event(Event("begin", "compares it with the release's"))
    if accept_row_security:
        live = without_row_security(live, expected)
    differences, notes = compare(expected, live, strict=strict, unsure=unsure)
    return VerifyResult(
        session.database,
        session.schema,
        session.server_major,
        (*differences, *settings),
        (*notes, *_logins(owners, expected)),
    )


def _logins(owners: Mapping[str, str], expected: Catalog) -> list[Difference]:
    """Note owners that may log in of tables for which there are policies."""
    guarded = {key.owner for key in expected.objects if key.kind == "policy"}
    found = dict.fromkeys(owner for table, owner in owners.items() if table in guarded)
    return [
        Difference("owner", "tables", "different", "a role that nobody logs in as", owner)
        for owner in found
    ]


def _refuse_newer(session: sessions.Session, package: SchemaPackage) -> None:
    from lms_schema.records import ledger

    tracked = ledger.exists(session.connection, session.schema)
    if tracked and ledger.is_readable(session.connection, session.schema):
        entries = ledger.read(session.connection, session.schema)
        file_states.compare(package, entries).refuse_newer()
