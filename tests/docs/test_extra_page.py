"""docs/extra.md, as printed: a table of one's own is protected by row security."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from lms_schema import migrate, verify
from lms_schema.testing import Database
from support.access import become, make_world
from support.rows import Connection, column, rolled_back

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "extra.md").read_text("utf-8")
FILES = re.findall(r"^```sql\n-- db/(\S+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_a_table_of_ones_own_shows_each_person_what_is_theirs(
    lms_database: Database, tmp_path: Path
) -> None:
    for name, text in FILES:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    extra = [tmp_path / "shop"]
    conninfo = lms_database.conninfo
    migrate(conninfo, schema="lms", extra=extra)
    assert verify(conninfo, schema="lms", extra=extra).differences == ()
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET search_path = lms, pg_temp")
        world = make_world(connection)
        assert connection.execute("SELECT * FROM check_security()").fetchall() == []

        def seen(role: str, person: str) -> list[str]:
            with rolled_back(connection):
                become(connection, role, world.tokens[person])
                return sorted(column(connection, "SELECT body FROM course_notes"))

        def write(person: str, learner: str, course: str) -> None:
            become(connection, "lms_learner", world.tokens[person])
            connection.execute(
                "INSERT INTO course_notes (learner_id, course_id, body) VALUES (%s, %s, %s)",
                (world.ids[learner], world.ids[course], f"{person} on {course}"),
            )
            connection.execute("RESET ROLE")

        write("ana", "ana", "north_course")
        write("cy", "cy", "south_course")
        for learner, course in (("ben", "north_course"), ("ana", "south_course")):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), rolled_back(connection):
                write("ana", learner, course)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), rolled_back(connection):
            write("ben", "ben", "draft_course")  # who left
        assert seen("lms_learner", "ana") == ["ana on north_course"]
        assert seen("lms_learner", "ben") == []
        assert seen("lms_instructor", "tess") == ["ana on north_course"]
        assert seen("lms_instructor", "ana") == []
        assert seen("lms_service", "ana") == ["ana on north_course", "cy on south_course"]
        with pytest.raises(psycopg.errors.InsufficientPrivilege), rolled_back(connection):
            seen("lms_registrar", "rita")


def test_the_page_names_helpers_that_are_there(transaction: Connection) -> None:
    functions = column(transaction, "SELECT proname FROM pg_proc")
    assert set(re.findall(r"\b(session_\w+)\(\)", PAGE)) <= set(functions)
