"""The files of the dataset: which a folder holds, and their content."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lms_schema import LmsSchemaError

BLOCK = 1 << 18


class FileError(LmsSchemaError):
    """A file is missing or holds what cannot be loaded."""

    def __init__(self, file: str, reason: str, line: int | None = None) -> None:
        super().__init__(f"{file}:{line}: {reason}" if line else f"{file}: {reason}")


@dataclass(frozen=True)
class DataFile:
    """One file, as downloaded or compressed."""

    path: Path

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size

    def blocks(self, advance: Callable[[int], None]) -> Iterator[bytes]:
        """Yield the content, decompressed and without a byte order mark.

        Args:
            advance: Called with the number of bytes read from disk so far.

        Raises:
            FileError: When the file is empty, cannot be read or is damaged.
        """
        lines = 0
        try:
            with self.path.open("rb") as raw:
                source = gzip.GzipFile(fileobj=raw) if self.path.suffix == ".gz" else raw
                block = source.read(BLOCK).removeprefix(b"\xef\xbb\xbf")
                if not block:
                    raise FileError(self.path.name, "the file is empty", 1)
                while block:
                    yield block
                    lines += block.count(b"\n")
                    advance(raw.tell())
                    block = source.read(BLOCK)
        except EOFError:
            reason = "the compressed data end too early: the file is truncated"
            raise FileError(self.path.name, reason, lines + 1) from None
        except (OSError, zlib.error) as error:
            raise FileError(self.path.name, str(error), lines + 1) from None


def find(directory: Path, tables: tuple[str, ...], in_parts: str) -> dict[str, list[DataFile]]:
    """Return the files of each table: one, or all parts of the one that may come in parts.

    Args:
        directory: The folder.
        tables: Names of the tables, like studentInfo.
        in_parts: The one of them that may lie in several files, like studentVle.AAA.csv.gz.

    Raises:
        FileError: When a table has no file, or the same rows may be there twice.
    """
    names = sorted(path.name for path in directory.iterdir())
    found = {}
    for table in tables:
        part = ".*" if table == in_parts else ""
        mine = [name for name in names if re.fullmatch(rf"{table}{part}\.csv(\.gz)?", name)]
        if not mine:
            raise FileError(f"{table}.csv", f"is not in {directory}, nor is {table}.csv.gz")
        whole = {f"{table}.csv", f"{table}.csv.gz"} & set(mine)
        stems = {name.removesuffix(".gz") for name in mine}
        if len(mine) > 1 and (whole or len(stems) < len(mine)):
            raise FileError(mine[0], f"is there more than once ({', '.join(mine)}); keep one")
        found[table] = [DataFile(directory / name) for name in mine]
    return found
