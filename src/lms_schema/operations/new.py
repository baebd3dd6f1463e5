"""Makes the next file of a schema folder, with its header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from lms_schema.errors import UsageError
from lms_schema.source import package as packages
from lms_schema.source.files import sql_files
from lms_schema.source.folders import FOLDERS, Folder

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,57}")
"""PostgreSQL cuts names at 63 bytes, and constraints are named after their table."""

_TABLE = """\
-- What a row of {name} stands for, and the one decision that a reader would question.
CREATE TABLE {name} (
    id uuid NOT NULL DEFAULT gen_random_uuid(),

    CONSTRAINT {name}_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE {name} IS 'What a row stands for.';
COMMENT ON COLUMN {name}.id IS 'Key, random.';
"""
_TYPE = """\
-- What {name} tells, and the one decision that a reader would question.
CREATE TYPE {name} AS ENUM ('unknown');

COMMENT ON TYPE {name} IS 'What it tells: unknown (nobody said).';
"""
_FUNCTION = """\
-- What {name} is for, and the one decision that a reader would question.
CREATE OR REPLACE FUNCTION {name}() RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
    SELECT 1;
$$;

REVOKE EXECUTE ON FUNCTION {name}() FROM public;

COMMENT ON FUNCTION {name}() IS 'What it returns, in which unit, and what it raises.';
"""
_VIEW = """\
-- What {name} is for, and the one decision that a reader would question.
CREATE OR REPLACE VIEW {name} AS
SELECT 1 AS id;

COMMENT ON VIEW {name} IS 'What a row stands for.';
COMMENT ON COLUMN {name}.id IS 'Key.';
"""
# What follows names other objects; until it is written, the file is applied as nothing.
_TRIGGER = """\
-- Triggers of {name}.
-- CREATE OR REPLACE TRIGGER {name}_updated_at
-- BEFORE UPDATE ON {name}
-- FOR EACH ROW EXECUTE FUNCTION set_updated_at();
-- COMMENT ON TRIGGER {name}_updated_at ON {name} IS 'What it keeps true.';
"""
_INDEX = """\
-- The query that {name} serves.
-- CREATE INDEX {name} ON the_table (the_column);
-- COMMENT ON INDEX {name} IS 'Which query it serves.';
"""
_PARTITION = """\
-- Makes what is missing at every migrate, and writes nothing when nothing is missing.
"""
_SECURITY = """\
-- Who may do what with {name}, and why.
-- GRANT SELECT ON {name} TO the_role;
"""

_KINDS: Mapping[str, tuple[str, str]] = {
    "type": ("types", _TYPE),
    "table": ("tables", _TABLE),
    "function": ("functions", _FUNCTION),
    "trigger": ("triggers", _TRIGGER),
    "view": ("views", _VIEW),
    "index": ("indexes", _INDEX),
    "partition": ("partitions", _PARTITION),
    "security": ("security", _SECURITY),
}
KINDS = tuple(_KINDS)
"""What a file may be of; each has a folder."""


def new(kind: str, name: str, *, extra: Sequence[str | Path] = ()) -> Path:
    """Make a file that passes `check` as it is, in an extra or in a clone of the package.

    Args:
        kind: One of `KINDS`.
        name: Name of the object; of triggers that of their table. A function's may have a subject
            before it, like `events/record_visit`: the subfolder that the file goes to.
        extra: The folder of the extra, made when missing. Without one the working folder must be a
            clone of the package.

    Returns:
        The file.

    Raises:
        UsageError: For a name that cannot be taken, or when it is not clear where the file belongs.
    """
    subject, separator, name = name.rpartition("/")
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name: take lower case letters, digits and underscores, at "
            "most 58 of them, the first no digit."
        )
    root = _root(extra)
    folder_name, text = _KINDS[kind]
    folder = next(folder for folder in FOLDERS if folder.name == folder_name)
    if separator and not (folder.by_subject and _NAME.fullmatch(subject)):
        raise UsageError(
            f"{subject!r} cannot be the subject: only functions have one, a subfolder of lower "
            "case letters, digits and underscores."
        )
    for known in {root, packages.shipped_folder()}:
        for path in sql_files(known / folder_name):
            if _object(path, folder) == name:
                raise UsageError(f"{path} is there already. Edit it, or take another name.")
    number = f"{_next_number(root / folder_name):03d}_" if folder.numbered else ""
    path = root / folder_name / subject / f"{number}{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text.format(name=name))
    _renew_order(root)
    return path


def _root(extra: Sequence[str | Path]) -> Path:
    if len(extra) == 1:
        return Path(extra[0])
    if extra:
        raise UsageError(f"There are {len(extra)} extras. Name the one with --extra.")
    own = Path("schema")
    if not own.is_dir() or not own.samefile(packages.shipped_folder()):
        raise UsageError(
            "Name the folder of your own SQL with --extra, or as extra in the settings: the "
            "working folder is not a clone of lms-schema."
        )
    return own


def _object(path: Path, folder: Folder) -> str:
    """Return the name of a file without its number."""
    return re.sub(r"^\d+_", "", path.stem) if folder.numbered else path.stem


def _next_number(folder: Path) -> int:
    """Return the next full ten, so that there is room between two files; else the next number."""
    names = [path.name for path in sql_files(folder)]
    numbers = [int(match[0]) for name in names if (match := re.match(r"\d+", name))]
    last = max(numbers, default=0)
    number = last + 10 - last % 10 if last < 990 else last + 1
    if number > 999:
        raise UsageError(f"The numbers of {folder} are used up: 999 is the last.")
    return number


def _renew_order(root: Path) -> None:
    """Write ORDER anew where there is one."""
    order = root / "ORDER"
    if not order.is_file():
        return
    if root.samefile(packages.shipped_folder()):
        text = packages.read(root).order()
    else:
        name = root.resolve().name
        text = packages.with_extra(packages.read(), root, name).order(name)
    order.write_text(text, encoding="utf-8", newline="\n")
