"""`lms-schema check --extra` finds each planted fault, and nothing else.

Below planted/ each file has one fault; the line on which it must be found says `planted` and the
rule. `shop` is applied on top of the package, of `draft` the files cannot be read.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

FINDINGS = 9
PLANTED = Path(__file__).parent / "planted"

# Where there is no line to write it on.
UNMARKED = {
    "shop": {("shop/ORDER", 1, "order-fresh")},
    "draft": {
        ("draft/tabels", 1, "layout"),
        ("draft/functions/g.sql", 1, "dependency"),
        ("draft/types/010_empty.sql", 1, "readable"),
    },
}


def planted(folder: str) -> set[tuple[str, int, str]]:
    """Return file, line and rule of each fault."""
    marked = {
        (path.relative_to(PLANTED).as_posix(), number, match.group(1))
        for path in (PLANTED / folder).rglob("*.sql")
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if (match := re.search(r"planted ([a-z-]+)", line))
    }
    return marked | UNMARKED[folder]


def found(folder: str) -> tuple[set[tuple[str, int, str]], list[str]]:
    """Return file, line and rule of each finding, and the rules that were not tried."""
    done = subprocess.run(
        [sys.executable, "-m", "lms_schema", "check", "--format", "json", "--extra", folder],
        cwd=PLANTED,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == FINDINGS, done.stderr
    document = json.loads(done.stdout)
    places = {(f["file"], f["line"], f["rule"].partition("/")[0]) for f in document["findings"]}
    return places, document["skipped"]


def test_faults_in_files_that_can_be_applied() -> None:
    expected = planted("shop")
    places, skipped = found("shop")
    assert places == expected
    assert skipped == []
    assert len(expected) == len({file for file, _, _ in expected}) > 25


def test_faults_in_files_that_cannot_be_read_and_what_is_not_tried_then() -> None:
    places, skipped = found("draft")
    of_linters = {place for place in places if place[2] in ("sqlfluff", "squawk")}
    assert places - of_linters == planted("draft")
    assert {"apply", "upgrade", "primary-key"} <= set(skipped)
