"""Brings a schema of a disposable database to a package: nobody is there to be in the way."""

from __future__ import annotations

from collections.abc import Mapping

from lms_schema.events import Action, OnEvent, unheard
from lms_schema.records import ledger
from lms_schema.runner.migration import Migration
from lms_schema.runner.observer import Observer
from lms_schema.server.sessions import Session
from lms_schema.source.package import SchemaPackage


def run_on_disposable(
    session: Session,
    package: SchemaPackage,
    observer: Observer | None = None,
    *,
    last: int | None = None,
    repair: Mapping[str, str] | None = None,
    on_event: OnEvent = unheard,
) -> list[Action]:
    """Bring the schema of a session to a package, and return what was done.

    Args:
        session: Of a database that nobody else uses.
        package: The files to come to.
        observer: Sees each statement.
        last: How many of the files to apply; None: all of them, and then what is gone is dropped.
        repair: Ids of files to apply again although nothing of them changed, each with the reason.
        on_event: Called with progress and the server's notices.

    Raises:
        StatementFailed: When PostgreSQL refused a statement.
    """
    records = ledger.Ledger(session.connection, session.schema)
    return Migration(session, package, records, 0, on_event, observer).all(last, repair)
