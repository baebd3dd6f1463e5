"""What building an index beside writers does, by rule: it cannot be traced inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping

from lms_schema.runner.observer import Step
from lms_schema.source import index_statement
from lms_schema.source.files import SqlFile
from lms_schema.source.folders import INDEXES
from lms_schema.source.statements import Statement
from lms_schema.tracing.statement_effects import Effects, Lock
from lms_schema.tracing.trace import TracedStatement

_EACH = "<each partition>"


def statements(file: SqlFile, kinds: Mapping[str, str]) -> list[TracedStatement]:
    """Return what is executed in place of the CREATE INDEX of a file.

    Args:
        file: The file.
        kinds: `r`, `p` (partitioned) or `m` of each table that holds rows, by its name.

    Returns:
        The statements; none when the index is built as the file says.
    """
    wanted = index_statement.parse(file.statements) if file.folder.name == INDEXES else None
    kind = kinds.get(wanted.table) if wanted else None
    if wanted is None or kind is None:
        return []

    def step(statement: Statement, mode: str, *, partitions: bool, scans: bool) -> TracedStatement:
        lock = Lock(wanted.table, mode, partitions, None, file.path, wanted.line)
        effects = Effects((lock,), (), (), (), (wanted.table,) if scans else ())
        return TracedStatement(
            Step(file.path, wanted.line, statement.text, True, "CREATE INDEX"), effects
        )

    name, table = wanted.name, wanted.table
    if kind != "p":
        built = wanted.build(name, table, concurrently=True)
        return [step(built, "SHARE UPDATE EXCLUSIVE", partitions=False, scans=True)]
    attach = Statement(f"ALTER INDEX {name} ATTACH PARTITION <its index>", wanted.line)
    return [
        step(wanted.build(name, table, only=True), "SHARE", partitions=False, scans=False),
        step(
            wanted.build("<its index>", _EACH, concurrently=True),
            "SHARE UPDATE EXCLUSIVE",
            partitions=True,
            scans=True,
        ),
        step(attach, "ACCESS EXCLUSIVE", partitions=True, scans=False),
    ]
