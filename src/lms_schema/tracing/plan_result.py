"""What a plan is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lms_schema.events import Action

if TYPE_CHECKING:
    from lms_schema.tracing.statement_effects import Effects, Lock

Danger = Literal["none", "brief", "long"]


@dataclass(frozen=True)
class Table:
    """A table of the target, or what else statements lock: a view, a sequence.

    Attributes:
        name: Its name; partitions count as their table.
        bytes: Its size on disk with indexes and TOAST; None when it is not there yet.
        rows: PostgreSQL's estimate; None when it was never analyzed, has no rows of its own, or
            is not there yet.
        filled: Whether somebody may wait for it: it may hold rows, or is not a table.
        kind: `r` for a table, `p` a partitioned one, `m` a materialized view, `v` a view, `f` a
            foreign table, `S` a sequence.
    """

    name: str
    bytes: int | None = None
    rows: int | None = None
    filled: bool = False
    kind: str = "r"


@dataclass(frozen=True)
class PlannedStatement:
    """A statement that is to be executed, and what it does.

    Attributes:
        file: Path of its file below the schema folder.
        line: Its line there.
        statement: Its text.
        written: Whether it stands in the file; else it drops or restores what is made again.
        effects: Its locks, rewrites and scans.
        notes: What the trace cannot tell, in sentences.
        danger: `long` when readers or writers of a table that may hold rows wait while one is
            rewritten, scanned or queried; `brief` when they wait while the catalog is changed;
            else `none`.
    """

    file: str
    line: int
    statement: str
    written: bool
    effects: Effects
    notes: tuple[str, ...]
    danger: Danger


@dataclass(frozen=True)
class PlannedTransaction:
    """What is done at once: usually one file.

    Attributes:
        actions: What is done with which files.
        statements: In their order. Locks are held until the last one is done.
        concurrent: Whether an index is built beside writers instead: each statement is then a
            transaction of its own.
    """

    actions: tuple[Action, ...]
    statements: tuple[PlannedStatement, ...]
    concurrent: bool

    @property
    def danger(self) -> Danger:
        """The worst of its statements."""
        found = {item.danger for item in self.statements}
        return "long" if "long" in found else "brief" if "brief" in found else "none"


@dataclass(frozen=True)
class PlanResult:
    """What a migrate would do.

    Attributes:
        database: Name of the database.
        schema: The target schema.
        server_major: PostgreSQL's major version there.
        traced_major: That of the disposable server; None when nothing is pending.
        pending: Ids of the files that are pending, changed or gone, as `status` counts them, and
            of those to repair.
        transactions: What is to be done, in order, also with files that depend on these.
        recurring: What files that run at every migrate do when they find something to do; not
            looked at when nothing is pending.
        tables: The tables that are mentioned, by name.
    """

    database: str
    schema: str
    server_major: int
    traced_major: int | None
    pending: tuple[str, ...]
    transactions: tuple[PlannedTransaction, ...]
    recurring: tuple[PlannedTransaction, ...]
    tables: Mapping[str, Table]

    @property
    def exit_code(self) -> int:
        """3 when something is pending, else 0."""
        return 3 if self.transactions else 0

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {
            "format": 1,
            "command": "plan",
            "database": self.database,
            "schema": self.schema,
            "server_major": self.server_major,
            "traced_major": self.traced_major,
            "pending": list(self.pending),
            "transactions": [_transaction_json(item) for item in self.transactions],
            "recurring": [_transaction_json(item) for item in self.recurring],
            "tables": [
                {
                    "name": table.name,
                    "exists": table.bytes is not None,
                    "bytes": table.bytes,
                    "rows": table.rows,
                }
                for table in self.tables.values()
            ],
        }


def _transaction_json(transaction: PlannedTransaction) -> dict[str, object]:
    return {
        "actions": [{"file": item.file, "action": item.action} for item in transaction.actions],
        "concurrent": transaction.concurrent,
        "danger": transaction.danger,
        "statements": [
            {
                "file": item.file,
                "line": item.line,
                "statement": item.statement,
                "written": item.written,
                "takes": [_lock_json(lock) for lock in item.effects.takes],
                "holds": [
                    {**_lock_json(lock), "since": {"file": lock.file, "line": lock.line}}
                    for lock in item.effects.holds
                ],
                "rewrites": list(item.effects.rewrites),
                "reindexes": list(item.effects.reindexes),
                "scans": list(item.effects.scans),
                "notes": list(item.notes),
                "danger": item.danger,
            }
            for item in transaction.statements
        ],
    }


def _lock_json(lock: Lock) -> dict[str, object]:
    return {
        "table": lock.table,
        "partitions": lock.partitions,
        "index": lock.index,
        "mode": lock.mode,
        "blocks": list(lock.blocks),
    }
