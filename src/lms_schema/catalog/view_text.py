"""One form for the text of a view, whatever major version of PostgreSQL printed it.

Before each column of a query that reads a single table, PostgreSQL 15 writes the name that the
table has in the query; later versions leave it out. Here it is left out everywhere. In a query
inside that query all versions write it, and there it stays.
"""

import re

from lms_schema.source.statements import tokens

_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_ONE_TABLE = re.compile(
    rf"\n   FROM (?:ONLY )?(?:{_NAME}\.)?(?P<table>{_NAME})(?: (?P<alias>{_NAME}))?(?=;|\n  [A-Z])"
)
"""The FROM of the outermost query, which alone is indented by three spaces."""

_BEFORE_A_SCHEMA = ("FROM", "ONLY", "AS", "RETURNING", "COLLATE", ":")
"""After these, and before a parenthesis, a name with a dot behind it is that of a schema: of a
table, a type, a collation or a function. It may be the same name, and must not be left out."""


def in_one_form(definition: str) -> str:
    """Return the definition of a view without what only some versions print."""
    found = list(_ONE_TABLE.finditer(definition))
    if len(found) != 1 or definition.count("\n   FROM ") != 1:
        return definition
    name = found[0]["alias"] or found[0]["table"]
    code = [(text, place) for kind, text, place in tokens(definition) if kind != "space"]
    texts = ["", *(text for text, _ in code), "", "", ""]
    kept, end = [], 0
    inside: list[bool] = []  # of each open parenthesis, whether it holds a query
    for number, (text, place) in enumerate(code):
        before, _, next_one, _, after = texts[number : number + 5]
        if text == "(":
            inside.append(next_one in ("SELECT", "WITH", "VALUES"))
        elif text == ")":
            inside.pop()
        elif (
            (text, next_one) == (name, ".")
            and not any(inside)
            and before not in _BEFORE_A_SCHEMA
            and after != "("
        ):
            kept.append(definition[end:place])
            end = place + len(name) + 1
    return "".join([*kept, definition[end:]])
