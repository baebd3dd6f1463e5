"""What a linter that is another program reports."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Sequence
from typing import Any

from lms_schema.errors import LmsSchemaError


def reports(tool: str, command: Sequence[str]) -> list[dict[str, Any]]:
    """Return the JSON that a linter prints; its exit code tells only whether that is empty.

    Raises:
        LmsSchemaError: When it prints something else: it failed.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as linter:  # noqa: S603
        try:
            printed, errors = linter.communicate()
        except BaseException:
            linter.send_signal(signal.SIGINT)  # killed, it would leave its own processes behind
            raise
    try:
        found: list[dict[str, Any]] = json.loads(printed)
    except ValueError:
        raise LmsSchemaError(
            f"{tool} failed with exit code {linter.returncode}: {errors.strip()[-500:]}"
        ) from None
    return found
