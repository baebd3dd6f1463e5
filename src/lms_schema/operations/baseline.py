"""Adopts a schema that another tool installed, when its catalog proves which release it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import chain

import psycopg

from lms_schema.catalog import trust
from lms_schema.catalog.catalog import Catalog, read_catalog, release_catalog
from lms_schema.catalog.difference import Difference, compare
from lms_schema.errors import DatabaseError, printable
from lms_schema.events import Event, OnEvent, unheard
from lms_schema.records import release_objects
from lms_schema.server import advisory_lock, sessions
from lms_schema.server.sessions import Session
from lms_schema.source import package as packages

_STRANGE_OWNERS = """
    SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class
    WHERE relnamespace = to_regnamespace(quote_ident(%s)) AND relname = ANY (%s)
        AND NOT pg_has_role(relowner, 'USAGE')
"""


@dataclass(frozen=True)
class BaselineResult:
    """What a baseline found, and wrote.

    Attributes:
        database: Name of the database.
        schema: The schema.
        server_major: PostgreSQL's major version.
        release: The release that the catalog was compared with.
        tracked: Whether the schema was migrated or adopted before; then nothing is compared.
        adopted: Ids of the files that were recorded as applied.
        differences: Why the schema is not that release; nothing was written when there are some.
        notes: What differs and does not matter: extra indexes, changed comments.
    """

    database: str
    schema: str
    server_major: int
    release: str
    tracked: bool
    adopted: tuple[str, ...]
    differences: tuple[Difference, ...]
    notes: tuple[Difference, ...]

    @property
    def exit_code(self) -> int:
        """4 when the schema is not the release's, else 0."""
        return 4 if self.differences else 0

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {"format": 1, "command": "baseline", **asdict(self)}


def baseline(
    conninfo: str,
    *,
    schema: str | None = None,
    wait: float = 60.0,
    on_event: OnEvent = unheard,
) -> BaselineResult:
    """Record a schema as migrated to this release, when its catalog equals the release's.

    For a schema that psql, another tool or a restored dump made. Nothing of it is changed; the
    records are those that `migrate` would have written, in one transaction. A schema that has
    records already is left as it is.

    Args:
        conninfo: Any libpq connection string.
        schema: The schema; by default the first existing one of the search path.
        wait: Seconds to wait for another runner to end.
        on_event: Called with progress, and when others may create objects in the schema.

    Raises:
        UsageError: When there is no such schema, or the server is not supported.
        DatabaseError: When the role may not look into the schema or create tables in it, or does
            not own the package's tables, so that no migrate of its could go on from there; when
            an object is a stranger's, or a superuser works where others may create objects.
        LockNotObtained: When another runner did not end in time.
    """
    from lms_schema import __version__
    from lms_schema.records import ledger

    differences: tuple[Difference, ...] = ()
    notes: tuple[Difference, ...] = ()
    adopted: tuple[str, ...] = ()
    with sessions.session(conninfo, schema=schema) as session:
        session.require_schema()
        connection = session.connection
        with (
            advisory_lock.held(connection, session.schema, wait=wait, on_wait=lambda _holder: None),
            connection.transaction(),
        ):
            tracked = ledger.exists(connection, session.schema)
            trust.Ground(connection, session.schema).enter(on_event)
            if not tracked:
                ledger.require_name(session)
                release = release_catalog()
                on_event(Event("begin", f"reads the catalog of schema {session.schema}"))
                differences, notes = compare(release, read_catalog(connection, session.schema))
                adopted = () if differences else _adopt(session, release)
    return BaselineResult(
        database=session.database,
        schema=session.schema,
        server_major=session.server_major,
        release=__version__,
        tracked=tracked,
        adopted=adopted,
        differences=differences,
        notes=notes,
    )


def _adopt(session: Session, release: Catalog) -> tuple[str, ...]:
    from lms_schema.records.record_writer import RecordWriter

    connection = session.connection
    relations = [key.name for key in release.objects if key.kind in ("table", "view")]
    strangers = connection.execute(_STRANGE_OWNERS, (session.schema, relations)).fetchall()
    if strangers:
        names = ", ".join(f'"{row[0]}"' for row in strangers)
        raise DatabaseError(
            printable(
                f'Role "{connection.info.user}" does not own the objects of schema '
                f'"{session.schema}": {names} does. Nothing was written. Run baseline, and each '
                "migrate after it, as the owner or a member of it."
            )
        )
    objects = release_objects.recorded(connection, session.schema)
    trust.refuse_strangers(connection, session.schema, set(chain.from_iterable(objects.values())))
    records = RecordWriter(connection, session.schema)
    try:
        records.create()
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(
            printable(
                f'Role "{connection.info.user}" may not create tables in schema '
                f'"{session.schema}", where lms-schema keeps its records. As the owner of the '
                "schema, GRANT CREATE ON SCHEMA to that role."
            )
        ) from error
    files = packages.read().files
    for file in files:
        records.record(file, objects[file.id])
    return tuple(file.id for file in files)
