"""What other libraries write into a URL is named, and a password never."""

from __future__ import annotations

import pytest

from lms_schema import DatabaseError, UsageError
from lms_schema.server import connection_strings
from lms_schema.server.sessions import connected

SECRET = "geheim"  # noqa: S105


@pytest.mark.parametrize(
    ("conninfo", "told"),
    [
        (f"postgresql+psycopg2://u:{SECRET}@h/d", ["postgresql+psycopg2://", "postgresql://"]),
        (f"postgres+asyncpg://u:{SECRET}@h/d", ["postgres+asyncpg://", "postgresql://"]),
        (f"mysql+pymysql://u:{SECRET}@h/d", ['"mysql+pymysql://"', "postgresql://"]),
        (f"jdbc:postgresql://h/d?user=u&password={SECRET}", ["jdbc:postgresql://", "JDBC"]),
        (f"postgresql://u:{SECRET}@h/d?schema=public", ['"schema"', "--schema", "LMS_SCHEMA"]),
        (f"postgresql://u:{SECRET}@h/d?sslmode=require&currentSchema=x", ['"currentSchema"']),
        (
            f"postgres://u:{SECRET}@h:6543/d?pgbouncer=true&connection_limit=1",
            ['"pgbouncer"', '"connection_limit"'],
        ),
    ],
)
def test_what_is_not_libpq_s_is_named_with_what_to_write(conninfo: str, told: list[str]) -> None:
    with pytest.raises(UsageError) as raised:
        connection_strings.check(conninfo)
    assert [words for words in told if words not in str(raised.value)] == []
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "conninfo",
    [
        f"postgresql://u:se?{SECRET}=x@h/d?foo=1@",
        f"postgresql://u@h/d?password=se&{SECRET}=x",
        f"postgresql://u@h/d?foo={SECRET}",
        f"host=h {SECRET}",
        f"jdbc:postgresql+{SECRET}",
    ],
)
def test_a_part_of_a_password_is_not_taken_for_a_parameter(conninfo: str) -> None:
    with pytest.raises(UsageError) as raised:
        connection_strings.check(conninfo)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "conninfo", ["", "service=lms", "postgresql:///d?host=/tmp&sslmode=require", "host=h dbname=d"]
)
def test_what_libpq_reads_is_let_through(conninfo: str) -> None:
    connection_strings.check(conninfo)


def test_a_refused_connection_is_told_line_by_line() -> None:
    with pytest.raises(DatabaseError) as raised, connected("host=127.0.0.1 port=1"):
        pass
    assert "\\" not in str(raised.value)
    assert all(line.startswith(" ") for line in str(raised.value).splitlines()[1:])
