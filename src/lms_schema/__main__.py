"""The entry point: `lms-schema`, and `python -m lms_schema`.

Garbage collection would take a third of the time that a short command takes: nothing that was
imported is garbage, and it would be looked through again and again.
"""

from __future__ import annotations

import gc
import os
import sys
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Messages(FileIO):
    """Standard error, which may be full or gone: no message is worth the work it tells of."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write what there is room for."""
        try:
            return super().write(data) or 0
        except OSError:
            return memoryview(data).nbytes


def main() -> None:
    """Run the command line."""
    gc.disable()
    from lms_schema.server import interrupts

    _open_streams()
    with interrupts.handled():
        from lms_schema.cli import cli

        gc.freeze()
        gc.enable()
        try:
            cli(prog_name="lms-schema")
        finally:
            gc.freeze()  # the interpreter collects once more before it ends


def _open_streams() -> None:
    """Take whatever standard output and standard error are: closed, full, of any encoding."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed: a file opened later would take its place
            number = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    errors = BufferedWriter(_Messages(sys.stderr.fileno(), "w", closefd=False))
    sys.stderr = TextIOWrapper(errors, sys.stderr.encoding, "backslashreplace", line_buffering=True)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
