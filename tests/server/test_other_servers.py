"""Servers that speak PostgreSQL's protocol and are something else are refused by their name."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread

import pytest

import lms_schema
from lms_schema import UsageError
from lms_schema.server import sessions


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


@contextmanager
def _server(parameters: Mapping[str, str], asked: list[bytes]) -> Iterator[str]:
    """A server that lets everybody in, says what it is, and keeps what it is asked then."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            size = struct.unpack("!i", connection.recv(4))[0]
            connection.recv(size - 4)
            told = b"".join(
                _message(b"S", f"{name}\0{value}\0".encode()) for name, value in parameters.items()
            )
            connection.sendall(
                _message(b"R", struct.pack("!i", 0))
                + told
                + _message(b"K", struct.pack("!ii", 1, 1))
                + _message(b"Z", b"I")
            )
            while kind := connection.recv(1):
                asked.append(kind)
                connection.recv(struct.unpack("!i", connection.recv(4))[0] - 4)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        yield f"host=127.0.0.1 port={port} user=u dbname=d sslmode=disable gssencmode=disable"
        thread.join()


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        (
            "CockroachDB",
            {"server_version": "13.0.0", "crdb_version": "CockroachDB CCL v24.3.1"},
        ),
        ("YugabyteDB", {"server_version": "15.2-YB-2025.1.0.0-b0"}),
    ],
)
def test_a_relative_is_refused_in_a_sentence_before_it_is_asked_anything(
    name: str, parameters: Mapping[str, str]
) -> None:
    for command in (lms_schema.migrate, lms_schema.plan, lms_schema.verify):
        asked: list[bytes] = []
        with (
            _server({"client_encoding": "UTF8", **parameters}, asked) as conninfo,
            pytest.raises(
                UsageError, match=f"^The server is {name}, which lacks [^.]*[.]$"
            ) as caught,
        ):
            command(conninfo, schema="lms")
        assert caught.value.exit_code == 2
        assert asked == [b"X"]  # it was left


def test_postgresql_is_none(empty_database: str) -> None:
    with sessions.session(empty_database) as session:
        assert session.server_major in sessions.SUPPORTED
