"""Plots of results, as SVG files that are the same for the same results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from benchmarks.support.results import Measurement, Result

COLOURS = ("#b5651d", "#1f6f8b", "#5a5a5a")
"""Theirs, ours, neither: far apart in brightness, too."""

mpl.rcParams["svg.hashsalt"] = "lms-schema"
mpl.rcParams["font.size"] = 10


def draw_all(results: Sequence[Result], folder: Path) -> None:
    """Draw every plot whose results there are."""
    by_name = {result.name: result for result in results}
    folder.mkdir(parents=True, exist_ok=True)
    save(limits(results), folder / "limits.svg")
    if "guide" in by_name:
        save(guide(by_name["guide"]), folder / "guide.svg")
    if "indexes" in by_name:
        save(indexes(by_name["indexes"]), folder / "indexes.svg")


def limits(results: Sequence[Result]) -> Figure:
    """How much of each limit is used up."""
    used = [
        (f"{result.name}: {measurement.what}", share, measurement.is_met)
        for result in results
        for measurement in result.measurements
        if (share := share_of_limit(measurement)) is not None
    ]
    figure, axes = blank(height=1.2 + 0.27 * len(used))
    names = [shortened(name) for name, _, _ in used]
    axes.barh(
        range(len(used)),
        [100 * share for _, share, _ in used],
        color=[COLOURS[1] if is_met else COLOURS[0] for _, _, is_met in used],
    )
    axes.set_yticks(range(len(used)), names)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(100, color="black", linewidth=1)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(0.1, 200)
    axes.set_xlabel("percent of the limit that is used")
    return figure


def share_of_limit(measurement: Measurement) -> float | None:
    """Which share of its limit a measurement uses; None without a limit, or when that is 0."""
    limit = measurement.limit
    if limit is None or not limit.value:
        return None
    last = list(measurement.sides)[-1]
    found = measurement.ratio(last)
    if found is None:
        found = measurement.median(last)
    return limit.value / found if limit.is_least else found / limit.value


def guide(result: Result) -> Figure:
    """Seconds of the guide's dashboard view and of ours against the number of learners."""
    figure, axes = blank(height=3.6)
    points: dict[str, list[tuple[int, float]]] = {}
    for measurement in result.measurements:
        found = re.search(r"(\d+) learners$", measurement.what)
        if found and measurement.unit == "s":
            for side in measurement.sides:
                points.setdefault(side, []).append((int(found[1]), measurement.median(side)))
    for (side, values), colour in zip(points.items(), COLOURS, strict=False):
        axes.plot(*zip(*sorted(values), strict=True), marker="o", color=colour, label=side)
    axes.set_xscale("log")
    axes.set_yscale("log")
    counts = sorted({count for values in points.values() for count, _ in values})
    axes.set_xticks(counts, [str(count) for count in counts])
    axes.minorticks_off()
    axes.set_xlabel("learners of the course")
    axes.set_ylabel("seconds")
    axes.legend(frameon=False)
    return figure


def indexes(result: Result) -> Figure:
    """What each index adds to the WAL and the CPU time of writes of its table."""
    added: dict[str, dict[str, float]] = {}
    for measurement in result.measurements:
        ratio = measurement.ratio("with")
        if measurement.unit in ("bytes", "CPU s") and ratio is not None:
            name = re.sub(r"^(\w+) of .* rows of \w+: ", r"\1: ", measurement.what)
            added.setdefault(name, {})[measurement.unit] = 100 * (ratio - 1)
    figure, axes = blank(height=1.2 + 0.45 * len(added))
    for number, (unit, label) in enumerate((("bytes", "WAL"), ("CPU s", "CPU time"))):
        axes.barh(
            [place + 0.4 * number - 0.2 for place in range(len(added))],
            [units.get(unit, 0) for units in added.values()],
            height=0.38,
            color=COLOURS[number],
            label=label,
        )
    axes.set_yticks(range(len(added)), list(added))
    axes.invert_yaxis()
    axes.set_xlabel("percent more than without the index")
    axes.legend(frameon=False)
    return figure


def blank(height: float) -> tuple[Figure, Axes]:
    """A figure that is as wide as a page."""
    figure = Figure(figsize=(9, height), layout="constrained")
    axes = figure.add_subplot()
    axes.grid(visible=True, which="major", color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def shortened(text: str, most: int = 72) -> str:
    """A text that a plot has room for."""
    return text if len(text) <= most else text[: most - 1] + "…"


def save(figure: Figure, path: Path) -> None:
    """Write an SVG file, on white, for readers in dark mode."""
    figure.savefig(path, facecolor="white", metadata={"Date": None})
