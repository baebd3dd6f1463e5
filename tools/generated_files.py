"""Write the files that are derived from others: what `make generate` does.

With a connection string and a schema that has a fresh install, it prints which of them are stale
and writes nothing. Else it installs on the embedded PostgreSQL: a catalog has the same form on
every major version that is supported.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from textwrap import fill
from typing import Any

import psycopg

import lms_schema
from lms_schema import rules
from lms_schema.catalog.catalog import read_catalog
from lms_schema.measures import generator
from lms_schema.operations.docs import MARKDOWN, markdown
from lms_schema.records import ledger, release_objects
from lms_schema.server import embedded
from lms_schema.source import package

ROOT = Path(__file__).resolve().parent.parent
CATALOGS = ROOT / "src" / "lms_schema" / "catalog" / "catalogs"
RULES_PAGE = ROOT / "docs" / "check.md"
MARK = "<!-- The rest is generated from src/lms_schema/rules by make generate. -->\n"
SCOPES = {
    "file": "In the text of a file",
    "folder": "Among the files of a folder",
    "lint": "By other tools",
    "install": "While the files are applied",
    "catalog": "In the catalog that results",
    "citus": "In that catalog, for Citus",
}


def measures() -> Iterator[tuple[Path, str]]:
    """Yield the SQL files that list the measures of the analytics, and their text."""
    for path, text in generator.files().items():
        yield package.shipped_folder() / path, text


def generated(connection: psycopg.Connection[Any], schema: str) -> Iterator[tuple[Path, str]]:
    """Yield what is derived from the schema, and its text, which may depend on the files before.

    Args:
        connection: A database with a fresh install of the release.
        schema: Where it is installed.
    """
    folder = package.shipped_folder()
    yield folder / "ORDER", package.read(folder).order()
    catalog = read_catalog(connection, schema)
    yield CATALOGS / "release.json", catalog.to_json()
    entries = ledger.read(connection, schema)
    objects = {file: entry.objects for file, entry in entries.items()}
    yield CATALOGS / "objects.json", release_objects.to_json(connection, schema, objects)
    yield ROOT / "docs" / MARKDOWN, markdown(catalog)
    yield RULES_PAGE, _rules_page(RULES_PAGE.read_text(encoding="utf-8"))


def _rules_page(text: str) -> str:
    """Return the page with the list of rules as they are."""
    parts = [text.partition(MARK)[0] + MARK]
    for scope in rules.SCOPES:
        parts.append(f"\n## {SCOPES[scope]}\n")
        for rule in rules.rules(scope):
            words = fill(f"{rule.title} {rule.why}", 120, break_on_hyphens=False)
            parts.append(f"\n### `{rule.id}`\n\n{words}\n\nIt finds:\n\n```sql\n")
            for path, content in rule.example.items():
                parts.append(f"-- {path}\n{content}")
            parts.append("```\n")
    return "".join(parts)


def stale(conninfo: str, schema: str) -> Iterator[Path]:
    """Yield the files that are not what would be written."""
    with psycopg.connect(conninfo) as connection:
        for path, text in chain(measures(), generated(connection, schema)):
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                yield path.relative_to(ROOT)


def write(files: Iterable[tuple[Path, str]]) -> None:
    """Write each file as soon as its text is known."""
    for path, text in files:
        path.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: Sequence[str]) -> None:
    """Print what is stale, or write all."""
    if arguments:
        for path in stale(*arguments):
            print(path)
        return
    write(measures())
    with embedded.temporary() as conninfo:
        lms_schema.migrate(conninfo, schema="lms")
        with psycopg.connect(conninfo) as connection:
            write(generated(connection, "lms"))


if __name__ == "__main__":
    main(sys.argv[1:])
