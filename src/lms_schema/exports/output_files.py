"""Files that a command writes, and that it may write again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from lms_schema.errors import UsageError


def refuse_stranger(path: Path, mark: str, command: str) -> None:
    """Refuse to overwrite a file that the command did not write.

    Args:
        path: The file, which may not exist.
        mark: What stands in each file that the command writes.
        command: Its name.

    Raises:
        UsageError: When the file is somebody else's.
    """
    if path.exists() and mark.encode() not in path.read_bytes():
        raise UsageError(
            f"{path} is there and was not written by lms-schema {command}; nothing was written. "
            "Name another folder."
        )


def try_out(path: Path) -> None:
    """Find out whether a file can be written, before the work that it is for.

    Raises:
        UsageError: When it cannot.
    """
    with _told(path):
        unfinished = _unfinished(path)
        unfinished.touch()
        unfinished.unlink()


def write(texts: Mapping[Path, str]) -> None:
    """Write files, each whole or not at all, and make their folders.

    Raises:
        UsageError: When that is not possible; files before it are written.
    """
    for path, text in texts.items():
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, text)


def _write(path: Path, text: str) -> None:
    unfinished = _unfinished(path)
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def _unfinished(path: Path) -> Path:
    return path.with_name(f"{path.name}.unfinished")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}. Mend that or name another place, "
            "and run the command again."
        ) from None
