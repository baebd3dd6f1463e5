"""Grades answers by a key in exact fractions: the definitions once more, in Python."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from support.derived import rounded

Rule = Mapping[str, Any]


def is_omitted(answer: Any) -> bool:
    """Whether nothing was answered."""
    return answer is None or answer in ("", [])


def points(rule: Rule, answer: Any, most: Decimal) -> Decimal | None:
    """Points for an answer, to 3 decimals."""
    return rounded(Fraction(most) * share(rule, answer), 3)


def share(rule: Rule, answer: Any) -> Fraction:
    """How much of an answer is right, 0 to 1."""
    if is_omitted(answer):
        return Fraction(0)
    if "all_of" in rule:
        return _share_of_set(rule, answer)
    return Fraction(int(_is_right(rule, answer)))


def _share_of_set(rule: Rule, answer: Any) -> Fraction:
    key = set(map(_canonical, rule["all_of"]))
    chosen = set(map(_canonical, answer if isinstance(answer, list) else [answer]))
    match rule.get("partial"):
        case "net":
            return Fraction(max(len(key & chosen) - len(chosen - key), 0), len(key))
        case "each":
            return Fraction(max(rule["options"] - len(key ^ chosen), 0), rule["options"])
        case _:
            return Fraction(int(key == chosen))


def _is_right(rule: Rule, answer: Any) -> bool:
    if "any_of" in rule:
        return _canonical(answer) in map(_canonical, rule["any_of"])
    if "number" in rule:
        if isinstance(answer, bool) or not isinstance(answer, int | float | str):
            return False
        try:
            distance = abs(Fraction(Decimal(str(answer))) - Fraction(str(rule["number"])))
        except (InvalidOperation, ValueError, OverflowError):
            return False
        return distance <= Fraction(str(rule.get("tolerance", 0)))
    if rule.get("ignore_case"):
        return _canonical(_lower(answer)) == _canonical(_lower(rule["answer"]))
    return _canonical(answer) == _canonical(rule["answer"])


def _lower(value: Any) -> Any:
    return json.loads(json.dumps(value).lower())


def _canonical(value: Any) -> Hashable:
    """The value as something hashable, equal exactly where the JSON is."""
    match value:
        case bool() | None:
            return ("constant", str(value))
        case int() | float():
            return ("number", Fraction(str(value)))
        case str():
            return ("text", value)
        case list():
            return ("array", tuple(map(_canonical, value)))
        case _:
            return ("object", frozenset((k, _canonical(v)) for k, v in value.items()))
