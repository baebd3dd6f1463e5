"""A package applied to a database of a disposable server, noting which statement did what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from lms_schema.catalog.catalog import Catalog, ObjectKey, read_catalog
from lms_schema.events import Action
from lms_schema.runner.migration import run_on_disposable
from lms_schema.runner.observer import Observer
from lms_schema.server import search_path, sessions
from lms_schema.server.disposable import new_database
from lms_schema.source import index_statement
from lms_schema.source.files import SqlFile
from lms_schema.source.folders import INDEXES, Kind
from lms_schema.source.package import SchemaPackage
from lms_schema.source.statements import Statement, plain

SCHEMA = "lms_check"
"""A name that no file knows: one that says `lms.` itself fails here as with any `--schema`."""

_NOTES = """
CREATE SCHEMA lms_notes;
CREATE TABLE lms_notes.ddl (
    number bigint GENERATED ALWAYS AS IDENTITY,
    classid oid, objid oid, tag text, place text, name text, statement text
);
CREATE FUNCTION lms_notes.note() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lms_notes.ddl (classid, objid, tag, place, name, statement)
    SELECT
        classid, objid, command_tag, schema_name, coalesce(object_identity, ''), current_query()
    FROM pg_event_trigger_ddl_commands();
END;
$$;
CREATE EVENT TRIGGER lms_notes ON ddl_command_end EXECUTE FUNCTION lms_notes.note();
"""


@dataclass(frozen=True)
class Place:
    """A line of a file.

    Attributes:
        file: Id of the file.
        path: Where it is.
        line: Counted from 1.
    """

    file: str
    path: Path
    line: int


@dataclass(frozen=True)
class Note:
    """What one statement did to one object.

    Attributes:
        address: Catalog and row of the object.
        tag: The command, like `CREATE TABLE`.
        schema: The object's schema, or None for what is in none.
        name: The object.
        statement: The statement.
    """

    address: tuple[int, int]
    tag: str
    schema: str | None
    name: str
    statement: str


class _Judge(Observer):
    """Lets an extra change the package: a rule of `check` lists what it changes."""

    judges_extras = True


class Rehearsal:
    """One database of a disposable server to which packages are applied.

    Attributes:
        conninfo: The database.
    """

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo

    def migrate(self, package: SchemaPackage) -> list[Action]:
        """Bring the database to the state of a package, statement by statement: notes need that."""
        with sessions.session(self.conninfo, schema=SCHEMA) as session:
            return run_on_disposable(session, package, _Judge())

    def catalog(self) -> Catalog:
        """Read the catalog as it is now."""
        with psycopg.connect(self.conninfo) as connection:
            return read_catalog(connection, SCHEMA)

    def forget_replaceable(self, package: SchemaPackage) -> None:
        """Let all replaceable files look as if their content had changed."""
        files = [file.id for file in package.files if file.kind is Kind.REPLACEABLE]
        update = (
            "UPDATE {schema}.lms_schema_migration SET checksum = '' WHERE migration_id = ANY (%s)"
        )
        with psycopg.connect(self.conninfo) as connection:
            search_path.pin(connection)
            connection.execute(search_path.within(connection, SCHEMA, update, (files,)))

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection[Any]]:
        """Connect, with the schema as the search path: rules ask about the path's schema."""
        with (
            psycopg.connect(self.conninfo) as connection,
            search_path.opened(connection, SCHEMA),
        ):
            yield connection

    def notes(self) -> list[Note]:
        """Return what statements did so far, in order."""
        query = """
            SELECT classid::bigint, objid::bigint, tag, place, name, statement
            FROM lms_notes.ddl ORDER BY number
        """
        with psycopg.connect(self.conninfo) as connection:
            search_path.pin(connection)
            return [Note((row[0] or 0, row[1] or 0), *row[2:]) for row in connection.execute(query)]


class Atlas:
    """Finds the line of a file that made an object what it is."""

    def __init__(self, files: Sequence[SqlFile], notes: Sequence[Note]) -> None:
        self._places = {
            statement.text: Place(file.id, file.source, statement.line)
            for file in files
            for statement in file.statements
        }
        # the runner writes the statement of an index file anew, for the way in which it builds
        self._indexes = {
            found.name: file.statements[0].text
            for file in files
            if file.folder.name == INDEXES and (found := index_statement.parse(file.statements))
        }
        self._notes = notes

    @cached_property
    def _by_address(self) -> Mapping[tuple[int, int], list[str]]:
        found: dict[tuple[int, int], list[str]] = {}
        for note in self._notes:
            text = note.statement
            if text not in self._places and note.tag == "CREATE INDEX":
                text = self._indexes.get(note.name.rpartition(".")[2].strip('"'), text)
            found.setdefault(note.address, []).append(text)
        return found

    def statement(self, text: str) -> Place | None:
        """Return where a statement stands, or None when no file holds it."""
        return self._places.get(text)

    def find(self, address: tuple[int, int], words: Sequence[str]) -> Place | None:
        """Return where an object got what the words name.

        Args:
            address: Catalog and row of the object.
            words: Names to look for in its statements, the first one first; without one, or
                when none is found, the statement that made the object is returned.
        """
        statements = [text for text in self._by_address.get(address, ()) if text in self._places]
        for word in words:
            for text in statements:
                if place := self._at(text, word):
                    return place
        return self._places[statements[0]] if statements else None

    def named(self, kind: str, name: str) -> Place | None:
        """Return where an object of a catalog, or the relation that it is of, was made last."""
        described = ObjectKey(kind, name).whole
        member = described.name.rpartition(".")[2]
        whole = member if described.kind == "index" else described.name
        for comments in (kind == "comment", kind != "comment"):
            notes = [note for note in reversed(self._notes) if (note.tag == "COMMENT") == comments]
            for wanted, word in ((whole, ""), (described.owner, member), (described.owner, "")):
                for note in notes:
                    if note.statement in self._places and wanted in _names(note):
                        if not word:
                            return self._places[note.statement]
                        if place := self._at(note.statement, word):
                            return place
        return None

    def _at(self, text: str, word: str) -> Place | None:
        """Return the line of a statement on which a word stands, or None without it."""
        match = re.search(rf"(?<![\w$]){re.escape(word)}(?![\w$])", plain(text), re.IGNORECASE)
        if match is None:
            return None
        place = self._places[text]
        line = Statement(text, place.line).line_of(match.start())
        return Place(place.file, place.path, line)


def _names(note: Note) -> tuple[str, str]:
    """Return the name of a note's object as catalogs write it, and without arguments."""
    name = note.name.replace(f"{SCHEMA}.", "")
    member, on, table = name.rpartition(" on ")
    local = f"{table}.{member}" if on else name
    return local, local.partition("(")[0]


@contextmanager
def rehearsal(server: str) -> Iterator[Rehearsal]:
    """Make a database on a server, where the connection's role is a superuser; drop it again."""
    with new_database(server) as conninfo:
        with psycopg.connect(conninfo) as connection:
            connection.execute(_NOTES)
        yield Rehearsal(conninfo)
