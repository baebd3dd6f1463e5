"""A small package with roles, grants and row security, whose roles no other test has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg


@dataclass(frozen=True)
class Guarded:
    """The package.

    Attributes:
        suffix: What its roles' names end in.
    """

    suffix: str

    @property
    def reader(self) -> str:
        """A role for which there is a policy, and column grants."""
        return f"guarded_reader_{self.suffix}"

    @property
    def service(self) -> str:
        """A role whose policy lets it see all rows."""
        return f"guarded_service_{self.suffix}"

    @property
    def caller(self) -> str:
        """A role that may call a function, and for which there is no policy."""
        return f"guarded_caller_{self.suffix}"

    @property
    def roles(self) -> tuple[str, ...]:
        """All three."""
        return self.reader, self.service, self.caller

    def drop_roles(self, admin: psycopg.Connection[Any]) -> None:
        """Drop those that are there, with what they were granted in the connection's database."""
        for role in self.roles:
            if admin.execute("SELECT to_regrole(%s)", (role,)).fetchone() != (None,):
                admin.execute(f"DROP OWNED BY {role} CASCADE".encode())
                admin.execute(f"DROP ROLE {role}".encode())

    @cached_property
    def files(self) -> dict[str, str]:
        """Its files, content by path."""
        everybody = f"PUBLIC, {', '.join(self.roles)}"
        return {
            "tables/010_notes.sql": (
                "CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                " person int, body text);"
            ),
            "tables/020_events.sql": (
                "CREATE TABLE events (at timestamptz, person int) PARTITION BY RANGE (at);"
            ),
            "functions/people.sql": (
                "CREATE OR REPLACE FUNCTION people() RETURNS int LANGUAGE sql STABLE"
                " SECURITY DEFINER SET search_path FROM CURRENT"
                " AS 'SELECT count(*)::int FROM notes';\n"
                "REVOKE EXECUTE ON FUNCTION people() FROM PUBLIC;"
            ),
            "views/bodies.sql": (
                "CREATE OR REPLACE VIEW bodies WITH (security_invoker = true) AS"
                " SELECT body FROM notes;"
            ),
            "partitions/events.sql": MONTHS,
            "security/010_roles.sql": ROLES.format(
                names=", ".join(f"'{role}'" for role in self.roles)
            ),
            "security/020_schema.sql": USAGE.format(
                revoked=", ".join(self.roles), granted=", ".join(self.roles)
            ),
            "security/events.sql": (
                f"REVOKE ALL ON events FROM {everybody};\n"
                "ALTER TABLE events ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;\n"
                f"{FLAGS}\n"
                f"CREATE POLICY reader_select ON events FOR SELECT TO {self.reader}"
                " USING (person = 1);\n"
                f"GRANT SELECT ON events TO {self.reader};"
            ),
            "security/functions.sql": (
                f"REVOKE ALL ON FUNCTION people() FROM {everybody};\n"
                f"GRANT EXECUTE ON FUNCTION people() TO {self.caller};"
            ),
            "security/notes.sql": (
                f"REVOKE ALL ON notes, bodies FROM {everybody};\n"
                "ALTER TABLE notes ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;\n"
                f"CREATE POLICY reader_select ON notes FOR SELECT TO {self.reader}"
                " USING (person = 1);\n"
                f"CREATE POLICY service ON notes TO {self.service}"
                " USING (TRUE) WITH CHECK (TRUE);\n"
                f"GRANT SELECT (id, person) ON notes TO {self.reader};\n"
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO {self.service};\n"
                f"GRANT SELECT ON bodies TO {self.service};"
            ),
        }


FLAGS = """DO $$
DECLARE
    v_partition regclass;
BEGIN
    FOR v_partition IN
        SELECT c.oid FROM pg_inherits AS i INNER JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass('events') AND NOT c.relrowsecurity
            AND (SELECT relrowsecurity FROM pg_class WHERE oid = i.inhparent)
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', v_partition);
    END LOOP;
END;
$$;"""

MONTHS = f"""DO $$
BEGIN
    IF to_regclass('events_first') IS NULL THEN
        CREATE TABLE events_first PARTITION OF events
            FOR VALUES FROM (MINVALUE) TO ('2030-01-01 00:00:00+00');
        CREATE TABLE events_2030_01 PARTITION OF events
            FOR VALUES FROM ('2030-01-01 00:00:00+00') TO ('2030-02-01 00:00:00+00');
    END IF;
END;
$$;
{FLAGS}"""

ROLES = """DO $$
DECLARE
    v_role text;
    v_missing text[] := '{{}}';
BEGIN
    FOREACH v_role IN ARRAY ARRAY[{names}] LOOP
        IF to_regrole(v_role) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            EXCEPTION
                WHEN insufficient_privilege THEN
                    v_missing := v_missing || format('CREATE ROLE %I NOLOGIN;', v_role);
                WHEN duplicate_object OR unique_violation THEN
                    NULL;
            END;
        END IF;
    END LOOP;
    IF v_missing <> '{{}}' THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('role %s may not create the roles that this schema needs',
                quote_ident(current_user)),
            HINT = 'As an administrator run: ' || array_to_string(v_missing, ' ');
    END IF;
END;
$$;"""

USAGE = """DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM {revoked}', current_schema());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO {granted}', current_schema());
END;
$$;"""
