"""Tables of figures on standard output."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lms_schema.sample_data.printing import WIDTH, print_bars, print_table


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        (0, "0"),
        (1234567, "1,234,567"),
        (Decimal("69.435"), "69.44"),
        (Decimal("69.4349999"), "69.43"),
        (Decimal("1234.5"), "1,234.5"),
        (0.7, "0.70"),
        (72.585, "72.59"),
    ],
)
def test_a_value_is_rounded_half_up_and_grouped(
    value: object, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_table("Title", "A note.", ("name", "value"), [("x", value)])
    title, note, header, row = capsys.readouterr().out.strip().splitlines()
    assert (title, note, header.split()) == ("Title", "A note.", ["name", "value"])
    assert row.split() == ["x", shown]


def test_a_long_text_wraps_and_no_number_ever(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    numbers = [123_456_789_012] * 4
    print_table("T", "N", ("text", "a", "b", "c", "d"), [("long " * 30, *numbers)])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(lines).count("long") == 30
    assert " ".join(lines).count("123,456,789,012") == 4


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_table_fits_the_terminal_and_what_does_not_follows_in_another(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    headers = ("learner", *(f"figure_{number}" for number in range(12)))
    print_table("T", "N", headers, [("Grace Hopper", *range(1000, 1012))])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= min(columns, WIDTH)
    words = " ".join(lines).split()
    for number in range(12):
        assert words.count(f"figure_{number}") == words.count(f"1,{number:03}") == 1
    assert words.count("learner") == words.count("Grace") > 1


def test_a_header_wraps_before_a_text_does_and_no_column_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    headers = ("learner", "course", "progress %", "last 7 days", "last 30 days", "30 days before")
    row = (
        "Felix Bianchi",
        "Modern World History",
        *map(Decimal, ("100", "30.71", "33.33", "22.01")),
    )
    print_table("T", "N", headers, [row])
    *_, figures = capsys.readouterr().out.splitlines()
    assert " ".join(figures.split()) == "Felix Bianchi Modern World History 100 30.71 33.33 22.01"


def test_bars_fit_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    print_bars("T", "N", [("a week with a long label", 7), ("another", 14)])
    *_, half, full = capsys.readouterr().out.splitlines()
    assert max(len(half), len(full)) <= 60
    assert full.count("\N{FULL BLOCK}") > half.count("\N{FULL BLOCK}") > 0


def test_markup_in_a_value_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("T", "N", ("name",), [("[bold]x[/bold]",)])
    assert "[bold]x[/bold]" in capsys.readouterr().out


def test_no_rows_leave_the_header(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("T", "N", ("name", "value"), [])
    assert capsys.readouterr().out.splitlines()[-1].split() == ["name", "value"]
