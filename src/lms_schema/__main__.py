"""The entry point: `lms-schema`, and `python -m lms_schema`.

Garbage collection would take a third of the time that a short command takes: nothing that was
imported is garbage, and it would be looked through again and again.
"""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line."""
    gc.disable()
    from lms_schema import interrupts

    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it is closed: nothing else may get its number
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with interrupts.handled():
        from lms_schema.cli import cli

        gc.freeze()
        gc.enable()
        try:
            cli(prog_name="lms-schema")
        finally:
            gc.freeze()  # the interpreter collects once more before it ends


if __name__ == "__main__":
    main()
