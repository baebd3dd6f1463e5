"""The pytest plugin, as a project uses it that depends on lms-schema."""

from __future__ import annotations

import psycopg
import pytest

from lms_schema import status
from lms_schema.testing import SERVER_VARIABLE, Database

PROJECT = """
import psycopg

def learners(conninfo):
    with psycopg.connect(conninfo) as connection:
        with open("databases", "a") as names:
            print(connection.info.dbname, file=names)
        connection.execute(
            "INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)"
            " VALUES ('ada@example.org', 'Ada', 'Byron', 'graduate', '{}')"
        )
        return connection.execute("SELECT count(*) FROM learners").fetchone()[0]

def test_first(lms_database):
    assert learners(lms_database.conninfo) == 1

def test_second_sees_nothing_of_the_first(lms_database):
    assert learners(lms_database.url) == 1
    assert lms_database.schema == "campus"
"""

PROJECT_WITH_SQL = """
import psycopg

def test_own_tables_are_there(lms_database):
    with psycopg.connect(lms_database.conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)
"""


def test_a_project_gets_a_migrated_database_for_each_test_and_leaves_none(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setenv(SERVER_VARIABLE, server)
    pytester.makeini("[pytest]\nlms_schema = campus")
    pytester.makepyfile(PROJECT)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
    used = (pytester.path / "databases").read_text().split()
    assert len(set(used)) == 2
    with psycopg.connect(server) as connection:
        query = "SELECT datname FROM pg_database WHERE datname = ANY (%s)"
        assert connection.execute(query, (used,)).fetchall() == []


def test_the_sql_of_the_project_itself_is_applied_too(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setenv(SERVER_VARIABLE, server)
    pytester.makeini("[pytest]\nlms_extra = db/shop")
    tables = pytester.mkdir("db") / "shop" / "tables"
    tables.mkdir(parents=True)
    (tables / "010_orders.sql").write_text("CREATE TABLE orders (id uuid PRIMARY KEY);")
    pytester.makepyfile(PROJECT_WITH_SQL)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_the_database_is_migrated_and_its_schema_is_in_the_search_path(
    lms_database: Database,
) -> None:
    assert status(lms_database.conninfo).exit_code == 0
    for address in (lms_database.conninfo, lms_database.url):
        with psycopg.connect(address) as connection:
            row = connection.execute("SELECT current_schema(), current_database()").fetchone()
        assert row is not None
        assert row[0] == lms_database.schema == "lms"


@pytest.mark.parametrize(
    ("conninfo", "url"),
    [
        ("host=db port=5433 dbname=a user=u password='p w/@'", "postgresql://u:p%20w%2F%40@/a?"),
        ("host=/run/postgresql dbname='a/b'", "postgresql:///a%2Fb?"),
    ],
)
def test_the_url_means_the_same_as_the_connection_string(conninfo: str, url: str) -> None:
    database = Database(conninfo, "lms")
    assert database.url.startswith(url)
    assert psycopg.conninfo.conninfo_to_dict(database.url) == psycopg.conninfo.conninfo_to_dict(
        conninfo
    )
