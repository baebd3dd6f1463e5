"""Writes what the records of benchmarks/results say: tables of README.md, and plots."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.support import ROOT, machine
from benchmarks.support.results import Result, lines, read_all

README = ROOT / "benchmarks" / "README.md"
IMAGES = ROOT / "docs" / "images"
BEGIN = "<!-- results: written by benchmarks/report.py -->\n"
END = "<!-- end of results -->\n"


def write() -> None:
    """Write the tables and the plots."""
    from benchmarks.support import plots  # matplotlib takes a second to import

    results = read_all()
    README.write_text(with_tables(README.read_text(), results))
    plots.draw_all(results, IMAGES)


def with_tables(readme: str, results: Sequence[Result]) -> str:
    """The text of README.md with the tables of these results in place of those that it has."""
    head, _, rest = readme.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + BEGIN + "\n" + "\n".join(map(table, results)) + "\n" + END + tail


def table(result: Result) -> str:
    """A chapter with the table of a result."""
    size = ", ".join(f"{value:,} {name}" for name, value in result.size.items())
    text = f"### {result.title}\n\n"
    text += f"`benchmarks/{result.name}.py`{f', on {size}' if size else ''}. "
    text += f"{machine.in_words(result.machine)}.\n\n"
    text += "| what | median | median | ratio | limit |\n|---|---|---|---:|---|\n"
    for line in lines(result):
        text += "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n"
    return text


if __name__ == "__main__":
    write()
