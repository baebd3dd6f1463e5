"""Which files make again what is missing or different in a schema."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from lms_schema.catalog.catalog import Catalog, ObjectKey, read_catalog
from lms_schema.catalog.difference import Difference, compare
from lms_schema.records import comparison
from lms_schema.records.object_makers import Makers
from lms_schema.source.package import INDEXES, Kind, SchemaPackage, SqlFile

if TYPE_CHECKING:
    from lms_schema.records.ledger import Entry
    from lms_schema.server.sessions import Session

Repair = Mapping[str, tuple[Difference, ...]]
"""What files are to make again, by their ids."""

_MADE_AT_EVERY_MIGRATE = re.compile(
    r"there is none|nothing holds .*|trigger .*: missing, the parent has .*"
)
"""What a file that runs at every migrate mends of a partition."""


def can_mend(difference: Difference) -> bool:
    """Tell whether a difference is of the kind that `migrate --repair` mends."""
    key = ObjectKey(difference.kind, difference.name)
    if key.kind == "partition":
        faults = (difference.actual or "").split("\n")
        return all(_MADE_AT_EVERY_MIGRATE.fullmatch(fault) for fault in faults)
    if key.kind == "grant":
        return key.described.kind == "function"
    return key.kind in ("function", "view", "trigger", "policy", "index") and (
        difference.problem != "extra"
    )


def files(
    package: SchemaPackage,
    entries: Mapping[str, Entry],
    differences: Sequence[Difference],
    todo: Collection[str],
) -> Repair:
    """Return the files to apply again, each with what it mends.

    Args:
        package: The files.
        entries: What is recorded of them.
        differences: What there is, against what should be.
        todo: Ids of files to leave out: they are applied in any case, and what they make may
            differ yet.
    """
    makers = Makers(entries)
    found: dict[str, list[Difference]] = {}
    recurring = [file.id for file in package.files if file.kind is Kind.RECURRING]
    for difference in filter(can_mend, differences):
        maker = makers.of(ObjectKey(difference.kind, difference.name))
        for file_id in recurring if difference.kind == "partition" else filter(None, [maker]):
            file = package.by_id.get(file_id)
            if file is not None and _is_made_again(file) and file_id not in todo:
                found.setdefault(file_id, []).append(difference)
    return {file_id: tuple(what) for file_id, what in found.items()}


def reasons(repair: Repair) -> dict[str, str]:
    """Return what each file mends, in a line."""
    return {
        file_id: ", ".join(f"{item.problem} {item.kind} {item.name}" for item in what)
        for file_id, what in repair.items()
    }


def needed(
    session: Session,
    package: SchemaPackage,
    expected: Catalog,
    unsure: Collection[ObjectKey],
) -> tuple[Repair, tuple[Difference, ...]]:
    """Return the files to apply again in a session's schema, and all that differs there.

    Args:
        session: Of the schema.
        package: The files.
        expected: The catalog that they make.
        unsure: What of it another major version printed.
    """
    from lms_schema.records import ledger

    connection = session.connection
    if not ledger.exists(connection, session.schema):
        return {}, ()
    entries = ledger.read(connection, session.schema)
    stand = comparison.compare(package, entries)
    differences, _notes = compare(expected, read_catalog(connection, session.schema), unsure=unsure)
    # what another extra overrides is as that one wants it
    own = {name: entry for name, entry in entries.items() if package.covers(name)}
    others = entries.keys() - own.keys()
    settled = {name for other in others for name in entries[other].overrides}
    todo = {*stand.pending, *stand.changed, *settled}
    return files(package, own, differences, todo), differences


def _is_made_again(file: SqlFile) -> bool:
    return file.kind is not Kind.VERSIONED or file.folder.name == INDEXES
