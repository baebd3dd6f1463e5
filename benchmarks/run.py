"""Runs the benchmarks on one server, then writes the report and the plots.

`make bench` is this; `make bench BENCH_ARGS="--quick"` shows in minutes that all of them run, and
BENCH_ARGS="functions guide" runs those two.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack

import click

from benchmarks import report
from benchmarks.support import ROOT, server

NAMES = tuple(
    path.stem
    for path in sorted((ROOT / "benchmarks").glob("*.py"))
    if "\n@benchmark(" in path.read_text()
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--database",
    metavar="URL",
    help="A server on which databases may be made; default: a disposable embedded one.",
)
@click.option("--quick", is_flag=True, help="Less data: shows that they run; nothing is recorded.")
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
def main(database: str | None, quick: bool, names: tuple[str, ...]) -> None:
    """Run the benchmarks NAMES, by default all; exit with 1 when a limit is missed."""
    exit_codes = {}
    with ExitStack() as stack:
        conninfo = database or stack.enter_context(server.disposable())
        stack.callback(server.drop_all, conninfo)
        for name in names or NAMES:
            command = [sys.executable, "-m", f"benchmarks.{name}", "--database", conninfo, "--keep"]
            command += ["--quick"] * quick
            exit_codes[name] = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603
    if not quick:
        report.write()
    missed = [name for name, exit_code in exit_codes.items() if exit_code]
    click.echo(f"\n{len(exit_codes)} benchmarks; missed or failed: {', '.join(missed) or 'none'}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
