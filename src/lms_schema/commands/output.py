"""What commands print alike."""

from __future__ import annotations

import json

import click


def print_json(document: dict[str, object]) -> None:
    """Print a document to standard output."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it belongs."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
