"""What a benchmark found: measurements, their limits, and the record of a run as JSON."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.support import ROOT

FORMAT = 1
RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True)
class Limit:
    """What a measurement must keep to.

    Attributes:
        value: The most, or the least, that is allowed: of the ratio where there are two sides or
            more, else of the median.
        is_least: Whether it is the least.
        allowance: What the last side may exceed the first by whatever the ratio, in the unit.
    """

    value: float
    is_least: bool = False
    allowance: float = 0.0


@dataclass(frozen=True)
class Measurement:
    """Values of one or more sides, measured in turns; the first side is what others compare to.

    Attributes:
        what: What was measured.
        unit: `s` (wall), `CPU s` (of the server's backend), `rows/s`, `bytes` and the like.
        sides: The values of each side, one a round.
        limit: What the last side must keep to.
    """

    what: str
    unit: str
    sides: dict[str, list[float]]
    limit: Limit | None = None

    def median(self, side: str) -> float:
        """The median of a side's values."""
        return statistics.median(self.sides[side])

    def ratio(self, side: str) -> float | None:
        """What a side is of the first one; None of the first itself.

        The median over the rounds, each divided by the first side's value of the same round: what
        disturbs the machine for longer than a round disturbs both. Without as many rounds on both
        sides, or where the first has a 0, the ratio of the medians.
        """
        first = next(iter(self.sides))
        if side == first or not self.median(first):
            return None
        bases, values = self.sides[first], self.sides[side]
        if len(bases) != len(values) or not all(bases):
            return self.median(side) / self.median(first)
        return statistics.median(value / base for base, value in zip(bases, values, strict=True))

    @property
    def is_met(self) -> bool | None:
        """Whether the limit is kept; None without one."""
        if self.limit is None:
            return None
        first, last = next(iter(self.sides)), list(self.sides)[-1]
        found = self.ratio(last) if first != last else self.median(last)
        if found is None:
            return False
        if self.limit.is_least:
            return found >= self.limit.value
        return found <= self.limit.value or (
            self.limit.allowance > 0
            and first != last
            and self.median(last) - self.median(first) <= self.limit.allowance
        )


@dataclass
class Result:
    """A run of one benchmark.

    Attributes:
        name: Of its script.
        title: What it asks.
        machine: What it ran on, see `machine.describe`.
        size: How much data, name by name.
        is_quick: Whether on less data than its limits are stated for.
        measurements: What it found.
    """

    name: str
    title: str
    machine: dict[str, Any]
    size: dict[str, int] = field(default_factory=dict)
    is_quick: bool = False
    measurements: list[Measurement] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        """Whether every limit is kept."""
        return all(measurement.is_met is not False for measurement in self.measurements)

    def write(self, folder: Path = RESULTS) -> Path:
        """Write the record; returns its file."""
        document = {"format": FORMAT, **asdict(self), "is_met": self.is_met}
        for entry, measurement in zip(document["measurements"], self.measurements, strict=True):
            entry["sides"] = {
                side: [float(f"{value:.4g}") for value in values]
                for side, values in measurement.sides.items()
            }
            entry["is_met"] = measurement.is_met
        path = folder / f"{self.name}.json"
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1) + "\n")
        return path


def read(path: Path) -> Result:
    """Read a record."""
    document = json.loads(path.read_text())
    if document["format"] != FORMAT:
        raise ValueError(f"{path}: format {document['format']}, not {FORMAT}")
    return Result(
        name=document["name"],
        title=document["title"],
        machine=document["machine"],
        size=document["size"],
        is_quick=document["is_quick"],
        measurements=[
            Measurement(
                entry["what"],
                entry["unit"],
                entry["sides"],
                Limit(**entry["limit"]) if entry["limit"] else None,
            )
            for entry in document["measurements"]
        ],
    )


def read_all(folder: Path = RESULTS) -> list[Result]:
    """Read the records of a folder, in the order of their names."""
    return [read(path) for path in sorted(folder.glob("*.json"))]


def lines(result: Result) -> list[tuple[str, str, str, str, str]]:
    """A line for each side that is compared to the first: what, both medians, ratio, limit."""
    found = []
    for measurement in result.measurements:
        first, *others = (
            f"{side} {shown(measurement.median(side), measurement.unit)}".lstrip()
            for side in measurement.sides
        )
        limit = _shown_limit(measurement)
        for side, other in zip(list(measurement.sides)[1:], others, strict=True):
            ratio = measurement.ratio(side)
            shown_ratio = "" if ratio is None else f"{ratio:.3g}x"
            is_last = other == others[-1]
            found.append((measurement.what, first, other, shown_ratio, limit if is_last else ""))
        if not others:
            found.append((measurement.what, first, "", "", limit))
    return found


def shown(value: float, unit: str) -> str:
    """A value with a unit that fits its size."""
    if unit.endswith("s") and unit in ("s", "CPU s"):
        prefix = unit.removesuffix("s")
        for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
            if value * factor >= 1 or name == "µs":
                return f"{value * factor:,.3g} {prefix}{name}"
    if unit == "bytes":
        for size, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
            if abs(value) >= size:
                return f"{value / size:,.3g} {name}"
    return f"{float(f'{value:.3g}'):,.10g} {unit}"


def _shown_limit(measurement: Measurement) -> str:
    limit = measurement.limit
    if limit is None:
        return ""
    unit = "x" if len(measurement.sides) > 1 else f" {measurement.unit}"
    text = f"at {'least' if limit.is_least else 'most'} {limit.value:g}{unit}"
    if limit.allowance:
        text += f" or {shown(limit.allowance, measurement.unit)} more"
    return f"{text}: {'met' if measurement.is_met else 'MISSED'}"
