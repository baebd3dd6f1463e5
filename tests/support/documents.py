"""The documented shapes of what commands print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "json"
SCHEMAS = {path.name: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}

_REGISTRY: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)


def check(name: str, document: object) -> None:
    """Raise when a document has not the shape of that name."""
    schema = SCHEMAS[f"{name}.schema.json"]
    Draft202012Validator(schema, registry=_REGISTRY).validate(document)
