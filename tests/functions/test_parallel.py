"""Functions that say PARALLEL SAFE run in a parallel worker, and answer as without one."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

Connection = psycopg.Connection[tuple[Any, ...]]

CALLS = (
    "check_learning_analytics()",
    "expired_interaction_partitions('12 months')",
    "month_partition_ddl('learning_interactions', 24)",
    "statement_triggers('learning_interactions')",
    "recount_assessment_attempts(ARRAY[md5('a')::uuid], ARRAY[md5('b')::uuid])",
    "recount_course_enrollments()",
    "recount_learning_interactions()",
    "recount_learning_sessions()",
    "recount_section_progress()",
)


@pytest.mark.parametrize("call", CALLS)
def test_a_safe_function_answers_alike_in_a_parallel_worker(
    call: str, transaction: Connection
) -> None:
    query = f"SELECT * FROM {call}".encode()
    alone = transaction.execute(query).fetchall()
    recent = transaction.info.server_version >= 160000
    transaction.execute(
        f"SET LOCAL {'debug_parallel_query' if recent else 'force_parallel_mode'} = on".encode()
    )
    plan = transaction.execute(b"EXPLAIN (COSTS OFF) " + query).fetchall()
    assert plan[0][0] == "Gather"
    assert transaction.execute(query).fetchall() == alone
