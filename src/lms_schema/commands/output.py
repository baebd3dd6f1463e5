"""What commands print alike."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from lms_schema.events import Event

if TYPE_CHECKING:
    from lms_schema.operations.verify import Difference


def print_json(document: dict[str, object]) -> None:
    """Print a document to standard output."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def print_event(event: Event, *, schema: str | None) -> None:
    """Print an event to standard error, as a line of JSON."""
    click.echo(json.dumps(event.to_json(schema), ensure_ascii=False), err=True)


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it belongs."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def print_differences(differences: Sequence[Difference], notes: Sequence[Difference]) -> None:
    """Print a line for each, then a diff of the definitions of each that is different."""
    for label, found in (("", differences), ("note: ", notes)):
        for difference in found:
            click.echo(f"{label}{difference.problem} {difference.kind} {difference.name}")
    for difference in (*differences, *notes):
        if difference.problem == "different":
            click.echo(f"\n{difference.kind} {difference.name}")
            click.echo(_indented(_unified(difference.expected or "", difference.actual or "")))


def _unified(expected: str, actual: str) -> str:
    """Return a diff of two definitions, without the names of files."""
    lines = (expected.splitlines(), actual.splitlines())
    return "\n".join(list(difflib.unified_diff(*lines, lineterm="", n=3))[2:])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
