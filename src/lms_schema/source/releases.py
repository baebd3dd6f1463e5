"""Earlier releases: copies of the schema folder, as they were, beside the folder.

`schema.released/1.2.0/` holds the files of release 1.2.0. They are what an upgrade starts from.
"""

from __future__ import annotations

import re
from pathlib import Path

from lms_schema.errors import UsageError

_SUFFIX = ".released"


def releases(root: Path) -> dict[str, Path]:
    """Return the folders of the releases of a schema folder by their version, oldest first."""
    copies = root.with_name(root.name + _SUFFIX)
    found = [path for path in copies.iterdir() if path.is_dir()] if copies.is_dir() else []
    known = [path for path in found if number(path.name)]
    return {path.name: path for path in sorted(known, key=lambda path: number(path.name))}


def release(root: Path, version: str) -> Path:
    """Return the folder of a release.

    Raises:
        UsageError: When there is no such release; it names those that there are.
    """
    known = releases(root)
    if version not in known:
        raise UsageError(
            f"There is no release {version!r}. "
            + (f"Releases: {', '.join(known)}." if known else "Nothing was released yet.")
        )
    return known[version]


def number(version: str) -> tuple[int, ...]:
    """Return a release's number: (1, 2, 0) of 1.2.0.dev3."""
    match = re.match(r"\d{1,9}(\.\d{1,9})*", version)
    return tuple(map(int, match.group().split("."))) if match else ()
