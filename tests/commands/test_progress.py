"""How a migrate is followed: on a terminal, elsewhere, and of several schemas."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from support.runner import Make

CODE = """
import sys
from pathlib import Path
from lms_schema.source import package
folder = Path(sys.argv.pop(1))
package.shipped_folder = lambda: folder
from lms_schema.__main__ import main
main()
"""


def _on_a_terminal(*arguments: str) -> tuple[str, str]:
    """Run the command line with standard error on a terminal; returns standard output and that."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", CODE, *arguments],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    ) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        output, _ = process.communicate()
    os.close(ours)
    return output, shown.decode()


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
    assert "2/2" in shown
    output, shown = _on_a_terminal(*arguments)
    assert ("nothing to do" in output, shown) == (True, "")
