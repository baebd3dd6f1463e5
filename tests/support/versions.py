"""Tests that only some major versions of PostgreSQL can run."""

from __future__ import annotations

from typing import NoReturn

import pytest

ELSEWHERE = "runs on another version of PostgreSQL"
"""How the reason begins for a test that a gate, which forbids skips, tries on another server."""


def skip_here(reason: str) -> NoReturn:
    """Skip a test on this server, for a reason that does not hold on another one's version."""
    pytest.skip(f"{ELSEWHERE}: {reason}")
