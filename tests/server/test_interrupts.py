"""A command that a signal ends leaves no process, no folder, no session and no lock behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle, product
from pathlib import Path

import psycopg
import pytest

from lms_schema.server import advisory_lock
from support import signals
from support.leftovers import assert_nothing_left, servers
from support.runner import query

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}

Process = subprocess.Popen[str]
Moment = Callable[[Path], bool]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path leaves room for that of a socket in it, which tmp_path may not."""
    with tempfile.TemporaryDirectory(prefix="lms-") as path:
        yield Path(path)


@contextmanager
def _command(*arguments: str, folder: Path) -> Iterator[Process]:
    """Run a command whose temporary files are in a folder; it has ended afterwards."""
    with subprocess.Popen(
        [sys.executable, "-m", "lms_schema", *arguments],
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=signals.heed,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _until(process: Process, is_there: Callable[[], bool]) -> None:
    while not is_there():
        assert process.poll() is None, process.communicate()


def _assert_ended(process: Process, number: signal.Signals) -> None:
    """The process ends by itself, with the exit code of the signal and one line."""
    _, errors = process.communicate(timeout=60)
    assert process.returncode == SIGNALS[number], errors
    assert "Traceback" not in errors
    told = [line for line in errors.splitlines() if line.startswith("Error:")]
    assert len(told) == 1, errors
    assert f"Ended by {number.name}" in told[0]


def _is_made(folder: Path) -> bool:
    return bool(list(folder.glob("lms-schema-*")))


def _is_initialized(folder: Path) -> bool:
    return bool(list(folder.glob("lms-schema-*/data/PG_VERSION")))


def _is_starting(folder: Path) -> bool:
    return bool(list(folder.glob("lms-schema-*/data/postmaster.pid")))


def _is_migrating(folder: Path) -> bool:
    runner = "SELECT FROM pg_stat_activity WHERE application_name = 'lms-schema'"
    for file in folder.glob("lms-schema-*/data/postmaster.pid"):
        with suppress(IndexError, OSError, psycopg.OperationalError):
            place = file.read_text().splitlines()[4]
            with psycopg.connect(host=place, user="postgres", dbname="postgres") as found:
                return found.execute(runner).fetchone() is not None
    return False


MOMENTS = [_is_made, _is_initialized, _is_starting, _is_migrating]
OWN_SERVER = ["export", "plan", "verify", "check", "demo"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "number", "command"),
    # all commands start their server in one way: each meets some of the moments and signals
    [(*case, command) for case, command in zip(product(MOMENTS, SIGNALS), cycle(OWN_SERVER))],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", value)),
)
def test_a_command_with_a_server_of_its_own(
    tmp_path: Path,
    folder: Path,
    database: str,
    moment: Moment,
    number: signal.Signals,
    command: str,
) -> None:
    extra = tmp_path / "extra"
    (extra / "tables").mkdir(parents=True)
    (extra / "tables" / "010_a.sql").write_text("CREATE TABLE a (i int);")
    arguments = {
        "export": (str(tmp_path / "out"),),
        "check": (),
        "plan": ("--database", database, "--extra", str(extra)),
        "verify": ("--database", database, "--extra", str(extra)),
        "demo": (),
    }[command]
    with _command(command, *arguments, folder=folder) as process:
        _until(process, lambda: moment(folder))
        process.send_signal(number)
        _assert_ended(process, number)
    assert_nothing_left(folder)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_more_signals_do_not_disturb_the_clean_up(tmp_path: Path, folder: Path) -> None:
    with _command("export", str(tmp_path / "out"), folder=folder) as process:
        _until(process, lambda: _is_migrating(folder))
        process.send_signal(signal.SIGINT)
        while _is_made(folder):
            process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (130, 143)  # two that come at once have no order
    assert "Traceback" not in errors
    assert_nothing_left(folder)


@pytest.mark.slow
def test_ctrl_c_of_a_terminal_reaches_the_programs_that_start_the_server_too(
    tmp_path: Path, folder: Path
) -> None:
    with _command("export", str(tmp_path / "out"), folder=folder) as process:
        _until(process, lambda: _is_initialized(folder))
        os.killpg(process.pid, signal.SIGINT)
        _assert_ended(process, signal.SIGINT)
    assert_nothing_left(folder)


@pytest.mark.slow
def test_what_a_killed_command_left_is_removed_by_the_next_one_and_what_is_in_use_is_not(
    tmp_path: Path, folder: Path
) -> None:
    with _command("export", str(tmp_path / "out"), folder=folder) as killed:
        _until(killed, lambda: _is_migrating(folder))
        (left,) = folder.glob("lms-schema-*")
        killed.kill()
        killed.communicate()
    assert left.exists()
    assert servers(left)
    with _command("export", str(tmp_path / "out"), folder=folder) as used:
        _until(used, lambda: _is_migrating(folder))
        (own,) = folder.glob("lms-schema-*")
        assert own != left
        assert servers(left) == []
        with _command("export", str(tmp_path / "too"), folder=folder) as other:
            assert other.wait(120) == 0, other.communicate()
        assert used.wait(120) == 0
    assert_nothing_left(folder)


def _sessions(conninfo: str) -> list[tuple[str, str | None]]:
    """The state and the wait of each session of a command in the database."""
    return [
        (row[0], row[1])
        for row in query(
            conninfo,
            "SELECT coalesce(state, ''), wait_event_type FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'lms-schema%'",
        )
    ]


def _end_and_see(process: Process, conninfo: str, number: signal.Signals) -> None:
    process.send_signal(number)
    _assert_ended(process, number)
    while _sessions(conninfo):  # the server notices that the client is gone
        pass


def _holds_lock(conninfo: str) -> bool:
    name = query(conninfo, "SELECT current_database()")[0][0]
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute(
            "SELECT pg_try_advisory_lock(%s)", (advisory_lock.key(name, "public"),)
        ).fetchone()
    return row == (False,)


@pytest.mark.parametrize(
    ("command", "table", "number"),
    [
        (("status",), "lms_schema_migration", signal.SIGINT),
        (("plan",), "lms_schema_migration", signal.SIGTERM),
        (("verify",), "lms_schema_migration", signal.SIGHUP),
        (("migrate",), "lms_schema_migration", signal.SIGINT),
        (("drop", "--confirm", "public"), "lms_schema_migration", signal.SIGTERM),
        (("maintain", "--lock-timeout", "60s"), "educational_courses", signal.SIGHUP),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_command_whose_statement_waits_for_a_lock(
    database: str, tmp_path: Path, command: tuple[str, ...], table: str, number: signal.Signals
) -> None:
    with psycopg.connect(database) as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        with _command(*command, "--database", database, folder=tmp_path) as process:
            _until(process, lambda: ("active", "Lock") in _sessions(database))
            _end_and_see(process, database, number)
        assert not _holds_lock(database)


@pytest.mark.parametrize(
    ("command", "number"),
    [
        (("migrate",), signal.SIGTERM),
        (("baseline",), signal.SIGHUP),
        (("drop", "--confirm", "public"), signal.SIGINT),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_command_that_waits_for_another_runner(
    database: str, tmp_path: Path, command: tuple[str, ...], number: signal.Signals
) -> None:
    name = query(database, "SELECT current_database()")[0][0]
    with psycopg.connect(database, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", (advisory_lock.key(name, "public"),))
        with _command(*command, "--database", database, folder=tmp_path) as process:
            _until(process, lambda: bool(_sessions(database)))
            _end_and_see(process, database, number)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("jobs", [(), ("--jobs", "2")], ids=["one at a time", "two at a time"])
def test_a_statement_of_a_file_is_cancelled_and_its_file_undone(
    empty_database: str, tmp_path: Path, jobs: tuple[str, ...], number: signal.Signals
) -> None:
    extra = tmp_path / "extra"
    (extra / "tables").mkdir(parents=True)
    (extra / "tables" / "010_long.sql").write_text(
        "CREATE TABLE undone (i int); SELECT pg_sleep(1000);"
    )
    schemas = ("--schema", "one", *(("--schema", "two") if jobs else ()), *jobs)
    arguments = ("migrate", "--database", empty_database, *schemas, "--extra", str(extra))
    with _command(*arguments, folder=tmp_path) as process:
        sleeping = 2 if jobs else 1
        _until(
            process,
            lambda: _sessions(empty_database).count(("active", "Timeout")) == sleeping,
        )
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == SIGNALS[number], errors
    assert "Traceback" not in errors
    while _sessions(empty_database):
        pass
    assert query(empty_database, "SELECT to_regclass('one.undone')") == [(None,)]
    assert query(empty_database, "SELECT count(*) > 0 FROM one.lms_schema_migration") == [(True,)]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_that_was_ignored_stays_ignored(database: str, number: signal.Signals) -> None:
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE lms_schema_migration")
        ignore = f"trap '' {number.value}; exec \"$@\""
        with subprocess.Popen(
            ["sh", "-c", ignore, "sh", sys.executable, "-m", "lms_schema", "status"],
            env=os.environ | {"LMS_DATABASE_URL": database},
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            _until(process, lambda: ("active", "Lock") in _sessions(database))
            process.send_signal(number)
            holder.rollback()
            assert process.wait(60) == 0
