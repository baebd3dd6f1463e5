"""Findings as a SARIF 2.1.0 log, which code scanning services read."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import lms_schema
from lms_schema import rules
from lms_schema.rules.result import CheckResult, Finding

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(result: CheckResult) -> dict[str, object]:
    """Return the log of one run."""
    names = list(dict.fromkeys(finding.rule for finding in result.findings))
    known = {rule.id: rule for rule in rules.every()}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "lms-schema",
                        "semanticVersion": _semantic(lms_schema.__version__),
                        "rules": [_rule(name, known[name.partition("/")[0]]) for name in names],
                    }
                },
                "results": [_result(finding, names) for finding in result.findings],
                "columnKind": "unicodeCodePoints",
            }
        ],
    }


def _rule(name: str, rule: rules.Rule) -> dict[str, object]:
    return {
        "id": name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "defaultConfiguration": {"level": "error"},
    }


def _result(finding: Finding, names: list[str]) -> dict[str, object]:
    path = Path(finding.file)
    return {
        "ruleId": finding.rule,
        "ruleIndex": names.index(finding.rule),
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {
                        "uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())
                    },
                    "region": {"startLine": finding.line},
                }
            }
        ],
    }


def _semantic(version: str) -> str:
    """Return a version as semver writes it: 0.1.0-dev0 of 0.1.0.dev0."""
    return version.replace(".dev", "-dev")
