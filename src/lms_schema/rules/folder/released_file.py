"""A released file of types/, tables/ or indexes/ never changes.

Databases that applied it keep the old content: the runner refuses to go on with exit code 5.
Restore the file, and write the change as a new one. The last release is the newest copy beside the
folder, like `schema.released/1.2.0/`; without a copy nothing was released yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.checked_folder import CheckedFolder
from lms_schema.rules.drafts import Problem
from lms_schema.source.folders import Kind
from lms_schema.source.statements import lines

EXAMPLE = {
    "tables/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY, body text);
""",
    "../schema.released/1.0.0/tables/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY);
""",
}


def find(folder: CheckedFolder) -> Iterator[Problem]:
    """Yield each released file that was edited or is gone."""
    current = {file.id: file for file in folder.files}
    for old in folder.released:
        new = current.get(old.id)
        if old.kind is not Kind.VERSIONED or (new and new.checksum == old.checksum):
            continue
        if new is None:
            path = folder.root / old.path_below
            yield Problem(path, 1, "it was released, and is gone. Restore it.")
        else:
            both = zip(lines(old.text), lines(new.text), strict=False)
            line = next((n for n, (was, now) in enumerate(both, 1) if was != now), 1)
            yield Problem(
                new.source,
                line,
                "it was released, and is edited. Restore it, and write the change as a new file.",
            )
