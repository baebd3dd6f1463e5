"""Compares what the database lets each role do with what `access` says that it may do."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from support.access import (
    COURSES,
    FUNCTIONS,
    LEARNERS,
    NOW,
    OFFICES,
    PERSONAS,
    RIGHTS,
    ROLES,
    SERVICE_READS,
    SERVICE_WRITES,
    TODAY,
    Facts,
    Rights,
    Rule,
    World,
    become,
    open_session,
)
from support.rows import DEFAULTS, Connection, Row, column, read, rolled_back, scalar

PAST = datetime(2001, 1, 1, tzinfo=UTC)
SOON = TODAY + timedelta(hours=6)
_POINTS = [{"question_id": "1", "answer": "a", "points": 5}]
_GRADED = [{"question_id": "1", "answer": "a", "graded_by": "me"}]

RELATIONS = """
    SELECT c.oid::regclass::text FROM pg_class AS c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = ANY (%s)
        AND NOT c.relispartition AND NOT starts_with(c.relname, 'lms_schema_')
    ORDER BY 1
"""
PARTITIONS = """
    SELECT c.oid::regclass::text FROM pg_class AS c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relispartition
    ORDER BY 1
"""
_COLUMNS = """
    SELECT c.oid::regclass::text, a.attname, r.rolname, p.privilege
    FROM pg_class AS c
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    CROSS JOIN (SELECT rolname FROM pg_roles UNION ALL SELECT 'public') AS r
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS p (privilege)
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
        AND c.oid::regclass::text = ANY (%s)
        AND r.rolname = ANY (%s) AND has_column_privilege(r.rolname, c.oid, a.attname, p.privilege)
"""
_TABLES = """
    SELECT c.oid::regclass::text, r.rolname, p.privilege
    FROM pg_class AS c
    CROSS JOIN (SELECT rolname FROM pg_roles UNION ALL SELECT 'public') AS r
    CROSS JOIN unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER']) AS p (privilege)
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
        AND c.oid::regclass::text = ANY (%s)
        AND r.rolname = ANY (%s) AND has_table_privilege(r.rolname, c.oid, p.privilege)
"""
_FUNCTIONS = """
    SELECT f.proname, r.rolname
    FROM pg_proc AS f CROSS JOIN (SELECT rolname FROM pg_roles UNION ALL SELECT 'public') AS r
    WHERE f.pronamespace = current_schema()::regnamespace
        AND r.rolname = ANY (%s) AND has_function_privilege(r.rolname, f.oid, 'EXECUTE')
"""
_UNGUARDED = """
    SELECT c.oid::regclass::text FROM pg_class AS c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND c.oid::regclass::text = ANY (%s)
        AND (NOT c.relrowsecurity OR c.relforcerowsecurity)
"""
_MEMBERSHIPS = """
    SELECT roleid::regrole::text || ' has the member ' || member::regrole
    FROM pg_auth_members WHERE member::regrole::text = ANY (%s)
"""

_TRY_EACH = """
    CREATE OR REPLACE FUNCTION pg_temp.try_each(p_statements text[]) RETURNS text[]
    LANGUAGE plpgsql AS $$
    DECLARE
        v_statement text;
        v_rows bigint;
        v_answers text[] := '{}';
    BEGIN
        FOREACH v_statement IN ARRAY p_statements LOOP
            BEGIN
                EXECUTE v_statement;
                GET DIAGNOSTICS v_rows = ROW_COUNT;
                RAISE SQLSTATE 'UNDO0' USING MESSAGE = v_rows::text;
            EXCEPTION
                WHEN SQLSTATE 'UNDO0' THEN v_answers := v_answers || SQLERRM;
                WHEN insufficient_privilege THEN v_answers := v_answers || '0'::text;
                -- it may, and only then is it in the way of another row
                WHEN integrity_constraint_violation THEN v_answers := v_answers || '1'::text;
            END;
        END LOOP;
        RETURN v_answers;
    END;
    $$
"""

_GRANTEES = [*ROLES, "public"]

Key = tuple[Any, ...]
Tokens = Mapping[str, str | None]
NO_RIGHTS = Rights(lambda _facts, _row: False)


@dataclass(frozen=True)
class Visit:
    """Somebody who tries: a role with a token, and what they may do and are.

    Attributes:
        facts: What rows say of the person; None: the token opens nothing.
    """

    who: str
    role: str
    token: str | None
    rights: Rights | None
    facts: Facts | None


class Prober:
    """Tries everything that can be tried, each time undone.

    Attributes:
        probes: How many rows and privileges were asked about.
    """

    def __init__(self, connection: Connection, world: World) -> None:
        self._connection = connection
        self._world = world
        self.probes = 0
        kinds = column(connection, RELATIONS, ["r", "p", "v", "m"])
        self.tables = set(column(connection, RELATIONS, ["r", "p"]))
        self._rows = {name: read(connection, name) for name in kinds}
        self._facts = {person: Facts(world.ids[person], self._rows) for person in world.persons}
        self._keys = {name: self._key(name) for name in kinds}
        self._columns = {name: self._columns_of(name) for name in kinds}
        self._versions = {name: self._version(name) for name in self.tables}
        self._candidates: dict[str, list[Row]] = {}
        self._moves: dict[str, list[tuple[Row, Row]]] = {}
        self._useless = self._useless_tokens()
        connection.execute(_TRY_EACH)

    def _key(self, table: str) -> Sequence[str]:
        key = column(
            self._connection,
            "SELECT a.attname FROM pg_index AS i JOIN pg_attribute AS a"
            " ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
            " WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY a.attnum",
            table,
        )
        return key or [next(iter(self._rows[table][0]))]

    def _version(self, table: str) -> dict[Key, str]:
        query = sql.SQL("SELECT {}, tableoid || ' ' || ctid FROM {}").format(
            _names(self._keys[table]), sql.Identifier(table)
        )
        return {tuple(row[:-1]): row[-1] for row in self._connection.execute(query)}

    def _useless_tokens(self) -> Tokens:
        """Return tokens that open nothing, of a person who may see much."""
        connection = self._connection
        ana = self._world.ids["ana"]
        expired, closed = (open_session(connection, ana) for _ in range(2))
        connection.execute(
            "UPDATE access_sessions SET opened_at = now() - interval '2 hours',"
            " expires_at = now() - interval '1 second'"
            " WHERE token_hash = sha256(convert_to(%s, 'UTF8'))",
            (expired,),
        )
        connection.execute("SELECT close_session(%s)", (closed,))
        stored = scalar(
            connection,
            "SELECT encode(token_hash, 'hex') FROM access_sessions"
            " WHERE person_id = %s AND expires_at > now()",
            ana,
        )
        return {
            "expired": expired,
            "closed": closed,
            "forged": self._world.tokens["ana"][:-1] + "x",
            "the stored hash": stored,
            "the person's id": str(ana),
            "empty": "",
            "never set": None,
        }

    # privileges: who may try ---------------------------------------------------------------------

    def privileges(self) -> Iterator[str]:
        """Yield each privilege, flag and membership that differs."""
        yield from column(self._connection, _MEMBERSHIPS, list(ROLES))
        executes = {(name, f"lms_{role}") for name, of in FUNCTIONS.items() for role in of}
        found = set(self._connection.execute(_FUNCTIONS, (_GRANTEES,)))
        yield from self._differences(found, executes)
        partitions = column(self._connection, PARTITIONS)
        yield from self.privileges_on(*self._rows, *partitions)

    def privileges_on(self, *tables: str) -> Iterator[str]:
        """Yield each privilege on these tables, and each of their flags, that differs."""
        yield from (
            f"{name}: row security is off, or forced"
            for name in column(self._connection, _UNGUARDED, list(tables))
        )
        deletes = {
            *((table, "lms_service", "DELETE") for table in SERVICE_WRITES),
            *(
                (table, f"lms_{persona}", "DELETE")
                for table, of in RIGHTS.items()
                for persona, rights in of.items()
                if rights.deletes
            ),
        }
        columns = {*self._expected_columns(), *self._columns_of_offices()}
        for query, expected in ((_COLUMNS, columns), (_TABLES, deletes)):
            found = set(self._connection.execute(query, (list(tables), _GRANTEES)))
            yield from self._differences(found, {item for item in expected if item[0] in tables})

    def _differences(self, found: set[Any], expected: set[Any]) -> Iterator[str]:
        self.probes += len(found | expected)
        yield from (f"{item} should not be" for item in sorted(found - expected))
        yield from (f"{item} is missing" for item in sorted(expected - found))

    def _expected_columns(self) -> Iterator[tuple[str, str, str, str]]:
        for table in self._rows:
            for name in self._columns[table]:
                if table in SERVICE_READS | SERVICE_WRITES:
                    yield table, name, "lms_service", "SELECT"
                if table in SERVICE_WRITES:
                    yield table, name, "lms_service", "INSERT"
                    yield table, name, "lms_service", "UPDATE"
                for persona, rights in RIGHTS.get(table, {}).items():
                    for privilege, columns in (
                        ("SELECT", rights.columns),
                        ("INSERT", rights.insert_columns),
                        ("UPDATE", rights.update_columns),
                    ):
                        if columns is None or name in columns:
                            yield table, name, f"lms_{persona}", privilege

    def _columns_of_offices(self) -> Iterator[tuple[str, str, str, str]]:
        for table, of in OFFICES.items():
            for office, privileges in of.items():
                for privilege, columns in privileges.items():
                    for name in columns or self._columns[table]:
                        yield table, name, f"lms_{office}", privilege

    def _columns_of(self, table: str) -> list[str]:
        return column(
            self._connection,
            "SELECT attname FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            table,
        )

    # rows: on what ------------------------------------------------------------------------------

    def rows_of(self, table: str, personas: Iterable[str] = PERSONAS) -> Iterator[str]:
        """Yield each row, there or to be, with which a role may do other things than it should."""
        for persona in personas:
            rights = RIGHTS.get(table, {}).get(persona)
            visits = [
                *(
                    (name, self._world.tokens[name], self._facts[name])
                    for name in self._world.persons
                ),
                *(
                    (f"a token that is {state}", token, None)
                    for state, token in self._useless.items()
                ),
            ]
            # without any right the answer is the same for each person
            for name, token, facts in visits if rights else visits[:1]:
                visit = Visit(f"{name} as {persona}", f"lms_{persona}", token, rights, facts)
                yield from self._read(table, visit)
                yield from self._change(table, visit)
                yield from self._make(table, visit)
        if table in SERVICE_READS | SERVICE_WRITES:
            keeps = table in SERVICE_WRITES and table != "section_progress_history"
            yield from self._all_rows(table, "service", self._keys[table][:1] if keeps else ())
        for office, privileges in OFFICES.get(table, {}).items():
            columns = {right: names or self._columns[table] for right, names in privileges.items()}
            yield from self._all_rows(table, office, columns.get("UPDATE", ()))
            if "INSERT" in columns:
                yield from self._additions(table, office, columns["INSERT"])

    def _all_rows(self, table: str, office: str, changes: Iterable[str]) -> Iterator[str]:
        """Yield each row that an office, bound to no rows, cannot read, or change a column of."""
        role = f"lms_{office}"
        keys = {self._key_of(table, row) for row in self._rows[table]}
        found = self._try(role, None, self._select(table))
        yield from self._compare(f"{office} reads {table}", found, keys)
        for name in changes:
            update = sql.SQL("UPDATE {} SET {} = {} RETURNING {}").format(
                *map(sql.Identifier, (table, name, name)), _names(self._keys[table])
            )
            found = self._try(role, None, update)
            yield from self._compare(f"{office} changes {name} of {table}", found, keys)

    def _additions(self, table: str, office: str, columns: Collection[str]) -> Iterator[str]:
        """Yield each possible row that an office, bound to no rows, cannot add."""
        rows = [
            {name: row[name] for name in row if name in columns} for row in self._new_rows(table)
        ]
        found = self._try_each(f"lms_{office}", None, [_insertion(table, row) for row in rows])
        self.probes += len(rows)
        yield from (
            f"{office} cannot in {table}: adds {row}"
            for row, is_made in zip(rows, found, strict=True)
            if not is_made
        )

    def _read(self, table: str, visit: Visit) -> Iterator[str]:
        expected = self._keys_where(table, visit, (visit.rights or NO_RIGHTS).reads)
        found = self._try(visit.role, visit.token, self._select(table))
        yield from self._compare(f"{visit.who} reads {table}", found, expected)

    def _change(self, table: str, visit: Visit) -> Iterator[str]:
        if table not in self.tables:
            return
        rights = visit.rights or NO_RIGHTS
        target, constant = rights.blind or (self._columns[table][0], "DEFAULT")
        blind = sql.SQL("UPDATE {} SET {} = {}").format(
            sql.Identifier(table), sql.Identifier(target), sql.SQL(constant)
        )
        remove = sql.SQL("DELETE FROM {}").format(sql.Identifier(table))
        returning = sql.SQL(" RETURNING {}").format(_names(self._keys[table]))
        for verb, statement, rule in (
            ("changes", blind, rights.updates),
            ("deletes", remove, rights.deletes),
        ):
            # what reads a column is filtered by what may be read, too
            yield from self._compare(
                f"{visit.who} {verb} and reads {table}",
                self._try(visit.role, visit.token, statement + returning),
                self._keys_where(table, visit, rule, rights.reads),
            )
            yield from self._compare(
                f"{visit.who} blindly {verb} {table}",
                self._touched(table, visit.role, visit.token, statement),
                self._keys_where(table, visit, rule),
            )

    def _make(self, table: str, visit: Visit) -> Iterator[str]:
        """Yield each new or changed row that can be made and should not, or the other way."""
        rights = visit.rights or NO_RIGHTS
        facts = visit.facts
        made: list[tuple[str, sql.Composed, bool]] = []
        for row in self._new_rows(table):
            values = row
            if rights.inserts and rights.insert_columns is not None:
                values = {name: row[name] for name in row if name in rights.insert_columns}
            may = bool(facts and rights.inserts and rights.inserts(facts, values))
            made.append((f"adds {values}", _insertion(table, values), may))
        for old, changes in self._moved_rows(table):
            new = _changed(old, changes)
            columns = rights.update_columns
            may = bool(
                facts
                and rights.updates
                and (columns is None or columns >= changes.keys())
                and all(rule(facts, old) for rule in (rights.updates, rights.reads))
                and all(
                    rule(facts, new) for rule in (rights.leaves or rights.updates, rights.reads)
                )
            )
            what = f"makes {changes} of {self._key_of(table, old)}"
            made.append((what, self._movement(table, old, changes), may))
        for changes in _moves(table, self._world.ids):
            # one that reads nothing, so that only its own policy is in the way
            rule = rights.leaves or rights.updates
            columns = rights.update_columns
            if rule and (columns is None or columns >= changes.keys()):
                touched = self._keys_where(table, visit, rights.updates)
                new_rows = [
                    _changed(row, changes)
                    for row in self._rows[table]
                    if self._key_of(table, row) in touched
                ]
                may = bool(facts and new_rows and all(rule(facts, row) for row in new_rows))
                made.append((f"blindly makes {changes}", _assignment(table, changes), may))
        found = self._try_each(visit.role, visit.token, [statement for _, statement, _ in made])
        self.probes += len(made)
        for (what, _, may), is_made in zip(made, found, strict=True):
            if is_made != may:
                yield f"{visit.who} {'can' if is_made else 'cannot'} in {table}: {what}"

    # what could be ------------------------------------------------------------------------------

    def possible(self, table: str) -> int:
        """Return how many new and moved rows its owner can make: the control of who cannot."""
        return len(self._new_rows(table)) + len(self._moved_rows(table))

    def _new_rows(self, table: str) -> list[Row]:
        """Return rows that the owner of the table can add."""
        if table not in self._candidates:
            self._candidates[table] = [
                row
                for row in _candidates(table, self._world.ids, self._rows)
                if self._is_possible(_insertion(table, row))
            ]
        return self._candidates[table]

    def _moved_rows(self, table: str) -> list[tuple[Row, Row]]:
        """Return rows and changes of them that the owner of the table can make."""
        if table not in self._moves:
            self._moves[table] = [
                (row, changes)
                for row in self._rows[table]
                for changes in _moves(table, self._world.ids)
                if self._is_possible(self._movement(table, row, changes))
            ]
        return self._moves[table]

    def _movement(self, table: str, row: Row, changes: Row) -> sql.Composed:
        return sql.SQL("{} WHERE {}").format(
            _assignment(table, changes),
            sql.SQL(" AND ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), _literal(row[name]))
                for name in self._keys[table]
            ),
        )

    def _is_possible(self, statement: sql.Composed) -> bool:
        with suppress(psycopg.Error), rolled_back(self._connection):
            self._connection.execute(statement)
            return True
        return False

    # trying -------------------------------------------------------------------------------------

    def _select(self, table: str) -> sql.Composed:
        return sql.SQL("SELECT {} FROM {}").format(_names(self._keys[table]), sql.Identifier(table))

    def _keys_where(self, table: str, visit: Visit, *rules: Rule | None) -> set[Key]:
        """Return the keys of the rows for which all rules hold."""
        facts = visit.facts
        if facts is None or not all(rules):
            return set()
        return {
            self._key_of(table, row)
            for row in self._rows[table]
            if all(rule(facts, row) for rule in rules if rule)
        }

    def _key_of(self, table: str, row: Row) -> Key:
        return tuple(row[name] for name in self._keys[table])

    def _try(self, role: str, token: str | None, statement: sql.Composed) -> set[Key] | None:
        """Return the rows that a statement returns as a role, or None when it may not run it."""
        with suppress(psycopg.errors.InsufficientPrivilege), rolled_back(self._connection):
            become(self._connection, role, token)
            cursor = self._connection.execute(statement)
            return set(cursor.fetchall()) if cursor.description else set()
        return None

    def _try_each(
        self, role: str, token: str | None, statements: Sequence[sql.Composed]
    ) -> list[bool]:
        """Return whether each statement writes a row as a role; sent together, for their number."""
        with rolled_back(self._connection):
            become(self._connection, role, token)
            texts = [statement.as_string(self._connection) for statement in statements]
            answers = scalar(self._connection, "SELECT pg_temp.try_each(%s)", texts)
        return [answer != "0" for answer in answers]

    def _touched(
        self, table: str, role: str, token: str | None, statement: sql.Composed
    ) -> set[Key] | None:
        """Return the keys of the rows that a statement changes, or None when it may not run it."""
        with suppress(psycopg.errors.InsufficientPrivilege), rolled_back(self._connection):
            become(self._connection, role, token)
            if not self._connection.execute(statement).rowcount:
                return set()
            self._connection.execute("RESET ROLE")
            after = self._version(table)
            before = self._versions[table]
            return {key for key in before if before[key] != after.get(key)}
        return None

    def _compare(
        self, what: str, found: set[Key] | None, expected: Collection[Key]
    ) -> Iterator[str]:
        self.probes += max(len(found or ()), len(expected), 1)
        found = found or set()
        if found - set(expected):
            yield f"{what}, leaked: {sorted(map(str, found - set(expected)))}"
        if set(expected) - found:
            yield f"{what}, withheld: {sorted(map(str, set(expected) - found))}"


def _names(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _literal(value: Any) -> sql.Composable:
    if isinstance(value, sql.Composable):
        return value
    literal: sql.Composable = sql.Literal(Jsonb(value) if isinstance(value, dict | list) else value)
    return literal


def _changed(row: Row, changes: Row) -> Row:
    """Return the row as it would be; the course of a section follows its module."""
    new = {**row, **changes}
    if "module_id" in changes:
        del new["course_id"]
    return new


def _assignment(table: str, changes: Row) -> sql.Composed:
    return sql.SQL("UPDATE {} SET {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), _literal(value))
            for name, value in changes.items()
        ),
    )


def _insertion(table: str, values: Row) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        _names(list(values)),
        sql.SQL(", ").join(map(_literal, values.values())),
    )


def _candidates(
    table: str, ids: Mapping[str, uuid.UUID], rows: Mapping[str, list[Row]]
) -> Iterator[Row]:
    """Yield rows that somebody might add to a table, complete but for what has a default."""
    learners = [{"learner_id": ids[name]} for name in LEARNERS]
    courses = [{"course_id": ids[name]} for name in COURSES]
    institutions: list[Row] = [{"institution_id": ids[name]} for name in ("north", "south")]
    sections = [
        {"section_id": row["id"], "course_id": row["course_id"]}
        for row in rows["learning_sections"]
    ]
    whose: Mapping[str, Iterable[Row]] = {
        "educational_institutions": [{}],
        "learners": [*institutions, {"institution_id": None}],
        "educational_courses": [*institutions, {"institution_id": None}],
        "learning_modules": [{**of, **_MODULE} for of in courses],
        "learning_sections": [
            {"module_id": row["id"], **_SECTION} for row in rows["learning_modules"]
        ],
        "educational_assessments": courses,
        "course_staff": [{**of, "person_id": ids["stranger"]} for of in courses],
        "institution_staff": [{**of, "person_id": ids["stranger"]} for of in institutions],
        "guardian_links": [
            {**of, "guardian_id": ids[name]}
            for of, name in product(learners, ("stranger", "rita", "rob"))
        ],
        "course_enrollments": [a | b for a, b in product(learners, courses)],
        "learning_sessions": [
            a | b | {"session_start": start}
            for a, b, start in product(learners, courses, (NOW, PAST))
        ],
        "course_ratings": [a | b | {"rating": 5} for a, b in product(learners, courses)],
        "section_progress": [a | b for a, b in product(learners, sections)],
        "learning_interactions": [a | b for a, b in product(learners, sections)],
        "expired_interaction_totals": [a | b for a, b in product(learners, sections)],
        "legal_holds": learners,
        "assessment_attempts": [
            a | {"assessment_id": row["id"], "attempt_number": 9, "responses": []} | answer
            for a, row, answer in product(learners, rows["educational_assessments"], _ANSWERS)
        ],
    }
    for row in whose.get(table, ()):
        # an attempt is left as it is: when it began is nothing that a learner may say
        yield row if table in _COMPLETE else {**DEFAULTS[table](_NO_CONNECTION, row), **row}


_COMPLETE = ("learning_modules", "learning_sections", "assessment_attempts", "course_ratings")
_NO_CONNECTION: Any = None
_MODULE = {
    "title": "New",
    "module_order": 9,
    "learning_objectives": [],
    "bloom_taxonomy_level": "apply",
}
_SECTION = {"title": "New", "section_order": 9, "content_type": "text", "content_data": {}}
_ANSWERS: tuple[Row, ...] = (
    {},
    {"submitted_at": NOW},
    {"completion_status": "submitted"},
    {"completion_status": "submitted", "submitted_at": NOW},
    {"completion_status": "graded", "score": 5},
    {"responses": _POINTS},
    {"responses": _GRADED},
)


def _moves(table: str, ids: Mapping[str, uuid.UUID]) -> Iterable[Row]:
    """Return changes that would make a row of a table another one's, or another one."""
    courses = [{"course_id": ids[name]} for name in COURSES]
    learners = [{"learner_id": ids[name]} for name in LEARNERS]
    institutions = [{"institution_id": ids[name]} for name in ("north", "south")]
    moves: Mapping[str, Iterable[Row]] = {
        "learning_modules": courses,
        "course_staff": courses,
        "learning_sections": [
            {"module_id": ids[f"{name}_module"], "section_order": 7} for name in COURSES
        ],
        "guardian_links": [
            *learners,
            *({"guardian_id": ids[name]} for name in ("stranger", "rita", "rob")),
        ],
        "course_ratings": [*learners, *courses, {"rating": 1}],
        "course_enrollments": [*learners, {"completion_status": "completed"}],
        "learning_sessions": [{"session_end": NOW}, {"session_end": SOON}],
        "learners": institutions,
        "educational_courses": institutions,
        "assessment_attempts": [
            {"completion_status": "submitted", "submitted_at": NOW},
            {"completion_status": "submitted", "submitted_at": PAST},
            {"completion_status": "submitted"},
            {"submitted_at": NOW},
            {"completion_status": "graded", "score": 5},
            {"completion_status": "in_progress"},
            {"responses": _POINTS},
            {"responses": _GRADED},
            {"started_at": PAST},
            {"score": 3},
        ],
    }
    return moves.get(table, ())
