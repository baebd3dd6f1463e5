"""What `check` found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lms_schema.rules import Severity


@dataclass(frozen=True)
class Finding:
    """One offence against one rule.

    Attributes:
        rule: Id of the rule, like `primary-key` or `sqlfluff/LT01`.
        severity: `error`, or `warning` where the project's settings make it one.
        file: The file, relative to the working directory where it lies below that.
        line: Where in it, counted from 1.
        message: What is wrong and what to do.
    """

    rule: str
    severity: Severity
    file: str
    line: int
    message: str


@dataclass(frozen=True)
class CheckResult:
    """What `check` found.

    Attributes:
        findings: In the order of files and lines.
        skipped: Ids of the rules that could not be tried because of them.
        off: Ids of the rules that the project's settings switch off.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]
    off: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """9 when a finding is an error or a rule could not be tried, else 0."""
        errors = any(finding.severity == "error" for finding in self.findings)
        return 9 if errors or self.skipped else 0

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {"format": 1, "command": "check", **asdict(self)}
