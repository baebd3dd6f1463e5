"""The rules of `check`, each a module or an SQL file of its own, named after its id.

file/     what one file must not hold, from its text
folder/   what the files of a folder must be to each other
lint/     sqlfluff and squawk
install/  what must hold while the files are applied to a disposable server
catalog/  what must hold of the result, asked of the catalog in SQL
citus/    what must hold of it on Citus, asked in the same way; of an extra, a warning

A module has a docstring (what the rule is; then why), an EXAMPLE that breaks it and a `find`. An
SQL file says the same in its first comment and yields a row for each offender.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from lms_schema.rules.drafts import Problem

Scope = Literal["file", "folder", "lint", "install", "catalog", "citus"]
Severity = Literal["error", "warning"]
Level = Literal["error", "warning", "off"]
"""What a project makes of a rule: findings that fail, findings that do not, or none."""

LEVELS: tuple[Level, ...] = get_args(Level)

SCOPES: Mapping[Scope, tuple[str, ...]] = {
    "file": (
        "readable",
        "syntax",
        "directive",
        "transaction-control",
        "psql-command",
        "copy-from-stdin",
        "index-file",
        "file-name",
        "folder-content",
        "one-object",
        "if-not-exists",
        "concurrently",
        "validate-apart",
        "enum-value-alone",
        "drop-cascade",
        "grant-place",
        "session-state",
        "hard-coded-schema",
        "ignore-comment",
    ),
    "folder": (
        "layout",
        "one-number",
        "dependency",
        "order-fresh",
        "measures-fresh",
        "released-file",
    ),
    "lint": ("sqlfluff", "squawk"),
    "install": (
        "apply",
        "apply-again",
        "replace-again",
        "outside-schema",
        "catalog-fresh",
        "package-unchanged",
        "upgrade",
        "upgrade-ends-alike",
    ),
    "catalog": (
        "primary-key",
        "foreign-key-index",
        "foreign-key-type",
        "constraint-name",
        "constraint-valid",
        "object-comment",
        "column-comment",
        "enum-label-comment",
        "search-path-pinned",
        "search-path-value",
        "public-execute",
        "parallel-stated",
        "duplicate-index",
        "materialized-view-key",
        "time-zone",
        "column-type",
        "transaction-mark",
        "transaction-function",
        "logged-table",
    ),
    "citus": (
        "function-relation",
        "function-constraint",
        "sql-with-parameters",
        "sql-without-settings",
        "transition-table",
        "trigger-table-name",
        "write-behind-with",
        "upsert-time",
        "upsert-case",
        "insert-default",
        "insert-plan",
        "insert-count",
    ),
}
"""The ids of all rules, in the order in which they are tried and listed."""

ASKED: tuple[Scope, ...] = ("catalog", "citus")
"""The scopes of the rules that are SQL."""

_EXAMPLE = re.compile(r"^Example \((.*)\):$")


@dataclass(frozen=True)
class Rule:
    """What `check` looks for.

    Attributes:
        id: Its name in findings.
        scope: What it looks at.
        title: The rule, as a sentence.
        why: The reason for it, and what to do.
        example: Files that break it, content by path below the schema folder.
        find: The function that finds offenders; its form depends on the scope. None in `ASKED`.
        query: SQL that lists offenders, in `ASKED`; else empty.
    """

    id: str
    scope: Scope
    title: str
    why: str
    example: Mapping[str, str]
    find: Callable[..., Any] | None
    query: str

    def found(self, subject: object) -> Iterable[Problem]:
        """Apply `find`."""
        assert self.find is not None  # noqa: S101 (it is asked in SQL)
        problems: Iterable[Problem] = self.find(subject)
        return problems


@cache
def rules(scope: Scope) -> tuple[Rule, ...]:
    """Return the rules of a scope."""
    load = _from_sql if scope in ASKED else _from_module
    return tuple(load(scope, name) for name in SCOPES[scope])


def every() -> tuple[Rule, ...]:
    """Return all rules."""
    return tuple(rule for scope in SCOPES for rule in rules(scope))


def vocabulary() -> str:
    """Return the SQL that makes the views by which the rules of `ASKED` ask."""
    return _text("catalog", "vocabulary.sql")


def _from_module(scope: Scope, name: str) -> Rule:
    module = importlib.import_module(f"lms_schema.rules.{scope}.{name.replace('-', '_')}")
    title, _, why = (module.__doc__ or "").partition("\n")
    return Rule(
        id=name,
        scope=scope,
        title=title,
        why=_joined(why),
        example=module.EXAMPLE,
        find=module.find,
        query="",
    )


def _from_sql(scope: Scope, name: str) -> Rule:
    header: list[str] = []
    query: list[str] = []
    for line in _text(scope, f"{name.replace('-', '_')}.sql").split("\n"):
        (header if line.startswith("--") and not query else query).append(line)
    title, *rest = [line.removeprefix("--").removeprefix(" ") for line in header]
    where = next(n for n, line in enumerate(rest) if _EXAMPLE.match(line))
    match = _EXAMPLE.match(rest[where])
    assert match is not None  # noqa: S101 (found above)
    return Rule(
        id=name,
        scope=scope,
        title=title,
        why=_joined("\n".join(rest[:where])),
        example={match.group(1): "\n".join(rest[where + 1 :]) + "\n"},
        find=None,
        query="\n".join(query),
    )


def _text(scope: Scope, name: str) -> str:
    return resources.files("lms_schema.rules").joinpath(scope, name).read_text(encoding="utf-8")


def _joined(text: str) -> str:
    """Return paragraphs as one line each."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
