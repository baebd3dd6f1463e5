"""The command line: finds the command, and maps errors to exit codes."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, NoReturn

import click

import lms_schema
from lms_schema.commands import settings
from lms_schema.commands.output import print_event, print_json, say_error
from lms_schema.errors import LmsSchemaError, UsageError
from lms_schema.events import Event
from lms_schema.server import interrupts
from lms_schema.server.interrupts import Interrupted

COMMANDS = (
    "migrate",
    "plan",
    "status",
    "verify",
    "baseline",
    "check",
    "new",
    "maintain",
    "export",
    "drop",
    "demo",
    "docs",
)
"""Names of the commands and of their modules, in the order of the help."""

_JSON = "lms_schema.json"

_EXIT_CODES = """\b
Exit codes:
  0  done, or nothing to do
  1  database or SQL error
  2  wrong usage, or a server version that is not supported
  3  something is pending (status, plan)
  4  the catalog differs from the release's (verify, baseline)
  5  a released file was edited
  6  a lock was not obtained
  7  a connection pooler stands in between
  8  the database is newer than this package
  9  findings (check)
  129, 130, 143  ended by SIGHUP, SIGINT, SIGTERM
"""


class Group(click.Group):
    """Imports a command when it is asked for, and turns the package's errors into exit codes.

    With --json, or --format json, an error is a document too.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"lms_schema.commands.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101
        return command

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line; what the system refuses is told in a sentence, too.

        Of a standard output that was closed click takes care: it ends quietly.
        """
        try:
            return super().main(*args, **extra)
        except OSError as error:
            text = _refused(error)
        except UnicodeEncodeError as error:
            text = f"{error.object[error.start : error.end]!r} in an argument is not UTF-8."
        say_error(text)
        sys.exit(UsageError.exit_code)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note whether a document is wanted: an error in the arguments is one too."""
        words = " ".join(args).replace("=", " ")
        ctx.meta[_JSON] = "--json" in args or "--format json" in words
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if ctx.meta[_JSON]:
                _print_document(ctx, UsageError(error.format_message()))
            raise
        except (LmsSchemaError, Interrupted) as error:
            return _failed(ctx, interrupts.interruption or error)
        except Exception:
            if interrupts.interruption is None:
                raise
            return _failed(ctx, interrupts.interruption)


def _failed(ctx: click.Context, error: LmsSchemaError | Interrupted) -> NoReturn:
    """Tell an error, and end with its exit code."""
    if ctx.meta[_JSON]:
        _print_document(ctx, error)
        print_event(Event("error", str(error)), schema=None)
    else:
        say_error(str(error))
    ctx.exit(error.exit_code)


def _print_document(ctx: click.Context, error: LmsSchemaError | Interrupted) -> None:
    print_json({"format": 1, "command": ctx.invoked_subcommand, **error.to_json()})


def _refused(error: OSError) -> str:
    """Say what the system refused; a standard output that it does not take is given up."""
    if error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return f"Standard output cannot be written: {error.strerror}."


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EXIT_CODES,
)
@click.version_option(
    lms_schema.__version__, prog_name="lms-schema", message="%(prog)s %(version)s"
)
@click.pass_context
def cli(context: click.Context) -> None:
    """Install, upgrade and prove the PostgreSQL schema of a learning platform.

    Results go to standard output, progress and errors to standard error.
    Passwords are never printed.
    """
    name = context.invoked_subcommand
    command = cli.get_command(context, name) if name else None
    if name and command:
        context.obj = settings.read()
        context.default_map = {name: context.obj.defaults(command)}
