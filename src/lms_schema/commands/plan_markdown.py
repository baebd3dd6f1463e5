"""A plan as Markdown, for the comment of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lms_schema.commands.output import count, count_files
from lms_schema.errors import printable
from lms_schema.pages import markdown_text
from lms_schema.tracing.effect_lines import effect_lines
from lms_schema.tracing.plan_result import PlannedStatement, PlanResult, Table

_WIDTH = 200
_ROOM_FOR_STATEMENTS, _ROOM_FOR_FILES = 45_000, 15_000
"""Characters for these: GitHub takes comments of 65,536."""
_MARKS = {"none": "", "brief": "brief", "long": "**long**"}


def markdown(result: PlanResult, *, show_sql: bool = False) -> str:
    """Return a plan as Markdown: a summary, the statements that lock something, the files.

    Args:
        result: The plan.
        show_sql: Whether to print statements in full.
    """
    files = [action for item in result.transactions for action in item.actions]
    statements = [item for each in result.transactions for item in each.statements]
    where = f"schema {_code(result.schema)} of database {_code(result.database)}"
    lines = [
        "### lms-schema plan",
        "",
        f"**{count_files(result.pending, files, 'pending')}** in {where}, "
        f"PostgreSQL {result.server_major}.",
    ]
    rows = list(_rows(statements, result.tables, show_sql=show_sql))
    if rows:
        counts = {word: sum(item.danger == word for item in statements) for word in _MARKS}
        lines += [
            "",
            f"- {_MARKS['long']}: {count(counts['long'], 'statement')} may keep readers or "
            "writers of a filled table waiting for long",
            f"- {_MARKS['brief']}: {count(counts['brief'], 'statement')} for a moment, once the "
            "lock is obtained",
            "",
            "| others wait | statement | what it does |",
            "|---|---|---|",
            *_fitting(rows, _ROOM_FOR_STATEMENTS, "statement"),
        ]
    elif files:
        lines += ["", "No statement locks anything that exists."]
    if files:
        items = [f"- {_code(action.file)}: {action.action}" for action in files]
        lines += ["", "<details><summary>Files</summary>", ""]
        lines += [*_fitting(items, _ROOM_FOR_FILES, "file"), "", "</details>"]
    return "\n".join(lines)


def _fitting(lines: list[str], room: int, noun: str) -> Iterator[str]:
    """Yield the lines for which there is room, then how many are left out."""
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            yield ""
            yield f"{count(len(lines) - number, f'more {noun}')}: run `lms-schema plan`."
            return
        yield line


def _rows(
    statements: list[PlannedStatement], tables: Mapping[str, Table], *, show_sql: bool
) -> Iterator[str]:
    """Yield a row for each statement that locks something."""
    for item in statements:
        effects = [_text(line) for line in effect_lines(item, tables)]
        if effects:
            text = " ".join(item.statement.split())
            if len(text) > _WIDTH and not show_sql:
                text = f"{text[: _WIDTH - 3]}..."
            place = f"{_code(f'{item.file}:{item.line}')}<br>" if item.written else ""
            yield f"| {_MARKS[item.danger]} | {place}{_code(text)} | {'<br>'.join(effects)} |"


def _code(text: str) -> str:
    """Return text as code; in a code element nobody is mentioned, and a bar ends no cell."""
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    return markdown_text(printable(text))
