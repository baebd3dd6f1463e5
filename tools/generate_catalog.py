"""Write the release's catalog, and which file makes what, from a fresh install.

They are src/lms_schema/catalog/catalogs/release.json and objects.json. The install is on the
embedded PostgreSQL: the form of a catalog is the same on every major version that is supported.
"""

from pathlib import Path

import psycopg

import lms_schema
from lms_schema.catalog.catalog import read_catalog
from lms_schema.records import ledger, release_objects
from lms_schema.server import embedded

FOLDER = Path(__file__).resolve().parent.parent / "src" / "lms_schema" / "catalog" / "catalogs"


def main() -> None:
    """Write both files."""
    with embedded.temporary() as conninfo:
        lms_schema.migrate(conninfo, schema="lms")
        with psycopg.connect(conninfo) as connection:
            catalog = read_catalog(connection, "lms")
            entries = ledger.read(connection, "lms")
            objects = release_objects.to_json(
                connection, "lms", {file: entry.objects for file, entry in entries.items()}
            )
    for name, text in (("release.json", catalog.to_json()), ("objects.json", objects)):
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"release.json: {len(catalog.objects)} objects, fingerprint {catalog.fingerprint}")


if __name__ == "__main__":
    main()
