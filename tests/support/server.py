"""A pytest plugin: the PostgreSQL that the tests run on, started once for all of their processes.

Environment:
    LMS_TEST_DATABASE_URL: A server to use, by a role that may create databases.
    LMS_TEST_SERVER: `docker` or `embedded` forces one; else Docker where it has the image.
    LMS_TEST_POSTGRES: The major version of the Docker image, by default 18.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import Any

import pytest

from lms_schema.server import embedded, interrupts
from lms_schema.testing import SERVER_VARIABLE

Say = Callable[[str], None]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "server: takes a database of the server, so that it may depend on its version"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker("server")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start it, unless this is a worker: it finds that of the process that started it."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    if SERVER_VARIABLE in os.environ or session.config.option.collectonly:
        return
    running = ExitStack()
    session.config.add_cleanup(lambda: _close(running))
    say = session.config.get_terminal_writer().line
    os.environ[SERVER_VARIABLE] = running.enter_context(_disposable(say))


def _interrupt(number: int, _frame: FrameType | None) -> None:
    """Clean up as after Ctrl-C, in peace: timeout(1) sends its signal twice."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


@pytest.fixture(scope="session")
def server() -> str:
    """The conninfo of a database of the server, by a superuser."""
    return os.environ[SERVER_VARIABLE]


@contextmanager
def _disposable(say: Say) -> Iterator[str]:
    image = f"postgres:{os.environ.get('LMS_TEST_POSTGRES', '18')}"
    wanted = os.environ.get("LMS_TEST_SERVER")
    reason = "LMS_TEST_SERVER says so"
    with ExitStack() as stack:
        if wanted != "embedded":
            try:
                conninfo = stack.enter_context(_container(image, say))
            except Exception as error:  # noqa: BLE001 (whatever it is, Docker is of no use)
                reason = f"Docker gives no {image}, {getattr(error, 'explanation', error)}"
                if wanted == "docker":
                    raise pytest.UsageError(reason) from None
            else:
                say(f"The tests run on Docker's {image}.")
                yield conninfo
                return
        conninfo = stack.enter_context(embedded.temporary())
        say(f"The tests run on the embedded PostgreSQL: {reason}")
        yield conninfo


@contextmanager
def _container(image: str, say: Say) -> Iterator[str]:
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.docker_client import DockerClient

    client = DockerClient().client
    _pull(client, image, say)
    if not testcontainers_config.ryuk_disabled:
        # it removes what a killed run leaves; any other run removes its server itself
        testcontainers_config.ryuk_disabled = True
        with suppress(Exception):
            _pull(client, testcontainers_config.ryuk_image, say)
            testcontainers_config.ryuk_disabled = False
    server = PostgresContainer(image, driver=None).with_env("PGDATA", "/data/postgresql")
    # interpreted, as on the embedded server: with tables this small a query takes less
    server = server.with_command("-c jit=off")
    # in memory: most of the time that a new database takes is that of the disk
    with server.with_tmpfs_mount("/data") as container:
        conninfo = container.get_connection_url()
        embedded.forget_durability(conninfo)
        yield conninfo


def _pull(client: Any, image: str, say: Say) -> None:
    """Get an image, unless it is there."""
    if not client.images.list(name=image):
        say(f"Pulling {image} ...")
        client.images.pull(image)


def _close(running: ExitStack) -> None:
    with interrupts.deferred():
        running.close()
        embedded.remove_left_behind()  # of tests whose process was killed
