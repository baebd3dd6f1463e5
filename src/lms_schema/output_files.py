"""Files that a command writes, and that it may write again."""

from __future__ import annotations

from collections.abc import Mapping
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


def write(texts: Mapping[Path, str]) -> None:
    """Write files, and make their folders."""
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
