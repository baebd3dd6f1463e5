"""Self-contained HTML pages: no network, wide and narrow screens, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lms_schema.errors import UsageError

if TYPE_CHECKING:
    from jinja2 import Template


def template(name: str) -> Template:
    """Return a template of this folder; what it is filled with is escaped.

    Raises:
        UsageError: When the extra `docs` is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise UsageError(
            "HTML pages need the extra 'docs'. Run: pip install 'lms-schema[docs]'"
        ) from None
    environment = Environment(
        loader=PackageLoader("lms_schema.pages", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
