"""Objects are named without a schema.

The schema is chosen when the files are applied, by `--schema`, and one database may hold several.
A name with `public.` or `lms.` finds the wrong one, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem
from lms_schema.source.statements import SyntaxProblem, plain

_BODY = re.compile(r"(\$\w*\$)(.*?)\1", re.DOTALL)

EXAMPLE = {
    "views/note_bodies.sql": """\
CREATE OR REPLACE VIEW note_bodies AS SELECT body FROM public.notes;
COMMENT ON VIEW note_bodies IS 'Bodies.';
COMMENT ON COLUMN note_bodies.body IS 'Body.';
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield such a name in each statement, its function bodies included."""
    for statement in draft.file.statements if draft.file else ():
        match = re.search(r"\b(public|lms)\.\w", _with_bodies(statement.text), re.IGNORECASE)
        if match:
            line = statement.line_of(match.start())
            yield Problem(
                draft.path, line, "a schema is named. Leave it out: search_path is the schema."
            )


def _with_bodies(text: str) -> str:
    """Return a statement without comments and strings, with its dollar-quoted bodies."""
    code = plain(text)
    for match in _BODY.finditer(text):
        try:
            body = plain(match.group(2))
        except SyntaxProblem:  # a body in another language than SQL
            continue
        code = code[: match.start(2)] + body + code[match.end(2) :]
    return code
