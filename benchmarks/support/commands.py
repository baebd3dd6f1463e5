"""What it costs to run a command to its end."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

ENVIRONMENT = {
    # with the compiled modules that an installation has
    name: value
    for name, value in os.environ.items()
    if name != "PYTHONDONTWRITEBYTECODE"
}


@dataclass(frozen=True)
class Cost:
    """What a command took.

    Attributes:
        seconds: Wall time.
        cpu_seconds: CPU time of the process and of those that it started and waited for.
    """

    seconds: float
    cpu_seconds: float


def cost(
    command: Sequence[str],
    environment: Mapping[str, str] = ENVIRONMENT,
    allowed: Collection[int] = (0,),
    folder: str | None = None,
) -> Cost:
    """Run a command, and end with what it printed when its exit code is not an allowed one."""
    start, cpu_start = time.perf_counter(), _cpu_of_children()
    done = subprocess.run(  # noqa: S603
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    taken = Cost(time.perf_counter() - start, _cpu_of_children() - cpu_start)
    if done.returncode not in allowed:
        sys.exit(f"{command[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return taken


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
