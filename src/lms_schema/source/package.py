"""The SQL files of a release in the order in which they are applied, and extras on top of them.

An extra is another folder of the same layout, a project's own SQL on top of the package. Its files
come after all of the package's; their ids begin with the extra's name: `shop:tables/010_orders`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from lms_schema.errors import UsageError, near
from lms_schema.source import directives
from lms_schema.source.files import SqlFile, extra_of, read_files
from lms_schema.source.folders import FOLDERS, folder_of
from lms_schema.source.order import in_order
from lms_schema.source.statements import SyntaxProblem

_EXTRA_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


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
        return SchemaPackage(tuple(in_order(read_files(root), {})))
    root = shipped_folder()
    order = root / "ORDER"
    lines = order.read_text(encoding="utf-8").splitlines() if order.is_file() else ()
    return SchemaPackage(tuple(in_order(read_files(root, {line[:64] for line in lines}), {})))


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
    return SchemaPackage((*package.files, *in_order(files, package.by_id)), (*package.extras, name))


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
    groups = dict.fromkeys([None, *extras, *sorted(filter(None, map(extra_of, texts)))])
    package = SchemaPackage(())
    for extra in groups:
        own = {file_id: text for file_id, text in texts.items() if extra_of(file_id) == extra}
        files = [_recorded_file(file_id, text, own) for file_id, text in own.items()]
        files.sort(key=lambda file: (FOLDERS.index(file.folder), file.id))
        package = SchemaPackage(
            (*package.files, *in_order(files, package.by_id)),
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
        found = directives.read(text)
    except SyntaxProblem as problem:
        raise UsageError(f"{path}:{problem.line}: {problem}.") from None
    named = found["depends"]
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
        overrides=found["overrides"],
    )
