"""The plugin that starts the server of these tests, on machines of any kind."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from support import signals
from support.leftovers import assert_nothing_left

TESTS = Path(__file__).resolve().parent.parent

CONNECTS = """
import psycopg

def test_one(server):
    assert psycopg.connect(server).execute("SELECT 1").fetchone() == (1,)

def test_two(server):
    test_one(server)

def test_without_it():
    pass
"""

# each process has a server of its own, too
NEVER_ENDS = """
import threading
from pathlib import Path
from lms_schema.server import embedded

def wait():
    with embedded.temporary():
        Path("ready").write_text("1")
        threading.Event().wait()

def test_one(server):
    wait()

def test_two(server):
    wait()
"""

Process = subprocess.Popen[str]


class DockerThatCannotPull(BaseHTTPRequestHandler):
    """Docker as it is offline: it has no image, and gets none."""

    def do_GET(self) -> None:
        self._answer(200, {"ApiVersion": "1.41"} if self.path.endswith("/version") else [])

    def do_POST(self) -> None:
        self._answer(500, {"message": "toomanyrequests: You have reached your limit."})

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def offline() -> Iterator[str]:
    """The address of a Docker that cannot pull."""
    with ThreadingHTTPServer(("127.0.0.1", 0), DockerThatCannotPull) as daemon:
        Thread(target=daemon.serve_forever).start()
        yield f"tcp://127.0.0.1:{daemon.server_port}"
        daemon.shutdown()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path leaves room for that of a socket in it, which tmp_path may not."""
    with tempfile.TemporaryDirectory(prefix="lms-") as path:
        yield Path(path)


def _pytest(folder: Path, tests: str, *arguments: str, **environment: str) -> Process:
    """Run tests in a folder, on a server of their own whose files are there."""
    (folder / "test_it.py").write_text(tests)
    (folder / "pytest.ini").write_text("[pytest]\n")
    inherited = {name: value for name, value in os.environ.items() if "LMS_TEST" not in name}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "support.server", *arguments],
        cwd=folder,
        env=inherited | {"PYTHONPATH": str(TESTS), "TMPDIR": str(folder)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=signals.heed,
    )


def _output(process: Process, exit_code: int) -> str:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == exit_code, output
    return output


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_docker_that_cannot_pull_leads_to_the_embedded_server_in_one_sentence(
    folder: Path, offline: str, workers: str
) -> None:
    output = _output(_pytest(folder, CONNECTS, "-n", workers, DOCKER_HOST=offline), 0)
    assert "3 passed" in output
    told = [line for line in output.splitlines() if "embedded" in line]
    assert told == [
        "The tests run on the embedded PostgreSQL: Docker gives no postgres:18,"
        " toomanyrequests: You have reached your limit."
    ]
    assert_nothing_left(folder)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_docker_that_is_wanted_and_cannot_pull_is_one_error(
    folder: Path, offline: str, workers: str
) -> None:
    wanted: Mapping[str, str] = {"LMS_TEST_SERVER": "docker", "LMS_TEST_POSTGRES": "15"}
    process = _pytest(folder, CONNECTS, "-n", workers, DOCKER_HOST=offline, **wanted)
    output = _output(process, pytest.ExitCode.USAGE_ERROR)
    assert output.count("Docker gives no postgres:15, toomanyrequests") == 1
    assert "Traceback" not in output


def test_what_takes_the_server_can_be_chosen(folder: Path) -> None:
    arguments = ("--collect-only", "-q", "-m", "server")
    output = _output(_pytest(folder, CONNECTS, *arguments, LMS_TEST_SERVER="docker"), 0)
    assert "2/3 tests collected (1 deselected)" in output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "workers"),
    [(signal.SIGINT, "2"), (signal.SIGTERM, "2"), (signal.SIGHUP, "0")],
    ids=["SIGINT", "SIGTERM", "SIGHUP in one process"],
)
def test_an_interrupted_run_leaves_no_server_and_no_files(
    folder: Path, number: signal.Signals, workers: str
) -> None:
    os.mkfifo(folder / "ready")
    ready = os.open(folder / "ready", os.O_RDWR)
    arguments = ("-n", workers, "-p", "no:cacheprovider")
    process = _pytest(folder, NEVER_ENDS, *arguments, LMS_TEST_SERVER="embedded")
    servers = int(workers) or 1
    told = b""
    while len(told) < servers:
        assert select.select([ready], [], [], 120)[0], process.communicate(timeout=1)
        told += os.read(ready, servers)
    os.close(ready)
    assert len(list(folder.glob("lms-schema-*"))) == 1 + servers, "the positive control"
    if number == signal.SIGTERM:  # as timeout(1) does it, twice; a terminal tells the group alone
        process.send_signal(number)
    os.killpg(process.pid, number)
    _output(process, pytest.ExitCode.INTERRUPTED)
    assert_nothing_left(folder)
