"""What a linter that is another program reports."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from lms_schema.errors import LmsSchemaError


def reports(tool: str, command: Sequence[str]) -> list[dict[str, Any]]:
    """Return the JSON that a linter prints; its exit code tells only whether that is empty.

    Raises:
        LmsSchemaError: When it prints something else: it failed.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError:
        raise LmsSchemaError(
            f"{tool} failed with exit code {done.returncode}: {done.stderr.strip()[-500:]}"
        ) from None
    return found
