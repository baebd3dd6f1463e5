"""Reads a folder of SQL files into an ordered, checked `SchemaPackage`.

Here, and only here, stand the order of the folders and what each folder's files are.

An extra is another folder of the same layout, a project's own SQL on top of the package. Its files
come after all of the package's; their ids begin with the extra's name: `shop:tables/010_orders`.
"""

from __future__ import annotations

import difflib
import hashlib
import itertools
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from itertools import takewhile
from pathlib import Path

from lms_schema.errors import UsageError, near
from lms_schema.source import index_statement
from lms_schema.source.statements import Statement, SyntaxProblem, comments, lines, split


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
        numbered: Whether the names of its files begin with a number, which is their order.
        by_subject: Whether its files may lie in subfolders, one level of them, each a subject.
    """

    name: str
    kind: Kind
    owns: tuple[str, ...]
    numbered: bool = False
    by_subject: bool = False


INDEXES = "indexes"
"""Name of the folder whose files are built concurrently where their table holds rows."""

SECURITY = "security"
"""Name of the folder whose files say who may do what: roles, grants, row security, policies."""

FOLDERS = (
    Folder("types", Kind.VERSIONED, ("TYPE",), numbered=True),
    Folder("tables", Kind.VERSIONED, ("TABLE",), numbered=True),
    Folder("functions", Kind.REPLACEABLE, ("FUNCTION", "PROCEDURE", "AGGREGATE"), by_subject=True),
    Folder("triggers", Kind.REPLACEABLE, ("TRIGGER", "FUNCTION")),
    Folder("views", Kind.REPLACEABLE, ("VIEW", "MATERIALIZED VIEW", "INDEX")),
    Folder(INDEXES, Kind.VERSIONED, ("INDEX",)),
    Folder("partitions", Kind.RECURRING, ("TABLE",)),
    Folder(SECURITY, Kind.REPLACEABLE, ("POLICY",)),
)
"""All folders, in the order in which they are applied."""

_BESIDE = ("ORDER", "README.md")
_PASSED_OVER = re.compile(
    r"\..*|.*~|#.*#|.*\.(?:bak|orig|rej|sw[a-p]|tmp)|desktop\.ini|Icon\r|Thumbs\.db", re.IGNORECASE
)
"""Names of what editors, tools and systems leave in folders."""

DIRECTIVES = ("depends", "overrides")
"""Names of the directives, comments of the form `-- name: value` in a file's first lines."""
_DIRECTIVE = re.compile(r"--\s*([\w-]+)(\s*:\S*)")
_DIRECTIVE_RULE = "directive"
_EXTRA_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


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
            _refuse_misplaced_directives(self.text)
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


@dataclass(frozen=True)
class SchemaPackage:
    """The SQL files of a release, in the order in which they are applied.

    Attributes:
        files: The files; those of extras come last.
        extras: Names of the extras among them.
    """

    files: tuple[SqlFile, ...]
    extras: tuple[str, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, SqlFile]:
        """The files by their id."""
        return {file.id: file for file in self.files}

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {file.path: file.id for file in self.files}

    def path_of(self, file_id: str) -> str:
        """Return where a file is, or was when it is gone, by its id."""
        file = self.by_id.get(file_id)
        return file.path if file else f"{file_id}.sql"

    def id_at(self, path: str) -> str:
        """Return the id of the file at a path, as `path_of` gave it."""
        return self._ids.get(path) or path.removesuffix(".sql")

    def covers(self, file_id: str) -> bool:
        """Tell whether a file of that id is, or once was, of the package or one of its extras."""
        extra = extra_of(file_id)
        return extra is None or extra in self.extras

    def file(self, file_id: str) -> SqlFile:
        """Return the file of that id.

        Raises:
            UsageError: When there is none; it names the nearest ones.
        """
        try:
            return self.by_id[file_id]
        except KeyError:
            raise UsageError(f"No file {file_id!r}.{near(file_id, self.by_id)}") from None

    def order(self, extra: str | None = None) -> str:
        """Return the content of `ORDER`, for the package or an extra of it.

        It has a line `<sha256>  <path below the folder>` for each file.
        """
        return "".join(
            f"{file.checksum}  {file.path_below}\n"
            for file in self.files
            if extra_of(file.id) == extra
        )


def shipped_folder() -> Path:
    """Return the schema folder of this installation.

    Raises:
        UsageError: When the installation is broken.
    """
    here = Path(__file__).resolve().parents[1]
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
    if root is not None:
        return SchemaPackage(tuple(_in_order(read_files(root), {})))
    root = shipped_folder()
    order = root / "ORDER"
    lines = order.read_text(encoding="utf-8").splitlines() if order.is_file() else ()
    return SchemaPackage(tuple(_in_order(read_files(root, {line[:64] for line in lines}), {})))


def extended(package: SchemaPackage, roots: Sequence[str | Path]) -> SchemaPackage:
    """Return the package with extras on top of it, in the order given.

    Args:
        package: What they extend.
        roots: Their folders. An extra is named after its folder: the name is part of the ids under
            which its files are recorded, so a folder that is renamed is another extra.

    Raises:
        UsageError: When a folder cannot be read, as `read` does, or two have the same name.
    """
    for root in map(Path, roots):
        package = with_extra(package, root, Path(os.path.realpath(root)).name)
    return package


def with_extra(package: SchemaPackage, root: Path, name: str) -> SchemaPackage:
    """Return the package with one more extra on top of it, under a name of its own.

    Raises:
        UsageError: When the folder cannot be read, or the name cannot be taken.
    """
    if not _EXTRA_NAME.fullmatch(name):
        raise UsageError(
            f"The extra {root} is named {name!r} after its folder, and that cannot be a part "
            "of an id. Name the folder with letters, digits, '.', '_' and '-'."
        )
    if name in package.extras:
        raise UsageError(
            f"Two extras are named {name!r}, the second by {root}. They are told apart by "
            "the names of their folders; rename one."
        )
    files = as_extra(read_files(root), root, name)
    return SchemaPackage(
        (*package.files, *_in_order(files, package.by_id)), (*package.extras, name)
    )


def as_extra(files: Sequence[SqlFile], root: Path, name: str) -> list[SqlFile]:
    """Return the files of a folder as those of an extra of that name."""
    ids = {file.id: f"{name}:{file.id}" for file in files}
    return [
        replace(
            file,
            id=ids[file.id],
            path=f"{root.as_posix()}/{file.path}",
            # its own file first: a name that a later release adds must not change the meaning
            depends=tuple(ids.get(other, other) for other in file.depends),
        )
        for file in files
    ]


def recorded(texts: Mapping[str, str], extras: Sequence[str]) -> SchemaPackage:
    """Return files as they were once applied, in the order in which they can be applied.

    Args:
        texts: Their content by id.
        extras: Names of extras, in their order; others among the files come after these.

    Raises:
        UsageError: When one cannot be read.
    """
    position = {folder: number for number, folder in enumerate(FOLDERS)}
    groups = dict.fromkeys([None, *extras, *sorted(filter(None, map(extra_of, texts)))])
    package = SchemaPackage(())
    for extra in groups:
        own = {file_id: text for file_id, text in texts.items() if extra_of(file_id) == extra}
        files = [_recorded_file(file_id, text, own) for file_id, text in own.items()]
        files.sort(key=lambda file: (position[file.folder], file.id))
        package = SchemaPackage(
            (*package.files, *_in_order(files, package.by_id)),
            (*package.extras, extra) if extra else (),
        )
    return package


def _recorded_file(file_id: str, text: str, own: Collection[str]) -> SqlFile:
    folder = folder_of(file_id)
    if folder is None:
        raise UsageError(f"{file_id}: this release has no such folder.")
    extra = extra_of(file_id)
    path = f"{file_id}.sql"
    try:
        directives = _directives(text)
    except SyntaxProblem as problem:
        raise UsageError(f"{path}:{problem.line}: {problem}.") from None
    named = directives["depends"]
    in_extra = {other: f"{extra}:{other}" for other in named if f"{extra}:{other}" in own}
    return SqlFile(
        id=file_id,
        folder=folder,
        path_below=path,
        path=path,
        source=Path(path),
        text=text,
        checksum=hashlib.sha256(text.encode()).hexdigest(),
        depends=tuple(in_extra.get(other, other) for other in named),
        overrides=directives["overrides"],
    )


def extra_of(file_id: str) -> str | None:
    """Return the name of the extra whose file the id is, or None for the package's own."""
    name, separator, _ = file_id.partition(":")
    return name if separator else None


def folder_of(file_id: str) -> Folder | None:
    """Return the folder of a file by its id, or None when this release knows no such folder."""
    name = file_id.rpartition(":")[2].split("/", 1)[0]
    return next((folder for folder in FOLDERS if folder.name == name), None)


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


def entries(folder: Path) -> list[Path]:
    """Return what lies in a folder, by name, without what editors, tools and systems leave there.

    Hidden files and folders are among the latter.
    """
    return sorted(path for path in folder.iterdir() if not _PASSED_OVER.fullmatch(path.name))


def sql_files(folder: Path) -> list[Path]:
    """Return the SQL files of a folder and of its subjects, by name; none when it is missing."""
    found = [path for item in _entries_of(folder) for path in (item, *_entries_of(item))]
    return sorted(
        (path for path in found if path.suffix == ".sql" and path.is_file()),
        key=lambda path: (path.name, path),
    )


def _entries_of(path: Path) -> list[Path]:
    return entries(path) if path.is_dir() else []


def strangers(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield what lies in a schema folder and does not belong there, and what is wrong with it."""
    folders = {folder.name for folder in FOLDERS}
    for path in entries(root):
        if not path.is_dir():
            if path.name not in _BESIDE:
                yield path, "lies outside the folders of the schema. Move it."
        elif path.name not in folders:
            yield (
                path,
                f"is not a folder of a schema.{near(path.name, folders)} "
                f"Its folders are {', '.join(folder.name for folder in FOLDERS)}.",
            )
        else:
            by_subject = next(folder.by_subject for folder in FOLDERS if folder.name == path.name)
            yield from _strangers_in(path, by_subject)
            for first, second in itertools.pairwise(sql_files(path)):
                if first.name == second.name:
                    yield second, f"has the name of {first}. Rename it."


def _strangers_in(folder: Path, by_subject: bool) -> Iterator[tuple[Path, str]]:
    inside = entries(folder)
    for item in inside:
        if by_subject and item.is_dir():
            yield from _strangers_in(item, by_subject=False)
        elif item.suffix != ".sql" or not item.is_file():
            yield item, "is not an SQL file. Move it out of the schema."
    if not inside and not (folder / ".gitkeep").exists():
        yield folder, "is an empty folder. Remove it, or restore its files."


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
        directives = _directives(text)
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
    return SqlFile(
        id=f"{folder.name}/{path.stem}",
        folder=folder,
        path_below=path.relative_to(root).as_posix(),
        path=path.relative_to(root).as_posix(),
        source=path,
        text=text,
        checksum=hashlib.sha256(content).hexdigest(),
        depends=directives["depends"],
        overrides=directives["overrides"],
    )


def _line(content: bytes, position: int) -> int:
    return len(lines(content[:position].decode(errors="replace")))


def _directives(text: str) -> dict[str, tuple[str, ...]]:
    """Return the values of each directive, by its name.

    Raises:
        SyntaxProblem: When one is misspelt, has no value, or names a file twice.
    """
    found: dict[str, tuple[str, ...]] = dict.fromkeys(DIRECTIVES, ())
    for number, line in enumerate(_first_lines(text), 1):
        name = _directive(line, number)
        if name is None:
            continue
        values = tuple(line.partition(":")[2].split())
        if not values:
            raise SyntaxProblem(f"the directive {name!r} has no value", number, _DIRECTIVE_RULE)
        if len({*found[name], *values}) < len(found[name]) + len(values):
            raise SyntaxProblem(
                f"the directive {name!r} names a file twice", number, _DIRECTIVE_RULE
            )
        found[name] += values
    return found


def overrides(text: str) -> tuple[str, ...]:
    """Return the ids of the files that a file said it overrides when it was applied."""
    try:
        return _directives(text)["overrides"]
    except SyntaxProblem:  # applied by a release that read it in another way
        return ()


def _first_lines(text: str) -> list[str]:
    """Return the lines before any SQL and any block comment."""
    return list(takewhile(lambda line: line.startswith("--") or not line.strip(), lines(text)))


def _directive(comment: str, line: int) -> str | None:
    """Return the name of a directive, or None for a comment that is prose.

    Raises:
        SyntaxProblem: When it is almost a directive; as a comment nobody would miss it.
    """
    match = _DIRECTIVE.match(comment)
    if match is None:
        return None
    if match[1] in DIRECTIVES and match[2] == ":":
        return match[1]
    meant = difflib.get_close_matches(match[1].lower(), DIRECTIVES, 1, 0.8)
    if meant:
        raise SyntaxProblem(
            f"unknown directive {match[1] + match[2]!r}; did you mean '-- {meant[0]}: ...', in "
            "lower case? If it is prose, write it without the colon",
            line,
            _DIRECTIVE_RULE,
        )
    return None


def _refuse_misplaced_directives(text: str) -> None:
    if not any(f"{name}:" in text.lower() for name in DIRECTIVES):
        return
    first = len(_first_lines(text)) + 1
    for comment, line in comments(text):
        match = _DIRECTIVE.match(comment)
        if match and match[1].lower() in DIRECTIVES and match[2] == ":" and line >= first:
            raise SyntaxProblem(
                f"the directive {match[1]!r} is misplaced; move it to the file's first "
                "lines, before any SQL and any /* */",
                line,
                _DIRECTIVE_RULE,
            )


def misdirected(
    files: Sequence[SqlFile], earlier: Mapping[str, SqlFile]
) -> Iterator[tuple[SqlFile, str, str]]:
    """Yield each dependency or override that cannot be: the file, the id it names, what is wrong.

    Args:
        files: All files of one folder.
        earlier: What comes before all of them and may be named as a dependency.
    """
    own = {file.id: file for file in files}
    by_id = {**earlier, **own}
    position = {folder: number for number, folder in enumerate(FOLDERS)}
    for file in files:
        for other in file.depends:
            if other not in by_id:
                yield (
                    file,
                    other,
                    f"depends on {other!r}, which does not exist.{near(other, by_id)}",
                )
            elif other in own and position[own[other].folder] > position[file.folder]:
                yield (
                    file,
                    other,
                    f"depends on {other!r} of a later folder. "
                    f"The order of folders is {', '.join(folder.name for folder in FOLDERS)}.",
                )
        for other in file.overrides:
            if file.kind is not Kind.REPLACEABLE:
                yield file, other, f"overrides {other!r}, and would itself be applied only once."
            elif other not in earlier or extra_of(other):
                own_files = [name for name in earlier if extra_of(name) is None]
                yield (
                    file,
                    other,
                    f"overrides {other!r}, which is no file of the package."
                    f"{near(other, own_files)}",
                )
            elif earlier[other].kind is not Kind.REPLACEABLE:
                yield file, other, f"overrides {other!r}, which is applied only once."
    if circle := _circle(_own_dependencies(files)):
        yield (
            own[circle[0]],
            own[circle[0]].depends[0],
            f"These files depend on each other in a circle: {', '.join(circle)}.",
        )


def _in_order(files: Sequence[SqlFile], earlier: Mapping[str, SqlFile]) -> list[SqlFile]:
    """Order files by their dependencies, else as given."""
    for file, _, problem in misdirected(files, earlier):
        raise UsageError(f"{file.path}: {problem}")
    own = {file.id: file for file in files}
    return [own[file_id] for file_id in _sorted(_own_dependencies(files))]


def _own_dependencies(files: Sequence[SqlFile]) -> dict[str, list[str]]:
    own = {file.id for file in files}
    return {file.id: [other for other in file.depends if other in own] for file in files}


def _circle(depends: Mapping[str, Collection[str]]) -> list[str]:
    """Return ids that depend on each other in a circle, as they are ordered, or nothing."""
    position = {file_id: number for number, file_id in enumerate(depends)}
    try:
        TopologicalSorter(depends).prepare()
    except CycleError as error:
        return sorted(set(error.args[1]), key=position.__getitem__)
    return []


def _sorted(depends: Mapping[str, Collection[str]]) -> list[str]:
    """Order ids so that each comes after those it depends on, else as given."""
    position = {file_id: number for number, file_id in enumerate(depends)}
    sorter = TopologicalSorter(depends)
    sorter.prepare()
    ready: list[tuple[int, str]] = []
    order = []
    while sorter.is_active():
        for file_id in sorter.get_ready():
            heappush(ready, (position[file_id], file_id))
        _, file_id = heappop(ready)
        sorter.done(file_id)
        order.append(file_id)
    return order
