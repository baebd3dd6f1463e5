"""The PostgreSQL schema that a learning platform starts from, and the tool that installs it.

The functions here do what the commands of `lms-schema` do, and return typed results.
"""

__version__ = "0.1.0.dev0"

from lms_schema.baseline import BaselineResult, baseline
from lms_schema.check import CheckResult, Finding, check
from lms_schema.drop import DropResult, drop
from lms_schema.errors import (
    DatabaseError,
    DatabaseNewer,
    LmsSchemaError,
    LockNotObtained,
    PoolerInBetween,
    ReleasedFileEdited,
    StatementFailed,
    UsageError,
)
from lms_schema.events import Action, Event
from lms_schema.export import ExportResult, export
from lms_schema.fleet import FleetResult, Outcome, for_each_schema, schemas_from
from lms_schema.maintain import DroppedPartition, MaintainResult, MaintainStep, maintain
from lms_schema.migrate import MigrateResult, migrate
from lms_schema.plan import plan
from lms_schema.plan_result import PlanResult
from lms_schema.status import Comparison, StatusResult, status
from lms_schema.verify import Difference, VerifyResult, verify

__all__ = [
    "Action",
    "BaselineResult",
    "CheckResult",
    "Comparison",
    "DatabaseError",
    "DatabaseNewer",
    "Difference",
    "DropResult",
    "DroppedPartition",
    "Event",
    "ExportResult",
    "Finding",
    "FleetResult",
    "LmsSchemaError",
    "LockNotObtained",
    "MaintainResult",
    "MaintainStep",
    "MigrateResult",
    "Outcome",
    "PlanResult",
    "PoolerInBetween",
    "ReleasedFileEdited",
    "StatementFailed",
    "StatusResult",
    "UsageError",
    "VerifyResult",
    "__version__",
    "baseline",
    "check",
    "drop",
    "export",
    "for_each_schema",
    "maintain",
    "migrate",
    "plan",
    "schemas_from",
    "status",
    "verify",
]
