"""What the commands that only read cost beside an earlier commit's, each on what it migrated.

LMS_EARLIER_COMMIT names the earlier one; by default it is the last one before the modules were put
into folders. The release has grown since, and what reads all of it takes longer for that: so these
commands are compared by the file.
"""

from __future__ import annotations

import os
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
        extract(COMMIT, folder, "src", "schema", "schema.released", "README.md")
        tools = {
            name: Tool(root, *(stack.enter_context(new_database(run.server)) for _ in range(2)))
            for name, root in ((COMMIT, folder), ("now", ROOT))
        }
        for tool in tools.values():
            tool.run("migrate", "--schema", "lms", "--database", tool.migrated)
        pages = str(folder / "pages")
        for what, arguments, is_whole in (
            ("status", ["status"], False),
            ("migrate with nothing to do", ["migrate"], False),
            ("plan with nothing to do", ["plan"], False),
            ("verify", ["verify"], True),
            ("docs of a database", ["docs", pages], True),
        ):
            _compare(run, tools, what, arguments, is_whole=is_whole)
        _compare(run, tools, "plan of an install", ["plan"], is_whole=True, is_empty=True)


def _compare(
    run: Run,
    tools: Mapping[str, Tool],
    what: str,
    arguments: list[str],
    *,
    is_whole: bool,
    is_empty: bool = False,
) -> None:
    """Compare a command.

    Args:
        run: Of the benchmark.
        tools: Both sides.
        what: What is measured.
        arguments: The command.
        is_whole: Whether it reads the whole release.
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
    counts = {name: tool.files if is_whole else 1 for name, tool in tools.items()}
    seconds = {name: [c.seconds / counts[name] for c in costs[name]] for name in tools}
    cpu_seconds = {name: [c.cpu_seconds / counts[name] for c in costs[name]] for name in tools}
    label = f"{what}, by the file" if is_whole else what
    run.record(label, "s", seconds, LIMIT)
    run.record(label, "CPU s", cpu_seconds)


if __name__ == "__main__":
    reading()
