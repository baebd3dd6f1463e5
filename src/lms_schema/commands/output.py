"""What commands print alike."""

from __future__ import annotations

import codecs
import difflib
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

import click

from lms_schema.events import Event

if TYPE_CHECKING:
    from lms_schema.operations.verify import Difference


def print_json(document: dict[str, object]) -> None:
    """Print a document to standard output."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=_takes_ascii_only(sys.stdout)))


def print_event(event: Event, *, schema: str | None) -> None:
    """Print an event to standard error, as a line of JSON."""
    ascii_only = _takes_ascii_only(sys.stderr)
    click.echo(json.dumps(event.to_json(schema), ensure_ascii=ascii_only), err=True)


def _takes_ascii_only(stream: TextIO) -> bool:
    """Tell whether JSON, which is UTF-8, has to be written with escapes."""
    return codecs.lookup(stream.encoding).name != "utf-8"


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
