"""What the guide names is there under its own name: fixtures/guide.json is the guide, by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from support.rows import Connection, add, column, read, rolled_back, scalar

GUIDE: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parent.parent / "fixtures" / "guide.json").read_text("utf-8")
)
TABLES: dict[str, Any] = GUIDE["tables"]

# Foreign keys and defaults without which a row still means something; NULL is "none" or "unknown".
NULLABLE = {
    "learners": {"institution_id", "learning_style", "preferred_difficulty", "learning_pace"},
    "educational_courses": {
        "institution_id",
        "content_format",
        "delivery_method",
        "metrics_as_of",
        "completion_rule",
        "derive_sessions",
    },
    "course_enrollments": {"section_count"},
    "section_progress": {"validation_method"},
    # the outcome of a page view is unknown
    "learning_interactions": {"section_id", "course_id", "sectionless_course_id", "outcome"},
    "learning_sessions": {"engagement_level"},
    "educational_assessments": {"section_id", "attempts_allowed"},
    "assessment_attempts": {"computed_score", "analyses", "objective_points"},
}
# Exact, where the guide's types round; their decimals and bounds are CHECK constraints.
EXACT = {
    ("educational_courses", "academic_credits"),
    ("learning_modules", "assessment_weight"),
    ("educational_assessments", "total_points"),
    ("educational_assessments", "passing_score"),
    ("educational_assessments", "weight_in_course"),
    ("assessment_attempts", "score"),
}
FILLED = {
    ("learning_sections", "course_id"),
    ("course_enrollments", "total_time_spent"),
    ("course_enrollments", "progress_sum"),
    ("course_enrollments", "seconds_sum"),
    ("course_enrollments", "measures_version"),
    ("section_progress", "comprehension_n"),
    ("section_progress", "comprehension_sum"),
    ("section_progress", "retention_n"),
    ("section_progress", "retention_sum"),
    ("section_progress", "application_n"),
    ("section_progress", "application_sum"),
    ("section_progress", "measures_version"),
    ("assessment_attempts", "rules_version"),
    ("educational_courses", "rating_count"),
    ("educational_courses", "rating_sum"),
    ("educational_courses", "ratings_version"),
}
"""Columns that triggers fill, whatever is written."""
ADDED = {
    "educational_courses": {
        "metrics_as_of": "timestamp with time zone",
        "rating_count": "integer",
        "rating_sum": "bigint",
        "ratings_version": "bigint",
        "completion_rule": "text",
        "derive_sessions": "boolean",
    },
    "learning_sections": {"course_id": "uuid"},
    "learning_sessions": {
        "updated_at": "timestamp with time zone",
        "derived": "boolean",
        "supplied": "text[]",
        "derivations": "bigint",
    },
    "course_enrollments": {
        "section_count": "integer",
        "progress_sum": "bigint",
        "seconds_sum": "bigint",
        "measures_version": "bigint",
    },
    "section_progress": {
        "comprehension_n": "integer",
        "retention_n": "integer",
        "application_n": "integer",
        "comprehension_sum": "bigint",
        "retention_sum": "bigint",
        "application_sum": "bigint",
        "measures_version": "bigint",
        "supplied": "text[]",
    },
    "learning_interactions": {"sectionless_course_id": "uuid"},
    "educational_assessments": {"rules_version": "bigint"},
    "assessment_attempts": {
        "updated_at": "timestamp with time zone",
        "rules_version": "bigint",
        "computed_score": "numeric",
        "supplied": "text[]",
        "analyses": "bigint",
        "objective_points": "jsonb",
    },
}


def columns_of(connection: Connection, relation: str) -> dict[str, tuple[str, str | None, bool]]:
    """Type, default and NOT NULL of each column, in order."""
    return {
        name: (kind, default, required)
        for name, kind, default, required in connection.execute(
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod),"
            " pg_get_expr(d.adbin, d.adrelid), a.attnotnull"
            " FROM pg_attribute AS a"
            " LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
            " WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped"
            " ORDER BY a.attnum",
            (relation,),
        )
    }


def labels_of(connection: Connection, type_name: str) -> list[str]:
    return column(
        connection,
        "SELECT enumlabel FROM pg_enum WHERE enumtypid = %s::regtype ORDER BY enumsortorder",
        type_name,
    )


def test_the_fixture_is_the_whole_guide() -> None:
    columns = [facts for table in TABLES.values() for facts in table["columns"].values()]
    lists = [tuple(facts["labels"]) for facts in columns if "labels" in facts]
    assert len(TABLES) == 11
    assert len(columns) == 220
    assert (len(lists), len(set(lists))) == (24, 21)
    assert sum(len(table["unique"]) for table in TABLES.values()) == 6
    assert len(GUIDE["indexes"]) == 3 + 7 + 1


@pytest.mark.parametrize("table", TABLES)
def test_columns_of_the_guide_come_in_its_order_and_few_after_them(
    transaction: Connection, table: str
) -> None:
    present = columns_of(transaction, table)
    guides = list(TABLES[table]["columns"])
    assert list(present)[: len(guides)] == guides
    added = {name: present[name][0] for name in list(present)[len(guides) :]}
    assert added == ADDED.get(table, {})


@pytest.mark.parametrize("table", TABLES)
def test_columns_have_the_types_labels_and_defaults_of_the_guide(
    transaction: Connection, table: str
) -> None:
    present = columns_of(transaction, table)
    for name, facts in TABLES[table]["columns"].items():
        kind, default, _ = present[name]
        if "labels" in facts:
            assert labels_of(transaction, kind) == facts["labels"], name
            default = default and default.removesuffix(f"::{kind}")
        else:
            expected = "numeric" if (table, name) in EXACT else facts["type"]
            assert kind == expected, name
        expected = facts.get("default")
        assert (default or "").lower() == (expected or "").lower(), name


def test_equal_lists_share_one_type(transaction: Connection) -> None:
    types: dict[tuple[str, ...], set[str]] = {}
    for table, facts in TABLES.items():
        present = columns_of(transaction, table)
        for name, column_facts in facts["columns"].items():
            if "labels" in column_facts:
                types.setdefault(tuple(column_facts["labels"]), set()).add(present[name][0])
    assert [names for names in types.values() if len(names) > 1] == []
    assert len(set().union(*types.values())) == len(types) == 21


@pytest.mark.parametrize("table", TABLES)
def test_a_column_is_not_null_where_a_row_is_meaningless_without_it(
    transaction: Connection, table: str
) -> None:
    facts = TABLES[table]
    required = {
        name
        for name, column_facts in facts["columns"].items()
        if column_facts.keys() & {"not_null", "primary_key", "default"}
    }
    required |= {key["column"] for key in facts["foreign_keys"]}
    required |= set(ADDED.get(table, {}))
    required -= NULLABLE.get(table, set())
    present = columns_of(transaction, table)
    assert {name for name, (_, _, not_null) in present.items() if not_null} == required
    guides = {name for name, column_facts in facts["columns"].items() if "not_null" in column_facts}
    assert guides - NULLABLE.get(table, set()) <= required


@pytest.mark.parametrize("table", TABLES)
def test_null_is_rejected_where_the_column_is_not_null_and_accepted_elsewhere(
    transaction: Connection, table: str
) -> None:
    for name, (_, _, required) in columns_of(transaction, table).items():
        if name == "sectionless_course_id":
            continue  # generated
        with rolled_back(transaction):
            if not required or (table, name) in FILLED:
                # an event that names a section names its course
                section = {"section_id": None} if table == "learning_interactions" else {}
                add(transaction, table, **{**section, name: None})
                continue
            with pytest.raises(psycopg.IntegrityError) as error:
                add(transaction, table, **{name: None})
            if (table, name) == ("learning_interactions", "timestamp"):
                assert "no partition of relation" in str(error.value)
            else:
                assert isinstance(error.value, psycopg.errors.NotNullViolation)
                assert error.value.diag.column_name == name


@pytest.mark.parametrize("table", ["course_enrollments", "section_progress", "learning_sessions"])
def test_a_row_of_defaults_alone_is_rejected(transaction: Connection, table: str) -> None:
    with pytest.raises(psycopg.errors.NotNullViolation):
        transaction.execute(f"INSERT INTO {table} DEFAULT VALUES".encode())


@pytest.mark.parametrize("table", TABLES)
def test_uniques_and_primary_keys_of_the_guide_are_kept(
    transaction: Connection, table: str
) -> None:
    keys = transaction.execute(
        "SELECT o.contype, array_agg(a.attname::text ORDER BY k.place) FROM pg_constraint AS o"
        " CROSS JOIN unnest(o.conkey) WITH ORDINALITY AS k (attnum, place)"
        " JOIN pg_attribute AS a ON a.attrelid = o.conrelid AND a.attnum = k.attnum"
        " WHERE o.contype IN ('p', 'u') AND o.conrelid = %s::regclass GROUP BY o.oid, o.contype",
        (table,),
    ).fetchall()
    for unique in TABLES[table]["unique"]:
        assert ("u", unique) in keys
    # the one exception: a partitioned table cannot have id alone as its key
    key = ["id", "timestamp"] if table == "learning_interactions" else ["id"]
    assert ("p", key) in keys


FOREIGN_KEYS = [
    (table, key["column"], key["references"], key["on_delete"])
    for table, facts in TABLES.items()
    for key in facts["foreign_keys"]
]


@pytest.mark.parametrize(
    ("table", "name", "parent", "on_delete"),
    FOREIGN_KEYS,
    ids=lambda value: value,
)
def test_foreign_keys_of_the_guide_act_as_it_says(
    transaction: Connection, table: str, name: str, parent: str, on_delete: str
) -> None:
    if (table, name) == ("educational_assessments", "section_id"):
        section = add(transaction, "learning_sections")
        row = add(transaction, table, section_id=section["id"], course_id=section["course_id"])
    elif name == "institution_id":
        institution = add(transaction, "educational_institutions")
        row = add(transaction, table, institution_id=institution["id"])
    else:
        row = add(transaction, table)
    other = add(transaction, table)
    delete = f"DELETE FROM {parent} WHERE id = %s".encode()
    if on_delete == "no action":
        with pytest.raises(psycopg.errors.ForeignKeyViolation) as error:
            transaction.execute(delete, (row[name],))
        assert error.value.diag.constraint_name == f"{table}_{name}_fkey"
    else:
        transaction.execute(delete, (row[name],))
        assert [left["id"] for left in read(transaction, table)] == [other["id"]]


def test_the_foreign_keys_of_the_guide_are_all_tried() -> None:
    assert len(FOREIGN_KEYS) == 18


@pytest.mark.parametrize("name", GUIDE["indexes"])
def test_indexes_of_the_guide_keep_their_keys_and_include_lists(
    transaction: Connection, name: str
) -> None:
    facts = GUIDE["indexes"][name]
    definition = scalar(transaction, "SELECT pg_get_indexdef(%s::regclass)", name)
    found = re.fullmatch(
        r"CREATE (UNIQUE )?INDEX \w+ ON (?:ONLY )?public\.(\w+) USING btree \((.*?)\)"
        r"(?: INCLUDE \((.*)\))?",
        definition,
    )
    assert found is not None, definition
    unique, table, keys, include = found.groups()
    assert table == facts["table"]
    assert bool(unique) == facts.get("unique", False)
    assert keys.replace('"', "").split(", ") == facts["columns"]
    assert (include.split(", ") if include else []) == facts["include"]


@pytest.mark.parametrize("view", GUIDE["views"])
def test_views_are_materialized_with_the_columns_of_the_guide_and_no_other(
    transaction: Connection, view: str
) -> None:
    kind = scalar(transaction, "SELECT relkind FROM pg_class WHERE oid = %s::regclass", view)
    assert kind == "m"
    assert list(columns_of(transaction, view)) == GUIDE["views"][view]


@pytest.mark.parametrize(
    ("live", "view"),
    [
        ("course_analytics", "learning_analytics_dashboard"),
        ("learner_analytics", "learner_progress_analytics"),
    ],
)
def test_live_views_have_the_columns_of_the_guide(
    transaction: Connection, live: str, view: str
) -> None:
    assert list(columns_of(transaction, live)) == GUIDE["views"][view]


@pytest.mark.parametrize("view", GUIDE["views"])
def test_views_have_the_plain_unique_index_that_concurrent_refresh_needs(
    transaction: Connection, view: str
) -> None:
    key = GUIDE["views"][view][0]
    assert scalar(
        transaction,
        "SELECT count(*) FROM pg_index AS i"
        " JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indrelid = %s::regclass AND i.indisunique AND i.indisvalid"
        " AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts = 1 AND a.attname = %s",
        view,
        key,
    )


@pytest.mark.parametrize("name", GUIDE["functions"])
def test_functions_have_the_leading_parameters_and_the_result_of_the_guide(
    transaction: Connection, name: str
) -> None:
    facts = GUIDE["functions"][name]
    rows = transaction.execute(
        "SELECT pg_get_function_result(oid), pg_get_function_arguments(oid)"
        " FROM pg_proc WHERE proname = %s AND pronamespace = 'public'::regnamespace",
        (name,),
    ).fetchall()
    assert len(rows) == 1
    result, arguments = rows[0]
    assert result == facts["returns"]
    expected = [
        f"{parameter} {kind}" + (f" DEFAULT {default}" if default else "")
        for parameter, kind, default in facts["parameters"]
    ]
    given = arguments.split(", ") if arguments else []
    assert given[: len(expected)] == expected
    assert all(" DEFAULT " in further for further in given[len(expected) :])
