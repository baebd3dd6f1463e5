"""docs/security.md, as printed: what a newcomer runs protects their application."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from lms_schema import verify
from lms_schema.testing import Database
from support.access import World, make_world
from support.rows import scalar

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "security.md").read_text()
SQL = re.findall(r"^```sql\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
PYTHON = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
TITLES = [("free_course",), ("north_course",), ("open_course",)]

SQLALCHEMY = """
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session
app = app.replace("postgresql://", "postgresql+psycopg://", 1)
"""
DJANGO = """
import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict
p = conninfo_to_dict(app)
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": p["dbname"], "USER": p["user"],
    "PASSWORD": p["password"], "HOST": p["host"], "PORT": p.get("port", ""),
}}
%s
settings.configure(DATABASES=DATABASES)
django.setup()
from django.db import connection, transaction
"""
SPY = """
def spy():
    import psycopg
    with psycopg.connect(app.replace("+psycopg", "")) as other:
        for (query,) in other.execute(
            "SELECT query FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid()"
        ):
            print(query)
"""


@dataclass
class Campus:
    """A database with the logins of the page.

    Attributes:
        world: Who is who.
        urls: The URL of each login, by its name on the page.
    """

    owner: psycopg.Connection[tuple[object, ...]]
    world: World
    urls: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def campus(lms_database: Database) -> Iterator[Campus]:
    prefix = f"lms_role_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(lms_database.conninfo, autocommit=True) as owner:
        owner.execute("SET search_path = lms, pg_temp")
        world = make_world(owner)
        found = Campus(owner, world)
        names = sorted({name for block in SQL for name in re.findall(r"\bcampus_\w+", block)})
        for block in SQL:
            if "CREATE ROLE" in block:
                owner.execute(block.replace("campus", prefix).encode())
        owner.execute("UPDATE access_settings SET identity_source = 'session'")
        for name in names:
            conninfo = make_conninfo(
                lms_database.conninfo,
                user=name.replace("campus", prefix),
                password="change me",  # noqa: S106
            )
            p = psycopg.conninfo.conninfo_to_dict(conninfo)
            # the host is perhaps the folder of a socket
            where = urlencode([(key, value) for key, value in p.items() if key in ("host", "port")])
            found.urls[name] = f"postgresql://{p['user']}:change%20me@/{p['dbname']}?{where}"
        yield found
        for name in names:
            role = name.replace("campus", prefix)
            owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


def block(words: str, blocks: list[str]) -> str:
    """The block of the page in which these words are."""
    (found,) = [text for text in blocks if words in text]
    return found


def run(program: str, **values: object) -> str:
    """Run a program of its own with these values, and return what it prints."""
    head = "".join(f"{name} = {value!r}\n" for name, value in values.items())
    done = subprocess.run(
        [sys.executable, "-c", head + program],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def signed_in(campus: Campus, person: str) -> str:
    program = "import psycopg, secrets\n" + block("open_session", PYTHON) + "print(token)"
    return run(program, signin=campus.urls["campus_signin"], person=str(campus.world.ids[person]))


RECIPES = {
    "psycopg": "import psycopg\n" + block("psycopg.connect(app", PYTHON),
    "sqlalchemy": SQLALCHEMY + block("Session(engine)", PYTHON),
    "django": DJANGO % block("server_side_binding", PYTHON) + block("transaction.atomic", PYTHON),
}


@pytest.mark.parametrize("library", RECIPES)
def test_a_request_shows_a_learner_what_is_theirs(campus: Campus, library: str) -> None:
    program = RECIPES[library] + "print(sorted(tuple(row) for row in rows))"
    app = campus.urls["campus_app"]
    assert run(program, app=app, token=signed_in(campus, "ana")) == str(TITLES)
    assert run(program, app=app, token="nobody's") == "[]"  # noqa: S106


@pytest.mark.parametrize("library", ["sqlalchemy", "django"])
def test_a_connection_that_is_kept_answers_many_requests(campus: Campus, library: str) -> None:
    before, with_, request = RECIPES[library].rpartition("\nwith ")
    program = before + "\nfor _ in range(12):\n" + textwrap.indent(with_ + request, "    ")
    program += "print(sorted(tuple(row) for row in rows))"
    app = campus.urls["campus_app"]
    assert run(program, app=app, token=signed_in(campus, "ana")) == str(TITLES)


def spied(campus: Campus, program: str, token: str) -> str:
    """What other sessions of the login see of a request that has just named its token."""
    program = re.sub(r"^( *)(.*'lms.token'.*\n)", r"\1\2\1spy()\n", program, flags=re.MULTILINE)
    return run(SPY + program, app=campus.urls["campus_app"], token=token)


@pytest.mark.parametrize("library", RECIPES)
def test_no_other_session_of_the_login_sees_the_token(campus: Campus, library: str) -> None:
    token = signed_in(campus, "ana")
    queries = spied(campus, RECIPES[library], token)
    assert "set_config('lms.token', $1" in queries
    assert token not in queries


def test_a_driver_that_binds_by_itself_shows_the_token(campus: Campus) -> None:
    token = signed_in(campus, "ana")
    program = RECIPES["django"].replace('"server_side_binding": True, ', "")
    assert token in spied(campus, program, token)


def test_discard_all_leaves_the_time_zone_that_django_expects(campus: Campus) -> None:
    role = psycopg.conninfo.conninfo_to_dict(campus.urls["campus_app"])["user"]
    campus.owner.execute(f"ALTER ROLE {role} SET timezone = 'Asia/Tokyo'".encode())
    program = RECIPES["django"] + (
        "with connection.cursor() as cursor:\n"
        "    cursor.execute('SHOW timezone')\n"
        "    print(*cursor.fetchone())"
    )
    token = signed_in(campus, "ana")
    assert run(program, app=campus.urls["campus_app"], token=token) == "UTC"
    without = program.replace(', "options": "-c timezone=UTC"', "")
    assert run(without, app=campus.urls["campus_app"], token=token) == "Asia/Tokyo"


def test_postgrest_shows_a_learner_what_is_theirs(campus: Campus) -> None:
    campus.owner.execute("UPDATE access_settings SET identity_source = 'jwt_claims'")
    url = campus.urls["campus_authenticator"]
    for sub, titles in ((campus.world.ids["ana"], TITLES), (uuid.uuid4(), [])):
        # what PostgREST sends for GET /educational_courses?select=title with a verified JWT
        with psycopg.connect(url) as connection:
            claims = f'{{"role": "lms_learner", "sub": "{sub}"}}'
            connection.execute(
                "SELECT set_config('role', 'lms_learner', true),"
                " set_config('request.jwt.claims', %s, true)",
                (claims,),
            )
            query = "SELECT title FROM lms.educational_courses ORDER BY title"
            assert connection.execute(query).fetchall() == titles


def test_authority_is_given_by_the_job_login(campus: Campus) -> None:
    insert = block("course_staff (course_id", SQL)
    ids = campus.world.ids
    values = {
        "course": ids["free_course"],
        "teacher": uuid.uuid4(),
        "institution": ids["north"],
        "registrar": uuid.uuid4(),
        "guardian": uuid.uuid4(),
        "learner": ids["ana"],
    }
    for name, value in values.items():
        insert = insert.replace(f":'{name}'", f"'{value}'")
    with psycopg.connect(campus.urls["campus_jobs"]) as connection:
        connection.execute(insert.encode())


def test_the_logins_of_the_page_leave_no_way_around_and_no_drift(
    campus: Campus, lms_database: Database
) -> None:
    assert campus.owner.execute("SELECT * FROM check_security()").fetchall() == []
    assert verify(lms_database.conninfo, schema="lms").differences == ()


def test_the_page_names_every_table(campus: Campus) -> None:
    table = PAGE[PAGE.index("## Who sees what") :]
    tables = set(re.findall(r"`(\w+)`", textwrap.dedent(table)))
    granted = {
        row[0]
        for row in campus.owner.execute(
            "SELECT DISTINCT table_name::text FROM information_schema.column_privileges"
            " WHERE table_schema = 'lms' AND grantee IN"
            " ('lms_learner', 'lms_guardian', 'lms_instructor', 'lms_registrar')"
        )
    }
    assert granted <= tables
    assert scalar(campus.owner, "SELECT count(*) FROM learners") == 5
