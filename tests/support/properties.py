"""How many examples a property is tried on, and that a failure can be repeated."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings


def examples(count: int = 50) -> settings:
    """Settings of a property that a database answers.

    The examples are the same at each run. `LMS_TEST_EXAMPLES=1000` tries other and more ones.
    """
    wanted = os.environ.get("LMS_TEST_EXAMPLES")
    return settings(
        max_examples=int(wanted) if wanted else count,
        derandomize=not wanted,
        database=None,
        deadline=None,
        # the fixture is a connection; each example rolls back what it does
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )
