"""Where a disposable server keeps its data."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lms_schema.server import embedded

ROOM = 8 << 30


@pytest.mark.parametrize(
    ("free", "is_chosen", "in_memory"),
    [(ROOM, False, True), (ROOM, True, False), (1 << 20, False, False)],
    ids=["room", "another place chosen", "no room"],
)
def test_a_disposable_server_is_in_memory_where_there_is_room_unless_another_place_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, is_chosen: bool, in_memory: bool
) -> None:
    memory, chosen = tmp_path / "memory", tmp_path / "chosen"
    for folder in (memory, chosen):
        folder.mkdir()
    monkeypatch.setattr(embedded, "_MEMORY", memory)
    usage: Any = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    monkeypatch.setattr(tempfile, "tempdir", str(chosen))
    monkeypatch.delenv("TMPDIR", raising=False)
    if is_chosen:
        monkeypatch.setenv("TMPDIR", str(chosen))
    with embedded.temporary() as conninfo, psycopg.connect(conninfo) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    assert Path(row[0]).parents[1] == (memory if in_memory else chosen)
    assert list(tmp_path.glob("*/lms-schema-*")) == []
