"""The benchmarks' page says what their records say."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.support import plots, results
from benchmarks.support.results import Limit, Measurement, Result


def test_the_page_of_benchmarks_says_what_the_records_say() -> None:
    text = report.README.read_text()
    assert report.with_tables(text, results.read_all()) == text, "run: python -m benchmarks.report"


def test_every_plot_is_shown_by_a_page() -> None:
    root = report.IMAGES.parents[1]
    pages = [root / "README.md", report.README, *(root / "docs").glob("*.md")]
    shown = "".join(page.read_text() for page in pages)
    drawn = sorted(path.name for path in report.IMAGES.glob("*.svg"))
    assert "limits.svg" in drawn
    assert [name for name in drawn if f"images/{name})" not in shown] == []


@pytest.mark.parametrize(
    ("limit", "sides", "is_met"),
    [
        (Limit(2), {"a": [1.0], "b": [2.0]}, True),
        (Limit(2), {"a": [1.0], "b": [2.1]}, False),
        (Limit(2, allowance=1), {"a": [0.1], "b": [1.0]}, True),
        (Limit(2, allowance=1), {"a": [0.1], "b": [1.2]}, False),
        (Limit(2, is_least=True), {"a": [1.0], "b": [1.9]}, False),
        (Limit(2, is_least=True), {"a": [1.0], "b": [2.0]}, True),
        # of a machine that is slower and slower, each round says twice as much
        (Limit(2), {"a": [1.0, 3.0, 8.0], "b": [2.0, 6.0, 4.0]}, True),
        (Limit(2), {"a": [1.0, 3.0, 2.0], "b": [2.1, 6.3, 1.0]}, False),
        (Limit(2), {"a": [1.0, 3.0], "b": [3.0, 4.0, 5.0]}, True),
        # less than the other side, and not as little as it should be
        (Limit(0.01), {"a": [1.0], "b": [0.02]}, False),
        (Limit(3), {"": [2.0, 3.0, 9.0]}, True),
        (Limit(3), {"": [2.0, 3.1, 9.0]}, False),
        (Limit(3), {"a": [0.0], "b": [1.0]}, False),
        (None, {"a": [1.0], "b": [9.0]}, None),
    ],
)
def test_a_limit_is_met_or_missed(
    limit: Limit | None, sides: dict[str, list[float]], is_met: bool | None
) -> None:
    assert Measurement("what", "s", sides, limit).is_met is is_met


def test_a_limit_that_allows_nothing_has_no_share_to_draw() -> None:
    assert plots.share_of_limit(Measurement("what", "rows", {"": [0.0]}, Limit(0))) is None
    assert plots.share_of_limit(Measurement("what", "s", {"": [1.0]}, Limit(2))) == 0.5


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    measurement = Measurement("what", "s", {"a": [1.0, 2.0], "b": [3.0]}, Limit(4, allowance=0.1))
    machine = {"cpu": "one"}
    result = Result(
        "name", "title", machine, {"rows": 5}, is_quick=True, measurements=[measurement]
    )
    assert results.read(result.write(tmp_path)) == result


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.5, "s", "2.5 s"),
        (0.0025, "CPU s", "2.5 CPU ms"),
        (0.0000025, "s", "2.5 µs"),
        (3 << 20, "bytes", "3 MB"),
        (12345.0, "rows/s", "12,300 rows/s"),
    ],
)
def test_values_have_a_unit_that_fits(value: float, unit: str, text: str) -> None:
    assert results.shown(value, unit) == text


def test_the_same_results_give_the_same_plots(tmp_path: Path) -> None:
    found = results.read_all()
    drawn = []
    for name in ("first", "second"):
        plots.draw_all(found, tmp_path / name)
        drawn.append({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()})
    assert drawn[0] == drawn[1]
    assert "limits.svg" in drawn[0]
