"""The machine and the server that figures were measured on, in words."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

import lms_schema
from benchmarks.support import ROOT

SETTINGS = (
    "shared_buffers",
    "work_mem",
    "maintenance_work_mem",
    "max_wal_size",
    "wal_level",
    "fsync",
    "synchronous_commit",
    "jit",
    "max_parallel_workers_per_gather",
)


def describe(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """Describe this machine, the server of a connection, and how busy the machine was before."""
    settings = {}
    for name in SETTINGS:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        settings[name] = row[0] if row else None
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "ram_gb": _ram_gb(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": connection.info.parameter_status("server_version"),
        "settings": settings,
        "lms_schema": lms_schema.__version__,
        "commit": _commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "load_before": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def in_words(machine: dict[str, Any]) -> str:
    """One sentence about a described machine."""
    load = machine["load_before"]
    shared = (
        f"; the machine was shared with other work (load average {load:g} before)"
        if load is not None and load > 0.5
        else ""
    )
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['ram_gb']} GB RAM, "
        f"PostgreSQL {machine['postgresql']}, {machine['date']}, "
        f"commit {machine['commit']}{shared}"
    )


def backend_cpu_seconds(pid: int) -> float | None:
    """CPU seconds that a backend on this machine has used; None where it cannot be told."""
    folder = Path("/proc") / str(pid)
    try:
        if (folder / "comm").read_text().strip() != "postgres":
            return None  # the server runs elsewhere, in a container say
        return int((folder / "schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError):
        return None


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown CPU"


def _ram_gb() -> int | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30))
    except (AttributeError, ValueError, OSError):
        return None


def _commit() -> str | None:
    """The commit, marked where anything but the records, which a run writes, differs from it."""
    try:
        commit = _git("describe", "--always")
        changed = _git("diff", "--name-only", "HEAD", "--", ":/", ":(exclude)results")
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{commit}-dirty" if changed else commit


def _git(*arguments: str) -> str:
    return subprocess.run(  # noqa: S603
        ("git", *arguments),  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
