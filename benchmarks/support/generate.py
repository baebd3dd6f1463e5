"""Fills a migrated, empty database with courses, learners and any number of their events.

    python -m benchmarks.support.generate --database URL --interactions 1000000

The same seed and size give the same rows, but for times, which end now. Their distributions are
those of a real course, AAA 2013J of the Open University Learning Analytics Dataset (Kuzilek,
Hlosta, Zdrahal, Sci. Data 4:170171, 2017; CC BY 4.0; no row of it is used): 379 learners with 479
events each on average (median 358, 95th percentile 1,409: log-normal with a sigma of 0.85), 209
sections of which the first takes 18 % and the first tenth 67 % of the events, 4 to 6 events on an
active day, 37 % of them with a single click, days that thin out over nine months. Four terms half a
year apart, the last one half over, make 22 months of history.

Triggers and foreign keys are bypassed while rows are loaded (session_replication_role), which is
right by construction and tested; what triggers keep is derived anew afterwards by the package's
own functions.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, LiteralString

import click
import psycopg
from psycopg import sql
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from lms_schema import LmsSchemaError, UsageError
from lms_schema.server import search_path
from lms_schema.server.connection_strings import locate
from lms_schema.server.sessions import session

EVENTS_PER_ENROLLMENT = 327
"""10,655,280 rows of clicks and 32,593 enrollments of the whole dataset."""
LEARNERS_PER_COURSE = 379
LEARNERS_PER_ENROLLMENT = 0.883
"""28,785 students make the 32,593 enrollments of the whole dataset."""

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Step:
    """Statements that make rows.

    Attributes:
        title: What is made.
        statements: Separated by a semicolon at the end of a line.
        for_each: Query of a list; the statements are run once for each.
        filled: Tables whose secondary indexes are dropped first and built anew afterwards, which
            takes a third of the time of keeping them.
    """

    title: str
    statements: LiteralString
    for_each: LiteralString | None = None
    filled: tuple[str, ...] = ()


# A number from 0 to 1, exclusive, that depends on key, stream and seed alone: not on the order of
# rows, which random() would.
CHANCE: LiteralString = """
    CREATE OR REPLACE FUNCTION pg_temp.chance(key bigint, stream integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        (hashint8extended(key, {seed} * 1000 + stream) & 9007199254740991)::double precision
        + 0.5::double precision
    ) / 9007199254740992::double precision
"""

SETTINGS: LiteralString = """
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    SET work_mem = '256MB';
    SET timezone = 'UTC'
"""

COURSES: LiteralString = """
    INSERT INTO educational_institutions (id, name, type)
    VALUES (md5('institution')::uuid, 'The Generated University', 'university');

    CREATE TEMPORARY TABLE course AS
    SELECT
        c.number,
        md5('course:' || c.number)::uuid AS id,
        c.number % 4 AS term,
        -- four terms half a year apart; the last one is half over
        date_trunc('day', now()) - interval '1 day' * (135 + 180 * (3 - c.number % 4)) AS start,
        CASE WHEN c.number % 4 = 3 THEN 135 ELSE 270 END AS days
    FROM generate_series(0, {courses} - 1) AS c (number);

    INSERT INTO educational_courses (
        id, institution_id, title, course_code, learning_objectives, difficulty_level, status,
        academic_term, created_at, published_at
    )
    SELECT
        c.id, md5('institution')::uuid, 'Course ' || c.number, 'C' || c.number / 4, '["pass"]',
        'intermediate', 'published', 'Term ' || c.term, c.start - interval '60 days',
        c.start - interval '30 days'
    FROM course AS c;

    INSERT INTO learning_modules (
        id, course_id, title, module_order, learning_objectives, bloom_taxonomy_level
    )
    SELECT
        md5('module:' || c.number || ':' || m.number)::uuid, c.id, 'Module ' || m.number, m.number,
        '["pass"]', 'apply'
    FROM course AS c CROSS JOIN generate_series(0, ({sections} - 1) / 21) AS m (number);

    CREATE TEMPORARY TABLE section AS
    SELECT
        c.number AS course,
        s.number,
        md5('section:' || c.number || ':' || s.number)::uuid AS id,
        c.id AS course_id,
        (CASE
            WHEN r.chance < 0.1 THEN 'assessment'
            WHEN r.chance < 0.2 THEN 'interactive'
            WHEN r.chance < 0.25 THEN 'simulation'
            ELSE 'text'
        END)::section_content_type AS content_type
    FROM course AS c
    CROSS JOIN generate_series(0, {sections} - 1) AS s (number)
    CROSS JOIN LATERAL (SELECT pg_temp.chance(c.number * 1000 + s.number, 1) AS chance) AS r;

    INSERT INTO learning_sections (
        id, module_id, course_id, title, section_order, content_type, content_data
    )
    SELECT
        s.id, md5('module:' || s.course || ':' || s.number / 21)::uuid, s.course_id,
        'Section ' || s.number, s.number % 21, s.content_type, '{{"url": "https://example.com"}}'
    FROM section AS s;
    ANALYZE course;
    ANALYZE section;
"""

ENROLLMENTS: LiteralString = """
    INSERT INTO learners (
        id, institution_id, email, first_name, last_name, academic_level, data_consent
    )
    SELECT
        md5('learner:' || n)::uuid, md5('institution')::uuid, 'learner' || n || '@example.com',
        'Learner', 'Number ' || n, 'undergraduate', '{{}}'
    FROM generate_series(0, {learners} - 1) AS n;

    -- some learners take a second course
    CREATE TEMPORARY TABLE enrollment AS
    SELECT
        e.number,
        md5('learner:' || e.number % {learners})::uuid AS learner_id,
        c.number AS course,
        c.id AS course_id,
        c.start,
        c.days,
        c.term,
        -- log-normal by the method of Box and Muller
        exp(
            0.85 * sqrt(-2 * ln(pg_temp.chance(e.number, 2)))
            * cos(2 * pi() * pg_temp.chance(e.number, 3))
        ) * c.days / 270 AS activity
    FROM generate_series(0, {enrollments} - 1) AS e (number)
    INNER JOIN course AS c
        ON c.number = (e.number % {learners} + e.number / {learners}) % {courses};

    INSERT INTO course_enrollments (
        id, learner_id, course_id, enrollment_date, completion_status, completion_date, created_at
    )
    SELECT
        md5('enrollment:' || e.number)::uuid, e.learner_id, e.course_id, d.date, s.status,
        CASE WHEN s.status = 'completed' THEN e.start + interval '270 days' END, d.date
    FROM enrollment AS e
    CROSS JOIN LATERAL (
        SELECT e.start - interval '30 days' * pg_temp.chance(e.number, 4) AS date
    ) AS d
    CROSS JOIN LATERAL (
        -- 47 % pass, 31 % withdraw, 22 % fail
        SELECT (CASE
            WHEN pg_temp.chance(e.number, 5) < 0.31 THEN 'withdrawn'
            WHEN e.term = 3 THEN 'in_progress'
            WHEN pg_temp.chance(e.number, 5) < 0.53 THEN 'failed'
            ELSE 'completed'
        END)::enrollment_status AS status
    ) AS s;
    ANALYZE enrollment;
"""

SESSIONS: LiteralString = """
    -- how many events each session holds, and the number of its first one
    CREATE TEMPORARY TABLE session AS
    WITH expected AS (
        SELECT
            e.*,
            {interactions} * e.activity / sum(e.activity) OVER () AS events
        FROM enrollment AS e
    ),

    drawn AS (
        SELECT
            e.learner_id,
            e.course,
            e.course_id,
            e.start,
            e.days,
            -- of every session of every learner
            e.number * 10000::bigint + s.number AS key,
            sum(-ln(pg_temp.chance(e.number * 10000::bigint + s.number, 6)) * e.events / s.sessions)
                OVER (ORDER BY e.number, s.number) AS weight_sum
        FROM expected AS e
        CROSS JOIN LATERAL (
            SELECT
                g.number,
                greatest(round(e.events / 5.5), 1) AS sessions
            FROM generate_series(1, greatest(round(e.events / 5.5), 1)::integer) AS g (number)
        ) AS s
    ),

    counted AS (
        SELECT
            d.*,
            round({interactions} * d.weight_sum / max(d.weight_sum) OVER ())::bigint AS last_event
        FROM drawn AS d
    )

    SELECT
        md5('session:' || c.key)::uuid AS id,
        c.key,
        c.learner_id,
        c.course,
        c.course_id,
        lag(c.last_event, 1, 0::bigint) OVER (ORDER BY c.key) + 1 AS first_event,
        c.last_event,
        t.start,
        -- 3 minutes to 4 hours
        least(greatest(
            1800 * exp(
                0.7 * sqrt(-2 * ln(pg_temp.chance(c.key, 9)))
                * cos(2 * pi() * pg_temp.chance(c.key, 10))
            ), 180
        ), 14400)::integer AS seconds,
        date_trunc('month', t.start) AS month
    FROM counted AS c
    CROSS JOIN LATERAL (
        -- from 7 o'clock on
        SELECT
            c.start + interval '1 day' * floor(c.days * power(pg_temp.chance(c.key, 7), 1.15))
            + interval '1 second' * floor(25200 + 43200 * pg_temp.chance(c.key, 8)) AS start
    ) AS t;

    CREATE INDEX ON session (month);
    ANALYZE session;

    INSERT INTO learning_sessions (
        id, learner_id, course_id, session_start, session_end, duration_minutes, engagement_level,
        focus_score, productivity_score, interactions_completed, created_at, updated_at, supplied
    )
    SELECT
        s.id, s.learner_id, s.course_id, s.start, s.start + interval '1 second' * s.seconds,
        round(s.seconds / 60.0),
        (enum_range(NULL::engagement_level))[1 + floor(4 * pg_temp.chance(s.key, 11))],
        round(pg_temp.chance(s.key, 12)::numeric, 2), round(pg_temp.chance(s.key, 13)::numeric, 2),
        s.last_event - s.first_event + 1, s.start, s.start + interval '1 second' * s.seconds,
        '{engagement_level}'
    FROM session AS s
    ORDER BY s.start
"""

MONTHS: LiteralString = "SELECT s.month FROM session AS s GROUP BY s.month ORDER BY s.month"

# In the order of time, as events arrive: those of a learner lie scattered over a month's pages.
INTERACTIONS: LiteralString = """
    INSERT INTO learning_interactions (
        id, learner_id, section_id, course_id, interaction_type, interaction_data,
        duration_seconds, outcome, learning_effectiveness, device_type, session_id, timestamp
    )
    SELECT
        md5('interaction:' || i.number)::uuid,
        i.learner_id,
        c.id,
        c.course_id,
        (CASE
            WHEN pg_temp.chance(i.number, 22) < 0.02 THEN 'help_request'
            WHEN pg_temp.chance(i.number, 22) < 0.07 THEN 'navigation'
            WHEN c.content_type = 'assessment' THEN 'knowledge_check'
            WHEN c.content_type = 'interactive' THEN 'discussion'
            WHEN c.content_type = 'simulation' THEN 'practice_activity'
            ELSE 'content_view'
        END)::interaction_type,
        jsonb_build_object('clicks', 1 + floor(ln(pg_temp.chance(i.number, 23)) / ln(0.63))),
        (-60 * ln(pg_temp.chance(i.number, 24)))::integer,
        (CASE
            WHEN pg_temp.chance(i.number, 25) < 0.85 THEN 'successful'
            WHEN pg_temp.chance(i.number, 25) < 0.93 THEN 'partial'
            WHEN pg_temp.chance(i.number, 25) < 0.98 THEN 'unsuccessful'
            ELSE 'abandoned'
        END)::interaction_outcome,
        CASE
            WHEN pg_temp.chance(i.number, 26) < 0.3
                THEN round(pg_temp.chance(i.number, 27)::numeric, 2)
        END,
        'desktop',
        i.session_id,
        i.timestamp
    FROM (
        SELECT
            e.number,
            s.id AS session_id,
            s.learner_id,
            s.course,
            s.start + interval '1 second' * s.seconds * pg_temp.chance(e.number, 20) AS timestamp,
            -- the distribution of Kumaraswamy, a = 0.45 and b = 2.5
            floor(
                {sections}
                * power(1 - power(1 - pg_temp.chance(e.number, 21), 1 / 2.5), 1 / 0.45)
            )::integer AS section
        FROM session AS s
        CROSS JOIN LATERAL generate_series(s.first_event, s.last_event) AS e (number)
        WHERE s.month = {each}
    ) AS i
    INNER JOIN section AS c ON i.course = c.course AND i.section = c.number
    ORDER BY i.timestamp
"""

COURSE_IDS: LiteralString = "SELECT c.id FROM course AS c ORDER BY c.number"

PROGRESS: LiteralString = """
    CREATE TEMPORARY TABLE progress AS
    SELECT
        d.*,
        s.status,
        CASE
            WHEN s.status = 'in_progress'
                THEN round((10 + 80 * pg_temp.chance(d.key, 31))::numeric, 2)
            ELSE 100
        END AS percentage
    FROM (
        SELECT
            c.*,
            uuid_hash_extended(c.learner_id, 0) # uuid_hash_extended(c.section_id, 1) AS key
        FROM derive_section_counters({each}) AS c
    ) AS d
    CROSS JOIN LATERAL (
        SELECT (CASE
            WHEN pg_temp.chance(d.key, 30) < 0.25 THEN 'in_progress'
            WHEN pg_temp.chance(d.key, 30) < 0.3 THEN 'mastered'
            ELSE 'completed'
        END)::progress_status AS status
    ) AS s;

    INSERT INTO section_progress (
        id, learner_id, section_id, course_id, status, completion_percentage, first_accessed,
        last_accessed, total_time_spent, active_learning_time, interaction_count,
        meaningful_interactions, help_requests, comprehension_score, retention_score,
        application_score, completion_timestamp, created_at, updated_at
    )
    SELECT
        md5('progress:' || p.learner_id || p.section_id)::uuid, p.learner_id, p.section_id, {each},
        p.status, p.percentage, p.first_accessed, p.last_accessed, p.total_time_spent,
        p.active_learning_time, p.interaction_count, p.meaningful_interactions, p.help_requests,
        round(pg_temp.chance(p.key, 32)::numeric, 2), round(pg_temp.chance(p.key, 33)::numeric, 2),
        round(pg_temp.chance(p.key, 34)::numeric, 2),
        CASE WHEN p.status <> 'in_progress' THEN p.last_accessed END,
        p.first_accessed, p.last_accessed
    FROM progress AS p
    ORDER BY p.first_accessed;

    -- half of the way at the first visit, the other half at the last one
    INSERT INTO section_progress_history (
        learner_id, section_id, changed_at, previous_percentage, percentage
    )
    SELECT
        p.learner_id, p.section_id, h.*
    FROM progress AS p
    CROSS JOIN LATERAL (
        VALUES
        (p.first_accessed, 0, round(p.percentage / 2, 2)),
        (p.last_accessed, round(p.percentage / 2, 2), p.percentage)
    ) AS h
    ORDER BY 3, 5;

    DROP TABLE progress
"""

ATTEMPTS: LiteralString = """
    CREATE TEMPORARY TABLE assessment AS
    SELECT
        a.number,
        c.number AS course,
        md5('assessment:' || c.number || ':' || a.number)::uuid AS id,
        c.start + interval '1 day' * (270 * (a.number + 1) / 7.0) AS date
    FROM course AS c CROSS JOIN generate_series(0, 6) AS a (number);

    INSERT INTO educational_assessments (
        id, course_id, title, assessment_type, format, learning_objectives, assessment_criteria,
        total_points, passing_score, weight_in_course, questions
    )
    SELECT
        a.id, c.id, 'Assessment ' || a.number,
        (CASE a.number WHEN 0 THEN 'diagnostic' WHEN 6 THEN 'summative' ELSE 'formative' END)
            ::assessment_type,
        'multiple_choice', '["pass"]', '{{}}', 100, 40, 0.14,
        (
            SELECT jsonb_agg(jsonb_build_object('id', 'q' || q, 'points', 20) ORDER BY q)
            FROM generate_series(1, 5) AS q
        )
    FROM assessment AS a INNER JOIN course AS c ON a.course = c.number;

    INSERT INTO assessment_attempts (
        id, learner_id, assessment_id, attempt_number, started_at, submitted_at,
        time_spent_minutes, responses, score, percentage_score, passed, completion_status,
        created_at, updated_at
    )
    SELECT
        md5('attempt:' || t.key)::uuid, t.learner_id, t.assessment_id, 1, t.start,
        t.start + interval '1 minute' * t.minutes, t.minutes, r.responses, r.score, r.score,
        r.score >= 40, 'graded', t.start, t.start + interval '1 minute' * t.minutes
    FROM (
        SELECT
            e.learner_id,
            a.id AS assessment_id,
            e.number,
            e.number * 10::bigint + a.number AS key,
            a.date - interval '1 day' * 20 * pg_temp.chance(e.number * 10::bigint + a.number, 40)
                AS start,
            (20 + 40 * pg_temp.chance(e.number * 10::bigint + a.number, 41))::integer AS minutes
        FROM enrollment AS e
        INNER JOIN assessment AS a ON e.course = a.course
        WHERE
            a.date <= now()
            AND pg_temp.chance(e.number * 10::bigint + a.number, 42) < 0.7
    ) AS t
    CROSS JOIN LATERAL (
        SELECT
            jsonb_agg(
                jsonb_build_object(
                    'question_id', 'q' || q.number, 'points', q.points, 'answer', 'a'
                ) ORDER BY q.number
            ) AS responses,
            sum(q.points) AS score
        FROM (
            SELECT
                g.number,
                5 * round(4 * least(
                    0.5 * pg_temp.chance(t.number, 43)
                    + 0.8 * pg_temp.chance(t.key * 10 + g.number, 44), 1
                ))::integer AS points
            FROM generate_series(1, 5) AS g (number)
        ) AS q
    ) AS r
    ORDER BY t.start
"""

# What is emptied there, triggers derive again.
DERIVED: LiteralString = """
    SET session_replication_role = origin;
    SELECT rebuild_derived_columns({each})
"""

CLEAN: LiteralString = """
    VACUUM ANALYZE educational_courses, educational_assessments, course_enrollments,
    course_structure, learner_courses, interaction_times
"""

PROGRESS_TABLES = ("section_progress", "section_progress_history")

STEPS = (
    Step("courses and sections", COURSES),
    Step("learners and enrollments", ENROLLMENTS),
    Step("sessions", SESSIONS, filled=("learning_sessions",)),
    Step("interactions", INTERACTIONS, MONTHS, ("learning_interactions",)),
    Step("section progress", PROGRESS, COURSE_IDS, PROGRESS_TABLES),
    Step("attempts", ATTEMPTS),
    Step("clean pages and statistics", "VACUUM ANALYZE"),
    Step("derived columns", DERIVED, COURSE_IDS),
    Step("clean pages of derived columns", CLEAN),
    Step("analytics", "SELECT rebuild_learning_analytics()"),
)


def fill(connection: Connection, interactions: int, seed: int = 1) -> None:
    """Fill the schema, with a progress bar on a terminal.

    Args:
        connection: In autocommit mode, with the schema first in its search path; by a role that
            may set session_replication_role. The session's settings are reset afterwards.
        interactions: How many there shall be, exactly.
        seed: Other seeds give other rows.

    Raises:
        UsageError: When the schema holds learners already.
    """
    if connection.execute("SELECT FROM learners LIMIT 1").rowcount:
        raise UsageError("The schema holds learners already: generated data need an empty one.")
    enrollments = max(round(interactions / EVENTS_PER_ENROLLMENT), 20)
    sizes = {
        "seed": seed,
        "interactions": interactions,
        "enrollments": enrollments,
        "learners": round(LEARNERS_PER_ENROLLMENT * enrollments),
        "courses": max(round(enrollments / LEARNERS_PER_COURSE), 4),
        "sections": 209,
    }
    search_path = connection.execute("SHOW search_path").fetchone()
    connection.execute(CHANCE.format(**sizes).encode())
    connection.execute(SETTINGS)
    connection.execute(
        "SELECT ensure_interaction_partitions(p_from => (now() - interval '675 days')::date)"
    )
    with _progress() as bars:
        for step in STEPS:
            indexes = _drop_indexes(connection, step.filled)
            each = connection.execute(step.for_each).fetchall() if step.for_each else [(None,)]
            for (value,) in bars.track(each, description=step.title):
                literal = sql.Literal(value).as_string(connection)
                for statement in step.statements.split(";\n"):
                    connection.execute(statement.format(each=literal, **sizes).encode())
            for definition in bars.track(indexes, description="    indexes") if indexes else ():
                connection.execute(definition.encode())
    connection.execute("DISCARD ALL")
    connection.execute("SELECT set_config('search_path', %s, false)", search_path)


def _drop_indexes(connection: Connection, tables: tuple[str, ...]) -> list[str]:
    """Drop the indexes that no constraint needs; returns what makes them, and their comments."""
    found = connection.execute(
        """
        SELECT
            i.indexrelid::regclass::text,
            replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON '),
            obj_description(i.indexrelid, 'pg_class')
        FROM pg_index AS i
        WHERE
            i.indrelid = ANY(%s::regclass[])
            AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
        """,
        (list(tables),),
    ).fetchall()
    definitions = []
    for name, definition, comment in found:
        connection.execute(f"DROP INDEX {name}".encode())
        definitions += [definition, f"COMMENT ON INDEX {name} IS {sql.quote(comment)}"]
    return definitions


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description:<36}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--database", metavar="URL", help="The database, migrated and empty.")
@click.option("--schema", metavar="NAME", help="Its schema. Default: the first of the search path.")
@click.option("--interactions", type=click.IntRange(min=1), default=1_000_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def main(database: str | None, schema: str | None, interactions: int, seed: int) -> None:
    """Fill a migrated, empty database with generated courses, learners and events."""
    try:
        with (
            session(locate(database), schema=schema) as opened,
            search_path.opened(opened.connection, opened.schema),
        ):
            fill(opened.connection, interactions, seed)
    except LmsSchemaError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
