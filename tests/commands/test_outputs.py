"""Outputs that do not take what is written: full, closed, of another encoding; bad folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lms_schema import UsageError, status
from lms_schema.cli import cli
from lms_schema.exports import output_files

FULL = Path("/dev/full")
NAME = "学校é"

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="needs Linux's /dev/full")


def _run(*arguments: str, redirect: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command below a shell, which redirects its output."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirect}', "sh", sys.executable, "-m", "lms_schema", *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("flags", [(), ("--json",)])
@pytest.mark.parametrize("command", ["status", "verify", "migrate"])
def test_a_full_standard_output_is_told_in_a_sentence(
    database: str, command: str, flags: tuple[str, ...]
) -> None:
    ran = _run(command, "--database", database, *flags, redirect=f">{FULL}")
    assert ran.returncode == 2
    *progress, told = ran.stderr.splitlines()
    assert told == "Error: Standard output cannot be written: No space left on device."
    assert [json.loads(line)["event"] for line in progress] == ["begin"] * len(progress)


@pytest.mark.parametrize("flags", [(), ("--json",)])
@pytest.mark.parametrize("redirect", [f"2>{FULL}", "2>&1 >/dev/null | true", "2>&-"])
def test_a_migrate_whose_progress_nobody_takes_is_a_migrate_all_the_same(
    empty_database: str, redirect: str, flags: tuple[str, ...]
) -> None:
    ran = _run("migrate", "--database", empty_database, *flags, redirect=redirect)
    assert ran.returncode == 0
    assert status(empty_database).exit_code == 0


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("drop", "--help")])
def test_so_it_is_of_a_help_text(arguments: tuple[str, ...]) -> None:
    ran = _run(*arguments, redirect=f">{FULL}")
    assert ran.returncode == 2
    assert ran.stderr.startswith("Error: Standard output cannot be written")


def test_a_closed_standard_output_ends_a_command_quietly(database: str) -> None:
    reader = "| true"
    ran = _run("status", "--database", database, redirect=reader)
    assert ran.stderr == ""
    ran = _run("status", "--database", database, redirect=">&-")
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("redirect", [">&-", "<&- >&- 2>&-"])
def test_so_it_does_with_json(database: str, redirect: str) -> None:
    ran = _run("status", "--database", database, "--json", redirect=redirect)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("redirect", ["2>&-", f"2>{FULL}"])
def test_a_standard_error_that_takes_nothing_stops_no_migrate_and_changes_no_exit_code(
    empty_database: str, redirect: str
) -> None:
    options = ("--database", empty_database, "--schema", "lms")
    assert _run("verify", *options, redirect=redirect).returncode == 2
    ran = _run("migrate", *options, redirect=redirect)
    assert ran.returncode == 0
    assert " files done " in ran.stdout


@pytest.mark.parametrize("arguments", [("export", "{loop}/x"), ("status", "--extra", "{loop}")])
def test_a_link_to_itself_is_named(
    database: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    words = (word.format(loop=loop) for word in arguments)
    ran = _run(*words, LMS_DATABASE_URL=database)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert str(loop) in ran.stderr


def test_an_embedded_server_leaves_a_folder_of_others_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = _run("status", "--database", f"embedded:{tmp_path}")
    assert "the folder holds something else" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_path_that_is_too_long_for_a_socket_is_told(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    ran = _run("check", TMPDIR=str(folder))
    assert "the path is too long for a socket. Name a shorter one" in ran.stderr
    assert "TMPDIR" in ran.stderr
    assert list(folder.glob("lms-schema-*")) == []


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (("docs", "/proc/x"), "/proc/x"),
        (("docs", "{file}/x"), "{file}/x"),
        (("status", "--database", "embedded:/proc/x"), "/proc/x"),
        (("check", "--extra", "/proc/x"), "/proc/x"),
        (("demo", "--html", "{file}/x.html"), "{file}/x.html"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, arguments: tuple[str, ...], place: str
) -> None:
    file = tmp_path / "file"
    file.write_text("of somebody")
    ran = _run(*(word.format(file=file) for word in arguments))
    assert ran.returncode in (1, 2)
    assert "Traceback" not in ran.stderr
    assert place.format(file=file) in ran.stderr
    assert file.read_text() == "of somebody"


def test_a_file_is_written_whole_or_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.sql"
    output_files.write({path: "first"})

    def fail(target: Path, text: str, **_: str) -> int:
        with target.open("w") as file:
            file.write(text[:3])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr(Path, "write_text", fail)
        with pytest.raises(UsageError, match="cannot be written: No space left on device"):
            output_files.write({path: "second"})
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("encoding", ["ascii", "latin1", "utf-8"])
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_terminal_of_any_encoding_shows_every_name(
    empty_database: str, encoding: str, flags: tuple[str, ...]
) -> None:
    options = ("--database", empty_database, "--schema", NAME, *flags)
    ran = subprocess.run(
        [sys.executable, "-m", "lms_schema", "status", *options],
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (ran.returncode, ran.stderr) == (3, b"")
    if flags:
        assert json.loads(ran.stdout.decode(encoding))["schema"] == NAME
    else:  # click takes ASCII for a mistake, and writes UTF-8 then
        taken = "utf-8" if encoding == "ascii" else encoding
        assert NAME.encode(taken, "backslashreplace") in ran.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "--schema", "\udcff"),
        ("status", "--database", "postgresql://\udcff:geheim@h/d"),
        ("export", "--schema", "\udcff", "out"),
    ],
)
def test_an_argument_that_is_not_utf_8_is_told(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("LMS_DATABASE_URL", database)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert r"'\udcff' in an argument is not UTF-8" in result.stderr
    assert "geheim" not in result.output


@pytest.mark.parametrize("value", ["99999999999s", "2147483648ms", f"{'9' * 400}s"])
@pytest.mark.parametrize("command", ["migrate", "maintain"])
def test_a_lock_timeout_beyond_postgresql_s_is_wrong_usage(
    database: str, command: str, value: str
) -> None:
    options = (command, "--database", database, "--lock-timeout")
    result = CliRunner().invoke(cli, [*options, value])
    assert result.exit_code == 2
    assert "2147483647ms" in result.stderr
    result = CliRunner().invoke(cli, [*options, "2147483647ms"])
    assert result.exit_code == 0, result.output
