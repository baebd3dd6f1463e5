"""What a process may leave behind of a disposable server whose files are in a folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil


def assert_nothing_left(folder: Path) -> None:
    assert list(folder.glob("lms-schema-*")) == []
    assert servers(folder) == []


def servers(folder: Path) -> list[psutil.Process]:
    """The processes that work on files below a folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and str(folder) in " ".join(
                process.cmdline()
            ):
                found.append(process)
    return found
