"""What `make generate` writes is fresh: one failure that says so, in the place of many."""

from __future__ import annotations


def test_generated_files_are_fresh(stale_files: list[str]) -> None:
    assert not stale_files, "run: make generate"
