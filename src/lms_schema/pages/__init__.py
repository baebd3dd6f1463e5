"""Pages: Markdown, and self-contained HTML for any screen, light and dark, without network."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from lms_schema.errors import UsageError, printable

if TYPE_CHECKING:
    from jinja2 import Template


def template(name: str) -> Template:
    """Return a template of this folder; what an HTML page is filled with is escaped.

    Raises:
        UsageError: When the extra `docs` is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
    except ImportError:
        raise UsageError(
            "Pages need the extra 'docs'. Run: pip install 'lms-schema[docs]'"
        ) from None
    environment = Environment(
        loader=PackageLoader("lms_schema.pages", "."),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=partial(_shown, keep="" if name.endswith(".md") else "\n\t"),
    )
    environment.filters |= {"markdown": markdown_text, "code": _code}
    return environment.get_template(name)


def markdown_text(text: str) -> str:
    """Return plain text as Markdown, fit for a cell of a table."""
    return re.sub(r"([|<*`\\]|\](?=\())", r"\\\1", text).replace("\n", " ")


def _code(text: str) -> str:
    """Return plain text as code in Markdown; as text where it would end the code."""
    return markdown_text(text) if "`" in text else f"`{text}`"


def _shown(value: object, *, keep: str) -> object:
    """Return a value as it is filled in: a name may hold what moves the cursor of a terminal."""
    return printable(value, keep=keep) if type(value) is str else value
