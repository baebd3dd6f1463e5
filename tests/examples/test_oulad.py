"""The loader of the Open University dataset, on a small made-up one and on the real files."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

import lms_schema
from support import oracle
from support.oulad import Dataset, day, identity
from support.rows import column, read, scalar

LOADER = Path(__file__).resolve().parents[2] / "examples" / "oulad" / "load.py"

PASSWORD = uuid.uuid4().hex

Connection = psycopg.Connection[Any]
Files = dict[str, list[str]]
"""The lines of each file, the header first."""

HEADERS = {
    "courses": "code_module,code_presentation,module_presentation_length",
    "vle": "id_site,code_module,code_presentation,activity_type,week_from,week_to",
    "assessments": "code_module,code_presentation,id_assessment,assessment_type,date,weight",
    "studentInfo": "code_module,code_presentation,id_student,gender,region,highest_education,"
    "imd_band,age_band,num_of_prev_attempts,studied_credits,disability,final_result",
    "studentRegistration": "code_module,code_presentation,id_student,date_registration,"
    "date_unregistration",
    "studentAssessment": "id_assessment,id_student,date_submitted,is_banked,score",
    "studentVle": "code_module,code_presentation,id_student,id_site,date,sum_click",
}
COURSES = ("AAA,2013J", "AAA,2014B", "BBB,2013J", "CCC,2014J")


def made_up() -> Files:
    """A small dataset with all that is odd in the real one."""
    chance = random.Random(1)  # noqa: S311
    files: Files = {table: [header] for table, header in HEADERS.items()}
    files["courses"] += [
        f"{course},{length}" for course, length in zip(COURSES, (268, 241, 9, 0), strict=True)
    ]
    activities = ("resource", "forumng", "quiz", "ouwiki", "homepage", "oucollaborate", "new kind")
    sites: dict[str, list[int]] = {course: [] for course in COURSES}
    for site in chance.sample(range(500, 600), 40):
        course = chance.choice(COURSES[:3])  # the last course has no site
        sites[course].append(site)
        weeks = chance.choice((",", "1,3", "?,?"))
        files["vle"].append(f"{site},{course},{chance.choice(activities)},{weeks}")
    weights = {"AAA,2013J": (10, 12.5, 77.5, 100), "AAA,2014B": (0, 0), "BBB,2013J": (50, 7.5)}
    assessments: dict[str, list[int]] = {course: [] for course in COURSES}
    for course, values in weights.items():
        for weight in values:
            number = 1000 + len(files["assessments"])
            assessments[course].append(number)
            kind, due = chance.choice((("TMA", "19"), ("CMA", "?"), ("Exam", "")))
            files["assessments"].append(f"{course},{number},{kind},{due},{weight}")
    levels = (
        "No Formal quals",
        "Lower Than A Level",
        "A Level or Equivalent",
        "HE Qualification",
        "Post Graduate Qualification",
    )
    for student in range(1, 16):
        for course in chance.sample(COURSES[:3], chance.choice((1, 1, 2, 3))):
            level, result = chance.choice(levels), chance.choice(("Pass", "Fail", "Withdrawn"))
            result = "Distinction" if student == 1 else result
            files["studentInfo"].append(
                f'{course},{student},M,"North, West",{level},"",35-55,0,240,N,{result}'
            )
            registered = chance.choice(("-159", "3", "", "?"))
            files["studentRegistration"].append(f"{course},{student},{registered},")
            for assessment in assessments[course]:
                score = chance.choice(("0", "39", "40", "100", "", "?", str(chance.randint(1, 99))))
                if chance.random() < 0.8:
                    files["studentAssessment"].append(
                        f"{assessment},{student},{chance.randint(-11, 300)},0,{score}"
                    )
            if student == 2:
                continue  # was never seen
            visited = chance.sample(sites[course], chance.randint(1, len(sites[course])))
            for _ in range(40):
                site, date = chance.choice(visited), chance.randint(-5, 9)
                row = f"{course},{student},{site},{date},{chance.randint(0, 2)}"
                files["studentVle"] += [row] * chance.choice((1, 1, 1, 2, 3))
    files["studentRegistration"].pop()  # an enrollment without a registration
    head, *clicks = files["studentVle"]
    chance.shuffle(clicks)
    files["studentVle"] = [head, *clicks]
    return files


def write(folder: Path, files: Files) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def load(database: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, LOADER, "--database", database, *options, folder],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def loaded(database: str, folder: Path, *options: str) -> str:
    """Load a folder that is in order; return the dashboard."""
    done = load(database, folder, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


TABLES = (
    "educational_institutions",
    "learners",
    "educational_courses",
    "learning_modules",
    "learning_sections",
    "course_enrollments",
    "section_progress",
    "section_progress_history",
    "learning_interactions",
    "learning_sessions",
    "educational_assessments",
    "assessment_attempts",
    "learner_course_summary",
    "learner_assessment_summary",
    "learner_summary",
    "course_summary",
    "learning_analytics_dashboard",
    "learner_progress_analytics",
)


def versions(connection: Connection) -> dict[str, tuple[int, Any]]:
    """The rows of each table and which transaction wrote them: equal only if none was written."""
    found = {}
    for table in TABLES:
        xmin = "" if table in TABLES[-2:] else " || t.xmin::text"
        query = sql.SQL(
            f"SELECT count(*), sum(hashtextextended(t::text{xmin}, 0)::numeric) FROM {{}} AS t"
        ).format(sql.Identifier(table))
        row = connection.execute(query).fetchone()
        assert row is not None
        found[table] = (row[0], row[1])
    return found


def assert_as_the_files_say(connection: Connection, dataset: Dataset) -> None:
    courses = {identity("educational_courses", *key) for key in _courses(dataset)}
    views = (
        ("learning_analytics_dashboard", dataset.dashboard(), "course_id"),
        ("learner_progress_analytics", dataset.learner_analytics(), "learner_id"),
        ("course_enrollments", dataset.enrollments, "id"),
    )
    for relation, expected, key in views:
        assert oracle.differences(read(connection, relation), expected, key) == []
    for course, figures in dataset.effectiveness().items():
        text = scalar(connection, "SELECT calculate_course_effectiveness(%s)::text", course)
        assert oracle.exact_json(text) == figures
    assert set(column(connection, "SELECT id FROM educational_courses")) == courses
    interactions = column(connection, "SELECT id FROM learning_interactions")
    assert len(interactions) == len(dataset.clicks)
    assert set(interactions) == dataset.interaction_ids()
    sessions = connection.execute(
        "SELECT learner_id, course_id, session_start, interactions_completed FROM learning_sessions"
    )
    assert {row[:3]: row[3] for row in sessions} == dataset.sessions()
    visits = {
        (identity("learners", student), identity("learning_sections", site)): min(days)
        for (_, student), sites in dataset.visits.items()
        for site, days in sites.items()
    }
    progress = connection.execute(
        "SELECT learner_id, section_id, completion_timestamp FROM section_progress "
        "WHERE status = 'completed' AND completion_percentage = 100"
    )
    assert {row[:2]: row[2] for row in progress} == visits
    history = connection.execute(
        "SELECT learner_id, section_id, changed_at FROM section_progress_history "
        "WHERE previous_percentage = 0 AND percentage = 100"
    ).fetchall()
    assert len(history) == len(visits)
    assert {row[:2]: row[2] for row in history} == visits


def assert_derived_columns_are_true(connection: Connection) -> None:
    found = connection.execute("SELECT * FROM check_derived_columns() LIMIT 5").fetchall()
    assert found == []


def assert_velocities(connection: Connection, dataset: Dataset, learners: int) -> None:
    chance = random.Random(7)  # noqa: S311
    for course, student in chance.sample(sorted(dataset.visits), learners):
        for as_of, days in ((0, 30), (1, 1), (7, 7), (60, 30), (270, 300)):
            moment = day(course[1], as_of)
            found = scalar(
                connection,
                "SELECT calculate_learning_velocity(%s, %s, %s, %s)",
                identity("learners", student),
                identity("educational_courses", *course),
                days,
                moment,
            )
            assert found == dataset.velocity(course, student, days, moment), (course, student)


def _courses(dataset: Dataset) -> list[tuple[str, str]]:
    return [(row["code_module"], row["code_presentation"]) for row in dataset.courses]


def test_everything_arrives_and_all_figures_are_those_of_the_files(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    folder = write(tmp_path, made_up())
    printed = loaded(database, folder)
    dataset = Dataset(folder)
    assert_as_the_files_say(connection, dataset)
    assert_derived_columns_are_true(connection)
    assert_velocities(connection, dataset, 10)
    for course in COURSES:
        assert course.replace(",", " ") in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_modules_and_sections_follow_activities_and_sites(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    files = made_up()
    files["vle"] = [
        HEADERS["vle"],
        "9,AAA,2013J,quiz,,",
        "3,AAA,2013J,quiz,,",
        "5,AAA,2013J,forumng,2,4",
        "7,AAA,2014B,url,,",
    ]
    files["studentVle"] = [HEADERS["studentVle"]]
    loaded(database, write(tmp_path, files))
    rows = connection.execute(
        "SELECT c.title, m.title, m.module_order, s.section_order, s.content_type, s.content_data "
        "FROM learning_sections AS s JOIN learning_modules AS m ON m.id = s.module_id "
        "JOIN educational_courses AS c ON c.id = s.course_id ORDER BY 1, 3, 4"
    ).fetchall()
    forum = {"id_site": 5, "activity_type": "forumng", "week_from": 2, "week_to": 4}
    assert rows == [
        ("AAA 2013J", "forumng", 1, 1, "interactive", forum),
        ("AAA 2013J", "quiz", 2, 1, "assessment", {"id_site": 3, "activity_type": "quiz"}),
        ("AAA 2013J", "quiz", 2, 2, "assessment", {"id_site": 9, "activity_type": "quiz"}),
        ("AAA 2014B", "url", 1, 1, "text", {"id_site": 7, "activity_type": "url"}),
    ]


def test_loading_twice_writes_nothing(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    folder = write(tmp_path, made_up())
    loaded(database, folder)
    before = versions(connection)
    loaded(database, folder)
    assert versions(connection) == before


def _compressed(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.with_suffix(".csv.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


def _from_windows(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))


def _quoted(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        if path.name != "studentInfo.csv":
            lines = path.read_text().splitlines()
            text = "\n".join('"' + line.replace(",", '","') + '"' for line in lines)
            path.write_text(text)  # and no line end at the end


def _in_parts(folder: Path) -> None:
    head, *rows = (folder / "studentVle.csv").read_text().splitlines()
    (folder / "studentVle.csv").unlink()
    for number in range(3):  # equal rows end up in different parts
        part = "\n".join([head, *rows[number::3]]) + "\n"
        (folder / f"studentVle_{number}.csv").write_text(part)


@pytest.mark.parametrize("change", [_compressed, _from_windows, _quoted, _in_parts])
def test_the_form_of_the_files_makes_no_difference(
    change: Callable[[Path], None], database: str, connection: Connection, tmp_path: Path
) -> None:
    folder = write(tmp_path, made_up())
    loaded(database, folder)
    before = versions(connection)
    change(folder)
    loaded(database, folder)
    assert versions(connection) == before


@pytest.mark.parametrize("backwards", [False, True])
def test_one_part_after_another_ends_like_all_at_once(
    backwards: bool,
    database: str,
    connection: Connection,
    tmp_path: Path,
) -> None:
    files = made_up()
    whole = Dataset(write(tmp_path / "whole", files))
    head, *clicks = files["studentVle"]
    parts = [
        [c for c in clicks if int(c.split(",")[4]) in days] for days in (range(-9, 3), range(3, 99))
    ]
    for number, part in enumerate(reversed(parts) if backwards else parts):
        loaded(database, write(tmp_path / str(number), files | {"studentVle": [head, *part]}))
    assert_as_the_files_say(connection, whole)


def test_a_load_that_was_interrupted_goes_on_where_it_ended(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    folder = write(tmp_path, made_up())
    connection.execute(
        "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'power failure'; END $$"
    )
    course = identity("educational_courses", "BBB", "2013J")
    connection.execute(
        sql.SQL(
            "CREATE TRIGGER stop BEFORE INSERT ON learning_sessions "
            "FOR EACH ROW WHEN (new.course_id = {}) EXECUTE FUNCTION stop()"
        ).format(sql.Literal(course))
    )
    done = load(database, folder)
    assert done.returncode == 1
    assert "power failure" in done.stderr
    complete = column(connection, "SELECT DISTINCT course_id FROM learning_interactions")
    assert len(complete) == 2
    assert course not in complete
    connection.execute("DROP TRIGGER stop ON learning_sessions")
    loaded(database, folder)
    assert_as_the_files_say(connection, Dataset(folder))


# table, what to do with its lines (header, then rows 2, 3 ...), line, part of the reason
BAD_FILES: dict[str, tuple[str, Callable[[list[str]], list[str]], int | None, str]] = {
    "wrong header": (
        "vle",
        lambda x: [x[0].replace("activity_type", "activity"), *x[1:]],
        1,
        'got "activity", expected "activity_type"',
    ),
    "header with too few columns": ("courses", lambda x: ["code_module", *x[1:]], 1, "header"),
    "no header": ("studentVle", lambda x: x[1:], 1, "header"),
    "missing column": (
        "studentVle",
        lambda x: [*x[:3], x[3].rpartition(",")[0], *x[4:]],
        4,
        'missing data for column "sum_click"',
    ),
    "extra column": (
        "assessments",
        lambda x: [x[0], x[1] + ",1", *x[2:]],
        2,
        "extra data after last expected column",
    ),
    "not a number": (
        "studentVle",
        lambda x: [*x[:2], "AAA,2013J,1,x,0,1", *x[2:]],
        3,
        'id_site: invalid input syntax for type integer: "x"',
    ),
    "number out of range": (
        "studentVle",
        lambda x: [*x, "AAA,2013J,1,99999999999,0,1"],
        None,
        'value "99999999999" is out of range',
    ),
    "text for an optional number": (
        "studentRegistration",
        lambda x: [x[0], x[1].rpartition(",")[0] + ",soon", *x[2:]],
        2,
        "date_unregistration must be a whole number, ? or empty",
    ),
    "fraction as a score": (
        "studentAssessment",
        lambda x: [x[0], x[1].rpartition(",")[0] + ",50.5", *x[2:]],
        2,
        "score must be a whole number 0 to 100, ? or empty",
    ),
    "score above 100": (
        "studentAssessment",
        lambda x: [x[0], x[1].rpartition(",")[0] + ",101", *x[2:]],
        2,
        "score must be a whole number 0 to 100, ? or empty",
    ),
    "missing value": (
        "courses",
        lambda x: [x[0], x[1], "AAA,,241"],
        3,
        "code_presentation is missing",
    ),
    "presentation of no term": (
        "courses",
        lambda x: [x[0], "AAA,2013K,1", *x[2:]],
        2,
        "code_presentation must be a year and B or J",
    ),
    "unknown result": (
        "studentInfo",
        lambda x: [x[0], x[1].rpartition(",")[0] + ",Passed", *x[2:]],
        2,
        "final_result must be Pass, Distinction, Fail or Withdrawn",
    ),
    "repeated site": ("vle", lambda x: [*x, x[1]], 42, "repeats an earlier row"),
    "unknown course of a site": (
        "vle",
        lambda x: [*x, "999,ZZZ,2013J,url,,"],
        42,
        "unknown course ZZZ 2013J",
    ),
    "unknown course of a student": (
        "studentInfo",
        lambda x: [x[0], x[1].replace(x[1][:9], "AAA,2099J"), *x[2:]],
        2,
        "unknown course AAA 2099J",
    ),
    "registration of nobody": (
        "studentRegistration",
        lambda x: [x[0], "AAA,2013J,777,0,", *x[1:]],
        2,
        "unknown enrollment of student 777 in AAA 2013J",
    ),
    "unknown assessment": (
        "studentAssessment",
        lambda x: [x[0], "77,1,0,0,50", *x[1:]],
        2,
        "unknown assessment 77",
    ),
    "submission of nobody": (
        "studentAssessment",
        lambda x: [x[0], "1001,777,0,0,50", *x[1:]],
        2,
        "unknown enrollment of student 777 in AAA 2013J",
    ),
    "unknown site": (
        "studentVle",
        lambda x: [*x[:4], "AAA,2013J,1,77,0,1", *x[4:]],
        5,
        "unknown site 77 of AAA 2013J",
    ),
    "clicks of nobody": (
        "studentVle",
        lambda x: [*x[:4], x[1].replace(f",{x[1].split(',')[2]},", ",777,", 1), *x[4:]],
        5,
        "unknown enrollment of student 777",
    ),
    "quote that does not end": (
        "studentInfo",
        lambda x: [*x[:-1], x[-1].replace('West"', "West")],
        None,
        "unterminated CSV quoted field",
    ),
    "empty file": ("assessments", lambda _: [], 1, "the file is empty"),
}
# which tables a file fills
FILLED = {
    "courses": ("educational_institutions", "educational_courses"),
    "vle": ("learning_modules", "learning_sections"),
    "assessments": ("educational_assessments",),
    "studentInfo": ("learners", "course_enrollments"),
    "studentRegistration": ("learners", "course_enrollments"),
    "studentAssessment": ("assessment_attempts",),
    "studentVle": ("learning_interactions", "section_progress", "learning_sessions"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_named_with_line_and_reason_and_nothing_of_it_stays(
    case: str, database: str, connection: Connection, tmp_path: Path
) -> None:
    table, spoil, line, reason = BAD_FILES[case]
    files = made_up()
    folder = write(tmp_path, files)
    spoiled = "".join(f"{text}\n" for text in spoil(files[table]))
    (folder / f"{table}.csv").write_text(spoiled)
    done = load(database, folder)
    assert done.returncode == 1
    message = done.stderr.partition("Error: ")[2]
    assert message.startswith(f"{table}.csv:{line or ''}")
    assert reason in message
    assert "Traceback" not in done.stderr
    for filled in FILLED[table]:
        assert read(connection, filled) == []


def test_files_before_the_bad_one_stay_and_a_mended_one_completes_them(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    files = made_up()
    folder = write(tmp_path, files)
    with (folder / "studentVle.csv").open("a") as file:
        file.write("AAA,2013J,1,77,0,1\n")
    assert load(database, folder).returncode == 1
    assert len(read(connection, "assessment_attempts")) == len(files["studentAssessment"]) - 1
    write(folder, files)
    loaded(database, folder)
    assert_as_the_files_say(connection, Dataset(folder))


def test_the_line_of_a_bad_row_is_that_of_its_own_part(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    folder = write(tmp_path, made_up())
    _in_parts(folder)
    with (folder / "studentVle_1.csv").open("a") as file:
        file.write("AAA,2013J,1,77,0,1\n")
    lines = len((folder / "studentVle_1.csv").read_text().splitlines())
    done = load(database, folder)
    assert f"Error: studentVle_1.csv:{lines}: unknown site 77" in done.stderr
    assert read(connection, "learning_interactions") == []


@pytest.mark.parametrize("kept", [0.5, 0.999])
def test_a_truncated_compressed_file_is_named(
    kept: float, database: str, connection: Connection, tmp_path: Path
) -> None:
    folder = write(tmp_path, made_up())
    _compressed(folder)
    path = folder / "studentVle.csv.gz"
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    done = load(database, folder)
    assert done.returncode == 1
    assert "Error: studentVle.csv.gz:" in done.stderr
    assert "the compressed data end too early: the file is truncated" in done.stderr
    assert read(connection, "learning_interactions") == []


def test_a_file_that_is_not_compressed_as_its_name_says_is_named(
    database: str, tmp_path: Path
) -> None:
    folder = write(tmp_path, made_up())
    (folder / "vle.csv").rename(folder / "vle.csv.gz")
    assert "Error: vle.csv.gz:1: Not a gzipped file" in load(database, folder).stderr


@pytest.mark.parametrize("table", HEADERS)
def test_a_missing_file_is_named_before_anything_is_loaded(
    table: str, database: str, connection: Connection, tmp_path: Path
) -> None:
    folder = write(tmp_path, made_up())
    (folder / f"{table}.csv").unlink()
    done = load(database, folder)
    assert done.returncode == 1
    assert f"Error: {table}.csv: is not in {folder}" in done.stderr
    assert read(connection, "educational_courses") == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("courses.csv", "courses.csv.gz"),
        ("studentVle.csv", "studentVle.AAA.csv"),
        ("studentVle.AAA.csv", "studentVle.AAA.csv.gz"),
    ],
)
def test_files_that_hold_the_same_rows_twice_are_refused(
    first: str, second: str, database: str, tmp_path: Path
) -> None:
    folder = write(tmp_path, made_up())
    original = folder / f"{first.partition('.')[0]}.csv"
    data = original.read_bytes()
    original.unlink()
    (folder / first).write_bytes(data)
    (folder / second).write_bytes(gzip.compress(data) if second.endswith("gz") else data)
    done = load(database, folder)
    assert done.returncode == 1
    assert "is there more than once" in done.stderr
    assert first in done.stderr
    assert second in done.stderr


def test_a_database_that_was_not_migrated_is_refused(empty_database: str, tmp_path: Path) -> None:
    done = load(empty_database, write(tmp_path, made_up()))
    assert done.returncode == 2
    assert "Run: lms-schema migrate" in done.stderr


@pytest.fixture
def ordinary_role(server: str) -> Iterator[str]:
    """The name of a role that may log in and nothing else."""
    name = f"loader_{uuid.uuid4().hex[:12]}"
    role = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, PASSWORD))
        yield name
        admin.execute(sql.SQL("DROP ROLE {}").format(role))


def test_a_plain_role_loads_into_a_schema_of_its_own(
    empty_database: str, ordinary_role: str, tmp_path: Path
) -> None:
    folder = write(tmp_path, made_up())
    with psycopg.connect(empty_database, autocommit=True) as admin:
        role = sql.Identifier(ordinary_role)
        admin.execute(sql.SQL('CREATE SCHEMA "My Schema" AUTHORIZATION {}').format(role))
    conninfo = psycopg.conninfo.make_conninfo(empty_database, user=ordinary_role, password=PASSWORD)
    lms_schema.migrate(conninfo, schema="My Schema")
    loaded(conninfo, folder, "--schema", "My Schema")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute('SET search_path = "My Schema"')
        assert_as_the_files_say(connection, Dataset(folder))
        connection.execute('DROP SCHEMA "My Schema" CASCADE')


KNOWN_TOTALS = {
    "AAA 2013J": (383, 278, "72.58", 1633, 1631, "69.43", 1591, 180_982),
    "AAA 2014J": (365, 253, "69.32", 1516, 1515, "68.60", 1465, 169_316),
}
"""Enrolled, completed, rate, attempts, graded, mean of the graded, passed, interactions."""
KNOWN_SESSIONS = {
    "30 minutes": {"AAA 2013J": 34_072, "AAA 2014J": 30_703},
    "24 hours": {"AAA 2013J": 14_014, "AAA 2014J": 13_004},
    "48 hours": {"AAA 2013J": 8_963, "AAA 2014J": 8_530},
    "7 days": {"AAA 2013J": 2_465, "AAA 2014J": 2_465},
}
"""By gap; the dataset knows days only, so that below a day each active one is a session."""


@pytest.mark.slow
@pytest.mark.minutes
@pytest.mark.skipif(
    "LMS_OULAD_DIR" not in os.environ,
    reason="LMS_OULAD_DIR names no folder with the Open University dataset",
)
def test_the_published_files_arrive_whole_with_their_known_totals(
    database: str, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(os.environ["LMS_OULAD_DIR"])
    printed = loaded(database, folder)
    dataset = Dataset(folder)
    for table, count in (
        ("course_enrollments", 32_593),
        ("assessment_attempts", 173_912),
        ("learning_sections", 6_364),
        ("learning_interactions", len(dataset.clicks)),
    ):
        assert scalar(connection, f"SELECT count(*) FROM {table}") == count
    assert len([row for row in dataset.clicks if row["code_module"] == "AAA"]) == 350_298
    for title, totals in KNOWN_TOTALS.items():
        assert _totals(connection, title) == totals
        assert title in printed
    assert_as_the_files_say(connection, dataset)
    assert_derived_columns_are_true(connection)
    assert_velocities(connection, dataset, 20)

    before = versions(connection)
    loaded(database, folder)
    assert versions(connection) == before

    connection.execute("DELETE FROM learning_sessions")
    for gap, counts in KNOWN_SESSIONS.items():
        for title in counts:
            derive = "SELECT derive_sessions(id, %s) FROM educational_courses WHERE title = %s"
            connection.execute(derive, (gap, title))
        found = connection.execute(
            "SELECT c.title, count(*) FROM learning_sessions AS s"
            " JOIN educational_courses AS c ON s.course_id = c.id GROUP BY c.title"
        ).fetchall()
        assert dict(found) == counts, gap

    log = connection.execute(
        "SELECT view_name, row_count, finished_at - started_at FROM analytics_refresh_log "
        "ORDER BY id"
    ).fetchall()
    with capsys.disabled():
        print()
        for view, rows, took in log:
            print(f"{view}: {rows} rows refreshed in {took / timedelta(seconds=1):.2f} s")


def _totals(connection: Connection, title: str) -> tuple[Any, ...]:
    """The row of the known totals, from views, functions and base tables."""
    row = connection.execute(
        """
        SELECT
            d.total_enrollments,
            d.completed_learners,
            calculate_course_effectiveness(d.course_id) ->> 'completion_rate',
            d.total_assessment_attempts,
            count(*) FILTER (WHERE t.completion_status = 'graded'),
            round(d.average_assessment_score, 2)::text,
            count(*) FILTER (WHERE t.passed),
            (SELECT count(*) FROM learning_interactions AS i WHERE i.course_id = d.course_id)
        FROM learning_analytics_dashboard AS d
        JOIN educational_assessments AS a USING (course_id)
        JOIN assessment_attempts AS t ON t.assessment_id = a.id
        WHERE d.course_title = %s
        GROUP BY d.course_id, d.total_enrollments, d.completed_learners,
            d.total_assessment_attempts, d.average_assessment_score
        """,
        (title,),
    ).fetchone()
    assert row is not None
    return tuple(row)
