"""Which files make again what is missing or different in a schema."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lms_schema.catalog.catalog import Catalog, ObjectKey, read_catalog
from lms_schema.catalog.difference import Difference, compare
from lms_schema.records import file_states
from lms_schema.records.object_makers import Makers
from lms_schema.source.files import SqlFile
from lms_schema.source.folders import INDEXES, SECURITY, Kind
from lms_schema.source.package import SchemaPackage
from lms_schema.source.statements import plain

if TYPE_CHECKING:
    from lms_schema.records.ledger import Entry
    from lms_schema.server.sessions import Session

Repair = Mapping[str, tuple[Difference, ...]]
"""What files are to make again, by their ids."""

REPAIR_OF_ALL = (
    "A repair compares the schema with the whole release. Leave out --to, or migrate that far "
    "without --repair."
)

_MADE_AT_EVERY_MIGRATE = re.compile(
    r"there is none|nothing holds .*|trigger .*: missing, the parent has .*"
    r"|row security setting: OFF, the parent has ENABLED"
)
"""What a file that runs at every migrate mends of a partition."""


_SAID_IN_SECURITY = ("grant", "row security")
"""Kinds that files of `security/` say of objects, which no record tells: these files name them."""

_SAYS = re.compile(r"\s*(?:GRANT|REVOKE|ALTER\s+TABLE)\b", re.IGNORECASE)
_DOES = re.compile(r"\s*DO\b", re.IGNORECASE)


def can_mend(difference: Difference) -> bool:
    """Tell whether a difference is of the kind that `migrate --repair` mends."""
    key = ObjectKey(difference.kind, difference.name)
    if key.kind == "partition":
        faults = (difference.actual or "").split("\n")
        return all(_MADE_AT_EVERY_MIGRATE.fullmatch(fault) for fault in faults)
    if key.kind in _SAID_IN_SECURITY:
        return key.whole.kind != "type"
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
    for difference in filter(can_mend, differences):
        for file_id in _files(difference, package, makers):
            file = package.by_id.get(file_id)
            if file is not None and _is_made_again(file) and file_id not in todo:
                found.setdefault(file_id, []).append(difference)
    return {file_id: tuple(what) for file_id, what in found.items()}


def _files(difference: Difference, package: SchemaPackage, makers: Makers) -> Iterator[str]:
    """Yield the files that make what differs, perhaps one that is gone."""
    key = ObjectKey(difference.kind, difference.name)
    if key.kind == "partition":
        recurring = [file for file in package.files if file.kind is Kind.RECURRING]
        named = [file for file in recurring if file.source.stem == key.owner]
        yield from (file.id for file in named or recurring)
        return
    # what is made again has none of its grants
    is_gone = difference.problem == "missing" and key.kind in ("function", "view")
    if key.kind in _SAID_IN_SECURITY or is_gone:
        name = re.compile(rf"(?<![\w$]){re.escape(key.whole.owner or 'schema')}(?![\w$])", re.I)
        yield from (file.id for file in package.files if _says(file, name))
    if key.kind in _SAID_IN_SECURITY and (
        key.whole.kind != "function" or "TO PUBLIC" not in (difference.actual or "")
    ):
        return
    if maker := makers.of(key):
        yield maker


def _says(file: SqlFile, name: re.Pattern[str]) -> bool:
    """Tell whether a file says who may do what with something of that name."""
    if file.folder.name != SECURITY:
        return False
    for statement in file.statements:
        code = plain(statement.text)
        if _SAYS.match(code) and name.search(code):
            return True
        if _DOES.match(code) and name.search(statement.text):
            return True
    return False


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
    stand = file_states.compare(package, entries)
    differences, _notes = compare(expected, read_catalog(connection, session.schema), unsure=unsure)
    # what another extra overrides is as that one wants it
    own = {name: entry for name, entry in entries.items() if package.covers(name)}
    others = entries.keys() - own.keys()
    settled = {name for other in others for name in entries[other].overrides}
    todo = {*stand.pending, *stand.changed, *settled}
    return files(package, own, differences, todo), differences


def _is_made_again(file: SqlFile) -> bool:
    return file.kind is not Kind.VERSIONED or file.folder.name == INDEXES
