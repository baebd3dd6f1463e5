"""Eight sessions work in one course while another edits it: nobody deadlocks, no number is off."""

from __future__ import annotations

import psycopg
import pytest

from support.busy_class import teach
from support.derived import Tables


@pytest.mark.slow
@pytest.mark.concurrency
def test_a_busy_class_and_its_author_get_no_error_and_leave_true_values(database: str) -> None:
    assert teach(database) == []
    with psycopg.connect(database, autocommit=True) as connection:
        tables = Tables(connection)
    assert tables.kept_faults() + tables.history_faults() == []
