"""What the commands that only read cost beside an earlier commit's, each on what it migrated.

LMS_EARLIER_COMMIT names the earlier one; by default it is the last one before the modules were put
into folders. The release has grown since, and whoever reads its files takes longer for that: so the
present's code is given the earlier SQL. Commands that need a release of its own, with its catalog,
are compared by the file.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.support import ROOT
from benchmarks.support.commands import ENVIRONMENT, Cost, cost
from benchmarks.support.commits import extract
from benchmarks.support.harness import Limit, Run, benchmark
from lms_schema.server.disposable import new_database

COMMIT = os.environ.get("LMS_EARLIER_COMMIT", "8d8405a")
LIMIT = Limit(1.1)
PENDING = 3
"""The exit code of a plan that has something to tell."""


@dataclass(frozen=True)
class Tool:
    """The tool of a commit, and databases for it.

    Attributes:
        root: Its checkout.
        migrated: Conninfo of a database that it migrated.
        empty: Conninfo of an empty one.
    """

    root: Path
    migrated: str
    empty: str

    @property
    def files(self) -> int:
        """How many SQL files its release has."""
        return sum(1 for _ in (self.root / "schema").rglob("*.sql"))

    def run(self, *arguments: str) -> Cost:
        """Run a command of it."""
        environment = {**ENVIRONMENT, "PYTHONPATH": str(self.root / "src")}
        command = [sys.executable, "-m", "lms_schema", *arguments]
        # the earlier one reads no settings of a project
        return cost(command, environment, allowed=(0, PENDING), folder=tempfile.gettempdir())


@benchmark("reading", f"What the commands that only read cost beside commit {COMMIT}")
def reading(run: Run) -> None:
    """Run each command in turns."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lms-reading-")))
        earlier, present = folder / "earlier", folder / "present"
        extract(COMMIT, earlier, "src", "schema", "schema.released", "README.md")
        shutil.copytree(earlier / "schema", present / "schema")
        shutil.copytree(ROOT / "src", present / "src")
        earlier_tool, same_sql, release = (
            Tool(root, *(stack.enter_context(new_database(run.server)) for _ in range(2)))
            for root in (earlier, present, ROOT)
        )
        for tool in (earlier_tool, same_sql, release):
            tool.run("migrate", "--schema", "lms", "--database", tool.migrated)
        pages = str(folder / "pages")
        for what, arguments, present_tool, is_empty in (
            ("status", ["status"], same_sql, False),
            ("migrate with nothing to do", ["migrate"], same_sql, False),
            ("plan with nothing to do", ["plan"], same_sql, False),
            ("verify", ["verify"], release, False),
            ("docs of a database", ["docs", pages], release, False),
            ("plan of an install", ["plan"], same_sql, True),
        ):
            sides = {COMMIT: earlier_tool, "now": present_tool}
            _compare(run, sides, what, arguments, is_empty=is_empty)


def _compare(
    run: Run,
    tools: Mapping[str, Tool],
    what: str,
    arguments: list[str],
    *,
    is_empty: bool,
) -> None:
    """Compare a command; where the tools have other files, by the file.

    Args:
        run: Of the benchmark.
        tools: Both sides.
        what: What is measured.
        arguments: The command.
        is_empty: Whether it is run on the empty database.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in tools}
    rounds = run.size("rounds", 15, 2)
    for number in range(rounds + 1):
        for name in tools if number % 2 else reversed(list(tools)):
            run.say(f"{what}: {name}, round {number} of {rounds}")
            tool = tools[name]
            database = tool.empty if is_empty else tool.migrated
            taken = tool.run(*arguments, "--schema", "lms", "--database", database)
            if number:  # the first round compiles modules
                costs[name].append(taken)
    files = {name: tool.files for name, tool in tools.items()}
    is_same = len(set(files.values())) == 1
    counts = dict.fromkeys(files, 1) if is_same else files
    seconds = {name: [c.seconds / counts[name] for c in costs[name]] for name in tools}
    cpu_seconds = {name: [c.cpu_seconds / counts[name] for c in costs[name]] for name in tools}
    label = what if is_same else f"{what}, by the file"
    run.record(label, "s", seconds, LIMIT)
    run.record(label, "CPU s", cpu_seconds)


if __name__ == "__main__":
    reading()
