"""A catalog as a data dictionary: what each object is for, in the words of its comment."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from lms_schema.catalog.catalog import Catalog, ObjectKey, release_catalog

_COLUMN = re.compile(
    r"(?P<type>.+?)(?P<required> NOT NULL)?"
    r"(?: DEFAULT (?P<default>.+)| (?P<generated>GENERATED .+))?",
    re.DOTALL,
)
_FOREIGN_KEY = re.compile(r"FOREIGN KEY \((.+?)\) REFERENCES (\S+?)\(")


@dataclass(frozen=True)
class EnumType:
    """An ENUM type."""

    name: str
    labels: tuple[str, ...]
    comment: str


@dataclass(frozen=True)
class Column:
    """A column of a table or view.

    Attributes:
        name: Its name.
        type: Its type, as PostgreSQL prints it.
        nullable: Whether it may be NULL; of a view's column nothing is known, so it may.
        default: Expression of its default, or how it is generated; None without.
        comment: Meaning, unit and scale.
    """

    name: str
    type: str
    nullable: bool
    default: str | None
    comment: str


@dataclass(frozen=True)
class Member:
    """A constraint, an index, a trigger or a policy.

    Attributes:
        name: Its name.
        definition: As SQL, without the name where that only repeats it.
        comment: What it is for; empty when the name and the definition say it.
    """

    name: str
    definition: str
    comment: str


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key.

    Attributes:
        table: The table that refers.
        columns: Its columns.
        references: The table that is referred to.
    """

    table: str
    columns: tuple[str, ...]
    references: str


@dataclass(frozen=True)
class Relation:
    """A table or a view, with all that belongs to it."""

    name: str
    kind: str
    comment: str
    columns: tuple[Column, ...]
    constraints: tuple[Member, ...]
    indexes: tuple[Member, ...]
    triggers: tuple[Member, ...]
    policies: tuple[Member, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @cached_property
    def primary_key(self) -> tuple[str, ...]:
        """Names of the columns of the primary key."""
        for constraint in self.constraints:
            match = re.match(r"PRIMARY KEY \((.+)\)", constraint.definition)
            if match:
                return _names(match[1])
        return ()

    @cached_property
    def foreign_columns(self) -> frozenset[str]:
        """Names of the columns that belong to a foreign key."""
        return frozenset(name for key in self.foreign_keys for name in key.columns)

    def requires(self, key: ForeignKey) -> bool:
        """Tell whether every row of the table refers to another by the key."""
        return not any(column.nullable for column in self.columns if column.name in key.columns)

    @cached_property
    def key_columns(self) -> tuple[tuple[Column, str], ...]:
        """The columns of keys, in order; each with `PK`, `FK` or `PK, FK`."""
        kinds = (("PK", self.primary_key), ("FK", self.foreign_columns))
        return tuple(
            (column, ", ".join(kind for kind, names in kinds if column.name in names))
            for column in self.columns
            if column.name in self.primary_key or column.name in self.foreign_columns
        )


@dataclass(frozen=True)
class Subject:
    """Tables of one subject.

    Attributes:
        title: The subject.
        tables: The tables, in the order in which they are to be read.
    """

    title: str
    tables: tuple[Relation, ...]


@dataclass(frozen=True)
class Function:
    """A function.

    Attributes:
        name: Its name.
        parameters: Its parameters, with types and defaults.
        returns: What it returns.
        definer: Whether it runs with the rights of its owner.
        internal: Whether the package alone calls it.
        comment: What it does, raises and locks.
    """

    name: str
    parameters: str
    returns: str
    definer: bool
    internal: bool
    comment: str


@dataclass(frozen=True)
class Dictionary:
    """What a schema holds.

    Attributes:
        subjects: The tables that applications read and write.
        internal_tables: Those that the package keeps for itself.
        views: The views.
        functions: The functions, those to call first.
        types: The ENUM types.
    """

    subjects: tuple[Subject, ...]
    internal_tables: tuple[Relation, ...]
    views: tuple[Relation, ...]
    functions: tuple[Function, ...]
    types: tuple[EnumType, ...]

    @cached_property
    def tables(self) -> tuple[Relation, ...]:
        """The tables of all subjects."""
        return tuple(table for subject in self.subjects for table in subject.tables)

    @cached_property
    def references_to(self) -> Mapping[str, tuple[ForeignKey, ...]]:
        """The foreign keys that point to a table, by its name."""
        tables = (*self.tables, *self.internal_tables)
        keys = [key for table in tables for key in table.foreign_keys]
        return {
            table.name: tuple(key for key in keys if key.references == table.name)
            for table in tables
        }


def read(catalog: Catalog) -> Dictionary:
    """Return a catalog as a dictionary: what applications use first, then what is internal.

    What no release knows is of the platform's own, and not internal.
    """
    shown = _shown()
    reader = _Reader(catalog)
    left = {key.name: reader.relation(key, "table") for key in reader.keys("table")}
    subjects = [
        Subject(title, tuple(left.pop(name) for name in names if name in left))
        for title, names in shown["tables"].items()
    ]
    ours = _names_of_release("table")
    others = tuple(table for name, table in left.items() if name not in ours)
    functions = list(map(reader.function, reader.keys("function")))
    place = {name: number for number, name in enumerate(shown["functions"])}
    functions.sort(key=lambda function: (function.internal, place.get(function.name, len(place))))
    return Dictionary(
        subjects=tuple(
            subject for subject in (*subjects, Subject("Other tables", others)) if subject.tables
        ),
        internal_tables=tuple(table for name, table in left.items() if name in ours),
        views=tuple(reader.relation(key, "view") for key in reader.keys("view")),
        functions=tuple(functions),
        types=tuple(map(reader.enum, reader.keys("type"))),
    )


@cache
def _shown() -> dict[str, Any]:
    """Return what is shown first: tables by subject, and functions."""
    text = files("lms_schema.dictionary").joinpath("subjects.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _names_of_release(kind: str) -> frozenset[str]:
    objects = release_catalog().objects
    return frozenset(key.owner for key in objects if key.kind == kind)


def _names(text: str) -> tuple[str, ...]:
    """Return names that SQL lists, without the quotes that some of them need there."""
    return tuple(name.strip('"') for name in text.split(", "))


class _Reader:
    def __init__(self, catalog: Catalog) -> None:
        self.objects = catalog.objects

    def keys(self, kind: str, owner: str | None = None) -> list[ObjectKey]:
        return [
            key
            for key in self.objects
            if key.kind == kind and (owner is None or key.owner == owner)
        ]

    def comment(self, key: ObjectKey) -> str:
        return self.objects.get(ObjectKey("comment", f"{key.kind} {key.name}"), "")

    def enum(self, key: ObjectKey) -> EnumType:
        labels = re.findall(r"'((?:[^']|'')*)'", self.objects[key])
        return EnumType(key.name, tuple(labels), self.comment(key))

    def relation(self, key: ObjectKey, kind: str) -> Relation:
        constraints = self.members("constraint", key.name)
        return Relation(
            name=key.name,
            kind=self.objects[key].split(" AS\n")[0].lower() if kind == "view" else kind,
            comment=self.comment(key),
            columns=tuple(map(self.column, self.keys("column", key.name))),
            constraints=constraints,
            indexes=self.members("index", key.name),
            triggers=self.members("trigger", key.name),
            policies=self.members("policy", key.name),
            foreign_keys=tuple(
                ForeignKey(key.name, _names(match[1]), match[2])
                for member in constraints
                if (match := _FOREIGN_KEY.match(member.definition))
            ),
        )

    def members(self, kind: str, relation: str) -> tuple[Member, ...]:
        return tuple(
            Member(
                key.name.removeprefix(f"{relation}."),
                self.objects[key].replace("<table>", relation),
                self.comment(key),
            )
            for key in self.keys(kind, relation)
        )

    def column(self, key: ObjectKey) -> Column:
        match = _COLUMN.fullmatch(self.objects[key])
        assert match is not None  # noqa: S101 (the type alone matches)
        return Column(
            name=_names(key.name.split(".", 1)[1])[0],
            type=match["type"],
            nullable=match["required"] is None,
            default=match["default"] or match["generated"],
            comment=self.comment(key),
        )

    def function(self, key: ObjectKey) -> Function:
        head, _, rest = self.objects[key].partition("\nLANGUAGE ")
        parameters, _, returns = head.partition("\nRETURNS ")
        is_helper = (
            key.owner in _names_of_release("function") and key.owner not in _shown()["functions"]
        )
        return Function(
            name=key.owner,
            parameters=parameters.removeprefix("FUNCTION (").removesuffix(")"),
            returns=returns,
            internal=is_helper or returns == "trigger",
            definer="SECURITY DEFINER" in rest.split("\n", 1)[0],
            comment=self.comment(key),
        )
