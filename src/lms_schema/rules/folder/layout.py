"""The folders are those of a schema, and hold nothing but SQL files.

The order of folders is the order of application. A misspelt folder, or a file beside them, would be
left out without a word.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.checked_folder import CheckedFolder
from lms_schema.rules.drafts import Problem
from lms_schema.source.files import strangers

EXAMPLE = {
    "tabels/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY);
""",
}


def find(folder: CheckedFolder) -> Iterator[Problem]:
    """Yield what does not belong into the folder."""
    for path, problem in strangers(folder.root):
        yield Problem(path, 1, f"{path.name} {problem}")
