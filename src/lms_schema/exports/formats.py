"""What each tool wants to be given: names of files, and what is around the SQL.

The SQL of every format sets the search path itself, for its transaction, and puts it back: the tool
writes its own records in the same transaction, and must find its own tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from psycopg import sql

from lms_schema.errors import UsageError
from lms_schema.exports.script import Part
from lms_schema.source.statements import split

_THE_PATH = "current_setting('search_path')"
_THE_PATH_BEFORE = "current_setting('lms_schema.server.search_path')"

_ATOMIC = re.compile(r"CREATE\b.*\bBEGIN\s+ATOMIC\b", re.IGNORECASE | re.DOTALL)

MARK = "Written by lms-schema export"

_NO_WAY_BACK = "There is no way back: restore a backup."


@dataclass(frozen=True)
class Script:
    """The SQL to wrap.

    Attributes:
        parts: Its transactions; one and the same outcome when they are run as one.
        schema: The schema that it installs into.
        version: The release.
        since: The release that the database must have, or None.
        label: Name of the folder that is written.
    """

    parts: Sequence[Part]
    schema: str
    version: str
    since: str | None
    label: str

    @property
    def heading(self) -> str:
        """What a file says of itself."""
        what = f"from {self.since} to {self.version}" if self.since else self.version
        return f"{MARK}: lms-schema {what} for PostgreSQL 15 to 18."

    def sql(self, parts: Sequence[Part]) -> str:
        """Return SQL to be run in one transaction."""
        schema = sql.Identifier(self.schema).as_string(None)
        create = "" if self.since else f"CREATE SCHEMA IF NOT EXISTS {schema};\n"
        body = "\n".join(f"-- {part.name}\n{part.text}" for part in parts)
        return (
            f"-- {self.heading}\n\n"
            f"{create}"
            f"{_set('lms_schema.server.search_path', _THE_PATH)}"
            f"SET LOCAL search_path = {schema}, pg_temp;\n"
            f"{self._in_one_transaction};\n\n"
            f"{body}\n"
            "SET CONSTRAINTS ALL IMMEDIATE;\n"
            f"{_set('search_path', _THE_PATH_BEFORE)}"
        )

    @property
    def _in_one_transaction(self) -> str:
        """SQL that fails where SET LOCAL had no effect, and objects would go elsewhere."""
        schema = sql.Literal(self.schema).as_string(None)
        return _do(
            f"IF current_schema() IS DISTINCT FROM {schema} THEN\n"
            "    RAISE EXCEPTION 'run this file in one transaction';\n"
            "END IF;"
        )

    @property
    def slug(self) -> str:
        """The release as a part of a name."""
        return "lms_schema_" + _identifier(self.version)

    @property
    def slug_since(self) -> str | None:
        """The release before, as a part of a name."""
        return "lms_schema_" + _identifier(self.since) if self.since else None


def _set(setting: str, value: str) -> str:
    """Return SQL that sets something for the transaction, and gives no rows."""
    return _do(f"PERFORM set_config('{setting}', {value}, TRUE);") + ";\n"


def _do(body: str) -> str:
    """Return a statement that runs PL/pgSQL."""
    return f"DO {_dollar_quoted(f'BEGIN {body} END')}"


def _dollar_quoted(text: str) -> str:
    """Return text as a string between tags that it does not hold."""
    tag = next(tag for n in count() if (tag := f"$lms{n or ''}$") not in text)
    return f"{tag} {text} {tag}"


def _identifier(version: str) -> str:
    return re.sub(r"\W", "_", version)


def psql(script: Script) -> dict[str, str]:
    """One file, which psql runs in one transaction."""
    return {
        f"{script.slug}.sql": (
            f"\\set ON_ERROR_STOP on\nBEGIN;\n\n{script.sql(script.parts)}\nCOMMIT;\n"
        )
    }


def flyway(script: Script) -> dict[str, str]:
    """A versioned migration for each file; Flyway runs each in a transaction of its own.

    Old Flyways and JDBC drivers split BEGIN ATOMIC bodies at their semicolons, so these are
    executed as quoted text. A file with what Flyway would take for a placeholder gets a
    configuration that turns them off.
    """
    number = ".".join(re.findall(r"\d+", script.version.split("+")[0]))
    files: dict[str, str] = {}
    for position, part in enumerate(script.parts, 1):
        name = f"V{number}.{position:03}__{re.sub(r'[^A-Za-z0-9]+', '_', part.name)}.sql"
        files[name] = script.sql([Part(part.name, _quoted_bodies(part.text))])
        if "${" in files[name]:
            files[f"{name}.conf"] = f"# {MARK}\nplaceholderReplacement=false\n"
    return files


def _quoted_bodies(text: str) -> str:
    """Return SQL in which each statement with a BEGIN ATOMIC body is a quoted string."""
    result, end = "", 0
    for statement in split(text):
        start = text.index(statement.text, end)
        result += text[end:start]
        end = start + len(statement.text)
        if _ATOMIC.match(statement.text):
            result += _do(f"EXECUTE {_dollar_quoted(statement.text)};")
        else:
            result += statement.text
    return result + text[end:]


def alembic(script: Script) -> dict[str, str]:
    """A revision, and beside it the SQL that it runs."""
    return {
        f"{script.slug}.sql": script.sql(script.parts),
        f"{script.slug}.py": f'''"""{script.heading}

It is on the branch lms_schema. "alembic merge heads" joins that and yours, once for each release;
then "alembic upgrade head" and "alembic revision" do what they did before.
"""

from pathlib import Path

from alembic import op
from alembic.util import CommandError

revision = "{script.slug}"
down_revision = {_python(script.slug_since)}
branch_labels = {None if script.since else ("lms_schema",)!r}
depends_on = None


def upgrade() -> None:
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(text)
    else:  # without parameters the driver leaves % and : alone
        op.get_bind().execution_options(no_parameters=True).exec_driver_sql(text)


def downgrade() -> None:
    raise CommandError("{_NO_WAY_BACK}")
''',
    }


def django(script: Script) -> dict[str, str]:
    """An application with a migration, and beside it the SQL that it runs."""
    if not script.label.isidentifier():
        raise UsageError(
            f"The folder's name becomes that of the Django application, and {script.label!r} "
            "cannot be one. Name it with letters, digits and _."
        )
    before = [(script.label, script.slug_since)] if script.since else []
    return {
        "__init__.py": f'"""{script.heading}"""\n',
        "migrations/__init__.py": f'"""{script.heading}"""\n',
        f"migrations/{script.slug}.sql": script.sql(script.parts),
        f"migrations/{script.slug}.py": f'''"""{script.heading}"""

from pathlib import Path

from django.core.management.base import CommandError
from django.db import migrations


class Install(migrations.RunSQL):
    reversible = True  # so that the answer is one sentence

    def database_backwards(self, *_):
        raise CommandError("{_NO_WAY_BACK}")


class Migration(migrations.Migration):
    initial = {script.since is None}
    dependencies = {before!r}
    operations = [
        Install(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
    ]
''',
    }


def _python(text: str | None) -> str:
    return "None" if text is None else f'"{text}"'


FORMATS: Mapping[str, Callable[[Script], dict[str, str]]] = {
    "psql": psql,
    "flyway": flyway,
    "alembic": alembic,
    "django": django,
}
"""What makes the files of a format, by path below the folder."""
