"""The catalog that this release and a package's extras make together."""

from lms_schema.catalog.catalog import Catalog, ObjectKey, release_catalog
from lms_schema.source.package import SchemaPackage


def expected_catalog(
    package: SchemaPackage, server_major: int
) -> tuple[Catalog, frozenset[ObjectKey]]:
    """Return the catalog that this release and a package's extras make together.

    With it comes what another major version defined, as `compare` takes it.

    Raises:
        StatementFailed: An extra does not apply to the package.
        UsageError: No PostgreSQL to apply an extra on.
    """
    release = release_catalog()
    if not package.extras:
        return release, frozenset()
    from lms_schema.runner import extra_objects

    additions = extra_objects.additions(package)
    return additions.on(release), additions.unsure(server_major)
