"""One form for the text of a view, whatever major version of PostgreSQL printed it.

Before each column of a query that reads a single table, PostgreSQL 15 writes the name that the
table has in the query; later versions leave it out. Here it is left out everywhere.
"""

import re

from lms_schema.source.statements import tokens

_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_ONE_TABLE = re.compile(
    rf"\n   FROM (?:ONLY )?(?:{_NAME}\.)?(?P<table>{_NAME})(?: (?P<alias>{_NAME}))?(?=;|\n  [A-Z])"
)
"""The FROM of the outermost query, which alone is indented by three spaces."""


def in_one_form(definition: str) -> str:
    """Return the definition of a relation without what only some versions print."""
    found = list(_ONE_TABLE.finditer(definition))
    if len(found) != 1 or definition.count("\n   FROM ") != 1:
        return definition
    name = found[0]["alias"] or found[0]["table"]
    kept: list[str] = []
    for _, text, _ in tokens(definition):
        if text == "." and kept[-1:] == [name]:
            kept.pop()
        else:
            kept.append(text)
    return "".join(kept)
