"""What commands print alike."""

from __future__ import annotations

import codecs
import difflib
import json
import sys
import textwrap
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

import click

from lms_schema.errors import printable
from lms_schema.events import Action, Event
from lms_schema.terminal_width import room

if TYPE_CHECKING:
    from lms_schema.catalog.difference import Difference


def say(
    text: str = "", *, err: bool = False, before: str = "", bold: bool = False, keep: str = ""
) -> None:
    """Print one line, with what it would do to a terminal escaped: all text leaves here.

    Args:
        text: The line.
        err: Whether to print it to standard error.
        before: What stands before it and is printed as it is, like a mark in colour.
        bold: Whether it stands out on a terminal.
        keep: Characters that are not escaped.
    """
    click.echo(before + click.style(printable(text, keep=keep), bold=bold or None), err=err)


def say_lines(text: str, *, err: bool = False, before: str = "") -> None:
    """Print a text of several lines. A name in it that has some itself is made printable first."""
    first, *others = text.split("\n")
    say(first, err=err, before=before, keep="\t")
    for line in others:
        say(line, err=err, keep="\t")


def say_wrapped(text: str, *, indent: int) -> None:
    """Print an indented line; on a terminal in several, indented further, when it is too long."""
    if sys.stdout.isatty():
        first, *others = textwrap.wrap(
            printable(text), max(room() - indent - 2, 20), break_on_hyphens=False
        ) or [""]
        text = "\n".join([first, *(f"{' ' * (indent + 2)}{line}" for line in others)])
    say_lines(text, before=" " * indent)


def say_error(text: str) -> None:
    """Print an error to standard error."""
    say_lines(text, err=True, before=f"{click.style('Error:', fg='red', bold=True)} ")


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


def count_files(pending: Collection[str], actions: Iterable[Action], word: str) -> str:
    """Return how many files are pending or done, and how many others are done with them.

    Args:
        pending: Ids, as `status` counts them.
        actions: What is done with these and with others, which depend on them.
        word: What they are, like `pending`.
    """
    others = {action.file for action in actions}.difference(pending)
    if not pending:
        return f"{count(len(others), 'file')} {word}"
    with_them = f" and {count(len(others), 'other')} with them" if others else ""
    return f"{count(len(pending), 'file')} {word}{with_them}"


def folder(file_id: str) -> str:
    """Return the folder of a file by its id, with the extra that it belongs to."""
    return file_id.rpartition("/")[0]


def print_differences(differences: Sequence[Difference], notes: Sequence[Difference]) -> None:
    """Print a line for each, then a diff of the definitions of each that is different."""
    for label, found in (("", differences), ("note: ", notes)):
        for difference in found:
            say(f"{label}{difference.problem} {difference.kind} {difference.name}")
    for difference in (*differences, *notes):
        if difference.problem == "different":
            say()
            say(f"{difference.kind} {difference.name}")
            say_lines(_indented(_unified(difference.expected or "", difference.actual or "")))


def _unified(expected: str, actual: str) -> str:
    """Return a diff of two definitions, without the names of files."""
    lines = (expected.splitlines(), actual.splitlines())
    return "\n".join(list(difflib.unified_diff(*lines, lineterm="", n=3))[2:])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
