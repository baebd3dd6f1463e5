"""The SQL files that list the measures of the analytics are what the list says.

Queues, summaries and the functions between them must agree on every measure. `make generate` writes
them from `src/lms_schema/measures`: change a measure in its list, and anything else in the template
of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from lms_schema.errors import UsageError
from lms_schema.rules.checked_folder import CheckedFolder
from lms_schema.rules.drafts import Problem

EXAMPLE = {
    "tables/315_learning_sessions_delta.sql": """\
CREATE TABLE learning_sessions_delta (id bigint PRIMARY KEY);
""",
}


def find(folder: CheckedFolder) -> Iterator[Problem]:
    """Yield the first line of each generated file that is not what is generated.

    Raises:
        UsageError: When jinja2 is not installed.
    """
    if folder.name is not None:
        return
    try:
        from lms_schema.measures import generator
    except ImportError:
        raise UsageError("jinja2 is not installed. Run: pip install 'lms-schema[check]'") from None
    generated = generator.files()
    for file in folder.files:
        expected = generated.get(file.path_below, file.text)
        lines = zip_longest(file.text.splitlines(), expected.splitlines())
        for line, (found, true) in enumerate(lines, 1):
            if found != true:
                yield Problem(
                    file.source,
                    line,
                    f"here belongs {true!r}. Run make generate; to change the file, change the "
                    "list of measures or the file's template in src/lms_schema/measures.",
                )
                break
