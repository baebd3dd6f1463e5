"""Write a catalog for each PostgreSQL major from fresh installs on the images postgres:<major>.

They are src/lms_schema/catalog/catalogs/<major>.json, and objects.json, the same for every major.
Run it whenever a file of schema/ changed:

    python tools/generate_catalogs.py [MAJOR]...
"""

import sys
from pathlib import Path

import psycopg
from testcontainers.community.postgres import PostgresContainer

import lms_schema
from lms_schema.catalog.catalog import read_catalog
from lms_schema.records import ledger, release_objects
from lms_schema.server.sessions import SUPPORTED

FOLDER = Path(__file__).resolve().parent.parent / "src" / "lms_schema" / "catalog" / "catalogs"


def main(majors: list[int]) -> None:
    """Write one file per major version."""
    FOLDER.mkdir(exist_ok=True)
    for major in majors:
        with PostgresContainer(f"postgres:{major}", driver=None) as container:
            conninfo = container.get_connection_url()
            lms_schema.migrate(conninfo, schema="lms")
            with psycopg.connect(conninfo) as connection:
                catalog = read_catalog(connection, "lms")
                entries = ledger.read(connection, "lms")
                objects = release_objects.to_json(
                    connection, "lms", {file: entry.objects for file, entry in entries.items()}
                )
        path = FOLDER / f"{major}.json"
        path.write_text(catalog.to_json(), encoding="utf-8", newline="\n")
        (FOLDER / "objects.json").write_text(objects, encoding="utf-8", newline="\n")
        print(f"{path.name}: {len(catalog.objects)} objects, fingerprint {catalog.fingerprint}")


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or list(SUPPORTED))
