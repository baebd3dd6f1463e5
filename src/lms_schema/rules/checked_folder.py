"""The folders that `check` looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lms_schema.errors import UsageError
from lms_schema.rules.drafts import Draft
from lms_schema.source import package as packages
from lms_schema.source import releases
from lms_schema.source.files import SqlFile, UnreadableFile, read_file, read_files, sql_files
from lms_schema.source.folders import FOLDERS, Folder
from lms_schema.source.package import SchemaPackage


@dataclass(frozen=True)
class CheckedFolder:
    """A schema folder: the package's, or that of an extra.

    Attributes:
        root: Where it is.
        name: The extra's name, or None for the package.
        below: The package, and the extras before it; None for the package itself.
        judged: Whether it is what is checked, and not just what that stands on.
    """

    root: Path
    name: str | None
    below: SchemaPackage | None
    judged: bool

    @cached_property
    def drafts(self) -> tuple[Draft, ...]:
        """Its files, readable or not."""
        return tuple(
            _draft(self.root, path, folder)
            for folder in FOLDERS
            for path in sql_files(self.root / folder.name)
        )

    @cached_property
    def files(self) -> Sequence[SqlFile]:
        """Its readable files, under their ids."""
        return self._named([draft.file for draft in self.drafts if draft.file])

    @property
    def earlier(self) -> Mapping[str, SqlFile]:
        """What its files may depend on besides each other."""
        return self.below.by_id if self.below else {}

    @cached_property
    def released_root(self) -> Path | None:
        """Where the copy of its last release is, or None when nothing was released."""
        return next(reversed(releases.releases(self.root.resolve()).values()), None)

    @cached_property
    def released(self) -> Sequence[SqlFile]:
        """The files of its last release; none when nothing was released.

        Raises:
            UsageError: When the copy cannot be read.
        """
        if self.released_root is None:
            return ()
        return self._named(read_files(self.released_root))

    @cached_property
    def package(self) -> SchemaPackage:
        """What is applied up to this folder.

        Raises:
            UsageError: When it cannot be read.
        """
        if self.name is None or self.below is None:
            return packages.read(self.root)
        return packages.with_extra(self.below, self.root, self.name)

    def order(self) -> str | None:
        """Return what its ORDER should be, or None when the files have no order."""
        try:
            return self.package.order(self.name)
        except UsageError:
            return None

    def _named(self, files: Sequence[SqlFile]) -> Sequence[SqlFile]:
        return files if self.name is None else packages.as_extra(files, self.root, self.name)


def subject(root: Path, extras: Sequence[Path] = ()) -> list[CheckedFolder]:
    """Return the folders to check: the package's, or extras on top of it.

    Raises:
        UsageError: When the package cannot be read below extras, or an extra is no folder.
    """
    folders = [CheckedFolder(root, None, None, judged=not extras)]
    below = packages.read(root) if extras else None
    for extra in extras:
        if not extra.is_dir():
            raise UsageError(f"The folder {extra} does not exist.")
        folder = CheckedFolder(extra, extra.resolve().name, below, judged=True)
        folders.append(folder)
        try:
            below = folder.package
        except UsageError:  # its own findings say why
            continue
    return folders


def last_release(folders: Sequence[CheckedFolder]) -> SchemaPackage | None:
    """Return the last release of the folders, those without one as they are; None without any.

    Raises:
        UsageError: When it cannot be read.
    """
    if not any(folder.released_root for folder in folders):
        return None
    package = SchemaPackage(())
    for folder in folders:
        root = folder.released_root or folder.root
        if folder.name is None:
            package = packages.read(root)
        else:
            package = packages.with_extra(package, root, folder.name)
    return package


def _draft(root: Path, path: Path, folder: Folder) -> Draft:
    try:
        file = read_file(root, path, folder)
        _ = file.statements
    except UnreadableFile as problem:
        return Draft(path, folder, None, problem)
    return Draft(path, folder, file)
