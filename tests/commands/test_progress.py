"""How a command is followed: on a terminal, elsewhere, and by programs."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.documents import check
from support.runner import Make

CODE = """
import sys
from pathlib import Path
from typing import Any
from lms_schema.source import package
folder = Path(sys.argv.pop(1))
package.shipped_folder = lambda: folder
from lms_schema.__main__ import main
main()
"""


def _on_a_terminal(
    *arguments: str, columns: int = 80, with_results: bool = False
) -> tuple[str, str]:
    """Run the command line with standard error on a terminal; returns standard output and that.

    Args:
        arguments: The folder of the package, then the command line.
        columns: Width of the terminal.
        with_results: Whether standard output is that terminal, too.
    """
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", CODE, *arguments],
        stdout=theirs if with_results else subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": str(columns)},
    ) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        output, _ = process.communicate()
    os.close(ours)
    return output or "", shown.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux: the other side was closed
        return b""


def test_a_terminal_shows_a_line_a_file_with_its_time_and_a_bar(
    empty_database: str, make_package: Make, tmp_path: Path
) -> None:
    make_package(
        {
            "tables/010_a.sql": "DO $$ BEGIN RAISE WARNING 'mind [the] gap'; END $$;",
            "tables/020_b.sql": "CREATE TABLE b (i int);",
        }
    )
    arguments = (str(tmp_path / "schema"), "migrate", "--database", empty_database)
    output, shown = _on_a_terminal(*arguments)
    assert "2 files done in " in output
    assert "the slowest, tables/0" in output
    lines = [line for line in shown.splitlines() if " s" in line or "notice" in line]
    assert any("apply    tables/020_b" in line for line in lines)
    assert any("mind [the] gap" in line for line in lines)
    assert "begin" not in shown
    assert "2/2" in shown
    output, shown = _on_a_terminal(*arguments)
    assert ("nothing to do" in output, shown) == (True, "")


SHIPPED = str(Path(__file__).resolve().parents[2] / "schema")


def _commands(database: str, folder: Path) -> dict[str, tuple[list[str], str, str]]:
    """Return for each command its arguments, what its bar says, and how its result begins."""
    options = ["--database", database]
    return {
        "verify": (options, "reads the catalog", "Schema public on"),
        "maintain": (options, "metrics", "Schema public of"),
        "docs": ([str(folder / "docs")], "lays out the pages", "wrote "),
        "plan": ([*options, "--schema", "other"], "tries there", "Schema other of"),
        "export": ([str(folder / "out")], "applies the files", "wrote "),
        "demo": ([*options, "--schema", "demo"], "loads the sample data", "migrated schema demo"),
    }


def _slow(*commands: str) -> list[Any]:
    return [pytest.param(command, marks=pytest.mark.slow) for command in commands]


@pytest.mark.parametrize(
    "command", ["verify", "maintain", "docs", *_slow("plan", "export", "demo")]
)
def test_a_bar_tells_what_is_done_and_is_gone_before_the_result(
    command: str, database: str, tmp_path: Path
) -> None:
    arguments, told, result = _commands(database, tmp_path)[command]
    _, shown = _on_a_terminal(SHIPPED, command, *arguments, columns=60, with_results=True)
    before, _, after = shown.partition(result)
    assert told in before
    assert after
    erased = re.split(r"\n|\x1b\[2K", before)[-1]
    assert re.sub(r"\x1b\[[?0-9;]*[A-Za-z]|\r", "", erased) == ""
    assert "\x1b[1A" not in after  # nothing is drawn over a result
    drawn = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", before)
    assert max(map(len, re.split(r"[\r\n]+", drawn))) <= 60


def test_elsewhere_a_command_that_lists_no_files_says_nothing_but_its_result(
    database: str,
) -> None:
    for command, result in (("verify", "note: "), ("maintain", "Schema public")):
        done = subprocess.run(
            [sys.executable, "-m", "lms_schema", command, "--database", database],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith(result)
        assert done.stderr == ""


@pytest.mark.parametrize("command", ["verify", "maintain", "docs", *_slow("plan", "export")])
def test_with_json_progress_is_a_document_a_line(
    command: str, database: str, tmp_path: Path
) -> None:
    arguments, told, _ = _commands(database, tmp_path)[command]
    done = subprocess.run(
        [sys.executable, "-m", "lms_schema", command, *arguments, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    json.loads(done.stdout)
    events = [json.loads(line) for line in done.stderr.splitlines()]
    for event in events:
        check("event", event)
    assert any(event["event"] == "begin" and told in event["text"] for event in events)
