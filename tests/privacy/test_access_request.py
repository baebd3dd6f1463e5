"""A request of access is answered with everything on the learner, and nothing of others."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from support.privacy import MARK, Term, expected_export
from support.rows import Connection, scalar

EXPORT = "SELECT export_learner_data(%s)"


def test_the_export_is_the_union_of_what_the_tables_hold(term: Term) -> None:
    with psycopg.connect(term.database) as connection:
        document = scalar(connection, EXPORT, term.learner)
        expected = expected_export(connection, term.learner)
    assert document.keys() == {"format", "learner_id", "data"}
    assert (document["format"], document["learner_id"]) == (1, str(term.learner))
    data = document["data"]
    assert data.keys() == expected.keys()
    for table, rows in expected.items():
        assert sorted(map(_text, data[table])) == sorted(map(_text, rows)), table
    assert min(map(len, data.values())) > 0


def test_the_export_is_the_same_bytes_whatever_the_session_sets(
    term: Term,
) -> None:
    texts = set()
    for options in (
        "",
        "-c timezone=Asia/Kathmandu -c datestyle=german -c extra_float_digits=-15",
        "-c intervalstyle=sql_standard -c enable_indexscan=off -c enable_bitmapscan=off",
    ):
        with psycopg.connect(term.database, options=options) as connection:
            texts.add(scalar(connection, EXPORT + "::text", term.learner))
    assert len(texts) == 1


def test_the_export_names_nobody_else_and_no_answer_key(term: Term) -> None:
    with psycopg.connect(term.database) as connection:
        text = scalar(connection, EXPORT + "::text", term.learner)
        others = [
            word
            for row in connection.execute(
                "SELECT id::text, email FROM learners WHERE id <> %s"
                " UNION ALL SELECT guardian_id::text, guardian_id::text FROM guardian_links"
                " WHERE guardian_id <> %s",
                (term.learner, term.learner),
            )
            for word in row
        ]
    assert [word for word in others if word in text] == []
    assert len(others) > 30
    assert "correct_answers" not in text
    assert "explanation_texts" not in text
    assert text.count(MARK) > 100


@pytest.mark.parametrize("who", [None, uuid.UUID(int=0)])
def test_an_unknown_learner_is_an_error(transaction: Connection, who: uuid.UUID | None) -> None:
    with pytest.raises(psycopg.errors.NoDataFound, match="does not exist"):
        scalar(transaction, EXPORT, who)


def _text(row: dict[str, object]) -> str:
    return str(sorted(row.items()))
