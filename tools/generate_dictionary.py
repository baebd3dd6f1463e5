"""Write docs/schema.md: the data dictionary of the release's catalog."""

from pathlib import Path

from lms_schema.catalog.catalog import release_catalog
from lms_schema.operations.docs import MARKDOWN, markdown

if __name__ == "__main__":
    path = Path(__file__).resolve().parent.parent / "docs" / MARKDOWN
    path.write_text(markdown(release_catalog()), encoding="utf-8", newline="\n")
