-- Definition of derived sessions: derive_sessions and check_derived_columns both read it here.
-- Each step is a pass over rows sorted by learner and time. Joins are of equal keys and hashed:
-- right after a load the planner knows no numbers, and nested loops over them take minutes. What
-- the hash leaves over is little, and joined by learner with a range.
-- depends: functions/is_meaningful_interaction functions/derived_session_gap
CREATE OR REPLACE FUNCTION derive_course_sessions(
    p_course_id uuid,
    p_gap interval DEFAULT derived_session_gap(),
    p_learner_ids uuid[] DEFAULT NULL
) RETURNS TABLE (
    id uuid,
    learner_id uuid,
    session_start timestamptz,
    session_end timestamptz,
    interactions_completed integer,
    assessments_taken integer,
    sections_completed integer,
    progress_percentage_gain numeric,
    engagement_level engagement_level
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
SET plan_cache_mode = force_custom_plan
SET enable_nestloop = off
SET enable_mergejoin = off
-- a gap of days is one of 24 hours each
SET timezone = 'UTC'
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
DECLARE
    -- from here on all events are kept
    v_kept_from timestamptz := (
        SELECT max(r.upper_bound) FROM retention_log AS r
        WHERE r.what = 'learning_interactions'
    );
    v_sections integer := (
        SELECT nullif(cs.sections, 0) FROM course_structure AS cs
        WHERE cs.course_id = p_course_id
    );
BEGIN
    RETURN QUERY
    WITH known AS MATERIALIZED (
        SELECT
            ls.id,
            ls.learner_id,
            ls.session_start,
            ls.derived,
            ls.supplied,
            ls.interactions_completed,
            ls.assessments_taken,
            ls.sections_completed,
            ls.progress_percentage_gain,
            ls.engagement_level,
            -- one that goes on does so for a day at most
            coalesce(ls.session_end, ls.session_start + interval '24 hours') AS finish,
            ls.derived AND coalesce(ls.session_start < v_kept_from, FALSE) AS is_fixed
        FROM learning_sessions AS ls
        WHERE
            ls.course_id = p_course_id
            AND (p_learner_ids IS NULL OR ls.learner_id = ANY(p_learner_ids))
    ),

    -- the application's sessions take their events away; those of a time whose events are gone are
    -- what is left of these
    spot AS (
        SELECT
            li.learner_id,
            li.timestamp AS start,
            li.timestamp
            + least(coalesce(li.duration_seconds, 0), 14400) * interval '1 second' AS finish,
            1 AS place,
            is_meaningful_interaction(li.interaction_type)::integer AS meaningful,
            NULL::uuid AS session_id
        FROM learning_interactions AS li
        WHERE
            li.course_id = p_course_id
            AND li.session_id IS NULL
            AND (p_learner_ids IS NULL OR li.learner_id = ANY(p_learner_ids))
        UNION ALL
        SELECT
            k.learner_id,
            k.session_start,
            k.finish,
            CASE WHEN k.derived THEN 0 ELSE -1 END,
            NULL,
            CASE WHEN k.derived THEN k.id END
        FROM known AS k
        WHERE k.is_fixed OR NOT k.derived
    ),

    outside AS (
        SELECT s.*
        FROM (
            SELECT
                o.*,
                max(o.finish) FILTER (WHERE o.place = -1) OVER (
                    PARTITION BY o.learner_id ORDER BY o.start, o.place
                    ROWS UNBOUNDED PRECEDING
                ) AS taken_until
            FROM spot AS o
        ) AS s
        WHERE s.place = 0 OR s.place = 1 AND coalesce(s.start > s.taken_until, TRUE)
    ),

    opened AS (
        SELECT
            o.*,
            coalesce(
                o.start > p_gap + max(o.finish) OVER (
                    PARTITION BY o.learner_id ORDER BY o.start, o.place
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ), TRUE
            ) AS is_first
        FROM outside AS o
    ),

    -- two sessions of that time do not become one, even when an event arrives between them
    parted AS (
        SELECT
            p.*,
            count(*) FILTER (
                WHERE p.is_first OR p.place = 0 AND p.last_fixed >= p.opened_at
            ) OVER (
                PARTITION BY p.learner_id ORDER BY p.start, p.place
                ROWS UNBOUNDED PRECEDING
            ) AS number
        FROM (
            SELECT
                o.*,
                max(o.start) FILTER (WHERE o.is_first) OVER (
                    PARTITION BY o.learner_id ORDER BY o.start, o.place
                    ROWS UNBOUNDED PRECEDING
                ) AS opened_at,
                max(o.start) FILTER (WHERE o.place = 0) OVER (
                    PARTITION BY o.learner_id ORDER BY o.start, o.place
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS last_fixed
            FROM opened AS o
        ) AS p
    ),

    span AS MATERIALIZED (
        SELECT
            p.learner_id,
            min(p.start) AS session_start,
            max(p.finish) AS session_end,
            -- the start that it is known by
            coalesce(min(p.start) FILTER (WHERE p.place = 0), min(p.start)) AS known_start,
            count(p.meaningful) AS interactions,
            coalesce(sum(p.meaningful), 0) AS meaningful
        FROM parted AS p
        GROUP BY p.learner_id, p.number
    ),

    paired AS MATERIALIZED (
        SELECT
            k.id,
            k.learner_id AS earlier_learner_id,
            k.session_start AS earlier_start,
            k.finish AS earlier_end,
            s.*
        FROM (SELECT d.* FROM known AS d WHERE d.derived) AS k
        FULL JOIN span AS s
            ON k.learner_id = s.learner_id AND k.session_start = s.known_start
    ),

    -- a session goes on as the first part that is left of it; of several the earliest
    moved AS (
        SELECT DISTINCT ON (f.learner_id, f.session_start)
            f.learner_id,
            f.session_start,
            f.id
        FROM (
            SELECT DISTINCT ON (k.id)
                k.id,
                k.earlier_start,
                s.learner_id,
                s.session_start
            FROM paired AS k
            INNER JOIN paired AS s
                ON
                    k.earlier_learner_id = s.learner_id
                    AND k.earlier_start <= s.session_end
                    AND k.earlier_end >= s.session_start
            WHERE k.session_start IS NULL AND s.id IS NULL
            ORDER BY k.id, s.session_start
        ) AS f
        ORDER BY f.learner_id, f.session_start, f.earlier_start
    ),

    -- what else the learner did, each with the session that started last before it
    deed AS (
        SELECT
            t.learner_id,
            t.submitted_at AS at,
            1 AS attempts,
            0 AS completions,
            0 AS change
        FROM assessment_attempts AS t
        WHERE
            t.assessment_id = ANY(
                ARRAY(SELECT a.id FROM educational_assessments AS a WHERE a.course_id = p_course_id)
            )
            AND t.submitted_at IS NOT NULL
            AND (p_learner_ids IS NULL OR t.learner_id = ANY(p_learner_ids))
        UNION ALL
        SELECT
            sp.learner_id,
            sp.completion_timestamp,
            0,
            1,
            0
        FROM section_progress AS sp
        WHERE
            sp.course_id = p_course_id
            AND sp.completion_timestamp IS NOT NULL
            AND (p_learner_ids IS NULL OR sp.learner_id = ANY(p_learner_ids))
        UNION ALL
        SELECT
            h.learner_id,
            h.changed_at,
            0,
            0,
            h.percentage - h.previous_percentage
        FROM section_progress_history AS h
        WHERE
            h.section_id = ANY(
                ARRAY(SELECT s.id FROM learning_sections AS s WHERE s.course_id = p_course_id)
            )
            AND h.learner_id = ANY(
                coalesce(p_learner_ids, ARRAY(SELECT DISTINCT n.learner_id FROM span AS n))
            )
    ),

    done AS (
        SELECT
            p.learner_id,
            p.last_start,
            sum(p.attempts) AS attempts,
            sum(p.completions) AS completions,
            sum(p.change) AS change
        FROM (
            SELECT
                r.*,
                max(r.at) FILTER (WHERE r.place = 1) OVER (
                    PARTITION BY r.learner_id ORDER BY r.at, r.place
                    ROWS UNBOUNDED PRECEDING
                ) AS last_start,
                max(r.finish) OVER (
                    PARTITION BY r.learner_id ORDER BY r.at, r.place
                    ROWS UNBOUNDED PRECEDING
                ) AS last_finish,
                max(r.at) FILTER (WHERE r.place = 0) OVER (
                    PARTITION BY r.learner_id ORDER BY r.at, r.place
                    ROWS UNBOUNDED PRECEDING
                ) AS last_made
            FROM (
                SELECT
                    d.*,
                    2 AS place,
                    NULL::timestamptz AS finish
                FROM deed AS d
                UNION ALL
                SELECT
                    s.learner_id,
                    s.session_start,
                    NULL,
                    NULL,
                    NULL,
                    1,
                    s.session_end
                FROM span AS s
                UNION ALL
                SELECT
                    k.learner_id,
                    k.session_start,
                    NULL,
                    NULL,
                    NULL,
                    0,
                    NULL
                FROM known AS k
                WHERE NOT k.derived
            ) AS r
        ) AS p
        WHERE
            p.place = 2
            AND p.at <= p.last_finish + p_gap
            AND coalesce(p.last_made <= p.last_finish, TRUE)
        GROUP BY p.learner_id, p.last_start
    ),

    found AS (
        SELECT
            p.learner_id,
            p.session_start,
            p.session_end,
            coalesce(p.id, m.id) AS id,
            p.interactions,
            coalesce(d.attempts, 0) AS attempts,
            coalesce(d.completions, 0) AS completions,
            -- greatest and least would pass over a NULL
            least(
                greatest(coalesce(round(d.change / v_sections, 2), 0), 0), 100
            ) AS gain,
            (
                CASE
                    WHEN p.meaningful = 0 THEN 'low'
                    WHEN p.meaningful = 1 THEN 'medium'
                    WHEN p.meaningful <= 4 THEN 'high'
                    ELSE 'very_high'
                END
            )::engagement_level AS level
        FROM paired AS p
        LEFT JOIN moved AS m ON p.learner_id = m.learner_id AND p.session_start = m.session_start
        LEFT JOIN done AS d ON p.learner_id = d.learner_id AND p.session_start = d.last_start
        WHERE p.session_start IS NOT NULL
    )

    SELECT
        f.id,
        f.learner_id,
        f.session_start,
        f.session_end,
        CASE
            WHEN 'interactions_completed' = ANY(k.supplied) THEN k.interactions_completed
            WHEN k.is_fixed THEN greatest(k.interactions_completed, f.interactions::integer)
            ELSE f.interactions::integer
        END,
        CASE
            WHEN 'assessments_taken' = ANY(k.supplied) THEN k.assessments_taken
            ELSE f.attempts::integer
        END,
        CASE
            WHEN 'sections_completed' = ANY(k.supplied) THEN k.sections_completed
            ELSE f.completions::integer
        END,
        CASE
            WHEN 'progress_percentage_gain' = ANY(k.supplied) THEN k.progress_percentage_gain
            ELSE f.gain
        END,
        CASE
            WHEN 'engagement_level' = ANY(k.supplied) THEN k.engagement_level
            WHEN k.is_fixed THEN greatest(k.engagement_level, f.level)
            ELSE f.level
        END
    FROM found AS f
    LEFT JOIN known AS k ON f.id = k.id;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_course_sessions(uuid, interval, uuid[]) FROM public;

COMMENT ON FUNCTION derive_course_sessions(uuid, interval, uuid[]) IS
'The sessions of these learners (NULL: all) in a course, by their events: events of which each '
'starts at most p_gap after the latest end so far, without those that have a session_id or lie '
'inside of a session that the application made. An event ends duration_seconds, at most 4 hours, '
'after its timestamp. id: the derived session that goes on, NULL for a new one. '
'interactions_completed: its events. assessments_taken, sections_completed: submissions and '
'completions from its start to p_gap after its end, before the next session. '
'progress_percentage_gain: overall progress at the end of that span less at its start, in points '
'of percent, at least 0, by the sections that the course has today. engagement_level by its '
'meaningful events: 0 low, 1 medium, 2 to 4 high, 5 and more very_high. Columns named in supplied '
'keep their value. A session that began before the oldest month still kept only grows.';
