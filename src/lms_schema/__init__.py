"""The PostgreSQL schema that a learning platform starts from, and the tool that installs it.

The functions here do what the commands of `lms-schema` do, and return typed results. A name's
module is imported when the name is first asked for: a command that does little starts fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lms_schema.catalog.difference import Difference as Difference
    from lms_schema.errors import DatabaseError as DatabaseError
    from lms_schema.errors import DatabaseNewer as DatabaseNewer
    from lms_schema.errors import LmsSchemaError as LmsSchemaError
    from lms_schema.errors import LockNotObtained as LockNotObtained
    from lms_schema.errors import PoolerInBetween as PoolerInBetween
    from lms_schema.errors import ReleasedFileEdited as ReleasedFileEdited
    from lms_schema.errors import StatementFailed as StatementFailed
    from lms_schema.errors import UsageError as UsageError
    from lms_schema.events import Action as Action
    from lms_schema.events import Event as Event
    from lms_schema.fleet import FleetResult as FleetResult
    from lms_schema.fleet import Outcome as Outcome
    from lms_schema.fleet import for_each_schema as for_each_schema
    from lms_schema.fleet import schemas_from as schemas_from
    from lms_schema.operations.baseline import BaselineResult as BaselineResult
    from lms_schema.operations.baseline import baseline as baseline
    from lms_schema.operations.check import check as check
    from lms_schema.operations.drop import DropResult as DropResult
    from lms_schema.operations.drop import drop as drop
    from lms_schema.operations.export import ExportResult as ExportResult
    from lms_schema.operations.export import export as export
    from lms_schema.operations.maintain import DroppedPartition as DroppedPartition
    from lms_schema.operations.maintain import MaintainResult as MaintainResult
    from lms_schema.operations.maintain import MaintainStep as MaintainStep
    from lms_schema.operations.maintain import maintain as maintain
    from lms_schema.operations.migrate import MigrateResult as MigrateResult
    from lms_schema.operations.migrate import migrate as migrate
    from lms_schema.operations.plan import plan as plan
    from lms_schema.operations.status import StatusResult as StatusResult
    from lms_schema.operations.status import status as status
    from lms_schema.operations.verify import VerifyResult as VerifyResult
    from lms_schema.operations.verify import verify as verify
    from lms_schema.records.file_states import Comparison as Comparison
    from lms_schema.rules.result import CheckResult as CheckResult
    from lms_schema.rules.result import Finding as Finding
    from lms_schema.tracing.plan_result import PlanResult as PlanResult

__version__ = "0.1.0.dev0"

_NAMES = {
    "records.file_states": ("Comparison",),
    "catalog.difference": ("Difference",),
    "errors": (
        "DatabaseError",
        "DatabaseNewer",
        "LmsSchemaError",
        "LockNotObtained",
        "PoolerInBetween",
        "ReleasedFileEdited",
        "StatementFailed",
        "UsageError",
    ),
    "events": ("Action", "Event"),
    "fleet": ("FleetResult", "Outcome", "for_each_schema", "schemas_from"),
    "operations.baseline": ("BaselineResult", "baseline"),
    "operations.check": ("check",),
    "operations.drop": ("DropResult", "drop"),
    "operations.export": ("ExportResult", "export"),
    "operations.maintain": ("DroppedPartition", "MaintainResult", "MaintainStep", "maintain"),
    "operations.migrate": ("MigrateResult", "migrate"),
    "operations.plan": ("plan",),
    "operations.status": ("StatusResult", "status"),
    "operations.verify": ("VerifyResult", "verify"),
    "tracing.plan_result": ("PlanResult",),
    "rules.result": ("CheckResult", "Finding"),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}

__all__ = ["__version__", *_MODULES]


if not TYPE_CHECKING:  # else every name would be one of the package

    def __getattr__(name: str) -> object:
        """Import a name from its module (PEP 562)."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return [*globals(), *_MODULES]
