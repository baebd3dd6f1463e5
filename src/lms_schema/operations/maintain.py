"""What a scheduler calls, in short transactions; a step that fails does not stop the next one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

import psycopg

from lms_schema.catalog import trust
from lms_schema.errors import DatabaseError, UsageError, printable
from lms_schema.events import Event, OnEvent, unheard
from lms_schema.records import ledger, release_objects
from lms_schema.server import (
    advisory_lock,
    connection_strings,
    search_path,
    sessions,
    suggested_commands,
)
from lms_schema.server.retry import BUSY, Result, retried

_DRIFT = ("42", "55000")
"""SQLSTATEs of what is missing or of another kind, and of a view that lost content or index."""

_LOCK = "LOCK TABLE ONLY {schema}.%s IN SHARE UPDATE EXCLUSIVE MODE"

_EVENTS = "learning_interactions"

_BY_MONTH = (_EVENTS, "audit_log")

_EXPIRED = """
    SELECT partition::text
    FROM {schema}.expired_interaction_partitions(coalesce(
        %s::text::interval,
        (
            SELECT p.keep_for FROM {schema}.retention_policies AS p
            WHERE p.what = 'learning_interactions'
        )
    )) LIMIT 1
"""

_POLICY = "SELECT what FROM {schema}.retention_policies LIMIT 1"

_MONTHS = "SELECT * FROM {schema}.month_partition_ddl(%s::text) LIMIT 1"

_SEAL = "SELECT {schema}.seal_audit_log()"


@dataclass(frozen=True)
class DroppedPartition:
    """A partition of the event table that was past its retention.

    Attributes:
        name: Its name.
        lower_bound: Time of the first event that it could hold; None: the beginning of time.
        upper_bound: Its end; it held events before it.
        interactions: How many events it held.
    """

    name: str
    lower_bound: datetime | None
    upper_bound: datetime
    interactions: int

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON-compatible mapping."""
        return {
            "name": self.name,
            "lower_bound": self.lower_bound and self.lower_bound.isoformat(),
            "upper_bound": self.upper_bound.isoformat(),
            "interactions": self.interactions,
        }


@dataclass(frozen=True)
class MaintainStep:
    """What became of a step.

    Attributes:
        step: `metrics` (of courses), `retention`, `partitions` (months ahead), `seals` (of
            the audit log), `analytics`.
        outcome: `done`, also when there was nothing to do; `elsewhere` (somebody else is at it);
            `busy` (a lock was not obtained in time) or `failed`: what was done before stays.
        count: Rows of derived values written; partitions dropped; partitions made; rows
            of the audit log sealed; rows of the analytics views that changed.
        seconds: How long it took.
        dropped: The partitions of events that `retention` dropped.
        error: Why it is busy or failed, else None.
    """

    step: str
    outcome: str
    count: int
    seconds: float
    dropped: tuple[DroppedPartition, ...] = ()
    error: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON-compatible mapping."""
        document: dict[str, object] = {
            "step": self.step,
            "outcome": self.outcome,
            "count": self.count,
            "seconds": round(self.seconds, 3),
            "error": self.error,
        }
        if self.step == "retention":
            document["dropped"] = [partition.to_json() for partition in self.dropped]
        return document


@dataclass(frozen=True)
class MaintainResult:
    """What a maintain did.

    Attributes:
        database: Name of the database.
        schema: The schema.
        server_major: PostgreSQL's major version.
        elsewhere: Who is maintaining the schema already, so that nothing was done; else None.
        steps: The steps, in order.
    """

    database: str
    schema: str
    server_major: int
    elsewhere: str | None
    steps: tuple[MaintainStep, ...]

    @property
    def exit_code(self) -> int:
        """1 when a step failed, 6 when one did not get its locks in time, else 0."""
        outcomes = {step.outcome for step in self.steps}
        return 1 if "failed" in outcomes else 6 if "busy" in outcomes else 0

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {
            "format": 1,
            "command": "maintain",
            "database": self.database,
            "schema": self.schema,
            "server_major": self.server_major,
            "elsewhere": self.elsewhere,
            "steps": [step.to_json() for step in self.steps],
        }


def maintain(
    conninfo: str,
    *,
    schema: str | None = None,
    keep_interactions: str | None = None,
    lock_timeout: float = 0.5,
    wait: float = 60.0,
    on_event: OnEvent = unheard,
) -> MaintainResult:
    """Do what a schema needs regularly, beside its readers and writers.

    In this order: the metrics of each course; when asked, or where there are retention policies,
    what is past its retention, events and audit log by whole months; the months of both a year
    ahead; the audit log sealed; the analytics refreshed. Each course and each month of events is a
    transaction of its own. A step that fails is reported, and the others are done. While another
    maintain of the schema is at work, nothing is done.

    Args:
        conninfo: Any libpq connection string, of the owner of the schema's objects.
        schema: The schema; by default the first existing one of the connection's search path.
        keep_interactions: How long events are kept at least, as an interval of PostgreSQL such as
            `24 months`; by default as retention_policies say, and without a policy for ever.
        lock_timeout: Seconds that a statement waits for a lock before it is tried again. Shorter
            than PostgreSQL's deadlock_timeout of 1 s, no other session is ever cancelled for a
            deadlock with it.
        wait: Seconds to keep trying, for each transaction.
        on_event: Called with progress and the server's notices.

    Raises:
        DatabaseError: When the database could not be reached, is a standby, or does not hold this
            release's schema; when an object of it is a stranger's, or a superuser works where
            others may create objects.
        UsageError: When the server or an argument cannot be used.
    """
    with sessions.session(
        conninfo,
        schema=schema,
        lock_timeout=lock_timeout,
        on_notice=lambda notice: on_event(Event.of_notice(notice)),
    ) as session:
        trust.Ground(session.connection, session.schema).enter(on_event)
        _check(session, keep_interactions)
        with advisory_lock.tried(session.connection, session.schema, "maintain") as holder:
            steps = (
                ()
                if holder
                else _Maintenance(session, keep_interactions, wait, on_event, conninfo).steps()
            )
    return MaintainResult(
        database=session.database,
        schema=session.schema,
        server_major=session.server_major,
        elsewhere=holder,
        steps=tuple(steps),
    )


def _check(session: sessions.Session, keep_interactions: str | None) -> None:
    """Refuse what can be known to fail before anything is done."""
    row = session.connection.execute(
        "SELECT to_regprocedure("
        "format('%%I.drop_expired_data(interval, timestamptz)', %s::text)) IS NOT NULL",
        (session.schema,),
    ).fetchone()
    if row is None or not row[0]:
        ledger.require_name(session)
        raise DatabaseError(
            f'Schema "{printable(session.schema)}" does not hold the schema of this release. '
            f"Run: {_mending(session)}"
        )
    ours = chain.from_iterable(
        release_objects.recorded(session.connection, session.schema).values()
    )
    trust.refuse_strangers(session.connection, session.schema, set(ours))
    try:
        session.connection.execute(
            search_path.within(session.connection, session.schema, _EXPIRED, (keep_interactions,))
        )
    except psycopg.DataError as error:
        raise UsageError(
            f"{keep_interactions!r} is not how long events can be kept: "
            f"{error.diag.message_primary}. Write an interval like '24 months'."
        ) from None


def _mending(session: sessions.Session) -> str:
    """Return the command that gives a schema what it lacks."""
    is_tracked = ledger.exists(session.connection, session.schema)
    return suggested_commands.command(
        "migrate --repair" if is_tracked else "migrate", session.schema
    )


class _Maintenance:
    """The steps for one schema, with its lock held."""

    def __init__(
        self,
        session: sessions.Session,
        keep_interactions: str | None,
        wait: float,
        tell: OnEvent,
        conninfo: str,
    ) -> None:
        self._session = session
        self._connection = session.connection
        self._schema = session.schema
        self._keep_interactions = keep_interactions
        self._wait = wait
        self._tell = tell
        self._conninfo = conninfo
        self._count = 0
        self._dropped: list[DroppedPartition] = []

    def steps(self) -> list[MaintainStep]:
        """Do all of them.

        Partitions are made after some were dropped, for the partition of earlier events is one of
        these. The analytics come last: they show what the others changed.
        """
        done = [self._step("metrics", self._metrics)]
        if self._keep_interactions is not None or self._first(_POLICY) is not None:
            done.append(self._step("retention", self._expire))
        done.append(self._step("partitions", self._make_months))
        done.append(self._step("seals", self._seal))
        return [*done, self._step("analytics", self._refresh)]

    def _step(self, name: str, work: Callable[[], str]) -> MaintainStep:
        self._count, self._dropped, error = 0, [], None
        self._tell(Event("begin", name))
        start = time.monotonic()
        try:
            outcome = work()
        except psycopg.Error as failure:
            if self._connection.broken:
                raise
            outcome = "busy" if failure.sqlstate in BUSY else "failed"
            error = connection_strings.redacted(sessions.described(failure), self._conninfo)
            if (failure.sqlstate or "").startswith(_DRIFT):
                error += f"\nThe schema was changed by hand. Run: {_mending(self._session)}"
        step = MaintainStep(
            step=name,
            outcome=outcome,
            count=self._count,
            seconds=time.monotonic() - start,
            dropped=tuple(self._dropped),
            error=error,
        )
        self._tell(Event(name, f"{outcome}, {step.count}" + (f": {error}" if error else "")))
        return step

    def _make_months(self) -> str:
        """Months a year ahead, and the partition of all earlier rows: one a transaction."""

        def make_one(table: str) -> bool:
            self._execute(_LOCK % table)
            statements: list[str] = self._first(_MONTHS, table) or []
            with search_path.opened(self._connection, self._schema):
                for statement in statements:
                    self._connection.execute(statement.encode())
            return bool(statements) and statements[0].startswith("CREATE TABLE")

        for table in _BY_MONTH:
            # outside a transaction first: a look takes no lock
            while self._first(_MONTHS, table) is not None:
                self._count += self._patiently(f"the months of {table}", partial(make_one, table))
        return "done"

    def _seal(self) -> str:
        """Seal what is new in the audit log, a batch per transaction."""
        while sealed := self._patiently("the seals of the audit log", partial(self._first, _SEAL)):
            self._count += sealed
        return "done"

    def _metrics(self) -> str:
        courses = self._execute(
            "SELECT id FROM {schema}.educational_courses ORDER BY id"
        ).fetchall()
        self._tell(Event("begin", "metrics of the courses", total=len(courses)))
        recalculate = "SELECT {schema}.recalculate_course_metrics(%s::uuid)"
        for (course,) in courses:
            self._count += self._patiently(
                f"the metrics of course {course}", partial(self._first, recalculate, course)
            )
            self._tell(Event("step", f"course {course}"))
        return "done"

    def _expire(self) -> str:
        """Drop what is past its retention, the oldest months first, each in a transaction."""

        def drop_one() -> DroppedPartition | None:
            self._execute(_LOCK % _EVENTS)
            partition = self._first(_EXPIRED, self._keep_interactions)
            if partition is None:
                return None
            retire, *drop = self._execute(
                "SELECT * FROM {schema}.interaction_retention_ddl(ARRAY[%s::regclass])", partition
            ).fetchall()
            with search_path.opened(self._connection, self._schema):
                row = self._connection.execute(retire[0].encode()).fetchone()
                for (statement,) in drop:
                    self._connection.execute(statement.encode())
            return row and DroppedPartition(*row)

        while self._first(_EXPIRED, self._keep_interactions) is not None:
            dropped = self._patiently("events past their retention", drop_one)
            if dropped is not None:
                self._dropped.append(dropped)
                self._count += 1
        drop = partial(self._first, "SELECT {schema}.drop_expired_audit_log()")
        self._count += self._patiently("the audit log past its retention", drop)
        delete = partial(self._first, "SELECT {schema}.delete_expired_rows()")
        self._patiently("rows past their retention", delete)
        return "done"

    def _refresh(self) -> str:
        needs_snapshot = self._session.citus  # where a statement is none by itself

        def refresh() -> tuple[int, int]:
            if needs_snapshot:
                self._execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            since = self._first("SELECT now()")
            self._execute("SELECT {schema}.refresh_learning_analytics()")
            # the time is given: on Citus, now() would be that of the node which has the log
            row = self._execute(
                "SELECT count(*), coalesce(sum(rows_changed), 0)::bigint"
                " FROM {schema}.analytics_refresh_log WHERE started_at >= %s",
                since,
            ).fetchone()
            return row or (0, 0)

        views, self._count = self._patiently("the refresh of the analytics", refresh)
        return "done" if views else "elsewhere"

    def _patiently(self, what: str, work: Callable[[], Result]) -> Result:
        """Do it in a transaction, again when somebody was in the way, until the time is used up."""

        def attempt() -> Result:
            with self._connection.transaction():
                return work()

        def tell(error: psycopg.Error) -> None:
            self._tell(Event("waiting", f"{what}: {error.diag.message_primary}"))

        return retried(psycopg.Error, attempt, self._wait, tell)

    def _first(self, query: str, *parameters: object) -> Any:
        """The first column of the first row, or None."""
        row = self._execute(query, *parameters).fetchone()
        return row and row[0]

    def _execute(self, query: str, *parameters: object) -> psycopg.Cursor[Any]:
        return self._connection.execute(
            search_path.within(self._connection, self._schema, query, parameters)
        )
