"""Directives of a file: comments `-- depends: ...` and `-- overrides: ...` in its first lines."""

from __future__ import annotations

import difflib
import re

from lms_schema.source.statements import SyntaxProblem, comments, lines

NAMES = ("depends", "overrides")
_DIRECTIVE = re.compile(r"--\s*([\w-]+)(\s*:\S*)")
_CODE_LINE = re.compile(r"(?<![^\n\r])(?!--)[^\S\n\r]*\S")
_RULE = "directive"


def read(text: str) -> dict[str, tuple[str, ...]]:
    """Return the values of each directive, by its name.

    Raises:
        SyntaxProblem: When one is misspelt, has no value, or names a file twice.
    """
    found: dict[str, tuple[str, ...]] = dict.fromkeys(NAMES, ())
    for number, line in enumerate(_first_lines(text), 1):
        name = _directive(line, number)
        if name is None:
            continue
        values = tuple(line.partition(":")[2].split())
        if not values:
            raise SyntaxProblem(f"the directive {name!r} has no value", number, _RULE)
        if len({*found[name], *values}) < len(found[name]) + len(values):
            raise SyntaxProblem(f"the directive {name!r} names a file twice", number, _RULE)
        found[name] += values
    return found


def overrides(text: str) -> tuple[str, ...]:
    """Return the ids of the files that a file said it overrides when it was applied."""
    try:
        return read(text)["overrides"]
    except SyntaxProblem:  # applied by a release that read it in another way
        return ()


def refuse_misplaced(text: str) -> None:
    """Make sure that there is no directive behind the first lines, where it would do nothing.

    Raises:
        SyntaxProblem: When there is one.
    """
    first = len(_first_lines(text)) + 1
    behind = "\n".join(lines(text)[first - 1 :]).lower()
    if not any(f"{name}:" in behind for name in NAMES):
        return
    for comment, line in comments(text):
        match = _DIRECTIVE.match(comment)
        if match and match[1].lower() in NAMES and match[2] == ":" and line >= first:
            raise SyntaxProblem(
                f"the directive {match[1]!r} is misplaced; move it to the file's first "
                "lines, before any SQL and any /* */",
                line,
                _RULE,
            )


def _directive(comment: str, line: int) -> str | None:
    """Return the name of a directive, or None for a comment that is prose.

    Raises:
        SyntaxProblem: When it is almost a directive; as a comment nobody would miss it.
    """
    match = _DIRECTIVE.match(comment)
    if match is None:
        return None
    if match[1] in NAMES and match[2] == ":":
        return match[1]
    meant = difflib.get_close_matches(match[1].lower(), NAMES, 1, 0.8)
    if meant:
        raise SyntaxProblem(
            f"unknown directive {match[1] + match[2]!r}; did you mean '-- {meant[0]}: ...', in "
            "lower case? If it is prose, write it without the colon",
            line,
            _RULE,
        )
    return None


def _first_lines(text: str) -> list[str]:
    """Return the lines before any SQL and any block comment."""
    code = _CODE_LINE.search(text)
    return lines(text[: code.start()])[:-1] if code else lines(text)
