"""An extra adds to the package, and changes nothing of it.

What it replaced or dropped would come back with the next release, or break it. It may add columns,
constraints, indexes and triggers to the package's tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms_schema.catalog import Catalog
from lms_schema.rules.findings import Problem
from lms_schema.rules.stage import Stage

EXAMPLE = {
    "functions/set_updated_at.sql": """\
CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RETURN NULL;
END;
$$;
""",
}


def find(stage: Stage) -> Iterator[Problem]:
    """Yield each object of the package that an extra changed or dropped."""
    kept = {
        key: text
        for key, text in stage.catalog.objects.items()
        if key in stage.base_catalog.objects
    }
    after = Catalog(stage.catalog.server_major, kept)
    yield from stage.differing(stage.base_catalog, after, "is the package's, and is changed here")
