"""How a benchmark runs: a server, sides measured in turns, a table, a record, an exit code.

    @benchmark("name", "What it asks")
    def name(run: Run) -> None:
        with run.database(interactions=1_000_000) as connection:
            run.compare("what", {"theirs": lambda: ..., "ours": lambda: ...}, limit=Limit(2))

`name` is then a command with the options that all benchmarks have.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
import psycopg
from psycopg.conninfo import make_conninfo
from rich.console import Console

from benchmarks.support import machine, server
from benchmarks.support.results import RESULTS, Limit, Measurement, Result, lines
from lms_schema import LmsSchemaError
from lms_schema.sample_data.printing import print_table

__all__ = ["Action", "Connection", "Limit", "Run", "benchmark"]

Connection = psycopg.Connection[tuple[Any, ...]]
Action = Callable[[], object]


class Run:
    """One run of a benchmark.

    Attributes:
        server: Conninfo of the server.
        result: What was found so far.
    """

    def __init__(self, server: str, result: Result) -> None:
        self.server = server
        self.result = result
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)

    @property
    def is_quick(self) -> bool:
        """Whether a run on little data was asked for; its limits are not judged by others."""
        return self.result.is_quick

    def size(self, name: str, full: int, quick: int) -> int:
        """How much of something to measure on; it is recorded."""
        self.result.size[name] = chosen = quick if self.is_quick else full
        return chosen

    @contextmanager
    def database(self, interactions: int = 0) -> Iterator[Connection]:
        """An autocommit connection to a migrated database of the run's own, dropped afterwards.

        Args:
            interactions: How many generated ones it holds; 0: it is empty.
        """
        with (
            server.database(self.server, self.result.name, interactions) as conninfo,
            psycopg.connect(conninfo, autocommit=True) as connection,
        ):
            yield connection

    def conninfo(self, connection: Connection) -> str:
        """The conninfo of a connection's database: its own leaves out the password."""
        return make_conninfo(self.server, dbname=connection.info.dbname)

    @contextmanager
    def read_only(self, interactions: int) -> Iterator[Connection]:
        """A read-only connection to a database with that many generated interactions."""
        name = server.filled(self.server, interactions)
        conninfo = make_conninfo(
            self.server, dbname=name, options="-c default_transaction_read_only=on"
        )
        with psycopg.connect(conninfo, autocommit=True) as connection:
            yield connection

    def compare(
        self,
        what: str,
        sides: Mapping[str, Action],
        *,
        rounds: int = 5,
        times: int = 1,
        per: int = 1,
        before: Mapping[str, Action] | None = None,
        after: Action | None = None,
        limit: Limit | None = None,
        cpu_of: Connection | None = None,
        cpu_limit: Limit | None = None,
    ) -> None:
        """Measure sides in turns, and record them.

        Args:
            what: What is measured.
            sides: What each side does; the first is what the others are compared to.
            rounds: How often each has its turn, every other round the other way round.
            times: How often it does it in a turn; the value is of one time.
            per: How many of what is measured it does each time; the value is of one of them.
            before: What to do, unmeasured, before a side's turn.
            after: What to do, unmeasured, after each turn.
            limit: What the seconds of the last side must keep to.
            cpu_of: Measure the CPU seconds of this connection's backend, too, where it runs on
                this machine.
            cpu_limit: What these must keep to.
        """
        seconds: dict[str, list[float]] = {side: [] for side in sides}
        cpu_seconds: dict[str, list[float]] = {side: [] for side in sides}
        pid = cpu_of.info.backend_pid if cpu_of else 0
        for number in range(rounds):
            for side in sides if number % 2 == 0 else reversed(list(sides)):
                self.say(f"{what}: {side}, round {number + 1} of {rounds}")
                if before and side in before:
                    before[side]()
                cpu_start = machine.backend_cpu_seconds(pid) if pid else None
                start = time.perf_counter()
                for _ in range(times):
                    sides[side]()
                seconds[side].append((time.perf_counter() - start) / (times * per))
                cpu_end = machine.backend_cpu_seconds(pid) if pid else None
                if cpu_start is not None and cpu_end is not None:
                    cpu_seconds[side].append((cpu_end - cpu_start) / (times * per))
                if after:
                    after()
        self.record(what, "s", seconds, limit)
        if all(cpu_seconds.values()):
            self.record(what, "CPU s", cpu_seconds, cpu_limit)

    def record(
        self, what: str, unit: str, sides: Mapping[str, list[float]], limit: Limit | None = None
    ) -> None:
        """Record values that were measured; a single side for a figure without a peer."""
        self.result.measurements.append(Measurement(what, unit, dict(sides), limit))

    def say(self, text: str) -> None:
        """Say what is going on, on a terminal."""
        if self._console.is_terminal:
            self._console.print(text)


def benchmark(name: str, title: str) -> Callable[[Callable[[Run], None]], click.Command]:
    """Make a command of a benchmark's function; it exits with 1 when a limit is missed in full."""

    def decorate(function: Callable[[Run], None]) -> click.Command:
        @click.command(name, help=title, context_settings={"help_option_names": ["-h", "--help"]})
        @click.option(
            "--database",
            metavar="URL",
            help="A server on which databases may be made; default: a disposable embedded one.",
        )
        @click.option("--quick", is_flag=True, help="Less data: shows that it runs, no more.")
        @click.option(
            "--results",
            type=click.Path(file_okay=False, path_type=Path),
            help="Folder of the record; default: benchmarks/results, for a quick run none.",
        )
        @click.option("--keep", is_flag=True, help="Leave generated data on the server of URL.")
        def command(database: str | None, quick: bool, results: Path | None, keep: bool) -> None:
            try:
                is_met = _run(function, name, title, database, quick, results, keep)
            except LmsSchemaError as error:
                click.echo(f"Error: {error}", err=True)
                sys.exit(error.exit_code)
            sys.exit(0 if is_met or quick else 1)

        return command

    return decorate


def _run(
    function: Callable[[Run], None],
    name: str,
    title: str,
    database: str | None,
    quick: bool,
    results: Path | None,
    keep: bool,
) -> bool:
    with ExitStack() as stack:
        conninfo = database or stack.enter_context(server.disposable())
        if database and not keep:
            stack.callback(server.drop_all, database)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            result = Result(name, title, machine.describe(connection), is_quick=quick)
        function(Run(conninfo, result))
    size = ", ".join(f"{value:,} {name}" for name, value in result.size.items())
    print_table(
        title,
        f"{size + ': m' if size else 'M'}edians of rounds in turns",
        ("what", "median", "median", "ratio", "limit"),
        lines(result),
    )
    print(f"\n{machine.in_words(result.machine)}")
    if results or not quick:
        result.write(results or RESULTS)
    return result.is_met
