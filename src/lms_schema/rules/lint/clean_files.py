"""Files in which a linter found nothing: unchanged, they need not be looked at again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


class CleanFiles:
    """What a linter found clean, kept in the user's cache folder by its content.

    A folder that cannot be read or written means that nothing is known. Another version of the
    linter, or other settings, begin anew.
    """

    def __init__(self, linter: str, version: str, settings: bytes) -> None:
        """Read what is known.

        Args:
            linter: Its name.
            version: Its version.
            settings: All that decides what it finds in a file.
        """
        import platformdirs

        of_settings = hashlib.sha256(version.encode() + b"\n" + settings).hexdigest()
        folder = platformdirs.user_cache_path("lms-schema")
        self._path = folder / f"{linter}-{of_settings[:16]}.txt"
        self._outdated = f"{linter}-*.txt"
        self._known: set[str] = set()
        with suppress(OSError):
            self._known.update(self._path.read_text(encoding="ascii").split())

    def others(self, paths: Iterable[Path]) -> dict[Path, str]:
        """Return the files that are not known to be clean, each with the digest of its content."""
        digests = {path: _digest(path) for path in paths}
        return {path: digest for path, digest in digests.items() if digest not in self._known}

    def add(self, digests: Iterable[str]) -> None:
        """Note that files of these digests are clean."""
        with suppress(OSError):
            if not self._path.exists():
                self._path.parent.mkdir(parents=True, exist_ok=True)
                for outdated in self._path.parent.glob(self._outdated):
                    outdated.unlink(missing_ok=True)
            with self._path.open("a", encoding="ascii") as known:
                known.write("".join(f"{digest}\n" for digest in digests))


def _digest(path: Path) -> str:
    # what cannot be read is for the linter to tell
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
