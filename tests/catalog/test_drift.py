"""Each way in which a schema can be changed by hand: verify finds it, or a reason says why not.

What matters is which writes are accepted, which rows are read, and who may run code.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any

import psycopg
import pytest

from lms_schema.catalog.catalog import read_catalog, release_catalog
from lms_schema.catalog.difference import compare
from support.versions import skip_here

Connection = psycopg.Connection[tuple[Any, ...]]

SINCE = {
    "NOT NULL constraint added again as NOT VALID": 18,
    "foreign key that is not enforced": 18,
    "check that is not enforced": 18,
    "NOT NULL constraint under another name": 18,
    "virtual generated column added": 18,
}
"""Changes that only later versions of PostgreSQL know, and which."""

# <partition>: a month of the event table; <role>: a role; <other>: a second one that may CREATE
# in the schema; others(): a trigger function of a project.
FOUND = {
    # tables
    "table dropped": "DROP TABLE analytics_refresh_log",
    "table renamed": "ALTER TABLE course_summary RENAME TO others",
    "table moved to another schema": "CREATE SCHEMA <role>; ALTER TABLE learners SET SCHEMA <role>",
    "table in place of which there is a view": (
        "ALTER TABLE analytics_refresh_log RENAME TO others_log;"
        "CREATE VIEW analytics_refresh_log AS SELECT * FROM others_log"
    ),
    "table unlogged": "ALTER TABLE analytics_refresh_log SET UNLOGGED",
    "table of another owner": "ALTER TABLE learners OWNER TO <role>",
    "table with replica identity nothing": "ALTER TABLE learners REPLICA IDENTITY NOTHING",
    "table with another access method": (
        "CREATE ACCESS METHOD others TYPE TABLE HANDLER heap_tableam_handler;"
        "ALTER TABLE analytics_refresh_log SET ACCESS METHOD others"
    ),
    "table without row security": "ALTER TABLE learners DISABLE ROW LEVEL SECURITY",
    "table with row security forced": "ALTER TABLE learners FORCE ROW LEVEL SECURITY",
    "table with a child": "CREATE TABLE others_child () INHERITS (learners)",
    "table with a child of another schema": (
        "CREATE SCHEMA <role>; CREATE TABLE <role>.child () INHERITS (learners)"
    ),
    "table with a child that was attached": (
        "CREATE TABLE others_child (LIKE analytics_refresh_log INCLUDING ALL);"
        "ALTER TABLE others_child INHERIT analytics_refresh_log"
    ),
    "table with a parent": (
        "CREATE TABLE others_parent (email varchar(255));ALTER TABLE learners INHERIT others_parent"
    ),
    "table made a partition": (
        "CREATE TABLE others_whole (LIKE analytics_refresh_log) PARTITION BY RANGE (id);"
        "ALTER TABLE analytics_refresh_log ALTER id DROP IDENTITY;"
        "ALTER TABLE others_whole ATTACH PARTITION analytics_refresh_log DEFAULT"
    ),
    "table with a lower fillfactor": "ALTER TABLE learners SET (fillfactor = 50)",
    "table that autovacuum leaves alone": ("ALTER TABLE learners SET (autovacuum_enabled = off)"),
    "table that PUBLIC may read": "GRANT SELECT ON learners TO PUBLIC",
    "table that PUBLIC may write": "GRANT INSERT ON learners TO PUBLIC",
    "table that PUBLIC may put triggers on": "GRANT TRIGGER ON learners TO PUBLIC",
    "table whose owner may not read it": "REVOKE SELECT ON learners FROM CURRENT_USER",
    "table whose owner may not write it": "REVOKE INSERT, UPDATE ON learners FROM CURRENT_USER",
    # columns
    "column added": "ALTER TABLE learners ADD COLUMN nickname text",
    "column added that must be given": (
        "ALTER TABLE course_summary ADD COLUMN nickname text NOT NULL"
    ),
    "column dropped": "ALTER TABLE learners DROP COLUMN last_login",
    "column renamed": "ALTER TABLE learners RENAME COLUMN last_login TO seen_at",
    "column at another place": (
        "ALTER TABLE learners DROP COLUMN last_name CASCADE;"
        "ALTER TABLE learners ADD COLUMN last_name varchar(100) NOT NULL"
    ),
    "column with a shorter type": "ALTER TABLE learners ALTER first_name TYPE varchar(9)",
    "column with another type": "ALTER TABLE learners ALTER first_name TYPE text",
    "column with another precision": (
        "ALTER TABLE learning_sessions ALTER focus_score TYPE numeric(9,4)"
    ),
    "column with another collation": (
        'ALTER TABLE learners ALTER first_name TYPE varchar(100) COLLATE "C"'
    ),
    "column with another default": (
        "ALTER TABLE learners ALTER learning_style SET DEFAULT 'auditory'"
    ),
    "column without its default": "ALTER TABLE learners ALTER id DROP DEFAULT",
    "column with a default that it had not": (
        "ALTER TABLE learners ALTER last_login SET DEFAULT now()"
    ),
    "column that may be NULL": "ALTER TABLE learners ALTER first_name DROP NOT NULL",
    "column that may not be NULL": "ALTER TABLE learners ALTER last_login SET NOT NULL",
    "NOT NULL constraint added again as NOT VALID": (
        "ALTER TABLE learners ALTER first_name DROP NOT NULL;"
        "ALTER TABLE learners ADD NOT NULL first_name NOT VALID"
    ),
    "column generated": (
        "ALTER TABLE learners ADD COLUMN others text GENERATED ALWAYS AS (first_name) STORED"
    ),
    "virtual generated column added": (
        "ALTER TABLE learners ADD COLUMN others text GENERATED ALWAYS AS (first_name) VIRTUAL"
    ),
    "identity that can be given": (
        "ALTER TABLE analytics_refresh_log ALTER id SET GENERATED BY DEFAULT"
    ),
    "identity dropped": "ALTER TABLE analytics_refresh_log ALTER id DROP IDENTITY",
    "identity with an end": ("ALTER TABLE analytics_refresh_log ALTER id SET MAXVALUE 1000"),
    "identity in a circle": "ALTER TABLE analytics_refresh_log ALTER id SET CYCLE",
    "identity in steps": "ALTER TABLE analytics_refresh_log ALTER id SET INCREMENT BY -1",
    "identity with another beginning": (
        "ALTER TABLE analytics_refresh_log ALTER id SET MINVALUE -5"
    ),
    "identity's sequence unlogged": "ALTER SEQUENCE analytics_refresh_log_id_seq SET UNLOGGED",
    "column that PUBLIC may read": "GRANT SELECT (email) ON learners TO PUBLIC",
    "column that PUBLIC may write": "GRANT UPDATE (email) ON learners TO PUBLIC",
    # constraints
    "constraint dropped": "ALTER TABLE learners DROP CONSTRAINT valid_email",
    "constraint renamed": "ALTER TABLE learners RENAME CONSTRAINT valid_email TO others",
    "check added": "ALTER TABLE learners ADD CONSTRAINT others CHECK (first_name <> 'Bob')",
    "check added without validation": (
        "ALTER TABLE learners ADD CONSTRAINT others CHECK (first_name <> 'Bob') NOT VALID"
    ),
    "check that is weaker": (
        "ALTER TABLE learners DROP CONSTRAINT valid_email,"
        " ADD CONSTRAINT valid_email CHECK (email IS NOT NULL)"
    ),
    "check that is not enforced": (
        "ALTER TABLE learners ADD CONSTRAINT others CHECK (first_name <> 'Bob') NOT ENFORCED"
    ),
    "unique constraint added": "ALTER TABLE learners ADD CONSTRAINT others UNIQUE (last_name)",
    "unique constraint dropped": "ALTER TABLE learners DROP CONSTRAINT learners_email_key",
    "primary key dropped": "ALTER TABLE course_summary DROP CONSTRAINT course_summary_pkey",
    "primary key marked invalid": (
        "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'learners_pkey'::regclass"
    ),
    "unique constraint that is no longer deferrable": (
        "ALTER TABLE learning_modules"
        " DROP CONSTRAINT learning_modules_course_id_module_order_key,"
        " ADD CONSTRAINT learning_modules_course_id_module_order_key"
        " UNIQUE (course_id, module_order)"
    ),
    "exclusion constraint added": (
        "ALTER TABLE learners ADD CONSTRAINT others EXCLUDE (last_name WITH =)"
    ),
    "foreign key added": (
        "ALTER TABLE learners ADD CONSTRAINT others FOREIGN KEY (id) REFERENCES learners (id)"
    ),
    "foreign key dropped": ("ALTER TABLE learners DROP CONSTRAINT learners_institution_id_fkey"),
    "foreign key that cascades": (
        "ALTER TABLE learners DROP CONSTRAINT learners_institution_id_fkey,"
        " ADD CONSTRAINT learners_institution_id_fkey FOREIGN KEY (institution_id)"
        " REFERENCES educational_institutions (id) ON DELETE CASCADE"
    ),
    "foreign key that is not valid": (
        "ALTER TABLE learners DROP CONSTRAINT learners_institution_id_fkey;"
        "ALTER TABLE learners ADD CONSTRAINT learners_institution_id_fkey"
        " FOREIGN KEY (institution_id) REFERENCES educational_institutions (id) NOT VALID"
    ),
    "foreign key that is not enforced": (
        "ALTER TABLE learners ALTER CONSTRAINT learners_institution_id_fkey NOT ENFORCED"
    ),
    "foreign key that is deferred": (
        "ALTER TABLE learners ALTER CONSTRAINT learners_institution_id_fkey"
        " DEFERRABLE INITIALLY DEFERRED"
    ),
    "foreign key to another table": (
        "ALTER TABLE learners DROP CONSTRAINT learners_institution_id_fkey,"
        " ADD CONSTRAINT learners_institution_id_fkey FOREIGN KEY (institution_id)"
        " REFERENCES learners (id)"
    ),
    "foreign key's triggers disabled": "ALTER TABLE section_progress_history DISABLE TRIGGER ALL",
    "foreign key's triggers disabled where it points": (
        "ALTER TABLE educational_institutions DISABLE TRIGGER ALL;"
        "ALTER TABLE educational_institutions ENABLE TRIGGER USER"
    ),
    # indexes
    "index dropped": "DROP INDEX learners_institution_id_idx",
    "index renamed": "ALTER INDEX learners_institution_id_idx RENAME TO others",
    "index with more columns": (
        "DROP INDEX learners_institution_id_idx;"
        "CREATE INDEX learners_institution_id_idx ON learners (institution_id, email)"
    ),
    "index of another method": (
        "DROP INDEX learners_institution_id_idx;"
        "CREATE INDEX learners_institution_id_idx ON learners USING hash (institution_id)"
    ),
    "index that is partial": (
        "DROP INDEX learners_institution_id_idx;"
        "CREATE INDEX learners_institution_id_idx ON learners (institution_id)"
        " WHERE first_name > 'b'"
    ),
    "index that is no longer unique": (
        "DROP INDEX learners_email_lower_key;"
        "CREATE INDEX learners_email_lower_key ON learners (lower(email))"
    ),
    "index with another fillfactor": (
        "ALTER INDEX learners_institution_id_idx SET (fillfactor = 50)"
    ),
    "index marked invalid": (
        "UPDATE pg_index SET indisvalid = FALSE"
        " WHERE indexrelid = 'learners_institution_id_idx'::regclass"
    ),
    "index marked not ready": (
        "UPDATE pg_index SET indisready = FALSE"
        " WHERE indexrelid = 'learners_institution_id_idx'::regclass"
    ),
    "index marked not live": (
        "UPDATE pg_index SET indislive = FALSE"
        " WHERE indexrelid = 'learners_institution_id_idx'::regclass"
    ),
    "unique index added": "CREATE UNIQUE INDEX others ON learners (last_name)",
    "unique partial index added": (
        "CREATE UNIQUE INDEX others ON learners (last_name) WHERE first_name = 'Bob'"
    ),
    "unique index added to the event table": (
        "CREATE UNIQUE INDEX others ON learning_interactions (learner_id, id, timestamp)"
    ),
    "index that calls a function of others": (
        "CREATE FUNCTION others(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1';"
        "CREATE INDEX others ON learners (others(last_name))"
    ),
    "partial index that calls a function of others": (
        "CREATE FUNCTION others(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT TRUE';"
        "CREATE INDEX others ON learners (last_name) WHERE others(last_name)"
    ),
    "index that calls an operator of others": (
        "CREATE FUNCTION others(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql"
        " AS 'SELECT TRUE';"
        "CREATE OPERATOR === (FUNCTION = others, LEFTARG = text, RIGHTARG = text);"
        "CREATE INDEX others ON learners (last_name) WHERE last_name::text === 'x'::text"
    ),
    "index of a materialized view dropped": "DROP INDEX idx_learning_analytics_dashboard_course",
    # triggers
    "trigger dropped": "DROP TRIGGER learners_updated_at ON learners",
    "trigger renamed": "ALTER TRIGGER learners_updated_at ON learners RENAME TO others",
    "trigger disabled": "ALTER TABLE learners DISABLE TRIGGER learners_updated_at",
    "trigger on replicas only": "ALTER TABLE learners ENABLE REPLICA TRIGGER learners_updated_at",
    "trigger on replicas too": "ALTER TABLE learners ENABLE ALWAYS TRIGGER learners_updated_at",
    "trigger of another function": (
        "CREATE OR REPLACE TRIGGER learners_updated_at BEFORE UPDATE ON learners"
        " FOR EACH ROW EXECUTE FUNCTION others()"
    ),
    "trigger at another time": (
        "CREATE OR REPLACE TRIGGER learners_updated_at BEFORE INSERT ON learners"
        " FOR EACH ROW EXECUTE FUNCTION set_updated_at()"
    ),
    "trigger with a condition": (
        "CREATE OR REPLACE TRIGGER learners_updated_at BEFORE UPDATE ON learners"
        " FOR EACH ROW WHEN (new.first_name = 'Bob') EXECUTE FUNCTION set_updated_at()"
    ),
    "trigger of a function with the name in another schema": (
        "CREATE SCHEMA <role>;"
        "CREATE FUNCTION <role>.set_updated_at() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END';"
        "CREATE OR REPLACE TRIGGER learners_updated_at BEFORE UPDATE ON learners"
        " FOR EACH ROW EXECUTE FUNCTION <role>.set_updated_at()"
    ),
    "trigger added": (
        "CREATE TRIGGER others BEFORE INSERT ON learners FOR EACH ROW EXECUTE FUNCTION others()"
    ),
    "constraint trigger added": (
        "CREATE CONSTRAINT TRIGGER others AFTER INSERT ON learners"
        " FOR EACH ROW EXECUTE FUNCTION others()"
    ),
    "statement trigger added to the event table": (
        "CREATE TRIGGER others AFTER INSERT ON learning_interactions EXECUTE FUNCTION others()"
    ),
    "trigger on a materialized view's source disabled": (
        "ALTER TABLE learning_sessions DISABLE TRIGGER USER"
    ),
    # rules, policies and grants
    "rule added": "CREATE RULE others AS ON DELETE TO learners DO INSTEAD NOTHING",
    "rule added that does more": (
        "CREATE RULE others AS ON INSERT TO learners DO ALSO NOTIFY others"
    ),
    "policy added": "CREATE POLICY others ON learners USING (TRUE)",
    "policy added for a persona": (
        "CREATE POLICY others ON learners FOR SELECT TO lms_learner USING (first_name = 'Bob')"
    ),
    "policy dropped": "DROP POLICY learner_select ON learners",
    "policy renamed": "ALTER POLICY learner_select ON learners RENAME TO others",
    "policy for another role": "ALTER POLICY learner_select ON learners TO lms_auth",
    "policy for one more role": "ALTER POLICY learner_select ON learners TO lms_learner, lms_auth",
    "policy for everybody": "ALTER POLICY learner_select ON learners TO PUBLIC",
    "policy with another condition": "ALTER POLICY learner_select ON learners USING (TRUE)",
    "policy with another check": "ALTER POLICY learner_update ON learners WITH CHECK (TRUE)",
    "policy made restrictive": (
        "DROP POLICY learner_select ON learners;"
        "CREATE POLICY learner_select ON learners AS RESTRICTIVE FOR SELECT TO lms_learner"
        " USING (id = (SELECT session_person()))"
    ),
    "policy for all commands": (
        "DROP POLICY learner_select ON learners;"
        "CREATE POLICY learner_select ON learners TO lms_learner"
        " USING (id = (SELECT session_person()))"
    ),
    "table granted to a persona": "GRANT DELETE ON learners TO lms_learner",
    "table granted to a persona with the option to grant": (
        "GRANT SELECT ON learners TO lms_learner WITH GRANT OPTION"
    ),
    "table revoked from a persona": "REVOKE SELECT ON learners FROM lms_learner",
    "column granted to a persona": "GRANT SELECT (data_consent) ON learners TO lms_instructor",
    "column revoked from a persona": "REVOKE SELECT (email) ON learners FROM lms_instructor",
    "view granted to a persona": "GRANT SELECT ON learner_progress_analytics TO lms_learner",
    "function granted to a persona": "GRANT EXECUTE ON FUNCTION open_session TO lms_learner",
    "function revoked from a persona": "REVOKE EXECUTE ON FUNCTION session_wards FROM lms_guardian",
    "schema revoked from a persona": "REVOKE USAGE ON SCHEMA public FROM lms_learner",
    "schema in which a persona may create": "GRANT CREATE ON SCHEMA public TO lms_learner",
    "persona that is a member of another role": "GRANT <role> TO lms_learner",
    # views
    "materialized view dropped": "DROP MATERIALIZED VIEW learning_analytics_dashboard",
    "materialized view renamed": (
        "ALTER MATERIALIZED VIEW learning_analytics_dashboard RENAME TO others"
    ),
    "materialized view with another query": (
        "DROP MATERIALIZED VIEW learning_analytics_dashboard;"
        "CREATE MATERIALIZED VIEW learning_analytics_dashboard AS SELECT * FROM course_summary;"
    ),
    "materialized view turned into a view": (
        "DROP MATERIALIZED VIEW learning_analytics_dashboard;"
        "CREATE VIEW learning_analytics_dashboard AS SELECT * FROM course_summary;"
    ),
    "materialized view without content": (
        "REFRESH MATERIALIZED VIEW learning_analytics_dashboard WITH NO DATA"
    ),
    "materialized view with a renamed column": (
        "ALTER MATERIALIZED VIEW learning_analytics_dashboard"
        " RENAME COLUMN completed_learners TO done"
    ),
    "materialized view of another owner": (
        "ALTER MATERIALIZED VIEW learning_analytics_dashboard OWNER TO <other>"
    ),
    "materialized view that PUBLIC may read": (
        "GRANT SELECT ON learning_analytics_dashboard TO PUBLIC"
    ),
    "unique index added to a materialized view": (
        "CREATE UNIQUE INDEX others ON learning_analytics_dashboard (course_title)"
    ),
    # functions
    "function dropped": "DROP FUNCTION calculate_course_effectiveness",
    "function renamed": "ALTER FUNCTION set_updated_at() RENAME TO others_updated_at",
    "function moved to another schema": (
        "CREATE SCHEMA <role>; ALTER FUNCTION set_updated_at() SET SCHEMA <role>"
    ),
    "function with another body": (
        "CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql"
        " SET search_path FROM CURRENT AS 'BEGIN RETURN NULL; END'"
    ),
    "function in another language": (
        "CREATE OR REPLACE FUNCTION is_meaningful_interaction(p_type interaction_type)"
        " RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN TRUE; END'"
    ),
    "function made a definer": "ALTER FUNCTION set_updated_at() SECURITY DEFINER",
    "function with another search path": (
        "ALTER FUNCTION set_updated_at() SET search_path = pg_temp, public"
    ),
    "function without a search path": "ALTER FUNCTION set_updated_at() RESET ALL",
    "function with another setting": "ALTER FUNCTION set_updated_at() SET work_mem = '1MB'",
    "function that turns triggers off": (
        "ALTER FUNCTION store_interactions SET session_replication_role = replica"
    ),
    "function with another volatility": ("ALTER FUNCTION calculate_course_effectiveness IMMUTABLE"),
    "function that is strict": "ALTER FUNCTION calculate_course_effectiveness STRICT",
    "function that is leakproof": "ALTER FUNCTION is_meaningful_interaction LEAKPROOF",
    "function with another parallel safety": (
        "ALTER FUNCTION calculate_course_effectiveness PARALLEL UNSAFE"
    ),
    "function with a support function": (
        "ALTER FUNCTION at_risk_learners SUPPORT generate_series_int8_support"
    ),
    "function with other defaults": (
        "CREATE OR REPLACE FUNCTION calculate_course_effectiveness("
        "p_course_id uuid DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'"
    ),
    "function that returns something else": (
        "DROP FUNCTION calculate_course_effectiveness;"
        "CREATE FUNCTION calculate_course_effectiveness(p_course_id uuid) RETURNS json"
        " LANGUAGE sql AS 'SELECT NULL::json'"
    ),
    "function turned into a procedure": (
        "DROP FUNCTION calculate_course_effectiveness;"
        "CREATE PROCEDURE calculate_course_effectiveness(p_course_id uuid)"
        " LANGUAGE sql AS 'SELECT 1'"
    ),
    "function that PUBLIC may execute": "GRANT EXECUTE ON FUNCTION store_interactions TO PUBLIC",
    "function made again, with the default grants": (
        "DROP FUNCTION calculate_course_effectiveness;"
        "CREATE FUNCTION calculate_course_effectiveness(p_course_id uuid) RETURNS jsonb"
        " LANGUAGE sql AS 'SELECT NULL::jsonb'"
    ),
    "function whose owner may not execute it": (
        "REVOKE EXECUTE ON FUNCTION store_interactions FROM CURRENT_USER"
    ),
    "function of another owner": "ALTER FUNCTION refresh_learning_analytics() OWNER TO <other>",
    "trigger function of another owner": "ALTER FUNCTION set_updated_at() OWNER TO <other>",
    "overload of a function": (
        "CREATE FUNCTION calculate_course_effectiveness(text) RETURNS jsonb LANGUAGE sql"
        " RETURN NULL::jsonb"
    ),
    "overload that is a procedure": (
        "CREATE PROCEDURE calculate_course_effectiveness(text) LANGUAGE sql AS 'SELECT 1'"
    ),
    "overload that is an aggregate": (
        "CREATE AGGREGATE calculate_course_effectiveness(integer) (SFUNC = int4pl, STYPE = integer)"
    ),
    "overload of PostgreSQL's own by another owner": (
        "SET LOCAL ROLE <other>;"
        "CREATE FUNCTION quote_ident(name) RETURNS text LANGUAGE sql AS 'SELECT $1::text';"
        "RESET ROLE"
    ),
    "operator in place of PostgreSQL's own by another owner": (
        "SET LOCAL ROLE <other>;"
        "CREATE FUNCTION others(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT TRUE';"
        "CREATE OPERATOR = (FUNCTION = others, LEFTARG = varchar, RIGHTARG = varchar);"
        "RESET ROLE"
    ),
    # types
    "label added": "ALTER TYPE learning_style ADD VALUE 'tactile'",
    "label added in between": "ALTER TYPE learning_style ADD VALUE 'tactile' BEFORE 'visual'",
    "label renamed": "ALTER TYPE learning_style RENAME VALUE 'visual' TO 'optical'",
    "type renamed": "ALTER TYPE learning_style RENAME TO others",
    "type moved to another schema": (
        "CREATE SCHEMA <role>; ALTER TYPE learning_style SET SCHEMA <role>"
    ),
    "type of another owner": "ALTER TYPE learning_style OWNER TO <other>",
    "cast to a type of ours": ("CREATE CAST (varchar AS learning_style) WITH INOUT AS IMPLICIT"),
    "cast by a function of others": (
        "CREATE FUNCTION others(integer) RETURNS learning_style LANGUAGE sql"
        " AS $$SELECT 'visual'::learning_style$$;"
        "CREATE CAST (integer AS learning_style) WITH FUNCTION others(integer) AS ASSIGNMENT"
    ),
    "cast from a type of ours": "CREATE CAST (learning_style AS varchar) WITH INOUT AS IMPLICIT",
    # partitions
    "partition dropped": "DROP TABLE <partition>",
    "partition detached": "ALTER TABLE learning_interactions DETACH PARTITION <partition>",
    "partition of another kind of time": (
        "CREATE TABLE others PARTITION OF learning_interactions DEFAULT"
    ),
    "partition with a check": (
        "ALTER TABLE <partition> ADD CONSTRAINT others CHECK (duration_seconds < 5)"
    ),
    "partition with a check that is not valid": (
        "ALTER TABLE <partition> ADD CONSTRAINT others CHECK (duration_seconds < 5) NOT VALID"
    ),
    "partition with a unique index": "CREATE UNIQUE INDEX others ON <partition> (learner_id)",
    "partition with a unique constraint": (
        "ALTER TABLE <partition> ADD CONSTRAINT others UNIQUE (learner_id)"
    ),
    "partition with an exclusion constraint": (
        "ALTER TABLE <partition> ADD CONSTRAINT others EXCLUDE (duration_seconds WITH =)"
    ),
    "partition with a foreign key": (
        "ALTER TABLE <partition> ADD CONSTRAINT others"
        " FOREIGN KEY (session_id) REFERENCES learners (id)"
    ),
    "partition with an index that calls a function of others": (
        "CREATE FUNCTION others(uuid) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT 1::text';"
        "CREATE INDEX others ON <partition> (others(learner_id))"
    ),
    "partition with an invalid index": (
        "UPDATE pg_index SET indisvalid = FALSE FROM pg_inherits"
        " WHERE indexrelid = inhrelid AND indrelid = '<partition>'::regclass"
        " AND inhparent = 'learning_interactions_section_id_idx'::regclass"
    ),
    "partition with a rule": "CREATE RULE others AS ON DELETE TO <partition> DO INSTEAD NOTHING",
    "partition with a trigger": (
        "CREATE TRIGGER others BEFORE INSERT ON <partition> FOR EACH ROW EXECUTE FUNCTION others()"
    ),
    "partition without a trigger": (
        "DROP TRIGGER learning_interactions_delta_insert ON <partition>"
    ),
    "partition with a disabled trigger": "ALTER TABLE <partition> DISABLE TRIGGER USER",
    "partition whose foreign keys are off": "ALTER TABLE <partition> DISABLE TRIGGER ALL",
    "partition with a policy": "CREATE POLICY others ON <partition> USING (TRUE)",
    "partition without row security": "ALTER TABLE <partition> DISABLE ROW LEVEL SECURITY",
    "partition with row security forced": "ALTER TABLE <partition> FORCE ROW LEVEL SECURITY",
    "partition with another default": (
        "ALTER TABLE <partition> ALTER device_type SET DEFAULT 'phone'"
    ),
    "partition with a column that must be given": (
        "ALTER TABLE <partition> ALTER device_type SET NOT NULL"
    ),
    "partition unlogged": "ALTER TABLE <partition> SET UNLOGGED",
    "partition with replica identity nothing": "ALTER TABLE <partition> REPLICA IDENTITY NOTHING",
    "partition of another owner": "ALTER TABLE <partition> OWNER TO <role>",
    "partition that PUBLIC may read": "GRANT SELECT ON <partition> TO PUBLIC",
    "partition that a persona may read": "GRANT SELECT ON <partition> TO lms_learner",
    "partition that PUBLIC may write a column of": (
        "GRANT UPDATE (duration_seconds) ON <partition> TO PUBLIC"
    ),
    "partition whose owner may not write it": "REVOKE INSERT ON <partition> FROM CURRENT_USER",
    "partition that is partitioned itself": (
        "DROP TABLE <partition>; CREATE TABLE <partition> PARTITION OF learning_interactions"
        " FOR VALUES FROM ('<lower>') TO ('<upper>') PARTITION BY HASH (id)"
    ),
}

# What verify passes over, with the reason why it does no harm.
HARMLESS = {
    "comment changed": (
        "COMMENT ON TABLE learners IS 'Mine.'",
        "a comment is read by people; it is a note",
    ),
    "index added": (
        "CREATE INDEX others ON learners (last_name)",
        "it makes queries faster and refuses no row of usual size; it is a note",
    ),
    "index added by a built-in expression": (
        "CREATE INDEX others ON learners (lower(last_name))",
        "nobody's code runs but PostgreSQL's; it is a note",
    ),
    "index added to a partition": (
        "CREATE INDEX others ON <partition> (duration_seconds)",
        "as on the table",
    ),
    "index clustered": (
        "ALTER TABLE learners CLUSTER ON learners_pkey",
        "the order of rows on the disk, for who runs CLUSTER",
    ),
    "index in another tablespace": (
        "ALTER INDEX learners_pkey SET TABLESPACE pg_default",
        "where data lie is the operator's choice",
    ),
    "index with a statistics target": (
        "ALTER INDEX learners_email_lower_key ALTER COLUMN 1 SET STATISTICS 500",
        "how well the planner guesses",
    ),
    "replica identity full": (
        "ALTER TABLE learners REPLICA IDENTITY FULL",
        "what change capture sends; every write is accepted",
    ),
    "replica identity by an index": (
        "ALTER TABLE course_summary REPLICA IDENTITY USING INDEX course_summary_pkey",
        "the same, with the columns of an index that no row leaves empty",
    ),
    "partition with replica identity full": (
        "ALTER TABLE <partition> REPLICA IDENTITY FULL",
        "as on the table",
    ),
    "statistics added": (
        "CREATE STATISTICS others ON first_name, last_name FROM learners",
        "how well the planner guesses",
    ),
    "column with a statistics target": (
        "ALTER TABLE learners ALTER email SET STATISTICS 500",
        "how well the planner guesses",
    ),
    "column with an estimate of distinct values": (
        "ALTER TABLE learners ALTER last_name SET (n_distinct = -0.5)",
        "how well the planner guesses",
    ),
    "column stored in another way": (
        "ALTER TABLE learners ALTER last_name SET STORAGE EXTERNAL",
        "how a value lies on the disk; it is read as it was written",
    ),
    "column compressed in another way": (
        "ALTER TABLE learners ALTER last_name SET COMPRESSION pglz",
        "the same",
    ),
    "partition with a stored column of another kind": (
        "ALTER TABLE <partition> ALTER interaction_data SET STORAGE EXTERNAL",
        "the same",
    ),
    "NOT NULL constraint under another name": (
        "ALTER TABLE learners RENAME CONSTRAINT learners_first_name_not_null TO others",
        "versions before 18 have no name for it; the same rows are refused",
    ),
    "identity that caches": (
        "ALTER SEQUENCE analytics_refresh_log_id_seq CACHE 50",
        "which numbers are left out; none is given twice",
    ),
    "identity that begins again elsewhere": (
        "ALTER TABLE analytics_refresh_log ALTER id SET START 1000",
        "used by RESTART only; the numbers that come next are data, not the schema",
    ),
    "partition renamed": (
        "ALTER TABLE <partition> RENAME TO others",
        "rows find it by its bounds, and so does the package",
    ),
    "partition in another schema": (
        "CREATE SCHEMA <role>; ALTER TABLE <partition> SET SCHEMA <role>",
        "the same; whoever reads the event table needs no right on it",
    ),
    "partition of a later month": (
        "CALL others_month()",
        "a month more than the release makes ahead, by its own function",
    ),
    "function with another cost": (
        "ALTER FUNCTION calculate_course_effectiveness COST 1000",
        "what the planner expects of it",
    ),
    "function with another number of rows": (
        "ALTER FUNCTION at_risk_learners ROWS 7",
        "what the planner expects of it",
    ),
    "function that depends on an extension": (
        "ALTER FUNCTION set_updated_at() DEPENDS ON EXTENSION plpgsql",
        "what DROP EXTENSION takes along; until then the same function",
    ),
    "overload of PostgreSQL's own by the owner": (
        "CREATE FUNCTION round(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1'",
        "its author may change the package's functions anyway; it is a note",
    ),
    "function that PostgreSQL has, with the same arguments": (
        "SET LOCAL ROLE <other>;"
        "CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1'; RESET ROLE",
        "pg_catalog comes first in every path: it is never called",
    ),
    "operator that PostgreSQL has, with the same arguments": (
        "SET LOCAL ROLE <other>;"
        "CREATE FUNCTION others(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT TRUE';"
        "CREATE OPERATOR = (FUNCTION = others, LEFTARG = uuid, RIGHTARG = uuid); RESET ROLE",
        "the same",
    ),
    "function of others": (
        "SET LOCAL ROLE <other>;"
        "CREATE FUNCTION others(text) RETURNS text LANGUAGE sql AS 'SELECT $1'; RESET ROLE",
        "no function of the package calls one of that name",
    ),
    "table of others": (
        "CREATE TABLE others (id integer PRIMARY KEY)",
        "an application has tables of its own beside ours",
    ),
    "table of others that refers to ours": (
        "CREATE TABLE others (learner_id uuid REFERENCES learners (id))",
        "an application's table needs its learners; it refuses no more than the removal of these",
    ),
    "view of others": (
        "CREATE VIEW others AS SELECT * FROM learners",
        "reads with the rights of its owner, who was given these",
    ),
    "type of others": ("CREATE TYPE others AS ENUM ('a')", "nothing of ours is of it"),
    "domain of others over a type of ours": (
        "CREATE DOMAIN others AS learning_style CHECK (VALUE <> 'visual')",
        "no column of ours is of it",
    ),
    "cast between types of others": (
        "CREATE TYPE others AS ENUM ('a'); CREATE CAST (varchar AS others) WITH INOUT",
        "no column of ours is of it",
    ),
    "sequence of others": ("CREATE SEQUENCE others", "no column of ours takes numbers from it"),
    "table granted to a role": (
        "GRANT ALL ON learners TO <role>",
        "who else may do what is the project's to say; verify looks at grants to the package's own"
        " roles and to everybody",
    ),
    "function granted to a role": (
        "GRANT EXECUTE ON FUNCTION store_interactions TO <role>",
        "the same",
    ),
    "schema granted to a role": ("GRANT USAGE ON SCHEMA public TO <role>", "the same"),
    "default grants of objects to come": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC",
        "nothing has them yet; a partition that is made with them is found",
    ),
    "type that PUBLIC may not use": (
        "REVOKE USAGE ON TYPE learning_style FROM PUBLIC",
        "who may make columns of it; values are read and written as before",
    ),
    "table published": (
        "CREATE PUBLICATION <role> FOR TABLE learners",
        "each of our tables has a primary key, so that a published table accepts every write",
    ),
    "event trigger": (
        "CREATE FUNCTION others_event() RETURNS event_trigger LANGUAGE plpgsql"
        " AS 'BEGIN END';"
        "CREATE EVENT TRIGGER <role> ON ddl_command_end EXECUTE FUNCTION others_event()",
        "a superuser's, of the whole database; it runs at DDL, not at reads and writes",
    ),
    "table read as a whole by vacuum": ("ANALYZE learners", "statistics"),
}

_OTHERS = """
    CREATE ROLE {role};
    CREATE ROLE {other};
    GRANT CREATE ON SCHEMA public TO {other};
    CREATE FUNCTION others() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE PROCEDURE others_month() LANGUAGE sql
        AS 'SELECT ensure_interaction_partitions(p_months_ahead => 14)';
"""


@pytest.fixture(scope="module")
def session(shared_database: str) -> Iterator[Connection]:
    """One connection for all changes: its server process then knows the catalog's tables."""
    with psycopg.connect(shared_database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def transaction(session: Connection) -> Iterator[Connection]:
    """A transaction of that connection, rolled back."""
    with session.transaction(force_rollback=True):
        yield session


def changed(connection: Connection, name: str, statements: str) -> Connection:
    """Make a change in the open transaction."""
    if connection.info.server_version // 10000 < SINCE.get(name, 0):
        skip_here(f"PostgreSQL {SINCE[name]} and later")
    suffix = uuid.uuid4().hex
    role, other = f"drift_{suffix}", f"drift_other_{suffix}"
    connection.execute("SET LOCAL TimeZone = 'UTC'")
    connection.execute(_OTHERS.format(role=role, other=other).encode())
    row = connection.execute(
        "SELECT inhrelid::regclass::text, b[1], b[2] FROM pg_inherits"
        " JOIN pg_class AS c ON c.oid = inhrelid,"
        " regexp_match(pg_get_expr(relpartbound, c.oid), '''(.*)''\\) TO \\(''(.*)''') AS b"
        " WHERE inhparent = 'learning_interactions'::regclass"
        ' ORDER BY b[1] COLLATE "C" DESC NULLS LAST OFFSET 3 LIMIT 1'
    ).fetchone()
    assert row is not None
    values = dict(zip(("partition", "lower", "upper"), row, strict=True))
    for word, value in (values | {"role": role, "other": other}).items():
        statements = statements.replace(f"<{word}>", value)
    connection.execute(statements.encode())
    return connection


_release = cache(release_catalog)


def differences(connection: Connection) -> list[tuple[str, str, str]]:
    live = read_catalog(connection, "public")
    found, _notes = compare(_release(), live)
    return [(item.problem, item.kind, item.name) for item in found]


@pytest.mark.parametrize("name", FOUND)
def test_verify_finds(name: str, transaction: Connection) -> None:
    assert differences(changed(transaction, name, FOUND[name]))


@pytest.mark.parametrize("name", HARMLESS)
def test_verify_passes_over(name: str, transaction: Connection) -> None:
    statements, _reason = HARMLESS[name]
    assert differences(changed(transaction, name, statements)) == []


def test_the_list_of_changes_is_long_and_names_each_once() -> None:
    assert len(FOUND) + len(HARMLESS) >= 200
    assert FOUND.keys().isdisjoint(HARMLESS)
    assert SINCE.keys() <= FOUND.keys() | HARMLESS.keys()
