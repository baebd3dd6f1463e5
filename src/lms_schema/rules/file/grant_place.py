"""GRANT stands in `security/` alone.

Who may do what is then read in one place, and applied again when it changes. A file REVOKEs what
PostgreSQL grants by itself; the rest of the rights is in `security/`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.rules.drafts import Draft, Problem
from lms_schema.source.folders import SECURITY

EXAMPLE = {
    "functions/f.sql": """\
CREATE OR REPLACE FUNCTION f() RETURNS integer RETURN 1;
REVOKE EXECUTE ON FUNCTION f FROM public;
GRANT EXECUTE ON FUNCTION f TO reporting;
COMMENT ON FUNCTION f() IS 'One.';
""",
}


def find(draft: Draft) -> Iterator[Problem]:
    """Yield each GRANT outside of security/."""
    if draft.folder.name != SECURITY:
        yield from draft.search(r"^GRANT\b", "rights are granted in security/. Move it there.")
