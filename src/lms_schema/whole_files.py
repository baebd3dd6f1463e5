"""Sends a file, its record and both ends of their transaction as one message.

A fresh install is hundreds of short statements: sent one by one, most of its time goes by between
them. An error in such a message does not tell which statement it is of, nor a wait for a lock. So
this is for the files of a fresh install only, where nobody is in the way, and what fails is sent
again statement by statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg.errors import Diagnostic

from lms_schema import replace
from lms_schema.blockers import Blockers
from lms_schema.database import Session
from lms_schema.ledger import Ledger
from lms_schema.package import Folder, SqlFile


class WholeFiles:
    """Applies new files to the schema of a session."""

    def __init__(
        self,
        session: Session,
        ledger: Ledger,
        blockers: Blockers,
        on_notice: Callable[[Diagnostic], None],
    ) -> None:
        """Take the session, what records the files, who watches it, and its notice handler."""
        self._connection = session.connection
        self._schema = session.schema
        self._ledger = ledger
        self._blockers = blockers
        self._on_notice = on_notice
        self._prepared: set[Folder] = set()

    def apply(self, file: SqlFile) -> bool:
        """Apply and record a file of which nothing is recorded; tell whether that was done."""
        name = f"lms_schema_record_{file.folder.name}"
        message = b";".join(
            (
                *self._preparation(name, file.folder),
                b"BEGIN",
                file.text.encode() + b"\n",
                b"SET CONSTRAINTS ALL IMMEDIATE",
                self._ledger.statement(name, file),
                b"COMMIT",
            )
        )
        self._blockers.begin()
        try:
            with self._blockers.over(file.path, limited=True), self._notices_when_done():
                self._connection.execute(message)
        except psycopg.Error:
            if self._connection.broken:
                raise
            return False
        finally:
            if not self._connection.broken:
                self._connection.rollback()  # of what failed or was interrupted
        return True

    def _preparation(self, name: str, folder: Folder) -> list[bytes]:
        """Return what prepares the record of a folder's files, when it is not prepared.

        To plan it anew for each file would take the server as long as many a file does.
        """
        if folder in self._prepared:
            return []
        self._prepared.add(folder)
        objects = replace.names_written(self._connection, self._schema, folder.owns)
        return [self._ledger.preparation(name, objects)]

    @contextmanager
    def _notices_when_done(self) -> Iterator[None]:
        """Tell no notices of a message that fails: it is sent again, and they come again."""
        notices: list[Diagnostic] = []
        self._connection.remove_notice_handler(self._on_notice)
        self._connection.add_notice_handler(notices.append)
        try:
            yield
        finally:
            self._connection.remove_notice_handler(notices.append)
            self._connection.add_notice_handler(self._on_notice)
        for notice in notices:
            self._on_notice(notice)
