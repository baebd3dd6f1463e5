"""Which connection string is meant, whether libpq can read it, and what of it may be printed."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from lms_schema.errors import UsageError
from lms_schema.server import embedded, suggested_commands

_SCHEMA = frozenset({"schema", "currentSchema", "search_path"})
"""Parameters by which Prisma, JDBC and others name the schema."""

_SECRETS = ("password", "sslpassword", "oauth_client_secret")


def locate(option: str | None) -> str:
    """Return the connection string to use.

    Args:
        option: The `--database` option. Else the environment's LMS_DATABASE_URL, else its
            DATABASE_URL, else libpq's own variables, service files and defaults.
            `embedded` or `embedded:DIR` starts the PostgreSQL of the `embedded` extra.

    Raises:
        UsageError: When the embedded PostgreSQL is wanted and not installed.
        DatabaseError: When it does not start.
    """
    value = option or os.environ.get("LMS_DATABASE_URL") or os.environ.get("DATABASE_URL") or ""
    suggested_commands.note_database(option)
    if value == "embedded" or value.startswith("embedded:"):
        return embedded.start(value.removeprefix("embedded").removeprefix(":"))
    return value


def check(conninfo: str) -> None:
    """Refuse a connection string that cannot be read, without repeating what may be a password.

    Raises:
        UsageError: It names a driver or parameter that is another library's, if that is why.
    """
    try:
        conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as error:
        raise UsageError(_foreign(conninfo) or _unreadable(str(error))) from None


def redacted(text: str, conninfo: str) -> str:
    """Return the text without the passwords of a connection string or of the environment."""
    try:
        parameters = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError:
        parameters = {}
    public = {str(value) for name, value in parameters.items() if name not in _SECRETS}
    secrets = {str(parameters[name]) for name in _SECRETS if parameters.get(name)}
    secrets.add(os.environ.get("PGPASSWORD", ""))
    # A password that holds @, : or / unescaped ends up in the host, port or database name.
    if conninfo.count("@") > 1 or not secrets - {""}:
        for part in re.findall(r"://[^:@]*:(.*)@", conninfo):
            pieces = {part, *re.split(r"[@:/?#&]", part)}
            secrets |= pieces | {unquote(piece) for piece in pieces}
            public = set()
    for secret in sorted(secrets - public - {""}, key=len, reverse=True):
        # whole words only: a short password is a part of many
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", text)
    return text


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
