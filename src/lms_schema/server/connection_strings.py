"""Whether libpq can read a connection string; what other libraries write is named."""

from __future__ import annotations

import re

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from lms_schema.errors import UsageError

_SCHEMA = frozenset({"schema", "currentSchema", "search_path"})
"""Parameters by which Prisma, JDBC and others name the schema."""


def check(conninfo: str) -> None:
    """Refuse a connection string that cannot be read, without repeating what may be a password.

    Raises:
        UsageError: It names a driver or parameter that is another library's, if that is why.
    """
    try:
        conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as error:
        raise UsageError(_foreign(conninfo) or _unreadable(str(error))) from None


def _foreign(conninfo: str) -> str | None:
    """Return what is another library's, if anything; never a part of a password."""
    scheme = re.match(r"(jdbc:)?(?:postgres|postgresql)(\+[A-Za-z0-9_]+)?://", conninfo)
    if scheme is None:
        other = re.match(r"([A-Za-z0-9_:+]+://)", conninfo)
        if other is None:
            return None
        return f'The URL begins with "{other[1]}": it has to begin with postgresql://.'
    if scheme[1] or scheme[2]:
        return (
            f'The connection string begins with "{scheme[0]}", which is not libpq\'s but of '
            f"{'JDBC' if scheme[1] else 'SQLAlchemy'}: write postgresql:// instead."
        )
    # behind an @ nothing is of the password any more, unless it is a parameter itself
    names = re.findall(r"[?&](\w+)=", conninfo.rpartition("@")[2])
    if "password" in names:
        return None
    libpq = {option.keyword.decode() for option in Conninfo.get_defaults()}
    foreign = [name for name in names if name not in libpq]
    if not foreign:
        return None
    listed = ", ".join(f'"{name}"' for name in foreign)
    what, them = ("parameters", "them") if len(foreign) > 1 else ("parameter", "it")
    schema = ", and name the schema with --schema or LMS_SCHEMA" * (not _SCHEMA.isdisjoint(foreign))
    return f"The URL has the {what} {listed}, which libpq does not know: leave {them} out{schema}."


def _unreadable(reason: str) -> str:
    # libpq quotes the part that it cannot read, which may be of the password.
    reason = re.sub(r'".*"', '"***"', reason.strip(), flags=re.DOTALL)
    return (
        f"The connection string cannot be read: {reason}. Write "
        "postgresql://user@host:port/database (with % escapes), or key=value pairs."
    )
