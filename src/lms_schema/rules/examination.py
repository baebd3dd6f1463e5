"""Tries the rules of `check` on folders, and keeps what they find."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lms_schema import rules
from lms_schema.catalog.catalog import Catalog
from lms_schema.errors import UsageError
from lms_schema.events import Event, OnEvent, unheard
from lms_schema.rules import Level, Rule, Scope, Severity
from lms_schema.rules.checked_folder import CheckedFolder, last_release
from lms_schema.rules.drafts import Problem
from lms_schema.rules.result import CheckResult, Finding
from lms_schema.rules.trial_install import TrialInstall

_IGNORES = "ignore-comment"
_AFTER_UPGRADE = "upgrade-ends-alike"


def examine(
    folders: Sequence[CheckedFolder],
    server: str,
    *,
    release: Catalog | None = None,
    scopes: Collection[Scope] = tuple(rules.SCOPES),
    levels: Mapping[str, Level] | None = None,
    on_event: OnEvent = unheard,
) -> CheckResult:
    """Check folders, the package's first, on a server where the role is a superuser.

    Args:
        folders: The package's, then those of its extras.
        server: Connection string of a database of the server.
        release: The catalog that ships with the package and must be true, or None.
        scopes: Of the rules to try.
        levels: How serious a finding is, by the id of its rule; `error` where nothing is said.
        on_event: Called with progress.
    """
    judged = [folder for folder in folders if folder.judged]
    # an extra may be for PostgreSQL alone
    usual: dict[str, Level] = (
        {rule.id: "warning" for rule in rules.rules("citus")} if len(folders) > 1 else {}
    )
    examination = _Examination(judged, scopes, {**usual, **(levels or {})}, on_event)
    for scope in ("file", "folder", "lint"):
        if scope in scopes:
            examination.look(scope)
    if not {"install", *rules.ASKED}.isdisjoint(scopes):
        try:
            base, package = folders[0].package, folders[-1].package
            released = last_release(folders)
        except UsageError:
            if not examination.broken:
                raise
            examination.skip(_applied())
        else:
            with TrialInstall(server, base, package, released, release) as trial:
                examination.apply(trial)
    return examination.result()


class _Examination:
    """What was found so far in the folders that are checked."""

    def __init__(
        self,
        folders: Sequence[CheckedFolder],
        scopes: Collection[Scope],
        levels: Mapping[str, Level],
        tell: OnEvent,
    ) -> None:
        self._tell = tell
        self.folders = folders
        self.scopes = scopes
        self._levels = levels
        self._found: dict[tuple[str, Problem], Rule] = {}
        self._skipped: list[str] = []

    @property
    def broken(self) -> bool:
        """Whether something was found that may keep the files from being applied."""
        return any(rule.scope != "lint" for rule in self._found.values())

    def _level(self, name: str) -> Level:
        """Return how serious a finding of that name is, or else of its rule."""
        return self._levels.get(name) or self._levels.get(name.partition("/")[0], "error")

    def note(self, rule: Rule, problems: Iterable[Problem]) -> bool:
        """Keep the problems that a rule found; tell whether there were any."""
        problems = list(problems)
        for problem in problems:
            name = f"{rule.id}/{problem.rule}" if problem.rule else rule.id
            self._found.setdefault((name, problem), rule)
        return bool(problems)

    def skip(self, skipped: Iterable[Rule]) -> None:
        """Note that rules could not be tried."""
        self._skipped += [rule.id for rule in skipped]

    def look(self, scope: Scope) -> None:
        """Try the rules about files, about folders, or those of other tools."""
        drafts = [draft for folder in self.folders for draft in folder.drafts]
        subjects: Sequence[object]
        if scope == "file":
            subjects = drafts
        elif scope == "folder":
            subjects = self.folders
        else:
            readable = [draft.path for draft in drafts if draft.file]
            subjects = [readable] if readable else []
        for rule in rules.rules(scope):
            if scope == "lint" and self._level(rule.id) == "off":
                continue  # these take longest
            self._tell(Event("begin", f"rule {rule.id}"))
            for one in subjects:
                self.note(rule, rule.found(one))

    def apply(self, trial: TrialInstall) -> None:
        """Try the rules about applying the files, and those about the result."""
        first, *others = rules.rules("install")
        self._tell(Event("begin", f"rule {first.id}"))
        if self.note(first, first.found(trial)):
            self.skip(rule for rule in _applied() if rule != first)
            return
        self._tell(Event("begin", "rules about the catalog"))
        for rule, problem in trial.offenders():
            if rule.scope in self.scopes:
                self.note(rule, [problem])
        if "install" in self.scopes:
            for rule in others:
                self._tell(Event("begin", f"rule {rule.id}"))
                self.note(rule, rule.found(trial))
            if trial.released is not None and trial.upgraded is None:
                self.skip(rule for rule in others if rule.id == _AFTER_UPGRADE)

    def result(self) -> CheckResult:
        """Return what is left without what the files ignore for a reason."""
        drafts = {draft.path: draft for folder in self.folders for draft in folder.drafts}
        used: set[tuple[Path, int]] = set()
        left: list[tuple[str, Problem]] = []
        for (name, problem), rule in self._found.items():
            draft = drafts.get(problem.path)
            ignored = [
                (problem.path, item.line)
                for item in (draft.ignores if draft else ())
                if item.rule == rule.id and item.reason
                if problem.line in (item.line, item.line + 1)
            ]
            used.update(ignored)
            if not ignored:
                left.append((name, problem))
        off = [rule.id for rule in rules.every() if self._level(rule.id) == "off"]
        tried = {rule.id for scope in self.scopes for rule in rules.rules(scope)}
        tried.difference_update(self._skipped, off)
        for draft in drafts.values():
            for item in draft.ignores:
                unused = item.reason and (draft.path, item.line) not in used
                if unused and item.rule in tried:
                    message = f"there is no {item.rule} to ignore here. Remove the comment."
                    left.append((_IGNORES, Problem(draft.path, item.line, message)))
        findings = [
            _finding(name, level, problem)
            for name, problem in left
            if (level := self._level(name)) != "off"
        ]
        findings.sort(key=lambda finding: (finding.file, finding.line, finding.rule))
        return CheckResult(tuple(findings), tuple(self._skipped), tuple(off))


def _applied() -> Iterator[Rule]:
    """Return the rules for which the files are applied."""
    return (rule for scope in ("install", *rules.ASKED) for rule in rules.rules(scope))


def _finding(rule: str, severity: Severity, problem: Problem) -> Finding:
    path = Path(os.path.realpath(problem.path))
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return Finding(rule, severity, shown.as_posix(), problem.line, problem.message)
