"""The folder of a disposable server.

The process that made it holds a lock on a file in it. A folder whose file is not locked was left
behind by a process that was killed: whoever makes the next one removes it, with its server.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

_PREFIX = "lms-schema-"
_LOCK = "lock"
_PATIENCE = 10
"""Seconds that a server has to end at once; then it is killed."""


class Scratch:
    """A folder for a server, to be removed.

    Attributes:
        data: Where the server may keep its data; not there yet.
    """

    def __init__(self, parent: Path) -> None:
        """Make a folder below another, where folders that were left behind are removed first."""
        remove_left_behind_in(parent)
        self._path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self.data = self._path / "data"
        # under its name a file is always locked while its process lives
        unlocked = self._path / "new"
        self._lock = os.open(unlocked, os.O_CREAT | os.O_RDWR, 0o600)
        _is_locked(self._lock)
        unlocked.rename(self._path / _LOCK)

    def remove(self) -> None:
        """End the server at once, and remove the folder."""
        os.close(self._lock)
        _remove(self._path)


def remove_left_behind_in(parent: Path) -> None:
    """Remove the folders below another, with their servers, whose processes were killed."""
    for path in parent.glob(f"{_PREFIX}*"):
        _remove_if_left_behind(path)


def _remove_if_left_behind(path: Path) -> None:
    try:
        if path.lstat().st_uid != os.getuid():
            return
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except (OSError, AttributeError):  # it is being made; or a system without these
        return
    try:
        if _is_locked(lock):
            _remove(path)
    finally:
        os.close(lock)


def _is_locked(descriptor: int) -> bool:
    """Lock a file until it is closed, if nobody else has locked it; tell whether that was done."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove(path: Path) -> None:
    _end_server(path / "data")
    shutil.rmtree(path / "data", ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


def _end_server(data: Path) -> None:
    """End the server of a folder, if there is one: nothing of it is to be kept."""
    import psutil

    try:
        server = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        if str(data) not in server.cmdline():  # another process, which got the number since
            return
    except (OSError, ValueError, IndexError, psutil.Error):
        return
    with suppress(psutil.Error):
        server.send_signal(getattr(signal, "SIGQUIT", signal.SIGTERM))
        try:
            server.wait(_PATIENCE)
        except psutil.TimeoutExpired:
            server.kill()
            server.wait(_PATIENCE)
