"""`lms-schema export`: the schema as files that another migration tool applies."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from lms_schema import __version__
from lms_schema.errors import UsageError
from lms_schema.events import Event, OnEvent, unheard
from lms_schema.exports import output_files
from lms_schema.exports.formats import FORMATS, MARK, Script
from lms_schema.exports.script import script
from lms_schema.server import embedded
from lms_schema.source import package as packages
from lms_schema.source.releases import release

SUMS = "lms-schema.sha256"
"""Name of the file with the checksum of each file, as `sha256sum --check` reads it."""


@dataclass(frozen=True)
class ExportResult:
    """What was written.

    Attributes:
        format: The tool that it is for.
        schema: The schema that it installs into.
        version: The release.
        since: The release that it starts from; None for a database that has nothing.
        files: The files, in the order in which they are applied where that matters.
    """

    format: str
    schema: str
    version: str
    since: str | None
    files: tuple[Path, ...]

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {
            "format": 1,
            "command": "export",
            "tool": self.format,
            "schema": self.schema,
            "version": self.version,
            "since": self.since,
            "files": [str(path) for path in self.files],
        }


def export(
    folder: Path,
    *,
    format: str = "psql",  # noqa: A002 (the option's name)
    schema: str = "lms",
    since: str | None = None,
    root: Path | None = None,
    on_event: OnEvent = unheard,
) -> ExportResult:
    """Write SQL that another tool applies, and that leaves migrate's own records.

    A database that it was applied to is one that `status`, `verify` and `migrate` know. The same
    release gives the same bytes.

    Args:
        folder: Where to write; made when missing. Files of others in it are left alone.
        format: `psql`, `flyway`, `alembic` or `django`.
        schema: The schema to install into.
        since: A release: only what is new since then.
        root: The schema folder; by default the one that this package ships.
        on_event: Called with progress.

    Raises:
        UsageError: When the release is unknown, a file of others or an edited copy is in the way,
            or the extra `embedded` is not installed.
        StatementFailed: When a file fails on the disposable server that the export is made on.
    """
    root = packages.shipped_folder() if root is None else root
    before = packages.read(release(root, since)) if since else None
    on_event(Event("begin", embedded.STARTING))
    with embedded.temporary() as conninfo:
        parts = script(
            conninfo, packages.read(root), schema=schema, since=before, on_event=on_event
        )
    label = Path(os.path.realpath(folder)).name
    files = FORMATS[format](Script(parts, schema, __version__, since, label))
    _refuse_strangers(folder, files)
    output_files.write({folder / name: text for name, text in files.items()})
    _write_sums(folder / SUMS, files)
    return ExportResult(format, schema, __version__, since, tuple(folder / name for name in files))


def _refuse_strangers(folder: Path, files: dict[str, str]) -> None:
    written = _sums(folder / SUMS)
    for name, text in files.items():
        path = folder / name
        if not path.exists():
            continue
        content = path.read_bytes()
        if content == text.encode():
            continue
        output_files.refuse_stranger(path, MARK, "export")
        if hashlib.sha256(content).hexdigest() != written.get(name):
            raise UsageError(
                f"{path} was edited since lms-schema export wrote it; nothing was written. "
                "Remove it to have it written anew, or name another folder."
            )


def _sums(path: Path) -> dict[str, str]:
    """Return the checksums that were written, by name of the file."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: checksum for checksum, name in (line.split("  ", 1) for line in lines)}


def _write_sums(path: Path, files: dict[str, str]) -> None:
    """Write the checksums; those of other exports into the same folder stay."""
    sums = _sums(path)
    sums |= {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    lines = [f"{checksum}  {name}\n" for name, checksum in sorted(sums.items())]
    output_files.write({path: "".join(lines)})
