"""verify finds what differs from the release, and is silent about what others own."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import lms_schema
from lms_schema.catalog.catalog import Catalog, read_catalog, release_catalog
from lms_schema.catalog.difference import Difference, compare, without_row_security
from lms_schema.errors import DatabaseError, DatabaseNewer, UsageError
from lms_schema.operations.verify import verify

Connection = psycopg.Connection[tuple[Any, ...]]
Found = set[tuple[str, str, str]]

# Each change, with the differences that verify must find: all of them, and no other.
DRIFT: dict[str, tuple[str, Found]] = {
    "dropped index": (
        "DROP INDEX learners_institution_id_idx",
        {("missing", "index", "learners.learners_institution_id_idx")},
    ),
    "index with other columns": (
        "DROP INDEX learners_institution_id_idx;"
        "CREATE INDEX learners_institution_id_idx ON learners (institution_id, email)",
        {("different", "index", "learners.learners_institution_id_idx")},
    ),
    "index marked invalid": (
        "UPDATE pg_index SET indisvalid = FALSE"
        " WHERE indexrelid = 'learners_institution_id_idx'::regclass",
        {("different", "index", "learners.learners_institution_id_idx")},
    ),
    "index of a constraint marked invalid": (
        "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'learners_email_key'::regclass",
        {("different", "constraint", "learners.learners_email_key")},
    ),
    "altered function body": (
        "CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql"
        " SET search_path FROM CURRENT AS 'BEGIN RETURN NULL; END'",
        {("different", "function", "set_updated_at()")},
    ),
    "function made a definer": (
        "ALTER FUNCTION set_updated_at() SECURITY DEFINER",
        {("different", "function", "set_updated_at()")},
    ),
    "function with another search path": (
        "ALTER FUNCTION set_updated_at() SET search_path = pg_temp, public",
        {("different", "function", "set_updated_at()")},
    ),
    "dropped function": (
        "DROP FUNCTION calculate_course_effectiveness",
        {("missing", "function", "calculate_course_effectiveness(uuid)")},
    ),
    "overload of a function": (
        "CREATE FUNCTION calculate_course_effectiveness(text) RETURNS jsonb LANGUAGE sql"
        " RETURN NULL::jsonb",
        {("extra", "function", "calculate_course_effectiveness(text)")},
    ),
    "added column": (
        "ALTER TABLE learners ADD COLUMN nickname text",
        {("extra", "column", "learners.nickname")},
    ),
    "dropped column": (
        "ALTER TABLE learners DROP COLUMN last_login",
        {
            ("missing", "column", "learners.last_login"),
            ("missing", "constraint", "learners.learners_finite_times_check"),
        },
    ),
    "column dropped and added again": (
        "ALTER TABLE learners DROP COLUMN last_name CASCADE;"
        "ALTER TABLE learners ADD COLUMN last_name varchar(100) NOT NULL;"
        "COMMENT ON COLUMN learners.last_name IS 'Family name.'",
        {
            ("different", "table", "learners"),
            ("missing", "constraint", "learners.learners_last_name_check"),
            ("missing", "grant", "column learners.last_name"),
        },
    ),
    "changed type of a column": (
        "ALTER TABLE learners ALTER COLUMN first_name TYPE varchar(99)",
        {("different", "column", "learners.first_name")},
    ),
    "changed default": (
        "ALTER TABLE learners ALTER COLUMN learning_style SET DEFAULT 'auditory'",
        {("different", "column", "learners.learning_style")},
    ),
    "dropped NOT NULL": (
        "ALTER TABLE learners ALTER COLUMN first_name DROP NOT NULL",
        {("different", "column", "learners.first_name")},
    ),
    "added label": (
        "ALTER TYPE learning_style ADD VALUE 'tactile'",
        {("different", "type", "learning_style")},
    ),
    "renamed label": (
        "ALTER TYPE learning_style RENAME VALUE 'visual' TO 'optical'",
        {
            ("different", "type", "learning_style"),
            ("different", "column", "learners.learning_style"),
        },
    ),
    "dropped constraint": (
        "ALTER TABLE learners DROP CONSTRAINT valid_email",
        {("missing", "constraint", "learners.valid_email")},
    ),
    "added constraint": (
        "ALTER TABLE learners ADD CONSTRAINT no_bobs CHECK (first_name <> 'Bob')",
        {("extra", "constraint", "learners.no_bobs")},
    ),
    "constraint not valid": (
        "ALTER TABLE learners DROP CONSTRAINT learners_institution_id_fkey;"
        "ALTER TABLE learners ADD CONSTRAINT learners_institution_id_fkey"
        " FOREIGN KEY (institution_id) REFERENCES educational_institutions (id) NOT VALID",
        {("different", "constraint", "learners.learners_institution_id_fkey")},
    ),
    "constraint no longer deferrable": (
        "ALTER TABLE learning_modules"
        " DROP CONSTRAINT learning_modules_course_id_module_order_key,"
        " ADD CONSTRAINT learning_modules_course_id_module_order_key"
        " UNIQUE (course_id, module_order)",
        {
            (
                "different",
                "constraint",
                "learning_modules.learning_modules_course_id_module_order_key",
            )
        },
    ),
    "disabled trigger": (
        "ALTER TABLE learners DISABLE TRIGGER learners_updated_at",
        {("different", "trigger", "learners.learners_updated_at")},
    ),
    "disabled triggers of a foreign key": (
        "ALTER TABLE section_progress_history DISABLE TRIGGER ALL;"
        "ALTER TABLE section_progress_history ENABLE TRIGGER USER",
        {
            (
                "different",
                "constraint",
                "section_progress_history.section_progress_history_learner_id_section_id_fkey",
            )
        },
    ),
    "foreign trigger": (
        "CREATE FUNCTION others() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER others BEFORE INSERT ON learners FOR EACH ROW EXECUTE FUNCTION others()",
        {("extra", "trigger", "learners.others")},
    ),
    "foreign rule": (
        "CREATE RULE others AS ON DELETE TO learners DO INSTEAD NOTHING",
        {("extra", "rule", "learners.others")},
    ),
    "added policy": (
        "CREATE POLICY others ON learners USING (TRUE)",
        {("extra", "policy", "learners.others")},
    ),
    "row security switched off": (
        "ALTER TABLE learners DISABLE ROW LEVEL SECURITY",
        {("missing", "row security", "learners")},
    ),
    "unlogged table": (
        "ALTER TABLE analytics_refresh_log SET UNLOGGED",
        {("different", "table", "analytics_refresh_log")},
    ),
    "dropped view": (
        "DROP MATERIALIZED VIEW learning_analytics_dashboard",
        {("missing", "view", "learning_analytics_dashboard")},
    ),
    "changed view": (
        "DO $$ BEGIN EXECUTE replace("
        " 'DROP MATERIALIZED VIEW learning_analytics_dashboard;"
        "CREATE MATERIALIZED VIEW learning_analytics_dashboard AS SELECT * FROM (<view>) AS v"
        " WHERE course_id IS NOT NULL;"
        "CREATE UNIQUE INDEX idx_learning_analytics_dashboard_course"
        " ON learning_analytics_dashboard (course_id)',"
        " '<view>', rtrim(pg_get_viewdef('learning_analytics_dashboard'::regclass), ';')); END $$",
        {
            ("different", "view", "learning_analytics_dashboard"),
            ("missing", "grant", "view learning_analytics_dashboard"),
        },
    ),
    "dropped table": (
        "DROP TABLE analytics_refresh_log",
        {("missing", "table", "analytics_refresh_log")},
    ),
    "table replaced by a view": (
        "ALTER TABLE analytics_refresh_log RENAME TO others;"
        "CREATE VIEW analytics_refresh_log AS SELECT * FROM others",
        {("missing", "table", "analytics_refresh_log")},
    ),
}

# What the tests connect as may log in.
OWNER = ("different", "owner", "tables")


@pytest.fixture
def partitions(transaction: Connection) -> list[str]:
    """The partitions of the event table, oldest first."""
    rows = transaction.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits"
        " WHERE inhparent = 'learning_interactions'::regclass"
    )
    return sorted((row[0] for row in rows), key=lambda name: ("history" not in name, name))


@pytest.fixture
def reader(connection: Connection) -> Iterator[str]:
    """A role with nothing but USAGE and SELECT."""
    role = f"reader_{uuid.uuid4().hex}"
    connection.execute(f"CREATE ROLE {role}")
    connection.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    yield role
    connection.execute(f"DROP OWNED BY {role}")
    connection.execute(f"DROP ROLE {role}")


def differences(connection: Connection, *, strict: bool = False) -> tuple[Difference, ...]:
    live = read_catalog(connection, "public")
    return compare(release_catalog(), live, strict=strict)[0]


def found(connection: Connection) -> Found:
    return {(item.problem, item.kind, item.name) for item in differences(connection)}


def partition_faults(connection: Connection) -> dict[str, str | None]:
    return {
        item.name.removeprefix("learning_interactions."): item.actual
        for item in differences(connection)
        if item.kind == "partition"
    }


def bounds(connection: Connection, partition: str) -> tuple[str, str]:
    connection.execute("SET LOCAL TimeZone = 'UTC'")
    text = connection.execute(
        "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = %s::regclass", [partition]
    ).fetchone()
    assert text is not None
    lower, upper = re.findall(r"'([^']+)'", text[0])
    return lower, upper


@pytest.mark.parametrize("change", DRIFT)
def test_verify_finds(change: str, transaction: Connection) -> None:
    statements, expected = DRIFT[change]
    transaction.execute(statements.encode())
    assert found(transaction) == expected


def test_a_difference_shows_both_definitions(transaction: Connection) -> None:
    transaction.execute("ALTER TABLE learners ALTER COLUMN first_name TYPE varchar(99)")
    assert differences(transaction) == (
        Difference(
            kind="column",
            name="learners.first_name",
            problem="different",
            expected="character varying(100) NOT NULL",
            actual="character varying(99) NOT NULL",
        ),
    )


def test_verify_finds_an_index_whose_concurrent_build_failed(
    connection: Connection, database: str
) -> None:
    row = connection.execute(
        "SELECT pg_get_indexdef('learners_email_lower_key'::regclass)"
    ).fetchone()
    assert row is not None
    connection.execute("DROP INDEX learners_email_lower_key")
    connection.execute(
        "INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)"
        " SELECT e, 'A', 'B', 'graduate', '{}' FROM unnest('{a@b.org,A@b.org}'::text[]) AS e"
    )
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(row[0].replace("INDEX", "INDEX CONCURRENTLY", 1).encode())
    (difference,) = verify(database).differences
    assert (difference.kind, difference.name, difference.problem) == (
        "index",
        "learners.learners_email_lower_key",
        "different",
    )
    assert difference.actual == f"{difference.expected} INVALID"


def test_extra_indexes_and_changed_comments_are_notes_unless_strict(
    connection: Connection, database: str
) -> None:
    connection.execute("CREATE INDEX others ON learners (last_name)")
    connection.execute("COMMENT ON COLUMN learners.email IS 'Address.'")
    connection.execute("COMMENT ON TABLE learners IS NULL")
    expected = {
        ("extra", "index", "learners.others"),
        ("different", "comment", "column learners.email"),
        ("missing", "comment", "table learners"),
    }
    result = verify(database)
    assert result.differences == ()
    assert {(item.problem, item.kind, item.name) for item in result.notes} == expected | {OWNER}
    result = verify(database, strict=True)
    assert {(item.problem, item.kind, item.name) for item in result.differences} == expected
    assert {(item.problem, item.kind, item.name) for item in result.notes} == {OWNER}


def test_verify_is_silent_about_what_others_own(transaction: Connection) -> None:
    role = f"others_{uuid.uuid4().hex}"
    transaction.execute(
        f"""
        CREATE ROLE {role};
        GRANT ALL ON ALL TABLES IN SCHEMA public TO {role};
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};
        CREATE TYPE others_kind AS ENUM ('a', 'b');
        CREATE DOMAIN others_domain AS text;
        CREATE TABLE others (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            learner_id uuid REFERENCES learners (id),
            kind others_kind
        );
        COMMENT ON TABLE others IS 'Not ours.';
        CREATE TABLE "learners.x" (a serial);
        CREATE TABLE others_numbers (a integer) PARTITION BY RANGE (a);
        CREATE TABLE others_numbers_1 PARTITION OF others_numbers FOR VALUES FROM (1) TO (5);
        CREATE TABLE others_numbers_2 PARTITION OF others_numbers DEFAULT;
        CREATE TABLE others_hashes (a integer) PARTITION BY HASH (a);
        CREATE TABLE others_lists (a text) PARTITION BY LIST (a);
        CREATE TABLE others_lists_1 PARTITION OF others_lists FOR VALUES IN ('x', NULL);
        CREATE VIEW others_view AS SELECT * FROM learners;
        CREATE FUNCTION others_function(learners) RETURNS integer LANGUAGE sql RETURN 1;
        CREATE PROCEDURE others_procedure() LANGUAGE sql AS 'SELECT 1';
        CREATE AGGREGATE others_aggregate(integer) (SFUNC = int4pl, STYPE = integer);
        CREATE FUNCTION others_trigger() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER others BEFORE INSERT ON others
            FOR EACH ROW EXECUTE FUNCTION others_trigger();
        CREATE SCHEMA elsewhere;
        CREATE FUNCTION elsewhere.calculate_course_effectiveness(text) RETURNS jsonb LANGUAGE sql
            RETURN NULL::jsonb;
        """.encode()
    )
    assert differences(transaction) == ()


def test_settings_of_role_and_database_change_nothing(
    connection: Connection, database: str
) -> None:
    for setting, value in {
        "TimeZone": "Asia/Kathmandu",
        "DateStyle": "SQL, DMY",
        "IntervalStyle": "iso_8601",
        "search_path": "elsewhere, public",
        "quote_all_identifiers": "on",
        "extra_float_digits": "-15",
        "bytea_output": "escape",
        "default_transaction_isolation": "serializable",
    }.items():
        connection.execute(
            f"ALTER DATABASE {connection.info.dbname} SET {setting} = {value}"
            if setting == "search_path"
            else f"ALTER DATABASE {connection.info.dbname} SET {setting} = '{value}'"
        )
    with psycopg.connect(database) as other:
        assert read_catalog(other, "public") == read_catalog(connection, "public")
        path = other.execute("SHOW search_path").fetchone()
        assert path == ("elsewhere, public",), "the connection keeps its settings"
    assert verify(database, strict=True).differences == ()


def test_a_schema_of_any_name_verifies(empty_database: str) -> None:
    name = 'Weird "Schema"'
    lms_schema.migrate(empty_database, schema=name)
    result = verify(empty_database, schema=name, strict=True)
    assert result.differences == ()
    assert {(item.problem, item.kind, item.name) for item in result.notes} == {OWNER}
    with psycopg.connect(empty_database) as connection:
        assert "Weird" not in read_catalog(connection, name).to_json()


def test_a_role_that_may_only_select_verifies(database: str, reader: str) -> None:
    conninfo = make_conninfo(database, options=f"-c role={reader}")
    assert verify(conninfo, schema="public", strict=True).differences == ()


def test_a_role_that_may_not_look_is_told_so(
    connection: Connection, database: str, reader: str
) -> None:
    connection.execute(f"REVOKE USAGE ON SCHEMA public FROM PUBLIC, {reader}")
    with pytest.raises(DatabaseError, match="GRANT USAGE"):
        verify(make_conninfo(database, options=f"-c role={reader}"), schema="public")


def test_a_database_that_a_newer_release_migrated_is_not_judged(
    connection: Connection, database: str, reader: str
) -> None:
    connection.execute("DROP INDEX learners_institution_id_idx")
    connection.execute(
        "UPDATE lms_schema_migration SET package_version = '99.0' "
        "WHERE migration_id = 'tables/020_learners'"
    )
    with pytest.raises(DatabaseNewer, match=r"release 99\.0 migrated it"):
        verify(database, schema="public")
    connection.execute(f"REVOKE SELECT ON lms_schema_migration FROM {reader}")
    may_not_read_the_records = make_conninfo(database, options=f"-c role={reader}")
    assert len(verify(may_not_read_the_records, schema="public").differences) == 1


def test_a_schema_that_does_not_exist_is_an_error(database: str) -> None:
    with pytest.raises(UsageError, match='no schema "nowhere"'):
        verify(database, schema="nowhere")


def test_an_empty_schema_misses_everything_once(empty_database: str) -> None:
    result = verify(empty_database, schema="public")
    assert {item.problem for item in result.differences} == {"missing"}
    kinds = {"type", "table", "view", "function", "grant"}
    assert {item.kind for item in result.differences} == kinds


def test_a_result_is_one_json_document(connection: Connection, database: str) -> None:
    connection.execute("DROP INDEX learners_institution_id_idx")
    document = json.loads(json.dumps(verify(database).to_json()))
    assert (document["format"], document["command"], document["schema"]) == (1, "verify", "public")
    (difference,) = document["differences"]
    assert difference["name"] == "learners.learners_institution_id_idx"


def test_a_catalog_reads_what_it_wrote(transaction: Connection) -> None:
    catalog = read_catalog(transaction, "public")
    assert Catalog.from_json(catalog.to_json()) == catalog


def test_reading_in_a_transaction_leaves_its_settings(transaction: Connection) -> None:
    transaction.execute("SET LOCAL TimeZone = 'Asia/Tokyo'")
    read_catalog(transaction, "public")
    assert transaction.execute("SHOW TimeZone").fetchone() == ("Asia/Tokyo",)


def test_the_names_of_partitions_do_not_matter(
    transaction: Connection, partitions: list[str]
) -> None:
    transaction.execute(f"ALTER TABLE {partitions[3]} RENAME TO march")
    assert differences(transaction) == ()


def test_verify_finds_a_missing_month(transaction: Connection, partitions: list[str]) -> None:
    lower, upper = bounds(transaction, partitions[3])
    transaction.execute(f"DROP TABLE {partitions[3]}")
    assert partition_faults(transaction) == {
        partitions[4]: f"nothing holds {lower[:10]} to {upper[:10]}, the time before it"
    }


def test_verify_finds_that_no_partition_takes_the_events_of_today(
    transaction: Connection, partitions: list[str]
) -> None:
    upper = bounds(transaction, partitions[1])[0]
    for month in partitions[1:]:
        transaction.execute(f"DROP TABLE {month}")
    assert partition_faults(transaction) == {
        partitions[0]: f"nothing holds {upper[:10]} and later; migrate adds months"
    }


def test_verify_finds_a_partition_that_is_not_a_month(
    transaction: Connection, partitions: list[str]
) -> None:
    _, upper = bounds(transaction, partitions[-1])
    transaction.execute(
        "CREATE TABLE odd PARTITION OF learning_interactions"
        f" FOR VALUES FROM ('{upper}') TO ('{upper}'::timestamptz + INTERVAL '15 days')".encode()
    )
    ((name, fault),) = partition_faults(transaction).items()
    assert name == "odd"
    assert fault is not None
    assert fault.startswith("is not one UTC month: FOR VALUES FROM")


def test_verify_finds_a_month_of_another_time_zone(
    transaction: Connection, partitions: list[str]
) -> None:
    lower, upper = bounds(transaction, partitions[-1])
    transaction.execute(
        f"DROP TABLE {partitions[-1]};"
        "SET LOCAL TimeZone = 'America/Lima';"
        "CREATE TABLE lima PARTITION OF learning_interactions"
        f" FOR VALUES FROM ('{lower[:10]}') TO ('{upper[:10]}')".encode()
    )
    assert partition_faults(transaction).keys() == {"lima"}


def test_verify_finds_a_default_partition(transaction: Connection) -> None:
    transaction.execute("CREATE TABLE rest PARTITION OF learning_interactions DEFAULT")
    ((name, fault),) = partition_faults(transaction).items()
    assert name == "rest"
    assert fault is not None
    # what else it lacks, statement triggers, was nobody's to make
    assert fault.splitlines()[0] == "is not one UTC month: DEFAULT"


def test_verify_finds_a_table_without_partitions(
    transaction: Connection, partitions: list[str]
) -> None:
    transaction.execute(f"DROP TABLE {', '.join(partitions)}")
    assert partition_faults(transaction) == {"*": "there is none"}


def test_verify_finds_a_partition_with_a_disabled_trigger(
    transaction: Connection, partitions: list[str]
) -> None:
    transaction.execute(
        "CREATE FUNCTION others() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER others BEFORE INSERT ON learning_interactions"
        " FOR EACH ROW EXECUTE FUNCTION others();"
        f"ALTER TABLE {partitions[3]} DISABLE TRIGGER others".encode()
    )
    ((name, fault),) = partition_faults(transaction).items()
    assert name == partitions[3]
    assert fault is not None
    assert fault.startswith("trigger others: CREATE TRIGGER")
    assert "DISABLED, the parent has CREATE TRIGGER" in fault


def test_verify_finds_a_partition_whose_foreign_keys_are_switched_off(
    transaction: Connection, partitions: list[str]
) -> None:
    transaction.execute(f"ALTER TABLE {partitions[3]} DISABLE TRIGGER ALL")
    ((name, fault),) = partition_faults(transaction).items()
    assert name == partitions[3]
    assert fault is not None
    # ALL takes its statement triggers along
    assert fault.splitlines()[0] == (
        "foreign key trigger of the system: DISABLED, the parent has none"
    )
    assert all(" DISABLED, " in line for line in fault.splitlines())


def test_verify_finds_a_partition_with_a_foreign_trigger(
    transaction: Connection, partitions: list[str]
) -> None:
    transaction.execute(
        "CREATE FUNCTION others() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        f"CREATE TRIGGER others BEFORE INSERT ON {partitions[3]}"
        " FOR EACH ROW EXECUTE FUNCTION others()".encode()
    )
    ((name, fault),) = partition_faults(transaction).items()
    assert name == partitions[3]
    assert fault is not None
    assert fault.endswith("the parent has none")


def test_verify_finds_partitions_without_an_index(
    transaction: Connection, partitions: list[str]
) -> None:
    transaction.execute(
        "DROP INDEX learning_interactions_section_id_idx;"
        "CREATE INDEX learning_interactions_section_id_idx"
        " ON ONLY learning_interactions (section_id, course_id)"
    )
    index = "learning_interactions_section_id_idx"
    assert ("different", "index", f"learning_interactions.{index}") in found(transaction)
    assert partition_faults(transaction) == dict.fromkeys(
        partitions, f"index {index}: missing, the parent has valid"
    )


def test_verify_finds_a_partition_with_an_invalid_index(
    transaction: Connection, partitions: list[str]
) -> None:
    transaction.execute(
        "UPDATE pg_index SET indisvalid = FALSE FROM pg_inherits"
        " WHERE indexrelid = inhrelid AND indrelid = %s::regclass"
        " AND inhparent = 'learning_interactions_section_id_idx'::regclass",
        [partitions[3]],
    )
    assert partition_faults(transaction) == {
        partitions[3]: "index learning_interactions_section_id_idx: INVALID, the parent has valid"
    }


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            "ALTER COLUMN device_type SET DEFAULT 'phone'",
            "column device_type: character varying(50) DEFAULT 'phone'::character varying,"
            " the parent has character varying(50)",
        ),
        ("DISABLE ROW LEVEL SECURITY", "row security setting: OFF, the parent has ENABLED"),
    ],
)
def test_verify_finds_a_partition_altered_alone(
    transaction: Connection, partitions: list[str], change: str, fault: str
) -> None:
    transaction.execute(f"ALTER TABLE {partitions[3]} {change}".encode())
    assert partition_faults(transaction) == {partitions[3]: fault}


def _row_security(connection: Connection, switch: str) -> Catalog:
    """ENABLE or DISABLE row security of all tables and partitions; return the catalog."""
    connection.execute(
        "DO $$ DECLARE r regclass; BEGIN FOR r IN SELECT oid FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT starts_with(relname, 'lms_schema_')"
        f" LOOP EXECUTE format('ALTER TABLE %s {switch} ROW LEVEL SECURITY', r);"
        " END LOOP; END $$".encode()
    )
    return read_catalog(connection, "public")


def test_row_security_that_a_platform_enables_can_be_accepted(transaction: Connection) -> None:
    """The tables of the package have it, those of an extra may not."""
    without = _row_security(transaction, "DISABLE")
    live = _row_security(transaction, "ENABLE")
    assert len(compare(without, live)[0]) > 20
    assert compare(without, without_row_security(live, without))[0] == ()
    transaction.execute("ALTER TABLE learning_interactions DISABLE ROW LEVEL SECURITY")
    live = read_catalog(transaction, "public")
    assert compare(without, without_row_security(live, without))[0] == ()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE learners DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE learners FORCE ROW LEVEL SECURITY",
        "CREATE POLICY others ON learners USING (TRUE)",
        "ALTER TABLE learners ADD COLUMN others text",
        "ALTER TABLE learning_interactions_history DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE learning_interactions_history FORCE ROW LEVEL SECURITY",
        "ALTER TABLE learners SET (fillfactor = 50)",
    ],
)
def test_to_accept_row_security_accepts_nothing_else(
    connection: Connection, database: str, change: str
) -> None:
    connection.execute(change.encode())
    assert len(verify(database, accept_row_security=True).differences) == 1


def test_a_table_with_row_security_and_no_policy_shows_others_nothing(
    connection: Connection, database: str, reader: str
) -> None:
    """The policies are for the package's roles; a grant alone opens no row."""
    connection.execute(
        "INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)"
        " VALUES ('a@b.org', 'A', 'B', 'graduate', '{}')"
    )
    count = "SELECT count(*) FROM learners"
    with psycopg.connect(make_conninfo(database, options=f"-c role={reader}")) as other:
        assert other.execute(count).fetchone() == (0,)
        other.commit()
        connection.execute("ALTER TABLE learners DISABLE ROW LEVEL SECURITY")
        assert other.execute(count).fetchone() == (1,)
    assert connection.execute(count).fetchone() == (1,)
