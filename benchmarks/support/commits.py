"""Files of an earlier commit, from git."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from benchmarks.support import ROOT


def extract(commit: str, folder: Path, *paths: str) -> None:
    """Write what a commit has below some paths into a folder."""
    archive = subprocess.run(  # noqa: S603
        ("git", "archive", commit, *paths),  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
