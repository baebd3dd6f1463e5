"""Reads a folder of SQL files into an ordered, checked `SchemaPackage`.

Here, and only here, stand the order of the folders and what each folder's files are.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

from lms_schema import index_file
from lms_schema.errors import UsageError
from lms_schema.statements import Statement, SyntaxProblem, comments, split


class Kind(Enum):
    """How the files of a folder are applied."""

    VERSIONED = "versioned"
    """Once; never edited after its release."""
    REPLACEABLE = "replaceable"
    """Again whenever its content changed."""
    RECURRING = "recurring"
    """At every migrate; it does nothing when nothing is needed."""


@dataclass(frozen=True)
class Folder:
    """A folder below the schema folder.

    Attributes:
        name: Its name.
        kind: How its files are applied.
        owns: The kinds of object that its files create and that are recorded as theirs.
    """

    name: str
    kind: Kind
    owns: tuple[str, ...]


INDEXES = "indexes"
"""Name of the folder whose files are built concurrently where their table holds rows."""

FOLDERS = (
    Folder("types", Kind.VERSIONED, ("TYPE",)),
    Folder("tables", Kind.VERSIONED, ("TABLE",)),
    Folder("functions", Kind.REPLACEABLE, ("FUNCTION", "PROCEDURE", "AGGREGATE")),
    Folder("triggers", Kind.REPLACEABLE, ("TRIGGER", "FUNCTION")),
    Folder("views", Kind.REPLACEABLE, ("VIEW", "MATERIALIZED VIEW", "INDEX")),
    Folder(INDEXES, Kind.VERSIONED, ("INDEX",)),
    Folder("partitions", Kind.RECURRING, ("TABLE",)),
    Folder("security", Kind.REPLACEABLE, ("POLICY",)),
)
"""All folders, in the order in which they are applied."""

_BESIDE = ("ORDER", "README.md")
_DIRECTIVE = re.compile(r"^--\s*([A-Za-z_]+):(\s|$)")
_DEPENDS = "depends"


@dataclass(frozen=True)
class SqlFile:
    """One file of a schema package.

    Attributes:
        id: Its path below the schema folder without the ending, like `tables/020_learners`.
        folder: The folder that it lies in.
        text: Its content, line ends as LF, without a byte order mark.
        checksum: SHA-256 of that content, in hexadecimal.
        depends: Ids of the files that must come before it, beyond what the order says.
        statements: Its statements.
    """

    id: str
    folder: Folder
    text: str
    checksum: str
    depends: tuple[str, ...]
    statements: tuple[Statement, ...]

    @property
    def kind(self) -> Kind:
        """How the file is applied."""
        return self.folder.kind

    @property
    def path(self) -> str:
        """Its path below the schema folder, with slashes."""
        return f"{self.id}.sql"


@dataclass(frozen=True)
class SchemaPackage:
    """The SQL files of a release, in the order in which they are applied."""

    files: tuple[SqlFile, ...]

    @cached_property
    def by_id(self) -> dict[str, SqlFile]:
        """The files by their id."""
        return {file.id: file for file in self.files}

    def file(self, file_id: str) -> SqlFile:
        """Return the file of that id.

        Raises:
            UsageError: When there is none; it names the nearest ones.
        """
        try:
            return self.by_id[file_id]
        except KeyError:
            raise UsageError(f"No file {file_id!r}.{_near(file_id, self.by_id)}") from None

    def order(self) -> str:
        """Return the content of `schema/ORDER`: a line `<sha256>  <path>` for each file."""
        return "".join(f"{file.checksum}  {file.path}\n" for file in self.files)


def shipped_folder() -> Path:
    """Return the schema folder of this installation.

    Raises:
        UsageError: When the installation is broken.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "schema", here.parent.parent / "schema"):
        if folder.is_dir():
            return folder
    raise UsageError(f"The schema folder is missing beside {here}. Install the package again.")


def read(root: Path | None = None) -> SchemaPackage:
    """Read a schema folder.

    Args:
        root: The folder; by default the one that this package ships.

    Raises:
        UsageError: When the folder is missing or empty, holds something unknown, or a file of it
            is not readable: not UTF-8, a bad directive, or SQL that a file must not hold.
    """
    root = shipped_folder() if root is None else root
    if not root.is_dir():
        raise UsageError(f"The schema folder {root} does not exist.")
    _refuse_strangers(root)
    files: list[SqlFile] = []
    for folder in FOLDERS:
        if (root / folder.name).is_dir():
            files += [_read_file(path, folder) for path in sorted((root / folder.name).iterdir())]
    if not files:
        raise UsageError(f"The schema folder {root} holds no SQL file.")
    return SchemaPackage(tuple(_in_order(files)))


def _refuse_strangers(root: Path) -> None:
    folders = {folder.name for folder in FOLDERS}
    for path in sorted(root.iterdir()):
        if path.is_dir():
            if path.name not in folders:
                raise UsageError(
                    f"{path} is not a folder of a schema.{_near(path.name, folders)} "
                    f"Its folders are {', '.join(folder.name for folder in FOLDERS)}."
                )
            inside = sorted(path.iterdir())
            for stranger in inside:
                if stranger.suffix != ".sql" or not stranger.is_file():
                    raise UsageError(f"{stranger} is not an SQL file. Move it out of the schema.")
            if not inside:
                raise UsageError(f"The folder {path} is empty. Remove it, or restore its files.")
        elif path.name not in _BESIDE:
            raise UsageError(f"{path} lies outside the folders of the schema. Move it.")


def _read_file(path: Path, folder: Folder) -> SqlFile:
    name = f"{folder.name}/{path.name}"
    try:
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
        text = content.decode()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: not UTF-8 at byte {error.start} ({content[error.start]:#04x}). Convert it."
        ) from None
    if "\0" in text:
        raise UsageError(f"{path}: a NUL at byte {content.index(0)}. Remove it.")
    try:
        statements = split(text)
        depends = _directives(text)
        if folder.name == INDEXES:
            index_file.parse(statements)
    except SyntaxProblem as problem:
        raise UsageError(f"{path}:{problem.line}: {problem}.") from None
    if not statements:
        raise UsageError(f"{path}: no statement in it. Write one, or remove the file.")
    return SqlFile(
        id=name.removesuffix(".sql"),
        folder=folder,
        text=text,
        checksum=hashlib.sha256(content).hexdigest(),
        depends=depends,
        statements=tuple(statements),
    )


def _directives(text: str) -> tuple[str, ...]:
    """Return the ids of all `-- depends:`, the only directive there is."""
    lines = text.split("\n")
    body = (n for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("--"))
    first = next(body, len(lines) + 1)
    depends: tuple[str, ...] = ()
    for comment, line in comments(text):
        match = _DIRECTIVE.match(comment)
        if match and (line < first or match.group(1).lower() == _DEPENDS):
            more = _directive(match, line, in_header=line < first)
            if len({*depends, *more}) < len(depends) + len(more):
                raise SyntaxProblem(f"the directive {_DEPENDS!r} names a file twice", line)
            depends += more
    return depends


def _directive(match: re.Match[str], line: int, *, in_header: bool) -> tuple[str, ...]:
    name = match.group(1)
    if not in_header:
        raise SyntaxProblem(
            f"the directive {name!r} is misplaced; move it to the file's first lines, "
            "before any SQL and any /* */",
            line,
        )
    if name != _DEPENDS:
        raise SyntaxProblem(
            f"unknown directive {name!r}; the only one is {_DEPENDS!r}, in lower case. "
            "If it is prose, write it without the colon",
            line,
        )
    ids = tuple(match.string[match.end() :].split())
    if not ids:
        raise SyntaxProblem(f"the directive {name!r} has no value", line)
    return ids


def _in_order(files: list[SqlFile]) -> list[SqlFile]:
    from lms_schema.ledger import sort

    by_id = {file.id: file for file in files}
    position = {folder: number for number, folder in enumerate(FOLDERS)}
    for file in files:
        for other in file.depends:
            if other not in by_id:
                raise UsageError(
                    f"{file.path}: depends on {other!r}, which does not exist.{_near(other, by_id)}"
                )
            if position[by_id[other].folder] > position[file.folder]:
                raise UsageError(
                    f"{file.path}: depends on {other!r} of a later folder. "
                    f"The order of folders is {', '.join(folder.name for folder in FOLDERS)}."
                )
    return [by_id[file_id] for file_id in sort({file.id: file.depends for file in files})]


def _near(name: str, names: Iterable[str]) -> str:
    """Return a sentence that names what was probably meant, or nothing."""
    found = difflib.get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(found)}?" if found else ""
