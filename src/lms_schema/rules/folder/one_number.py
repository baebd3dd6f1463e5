"""No two files of a folder have the same number.

The number is the order of types and tables. Of two files with one number the rest of the name
decides which comes first, and nobody meant that; it happens when two branches are merged. Give the
newer file the next number.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.checked_folder import CheckedFolder
from lms_schema.rules.drafts import Problem

EXAMPLE = {
    "tables/010_notes.sql": """\
CREATE TABLE notes (id bigint PRIMARY KEY);
""",
    "tables/010_pages.sql": """\
CREATE TABLE pages (id bigint PRIMARY KEY);
""",
}


def find(folder: CheckedFolder) -> Iterator[Problem]:
    """Yield each file whose number another one has: the new one, where one was released."""
    released = {file.id for file in folder.released}
    first: dict[tuple[str, str], str] = {}
    files = [file for file in folder.files if file.folder.numbered]
    for file in sorted(files, key=lambda file: (file.id not in released, file.id)):
        number = file.source.name.partition("_")[0]
        other = first.setdefault((file.folder.name, number), file.source.name)
        if other != file.source.name and number.isdigit():
            yield Problem(file.source, 1, f"{other} has the number {number} too. Rename this file.")
