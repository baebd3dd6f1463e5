"""A hot standby: what only reads works there, and what writes says where to go."""

from __future__ import annotations

import psycopg
import pytest

import lms_schema
from lms_schema.server import embedded
from support.clusters import standby_of
from support.rows import add, scalar

pytestmark = pytest.mark.slow


def test_status_and_verify_work_on_a_standby_and_what_writes_names_the_primary() -> None:
    with embedded.temporary() as primary:
        lms_schema.migrate(primary, schema="lms")
        with psycopg.connect(primary, autocommit=True) as connection:
            connection.execute("SET search_path = lms")
            add(connection, "learning_interactions")
            scalar(connection, "SELECT refresh_learning_analytics()::text")
        with standby_of(primary) as standby:
            assert lms_schema.status(standby, schema="lms").exit_code == 0
            assert lms_schema.verify(standby, schema="lms").differences == ()
            for command in ("migrate", "baseline", "drop", "maintain"):
                for schema in ("lms", "new"):
                    with pytest.raises(lms_schema.DatabaseError, match=r"standby.*primary"):
                        getattr(lms_schema, command)(standby, schema=schema)
            with psycopg.connect(standby, autocommit=True) as connection:
                connection.execute("SET search_path = lms")
                for function in ("check_derived_columns", "check_learning_analytics"):
                    assert scalar(connection, f"SELECT count(*) FROM {function}()") == 0
                assert scalar(connection, "SELECT count(*) FROM learning_analytics_dashboard") == 1
                with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                    connection.execute("SELECT refresh_learning_analytics()")
