"""Orders the files of a folder by what they depend on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from lms_schema.errors import UsageError, near
from lms_schema.source.files import SqlFile, extra_of
from lms_schema.source.folders import FOLDERS, Kind


def in_order(files: Sequence[SqlFile], earlier: Mapping[str, SqlFile]) -> list[SqlFile]:
    """Order files by their dependencies, else as given.

    Args:
        files: All files of one folder.
        earlier: What comes before all of them and may be named as a dependency.

    Raises:
        UsageError: When a dependency or an override cannot be.
    """
    for file, _, problem in misdirected(files, earlier):
        raise UsageError(f"{file.path}: {problem}")
    own = {file.id: file for file in files}
    return [own[file_id] for file_id in _sorted(_own_dependencies(files))]


def misdirected(
    files: Sequence[SqlFile], earlier: Mapping[str, SqlFile]
) -> Iterator[tuple[SqlFile, str, str]]:
    """Yield each dependency or override that cannot be: the file, the id it names, what is wrong.

    Args:
        files: All files of one folder.
        earlier: What comes before all of them and may be named as a dependency.
    """
    own = {file.id: file for file in files}
    by_id = {**earlier, **own}
    for file in files:
        for other in file.depends:
            if other not in by_id:
                yield (
                    file,
                    other,
                    f"depends on {other!r}, which does not exist.{near(other, by_id)}",
                )
            elif other in own and FOLDERS.index(own[other].folder) > FOLDERS.index(file.folder):
                yield (
                    file,
                    other,
                    f"depends on {other!r} of a later folder. "
                    f"The order of folders is {', '.join(folder.name for folder in FOLDERS)}.",
                )
        for other in file.overrides:
            if file.kind is not Kind.REPLACEABLE:
                yield file, other, f"overrides {other!r}, and would itself be applied only once."
            elif other not in earlier or extra_of(other):
                own_files = [name for name in earlier if extra_of(name) is None]
                yield (
                    file,
                    other,
                    f"overrides {other!r}, which is no file of the package."
                    f"{near(other, own_files)}",
                )
            elif earlier[other].kind is not Kind.REPLACEABLE:
                yield file, other, f"overrides {other!r}, which is applied only once."
    if circle := _circle(_own_dependencies(files)):
        yield (
            own[circle[0]],
            own[circle[0]].depends[0],
            f"These files depend on each other in a circle: {', '.join(circle)}.",
        )


def _own_dependencies(files: Sequence[SqlFile]) -> dict[str, list[str]]:
    own = {file.id for file in files}
    return {file.id: [other for other in file.depends if other in own] for file in files}


def _circle(depends: Mapping[str, Collection[str]]) -> list[str]:
    """Return ids that depend on each other in a circle, as they are ordered, or nothing."""
    position = {file_id: number for number, file_id in enumerate(depends)}
    try:
        TopologicalSorter(depends).prepare()
    except CycleError as error:
        return sorted(set(error.args[1]), key=position.__getitem__)
    return []


def _sorted(depends: Mapping[str, Collection[str]]) -> list[str]:
    """Order ids so that each comes after those it depends on, else as given."""
    position = {file_id: number for number, file_id in enumerate(depends)}
    sorter = TopologicalSorter(depends)
    sorter.prepare()
    ready: list[tuple[int, str]] = []
    order = []
    while sorter.is_active():
        for file_id in sorter.get_ready():
            heappush(ready, (position[file_id], file_id))
        _, file_id = heappop(ready)
        sorter.done(file_id)
        order.append(file_id)
    return order
