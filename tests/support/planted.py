"""What a neighbour plants in a database for whoever runs a command there, and whether it ran.

PostgreSQL counts the calls of functions, also those of a transaction that only reads or is rolled
back: that needs nothing in the planted function that the command could notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict

from support.roles import Role, new_role
from support.runner import execute, query


@contextmanager
def neighbour(conninfo: str) -> Iterator[Role]:
    """A role that owns nothing of the package and may create in schema public, for now.

    It gets a schema of its own, `den`, with `text()`, `yes(text)`, and `trap()` for triggers.
    """
    name = conninfo_to_dict(conninfo)["dbname"]
    execute(conninfo, f"ALTER DATABASE {name} SET track_functions = 'all'")
    with new_role(
        conninfo,
        "GRANT CREATE ON SCHEMA public TO {role}",
        "CREATE SCHEMA den AUTHORIZATION {role}",
        "GRANT USAGE ON SCHEMA den TO PUBLIC",
    ) as role:
        execute(
            role.conninfo,
            *(
                f"CREATE FUNCTION den.{name} LANGUAGE plpgsql AS $$ BEGIN RETURN {result}; END $$"
                for name, result in (
                    ("text() RETURNS text", "'x'"),
                    ("yes(text) RETURNS boolean", "true"),
                    ("trap() RETURNS trigger", "coalesce(new, old)"),
                )
            ),
        )
        yield role


def calls(conninfo: str, role: Role) -> int:
    """Return how often functions of a role were called by sessions, which have all ended."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        others = (
            "SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        while connection.execute(others).fetchone():  # each tells its counts as it ends
            pass
    counted: int = query(
        conninfo,
        "SELECT coalesce(sum(s.calls), 0)::int FROM pg_stat_user_functions AS s"
        " JOIN pg_proc AS p ON p.oid = s.funcid"
        f" WHERE p.proowner = '{role.name}'::regrole",
    )[0][0]
    return counted
