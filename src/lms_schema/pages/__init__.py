"""Pages: Markdown, and self-contained HTML for any screen, light and dark, without network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lms_schema.errors import UsageError

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
    )
    environment.filters["markdown"] = _markdown
    return environment.get_template(name)


def _markdown(text: str) -> str:
    """Return plain text as Markdown, fit for a cell of a table."""
    return re.sub(r"([|<*`\\])", r"\\\1", text).replace("\n", " ")
