"""Exact arithmetic for what the database is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction


def half_up(value: Fraction, places: int) -> Decimal:
    """Round a number that is not negative to decimal places, halves upwards."""
    units = (value * 10**places * 2 + 1) // 2
    return Decimal(units).scaleb(-places)


def mean(values: Iterable[Number | None]) -> Fraction | None:
    """The mean of what is not None; None over nothing."""
    known = [Fraction(value) for value in values if value is not None]
    return sum(known, Fraction()) / len(known) if known else None
