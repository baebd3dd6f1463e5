"""The names that PostgreSQL gives to the indexes of partitions.

An index that is built partition by partition then has the names of one that was made at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_MOST_BYTES = 63


def candidates(table: str, columns: Sequence[str]) -> Iterator[str]:
    """Yield the names for an index, PostgreSQL's first choice first, without end.

    Args:
        table: Name of the table.
        columns: Names of the index's columns, those that are only included as well.
    """
    addition = b""
    for column in columns:
        if len(addition) > _MOST_BYTES:
            break
        addition += (b"_" if addition else b"") + column.encode()
    number = 0
    while True:
        yield _joined(table.encode(), addition, f"idx{number or ''}")
        number += 1


def _joined(first: bytes, second: bytes, label: str) -> str:
    """Join them with underscores, the longer of the two cut until all fits."""
    space = _MOST_BYTES - len(label) - 2
    while len(first) + len(second) > space:
        if len(first) > len(second):
            first = first[:-1]
        else:
            second = second[:-1]
    return "_".join((first.decode(errors="ignore"), second.decode(errors="ignore"), label))
