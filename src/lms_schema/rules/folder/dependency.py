"""`-- depends:` names a file that exists, of no later folder, and in no circle.

Within a folder files are applied by name; the directive moves a file behind another. The order of
folders it cannot change.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.checked_folder import CheckedFolder
from lms_schema.rules.drafts import Problem
from lms_schema.source.order import misdirected
from lms_schema.source.statements import lines

EXAMPLE = {
    "functions/f.sql": """\
-- depends: functions/g
CREATE OR REPLACE FUNCTION f() RETURNS integer RETURN 1;
""",
}


def find(folder: CheckedFolder) -> Iterator[Problem]:
    """Yield each dependency that cannot be kept."""
    for file, other, message in misdirected(folder.files, folder.earlier):
        plain = other.removeprefix(f"{folder.name}:")
        line = next(n for n, text in enumerate(lines(file.text), 1) if plain in text.split())
        yield Problem(file.source, line, message[0].upper() + message[1:])
