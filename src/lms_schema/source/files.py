"""Reads the SQL files of a schema folder."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lms_schema.errors import UsageError, near
from lms_schema.source import directives, index_statement
from lms_schema.source.folders import FOLDERS, INDEXES, Folder, Kind
from lms_schema.source.statements import Statement, SyntaxProblem, lines, split

_BESIDE = ("ORDER", "README.md")
_PASSED_OVER = re.compile(
    r"\..*|.*~|#.*#|.*\.(?:bak|orig|rej|sw[a-p]|tmp)|desktop\.ini|Icon\r|Thumbs\.db", re.IGNORECASE
)
"""Names of what editors, tools and systems leave in folders."""


class UnreadableFile(UsageError):  # noqa: N818
    """A file that cannot be read, split, or that holds what a file must not.

    Attributes:
        path: The file.
        line: Where in it, counted from 1.
        problem: What is wrong and what to do, without the place.
        rule: Id of the rule of `check` that it breaks.
    """

    def __init__(self, path: Path, line: int, problem: str, rule: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem
        self.rule = rule


@dataclass(frozen=True)
class SqlFile:
    """One file of a schema package.

    Attributes:
        id: Its folder and its name without the ending, like `tables/020_learners`; of an extra's
            file with the extra's name before it, like `shop:tables/010_orders`. A subject is no
            part of it: a file that moves to another subject stays the file that was applied.
        folder: The folder that it lies in.
        path_below: Its path below the schema folder, with slashes.
        path: Where it is: that path, of an extra's file behind its folder as it was given.
        source: Where it was read from.
        text: Its content, line ends as LF, without a byte order mark.
        checksum: SHA-256 of that content, in hexadecimal.
        depends: Ids of the files that must come before it, beyond what the order says.
        overrides: Of an extra's file: ids of the package's files of whose objects it makes others.
    """

    id: str
    folder: Folder
    path_below: str
    path: str
    source: Path
    text: str
    checksum: str
    depends: tuple[str, ...]
    overrides: tuple[str, ...] = ()

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Its statements, split when first asked for.

        Raises:
            UnreadableFile: When it cannot be split, or holds what a file must not.
        """
        try:
            statements = tuple(split(self.text))
            directives.refuse_misplaced(self.text)
            if self.folder.name == INDEXES:
                index_statement.parse(statements)
        except SyntaxProblem as problem:
            raise UnreadableFile(self.source, problem.line, f"{problem}.", problem.rule) from None
        if not self.text.strip():
            raise UnreadableFile(
                self.source,
                1,
                "it is empty. Restore it, or write a comment that says why nothing is left.",
                "readable",
            )
        return statements

    @property
    def kind(self) -> Kind:
        """How the file is applied."""
        return self.folder.kind

    def action(self, *, new: bool) -> str:
        """Return what is done when it is applied as it is: `apply`, `replace` or `run`."""
        if self.kind is Kind.RECURRING:
            return "run"
        return "apply" if new else "replace"


def extra_of(file_id: str) -> str | None:
    """Return the name of the extra whose file the id is, or None for the package's own."""
    name, separator, _ = file_id.partition(":")
    return name if separator else None


def read_files(root: Path, known: Collection[str] = ()) -> list[SqlFile]:
    """Read the files of a folder, in the order of folders and names, whatever they depend on.

    Each is split, to see that it holds nothing that it must not.

    Args:
        root: The folder.
        known: Checksums of files that were split before.

    Raises:
        UsageError: As `read` does.
    """
    if not root.is_dir():
        raise UsageError(f"The schema folder {root} does not exist.")
    for path, problem in strangers(root):
        raise UsageError(f"{path} {problem}")
    files: list[SqlFile] = []
    for folder in FOLDERS:
        files += [read_file(root, path, folder) for path in sql_files(root / folder.name)]
    if not files:
        raise UsageError(f"The schema folder {root} holds no SQL file.")
    for file in files:
        if file.checksum not in known:
            _ = file.statements
    return files


def read_file(root: Path, path: Path, folder: Folder) -> SqlFile:
    """Read one file of a folder of the schema folder `root`.

    Raises:
        UnreadableFile: When it is not UTF-8, or has a bad directive.
    """
    content = b""
    try:
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
        text = content.decode()
        if "\0" in text:
            where = content.index(0)
            raise UnreadableFile(
                path, _line(content, where), f"a NUL at byte {where}. Remove it.", "readable"
            )
        named = directives.read(text)
    except OSError as error:
        raise UnreadableFile(path, 1, f"{error.strerror}.", "readable") from None
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            path,
            _line(content, error.start),
            f"not UTF-8 at byte {error.start} ({content[error.start]:#04x}). Convert it.",
            "readable",
        ) from None
    except SyntaxProblem as problem:
        raise UnreadableFile(path, problem.line, f"{problem}.", problem.rule) from None
    below = "/".join(path.parts[len(root.parts) :])
    return SqlFile(
        id=f"{folder.name}/{path.stem}",
        folder=folder,
        path_below=below,
        path=below,
        source=path,
        text=text,
        checksum=hashlib.sha256(content).hexdigest(),
        depends=named["depends"],
        overrides=named["overrides"],
    )


def _line(content: bytes, position: int) -> int:
    return len(lines(content[:position].decode(errors="replace")))


def sql_files(folder: Path) -> list[Path]:
    """Return the SQL files of a folder and of its subjects, by name; none when it is missing."""
    found = [item for entry in _entries_of(folder) for item in (entry, *_entries_of(entry))]
    return [
        Path(item.path)
        for item in sorted(found, key=lambda item: (item.name, item.path))
        if _is_sql(item)
    ]


def entries(folder: os.PathLike[str]) -> list[os.DirEntry[str]]:
    """Return what lies in a folder, by name, without what editors, tools and systems leave there.

    Hidden files and folders are among the latter.
    """
    with os.scandir(folder) as found:
        return sorted(
            (entry for entry in found if not _PASSED_OVER.fullmatch(entry.name)),
            key=lambda entry: entry.name,
        )


def _entries_of(item: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    return entries(item) if item.is_dir() else []


def _is_sql(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith(".sql") and entry.is_file()


def strangers(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield what lies in a schema folder and does not belong there, and what is wrong with it."""
    folders = {folder.name: folder for folder in FOLDERS}
    for entry in entries(root):
        path = Path(entry.path)
        if not entry.is_dir():
            if entry.name not in _BESIDE:
                yield path, "lies outside the folders of the schema. Move it."
        elif entry.name not in folders:
            yield (
                path,
                f"is not a folder of a schema.{near(entry.name, folders)} "
                f"Its folders are {', '.join(folders)}.",
            )
        elif folders[entry.name].by_subject:
            yield from _strangers_in(path, by_subject=True)
            for first, second in itertools.pairwise(sql_files(path)):
                if first.name == second.name:
                    yield second, f"has the name of {first}. Rename it."
        else:
            yield from _strangers_in(path, by_subject=False)


def _strangers_in(folder: Path, by_subject: bool) -> Iterator[tuple[Path, str]]:
    inside = entries(folder)
    for entry in inside:
        if by_subject and entry.is_dir():
            yield from _strangers_in(Path(entry.path), by_subject=False)
        elif not _is_sql(entry):
            yield Path(entry.path), "is not an SQL file. Move it out of the schema."
    if not inside and not (folder / ".gitkeep").exists():
        yield folder, "is an empty folder. Remove it, or restore its files."
