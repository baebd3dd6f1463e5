"""The settings of a project: `lms-schema.toml`, or `[tool.lms-schema]` of `pyproject.toml`.

The command line comes first, then the environment, then this file, then the default. The file is
looked for in the working folder alone: what it names is executed, and a folder above may belong to
somebody else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lms_schema.commands.options import seconds
from lms_schema.errors import UsageError, near

if TYPE_CHECKING:
    from lms_schema.rules import Level

_FILE = Path("lms-schema.toml")
_PROJECT = Path("pyproject.toml")
_TIMES = ("lock-timeout", "wait")
_TIMED = ("migrate", "maintain")
_SECRET = re.compile(r"database|url|dsn|conn|host|user|password", re.IGNORECASE)


@dataclass(frozen=True)
class Settings:
    """What the file says.

    Attributes:
        shared: Values of options of all commands, by the option's name without dashes.
        own: The same for one command, by the command's name.
        levels: How serious a finding of a rule of `check` is, by the rule's id.
    """

    shared: Mapping[str, object] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)

    def defaults(self, command: click.Command) -> dict[str, object]:
        """Return the values of a command's options, by the name of the parameter."""
        values = {**self.shared, **self.own.get(command.name or "", {})}
        if os.environ.get("LMS_SCHEMA"):
            values.pop("schema", None)
        return {
            option.name: [value] if option.multiple and isinstance(value, str) else value
            for name, value in values.items()
            for option in command.params
            if isinstance(option, click.Option) and option.name and f"--{name}" in option.opts
        }


def read() -> Settings:
    """Read the file of the working folder; without one nothing is set.

    Raises:
        UsageError: When the file cannot be read, or sets what cannot be set.
    """
    found = [table for table in (_of_file(), _of_project()) if table is not None]
    if len(found) > 1:
        raise UsageError(
            f"Both {_FILE} and [tool.lms-schema] in {_PROJECT} hold settings. Keep one of them."
        )
    return found[0].settings() if found else Settings()


def _of_file() -> _Table | None:
    return _Table(_FILE, (), _parsed(_FILE)) if _FILE.is_file() else None


def _of_project() -> _Table | None:
    if not _PROJECT.is_file():
        return None
    tools = _parsed(_PROJECT).get("tool")
    if not isinstance(tools, dict) or "lms-schema" not in tools:
        return None
    return _Table(_PROJECT, ("tool", "lms-schema"), tools["lms-schema"])


def _parsed(path: Path) -> dict[str, Any]:
    import tomllib  # only where there is a file

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}.") from None


class _Table:
    """A table of the file; its values are checked as they are taken."""

    def __init__(self, path: Path, keys: tuple[str, ...], values: object) -> None:
        self._path = path
        self._keys = keys
        if not isinstance(values, dict):
            raise UsageError(f"{path}: {'.'.join(keys)} must be a table: [{'.'.join(keys)}].")
        self._values = values

    def _place(self, name: str) -> str:
        return f"{self._path}: {'.'.join((*self._keys, name))}"

    def settings(self) -> Settings:
        """Return the whole file."""
        self._refuse_unknown(("schema", "extra", *_TIMED, "rules"))
        checks = {"schema": _text, "extra": _folders}
        return Settings(
            shared=self._taken(checks),
            own={name: self._inner(name)._times() for name in _TIMED if name in self._values},
            levels=self._inner("rules")._levels() if "rules" in self._values else {},
        )

    def _times(self) -> dict[str, object]:
        self._refuse_unknown(_TIMES)
        return self._taken(dict.fromkeys(_TIMES, _time))

    def _levels(self) -> dict[str, Level]:
        from lms_schema import rules

        linters = rules.SCOPES["lint"]
        known = [name for names in rules.SCOPES.values() for name in names]
        # a rule of a linter is the linter's to know
        own = [name for name in self._values if name.partition("/")[0] not in linters]
        self._refuse_unknown(known, own)
        return self._taken(dict.fromkeys(self._values, _level))

    def _inner(self, name: str) -> _Table:
        return _Table(self._path, (*self._keys, name), self._values[name])

    def _taken(self, checks: Mapping[str, Callable[[object], Any]]) -> dict[str, Any]:
        taken = {}
        for name, check in checks.items():
            if name in self._values:
                try:
                    taken[name] = check(self._values[name])
                except ValueError as error:
                    raise UsageError(f"{self._place(name)}: {error}") from None
        return taken

    def _refuse_unknown(self, known: Collection[str], names: Collection[str] | None = None) -> None:
        for name in self._values if names is None else names:
            if name not in known and _SECRET.search(name):
                raise UsageError(
                    f"{self._place(name)}: this file must not hold a connection, because "
                    "others read it. Set LMS_DATABASE_URL in the environment, or give --database."
                )
            if name not in known:
                raise UsageError(f"{self._place(name)} is not a setting.{near(name, known)}")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError('it must be a text, like "lms".')
    return value


def _folders(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('it must be a list of folders, like ["db/shop"].')
    return value


def _time(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError('it must be a time span, like "5s".')
    seconds(value)
    return value


def _level(value: object) -> Level:
    from lms_schema.rules import LEVELS

    for level in LEVELS:
        if value == level:
            return level
    raise ValueError(f"it must be one of {', '.join(LEVELS)}.")
