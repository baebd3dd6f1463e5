"""The databases that rules about applying the files share."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Self

from lms_schema import rules
from lms_schema.catalog.catalog import Catalog
from lms_schema.catalog.difference import compare
from lms_schema.errors import StatementFailed
from lms_schema.records import ledger
from lms_schema.records.ledger import Entry
from lms_schema.rules import Rule
from lms_schema.rules.drafts import Problem
from lms_schema.rules.rehearsal import SCHEMA, Atlas, Note, Place, Rehearsal, rehearsal
from lms_schema.source.files import extra_of
from lms_schema.source.package import SchemaPackage


class TrialInstall:
    """A fresh install of a package with extras, and an upgrade to it.

    Attributes:
        package: The package with its extras.
        released: The last release of both, or None when nothing was released.
        release: The catalog that ships with the package and must be true, or None.
        fresh: The database of the fresh install.
        base_catalog: Its catalog before the extras were applied.
        base_entries: What was recorded then.
        catalog: Its catalog after all.
        upgraded: The catalog after the upgrade, or None.
        notes: What each statement did in the fresh install.
        atlas: Finds the line that made an object, in the files that are checked.
    """

    fresh: Rehearsal
    base_catalog: Catalog
    base_entries: Mapping[str, Entry]
    catalog: Catalog
    notes: list[Note]
    atlas: Atlas

    def __init__(
        self,
        server: str,
        base: SchemaPackage,
        package: SchemaPackage,
        released: SchemaPackage | None,
        release: Catalog | None,
    ) -> None:
        self._server = server
        self._base = base
        self._databases = ExitStack()
        own = [file for file in package.files if bool(extra_of(file.id)) == bool(package.extras)]
        self._own = own
        self._before: Collection[tuple[str, str]] = ()
        self.package = package
        self.released = released
        self.release = release
        self.upgraded: Catalog | None = None

    def __enter__(self) -> Self:
        """Make the database of the fresh install."""
        self.fresh = self._databases.enter_context(rehearsal(self._server))
        return self

    def __exit__(self, *_: object) -> None:
        """Drop the databases."""
        self._databases.close()

    def install(self) -> None:
        """Apply the package, then the extras.

        Raises:
            StatementFailed: When PostgreSQL refused a statement.
        """
        self.fresh.migrate(self._base)
        self.base_catalog = self.catalog = self.fresh.catalog()
        with self.fresh.connect() as connection:
            self.base_entries = ledger.read(connection, SCHEMA)
        if self.package.extras:
            self._before = {(rule.id, name) for rule, name, *_ in self._asked()}
            self.fresh.migrate(self.package)
            self.catalog = self.fresh.catalog()
        self.notes = self.fresh.notes()
        self.atlas = Atlas(self._own, self.notes)

    def upgrade(self) -> None:
        """Apply the last release to another database, then the package with its extras.

        Raises:
            StatementFailed: When PostgreSQL refused a statement.
        """
        if self.released is not None:
            database = self._databases.enter_context(rehearsal(self._server))
            database.migrate(self.released)
            database.migrate(self.package)
            self.upgraded = database.catalog()

    def offenders(self) -> Iterator[tuple[Rule, Problem]]:
        """Yield what breaks a rule of the catalog, and with extras only because of them."""
        for rule, name, mend, address, words in self._asked():
            if (rule.id, name) not in self._before:
                message = f"{name}: {rule.title[0].lower()}{rule.title[1:]} {mend}"
                yield rule, self._problem(self.atlas.find(address, words), message)

    def _asked(self) -> Iterator[tuple[Rule, str, str, tuple[int, int], list[str]]]:
        """Yield what breaks a rule of the catalog in the fresh install as it is now."""
        with self.fresh.connect() as connection:
            connection.execute(rules.vocabulary().encode())
            for rule in (rule for scope in rules.ASKED for rule in rules.rules(scope)):
                for name, mend, catalog, row, words in connection.execute(rule.query.encode()):
                    yield rule, name, mend, (catalog, row), words

    def refused(self, error: StatementFailed) -> Problem:
        """Return an error of a statement as a problem."""
        packages = [self.package, *([self.released] if self.released else [])]
        found = (one.by_id.get(one.id_at(error.file)) for one in packages)
        file = next(filter(None, found), self._own[0])
        message = str(error).split("\nstatement:\n", maxsplit=1)[0]
        return Problem(
            file.source, error.line, message.removeprefix(f"{error.file}:{error.line}: ")
        )

    def differing(self, expected: Catalog, actual: Catalog, what: str) -> Iterator[Problem]:
        """Yield each object in which two catalogs differ, where a file made it."""
        differences, _ = compare(expected, actual, strict=True)
        # what `compare` takes for an object of others: here, all are of the files
        more, _ = compare(actual, expected, strict=True)
        known = {(item.kind, item.name) for item in differences}
        extra = [
            replace(item, problem="extra")
            for item in more
            if item.problem == "missing" and (item.kind, item.name) not in known
        ]
        for item in (*differences, *extra):
            message = f"{item.kind} {item.name} {what} ({item.problem})."
            yield self._problem(self.atlas.named(item.kind, item.name), message)

    def _problem(self, place: Place | None, message: str) -> Problem:
        """Return a problem; where no statement is known to be its cause, in the first file."""
        if place is None:
            return Problem(self._own[0].source, 1, message)
        return Problem(place.path, place.line, message)
