"""One term for all tests of privacy, and copies of it for those that write."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from lms_schema.server.disposable import new_database as new_database_on
from support.privacy import Term, fill


@pytest.fixture(scope="session")
def term(new_database: Callable[[], str]) -> Term:
    """A term that no test writes to."""
    conninfo = new_database()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return Term(conninfo, fill(conninfo, connection))


@pytest.fixture
def own_term(server: str, term: Term) -> Iterator[Term]:
    """A copy of the term for the test."""
    name = psycopg.conninfo.conninfo_to_dict(term.database)["dbname"]
    with new_database_on(server, str(name)) as conninfo:
        yield Term(conninfo, term.learner)
