"""The rules of `check` about the catalog, asked of the migrated package."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from lms_schema import rules

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.mark.parametrize("rule", rules.rules("catalog"), ids=lambda rule: rule.id)
def test_schema_keeps_the_rule(rule: rules.Rule, transaction: Connection) -> None:
    transaction.execute("SET LOCAL search_path = public, pg_temp")
    transaction.execute(rules.vocabulary().encode())
    found = transaction.execute(rule.query.encode()).fetchall()
    listed = "".join(f"\n  {name}\n    {mend}" for name, mend, *_ in sorted(found))
    assert not found, f"{rule.title} Mend these with the SQL below each:{listed}"
