"""What a schema needs that Citus keeps on one of its workers: see docs/scaling.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lms_schema.errors import UsageError
from lms_schema.source.statements import quoted

if TYPE_CHECKING:
    from lms_schema.server.sessions import Session

OLDEST = 13
"""The first major version that the schema may be on: 12.1 loses rows without an error."""

SETTINGS = ("citus.enable_unsafe_triggers", "citus.allow_nested_distributed_execution")
"""What must be on: both are safe where a schema is on one node."""

_FIRST = 12
"""The first that keeps a whole schema on one node."""

_IS_KEPT = "SELECT FROM pg_dist_schema WHERE schemaid = to_regnamespace(quote_ident(%s))"
_IS_MADE = "SELECT WHERE current_setting('citus.enable_schema_based_sharding', true) = 'on'"
_MISSING = """
    SELECT s.name FROM unnest(%s::text[]) WITH ORDINALITY AS s (name, place)
    WHERE current_setting(s.name, true) IS DISTINCT FROM 'on' ORDER BY s.place
"""


def missing(session: Session) -> dict[str, str]:
    """Return the settings that the schema lacks, each with the statement that makes it.

    None where the schema is not, and would not become, one that Citus keeps on a worker.
    """
    if not _is_distributed(session):
        return {}
    database = quoted(session.database)
    return {
        name: f"ALTER DATABASE {database} SET {name} = on"
        for (name,) in session.connection.execute(_MISSING, (list(SETTINGS),))
    }


def require(session: Session) -> None:
    """Refuse to work on a schema that Citus would not run as it must.

    Raises:
        UsageError: When Citus is too old, or settings are missing; it says how to set them.
    """
    if not _is_distributed(session):
        return
    if (session.citus or 0) < OLDEST:
        raise UsageError(
            f"The database has Citus {session.citus}; this release knows {OLDEST} and later, "
            "because earlier ones can lose rows without an error. Nothing was changed."
        )
    statements = missing(session).values()
    if statements:
        raise UsageError(
            "Citus lacks what the schema's triggers need, and nothing was changed. Run, in this "
            "database and as its owner or a superuser, and then try again:\n"
            + "\n".join(f"    {statement};" for statement in statements)
        )


def _is_distributed(session: Session) -> bool:
    """Tell whether Citus keeps the schema on a worker, or will as soon as it is made."""
    if (session.citus or 0) < _FIRST:
        return False
    query, values = (_IS_KEPT, [session.schema]) if session.schema_exists() else (_IS_MADE, [])
    return session.connection.execute(query.encode(), values).fetchone() is not None
