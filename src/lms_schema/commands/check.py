"""`lms-schema check`."""

from __future__ import annotations

from functools import partial

import click

import lms_schema
from lms_schema.commands.options import extra_option
from lms_schema.commands.output import count, print_json, say, say_lines
from lms_schema.commands.progress import followed
from lms_schema.commands.settings import Settings


@click.command()
@extra_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif", "junit"]),
    default="text",
    show_default=True,
    help="text for people, json for programs, github for annotations of a pull request, sarif for "
    "code scanning, junit for the test report of a pipeline.",
)
@click.pass_obj
def check(settings: Settings, extra: tuple[str, ...], form: str) -> None:
    """Check the files by all rules, as a pipeline does before a merge.

    They are read, linted, and applied to a disposable PostgreSQL: afresh, again, and on top of
    the last release. With --extra it is these folders that are checked, on top of the package.
    It ends with 9 when there are findings. docs/check.md lists the rules. docs/settings.md tells
    how a project makes a rule a warning, which does not fail, or switches it off.
    """
    with followed(as_json=form == "json") as tell:
        result = lms_schema.check(extra=extra, levels=settings.levels, on_event=partial(tell, None))
    if form == "json":
        print_json(result.to_json())
    elif form == "sarif":
        from lms_schema.rules.sarif import sarif

        print_json(sarif(result))
    elif form == "junit":
        from lms_schema.rules.junit import junit

        say_lines(junit(result))
    else:
        for finding in result.findings:
            say_lines(_annotation(finding) if form == "github" else _line(finding))
    _summarize(result)
    click.get_current_context().exit(result.exit_code)


def _line(finding: lms_schema.Finding) -> str:
    message = finding.message.replace("\n", "\n    ")
    return f"{finding.file}:{finding.line}: {finding.severity} {finding.rule}\n    {message}"


def _annotation(finding: lms_schema.Finding) -> str:
    """Return a workflow command of GitHub Actions, with its escapes."""

    def data(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    def value(text: str) -> str:
        return data(text).replace(":", "%3A").replace(",", "%2C")

    return (
        f"::{finding.severity} file={value(finding.file)},line={finding.line},"
        f"title={value(finding.rule)}::{data(finding.message)}"
    )


def _summarize(result: lms_schema.CheckResult) -> None:
    say(f"{count(len(result.findings), 'finding')}.", err=True)
    if result.skipped:
        say(
            f"{count(len(result.skipped), 'rule')} could not be tried before these are mended: "
            f"{', '.join(result.skipped)}.",
            err=True,
        )
    if result.off:
        say(f"{count(len(result.off), 'rule')} switched off: {', '.join(result.off)}.", err=True)
