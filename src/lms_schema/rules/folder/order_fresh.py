"""ORDER lists the files as they are.

psql and vendors apply what ORDER lists, in its order, and check the checksums. `make generate`
writes the package's. An extra needs none, but one that is there must be true.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from lms_schema.rules.checked_folder import CheckedFolder
from lms_schema.rules.drafts import Problem

EXAMPLE = {
    "ORDER": """\
0000000000000000000000000000000000000000000000000000000000000000  tables/010_notes.sql
""",
    "tables/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY);
""",
}


def find(folder: CheckedFolder) -> Iterator[Problem]:
    """Yield the first line of ORDER that is not true."""
    path = folder.root / "ORDER"
    expected = folder.order()
    if expected is None or not path.is_file():
        return
    listed = path.read_text(encoding="utf-8").splitlines()
    for line, (found, true) in enumerate(zip_longest(listed, expected.splitlines()), 1):
        if found != true:
            yield Problem(path, line, f"here belongs {true!r}. Write ORDER anew.")
            return
