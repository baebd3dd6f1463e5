"""Sends files of a fresh install whole: those that only define things, a folder in one message.

A fresh install is hundreds of short statements: sent one by one, most of its time goes by between
them, and to look up in the catalog what each file made takes as long again. So files of a folder
share one transaction and one look. An error in such a message does not tell which statement it is
of, nor does a notice, or a wait for a lock. So this is for the package's own files on a fresh
install only, where nobody is in the way, and what fails or has something to say is sent again
statement by statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING

import psycopg
from psycopg.errors import Diagnostic

from lms_schema.catalog import schema_objects
from lms_schema.catalog.trust import Ground
from lms_schema.events import Action
from lms_schema.server import search_path
from lms_schema.server.blockers import Blockers
from lms_schema.server.sessions import Session
from lms_schema.source.create_statement import created
from lms_schema.source.files import SqlFile, extra_of
from lms_schema.source.folders import Kind

if TYPE_CHECKING:
    from lms_schema.records.record_writer import RecordWriter

_CHANGES = re.compile(r"(?:COMMENT|GRANT|REVOKE|ALTER|DROP)\b", re.IGNORECASE)


def together(files: Iterable[SqlFile]) -> Iterator[list[SqlFile]]:
    """Yield the files in their order, those together that may be sent together.

    While the server works on some, a thread already splits the next into statements.
    """
    groups = _groups(files)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="split") as thread:
        ahead = thread.submit(next, groups, None)
        while group := ahead.result():
            ahead = thread.submit(next, groups, None)
            yield group


def _groups(files: Iterable[SqlFile]) -> Iterator[list[SqlFile]]:
    for (_, is_shared), found in groupby(files, lambda file: (file.folder, _is_shared(file))):
        members = list(found)
        if is_shared:
            yield members
        else:
            yield from ([file] for file in members)


def only_defines(file: SqlFile) -> bool:
    """Tell whether it is one of the package's own files and does nothing but define things.

    Then it neither does what lasts as long as its transaction, like SET LOCAL, nor undoes a part of
    it, like a block with EXCEPTION: it may share the transaction of others.
    """
    return extra_of(file.id) is None and all(
        _CHANGES.match(statement.text) or created(statement) for statement in file.statements
    )


def _is_shared(file: SqlFile) -> bool:
    return file.kind is not Kind.RECURRING and only_defines(file)


class FreshInstall:
    """Applies new files to the schema of a session."""

    def __init__(
        self,
        session: Session,
        records: RecordWriter,
        blockers: Blockers,
        ground: Ground,
        on_notice: Callable[[Diagnostic], None],
    ) -> None:
        """Take the session, what records the files, who watches it, and who tells notices.

        `ground` looks at each transaction.
        """
        self._connection = session.connection
        self._schema = session.schema
        self._records = records
        self._blockers = blockers
        self._ground = ground
        self._on_notice = on_notice
        self._prepared = False

    def apply(self, files: Sequence[SqlFile]) -> list[Action]:
        """Apply and record files of one folder, new ones that only define things, all or none.

        Returns:
            What was done; nothing when it could not be, or when there is a notice to tell.
        """
        folder = files[0].folder
        message = [] if self._prepared else self._records.preparation()
        message.append(b"BEGIN")
        for file in files:
            message += [
                search_path.local(search_path.of_files(self._schema)),
                file.text.encode() + b"\n",
                search_path.local(search_path.CATALOG),
                self._records.note(file),
            ]
        message.append(schema_objects.writing(self._connection, self._schema, folder.owns))
        self._prepared = True
        where = files[0].path if len(files) == 1 else f"folder {folder.name}"
        self._blockers.begin()
        self._ground.begin()
        try:
            with self._blockers.over(where, limited=True):
                with self._silence() as notices:
                    cursor = self._connection.execute(b";".join(message))
                if notices:
                    return []
                settlement = self._records.settlement(search_path.rows(cursor))
                seconds = dict(self._connection.execute(settlement).fetchall())
                self._ground.end(tuple)
                self._connection.execute("COMMIT")
        except psycopg.Error:
            if self._connection.broken:
                raise
            return []
        finally:
            if not self._connection.broken:
                self._connection.rollback()  # of what failed or was interrupted
        return [Action(file.id, file.action(new=True), seconds[file.id]) for file in files]

    @contextmanager
    def _silence(self) -> Iterator[list[Diagnostic]]:
        """Tell no notices, but keep them: what has any is sent again, and they come again."""
        notices: list[Diagnostic] = []
        self._connection.remove_notice_handler(self._on_notice)
        self._connection.add_notice_handler(notices.append)
        try:
            yield notices
        finally:
            self._connection.remove_notice_handler(notices.append)
            self._connection.add_notice_handler(self._on_notice)
