-- The proof that stored derived values equal their definitions, each read from where its owner
-- reads it.
-- depends: functions/attempt_question_points functions/derive_assessment_metrics
-- depends: functions/derive_attempt_analysis functions/derive_course_metrics
-- depends: functions/derive_course_sessions
-- depends: functions/derive_current_grades functions/derive_enrollment_metrics
-- depends: functions/derive_enrollment_progress functions/derive_learner_courses
-- depends: functions/derive_section_counters functions/derive_section_evidence
-- depends: functions/derive_section_retention functions/evidence_score
-- depends: functions/is_graded_attempt functions/judge_completion functions/objective_parts
CREATE OR REPLACE FUNCTION check_derived_columns(
    p_course_id uuid DEFAULT NULL
) RETURNS TABLE (
    table_name text,
    row_id uuid,
    column_name text,
    stored text,
    derived text
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- courses of ten learners and of ten thousand want plans of their own
SET plan_cache_mode = force_custom_plan
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    WITH enrollment_id AS (
        SELECT array_agg(e.id) AS ids
        FROM course_enrollments AS e
        WHERE p_course_id IS NULL OR e.course_id = p_course_id
    ),

    -- all courses at once: as a lateral join, it would be counted anew for each progress row
    counter AS MATERIALIZED (
        SELECT d.*
        FROM educational_courses AS c
        CROSS JOIN LATERAL derive_section_counters(c.id) AS d
        WHERE p_course_id IS NULL OR c.id = p_course_id
    ),

    section_id AS (
        SELECT array_agg(s.id) AS ids
        FROM learning_sections AS s
        WHERE p_course_id IS NULL OR s.course_id = p_course_id
    ),

    evidence AS MATERIALIZED (
        SELECT d.*
        FROM section_id AS s
        CROSS JOIN LATERAL derive_section_evidence(s.ids) AS d
    ),

    retention AS MATERIALIZED (
        SELECT d.*
        FROM section_id AS s
        CROSS JOIN LATERAL derive_section_retention(s.ids) AS d
    ),

    attempt_id AS (
        SELECT array_agg(t.id) AS ids
        FROM educational_assessments AS a
        INNER JOIN assessment_attempts AS t ON a.id = t.assessment_id
        WHERE p_course_id IS NULL OR a.course_id = p_course_id
    ),

    question AS MATERIALIZED (
        SELECT q.*
        FROM attempt_id AS a
        CROSS JOIN LATERAL attempt_question_points(a.ids) AS q
    ),

    -- their sessions and retention are derived with the next refresh; NULL stands for everybody, and
    -- for every course
    queued AS (
        SELECT
            d.learner_id,
            d.course_id
        FROM course_enrollments_delta AS d
        UNION
        SELECT
            d.learner_id,
            d.course_id
        FROM section_progress_delta AS d
        UNION
        SELECT
            d.learner_id,
            a.course_id
        FROM assessment_attempts_delta AS d
        INNER JOIN educational_assessments AS a ON d.assessment_id = a.id
        UNION
        -- which an assessment left
        SELECT
            NULL,
            d.course_id
        FROM assessment_attempts_delta AS d
        WHERE d.course_id IS NOT NULL
        UNION
        SELECT
            d.learner_id,
            d.course_id
        FROM learning_interactions_delta AS d
        WHERE d.course_id IS NOT NULL
        UNION
        SELECT
            d.learner_id,
            d.course_id
        FROM learning_sessions_delta AS d
        WHERE NOT d.is_derivation
        UNION
        SELECT
            NULL,
            r.course_id
        FROM analytics_rebuild_request AS r
    ),

    comparison AS (
        SELECT
            'course_enrollments' AS table_name,
            e.id AS row_id,
            v.*
        FROM enrollment_id AS a
        CROSS JOIN LATERAL derive_enrollment_progress(a.ids) AS d
        INNER JOIN course_enrollments AS e ON d.enrollment_id = e.id
        CROSS JOIN
            LATERAL (
                VALUES
                (
                    'overall_progress',
                    e.overall_progress::text,
                    d.overall_progress::numeric(5, 2)::text
                ),
                ('total_time_spent', e.total_time_spent::text, d.total_time_spent::text),
                ('last_accessed', e.last_accessed::text, d.last_accessed::text),
                (
                    'section_count',
                    e.section_count::text,
                    CASE WHEN e.section_count IS NOT NULL THEN d.section_count END::text
                ),
                ('progress_sum', e.progress_sum::text, d.progress_sum::text),
                ('seconds_sum', e.seconds_sum::text, d.seconds_sum::text)
            ) AS v (column_name, stored, derived)
        UNION ALL
        SELECT
            'course_enrollments' AS table_name,
            e.id,
            'current_grade' AS column_name,
            e.current_grade::text,
            d.current_grade::numeric(5, 2)::text
        FROM enrollment_id AS a
        CROSS JOIN LATERAL derive_current_grades(a.ids) AS d
        INNER JOIN course_enrollments AS e ON d.enrollment_id = e.id
        UNION ALL
        SELECT
            'course_enrollments' AS table_name,
            e.id,
            v.*
        FROM educational_courses AS c
        CROSS JOIN LATERAL derive_enrollment_metrics(c.id, c.metrics_as_of) AS d
        INNER JOIN course_enrollments AS e ON d.enrollment_id = e.id
        CROSS JOIN
            LATERAL (
                VALUES
                (
                    'engagement_score',
                    e.engagement_score::text,
                    d.engagement_score::numeric(3, 2)::text
                ),
                (
                    'learning_velocity', e.learning_velocity::text,
                    d.learning_velocity::numeric(5, 2)::text
                )
            ) AS v (column_name, stored, derived)
        WHERE c.metrics_as_of IS NOT NULL AND (p_course_id IS NULL OR c.id = p_course_id)
        UNION ALL
        SELECT
            'educational_courses' AS table_name,
            c.id,
            v.*
        FROM educational_courses AS c
        CROSS JOIN LATERAL derive_course_metrics(c.id) AS d
        CROSS JOIN
            LATERAL (
                VALUES
                ('enrollment_count', c.enrollment_count::text, d.enrollment_count::text),
                (
                    'completion_rate',
                    c.completion_rate::text,
                    d.completion_rate::numeric(5, 2)::text
                ),
                (
                    'learning_effectiveness_score', c.learning_effectiveness_score::text,
                    d.learning_effectiveness_score::numeric(3, 2)::text
                )
            ) AS v (column_name, stored, derived)
        WHERE p_course_id IS NULL OR c.id = p_course_id
        UNION ALL
        SELECT
            'educational_courses' AS table_name,
            c.id,
            v.*
        FROM educational_courses AS c
        CROSS JOIN
            LATERAL (
                SELECT
                    count(*) AS count,
                    coalesce(sum(r.rating), 0) AS sum,
                    avg(r.rating) AS mean
                FROM course_ratings AS r
                WHERE r.course_id = c.id
            ) AS d
        CROSS JOIN
            LATERAL (
                VALUES
                ('rating_count', c.rating_count::text, d.count::text),
                ('rating_sum', c.rating_sum::text, d.sum::text),
                (
                    'average_rating', c.average_rating::text,
                    -- without any, the application's
                    coalesce(d.mean::numeric(3, 2), c.average_rating)::text
                )
            ) AS v (column_name, stored, derived)
        WHERE p_course_id IS NULL OR c.id = p_course_id
        UNION ALL
        SELECT
            'course_structure' AS table_name,
            c.id,
            'sections' AS column_name,
            cs.sections::text,
            (
                SELECT count(*) FROM learning_sections AS s
                WHERE s.course_id = c.id
            )::text
        FROM educational_courses AS c
        LEFT JOIN course_structure AS cs ON c.id = cs.course_id
        WHERE p_course_id IS NULL OR c.id = p_course_id
        UNION ALL
        SELECT
            'learner_courses' AS table_name,
            d.learner_id,
            v.*
        FROM educational_courses AS c
        CROSS JOIN LATERAL derive_learner_courses(c.id) AS d
        LEFT JOIN learner_courses AS lc ON c.id = lc.course_id AND d.learner_id = lc.learner_id
        CROSS JOIN
            LATERAL (
                VALUES
                ('learner_id', lc.learner_id::text, d.learner_id::text),
                ('structure_version', lc.structure_version::text, d.structure_version::text)
            ) AS v (column_name, stored, derived)
        WHERE p_course_id IS NULL OR c.id = p_course_id
        UNION ALL
        SELECT
            'educational_assessments' AS table_name,
            a.id,
            v.*
        FROM educational_assessments AS a
        CROSS JOIN LATERAL derive_assessment_metrics(a.id) AS d
        CROSS JOIN
            LATERAL (
                VALUES
                (
                    'difficulty_rating', a.difficulty_rating::text,
                    d.difficulty_rating::numeric(3, 2)::text
                ),
                (
                    'discrimination_index', a.discrimination_index::text,
                    d.discrimination_index::numeric(3, 2)::text
                ),
                (
                    'reliability_coefficient', a.reliability_coefficient::text,
                    d.reliability_coefficient::numeric(3, 2)::text
                )
            ) AS v (column_name, stored, derived)
        WHERE p_course_id IS NULL OR a.course_id = p_course_id
        UNION ALL
        SELECT
            'assessment_attempts' AS table_name,
            t.id,
            'rules_version' AS column_name,
            t.rules_version::text,
            a.rules_version::text
        FROM assessment_attempts AS t
        INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
        WHERE p_course_id IS NULL OR a.course_id = p_course_id
        UNION ALL
        SELECT
            'assessment_attempts' AS table_name,
            t.id,
            v.*
        FROM assessment_attempts AS t
        INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
        CROSS JOIN
            LATERAL (
                SELECT 100.0 * t.score / nullif(a.total_points, 0) AS percentage
            ) AS m
        CROSS JOIN
            LATERAL (
                VALUES
                (
                    'percentage_score',
                    -- 0.01 either way is the application's rounding
                    CASE
                        WHEN abs(t.percentage_score - m.percentage) <= 0.01
                            THEN round(m.percentage, 2)
                        ELSE t.percentage_score
                    END::text,
                    round(m.percentage, 2)::text
                ),
                ('passed', t.passed::text, (t.score >= a.passing_score)::text)
            ) AS v (column_name, stored, derived)
        WHERE t.score IS NOT NULL AND (p_course_id IS NULL OR a.course_id = p_course_id)
        UNION ALL
        -- what people gave: no derived value could replace it
        SELECT
            'assessment_attempts' AS table_name,
            q.attempt_id,
            'responses' AS column_name,
            format('question %s: %s points', q.question_id, q.points),
            format('question %s: at most %s points', q.question_id, q.most)
        FROM question AS q
        WHERE q.points > q.most
        UNION ALL
        SELECT
            'assessment_attempts' AS table_name,
            t.id,
            'score' AS column_name,
            trim_scale(t.score)::text,
            trim_scale(round(sum(q.points), 3))::text
        FROM question AS q
        INNER JOIN assessment_attempts AS t ON q.attempt_id = t.id
        WHERE is_graded_attempt(t.completion_status)
        GROUP BY t.id, t.score
        HAVING every(q.points IS NOT NULL)
        UNION ALL
        -- but for the assessment's mean and the sections to look at, which are as of the grading
        SELECT
            'assessment_attempts' AS table_name,
            t.id,
            v.column_name,
            regexp_replace(v.stored::text, ', "assessment_mean": [^}]*}', '}', 'g'),
            regexp_replace(v.derived::text, ', "assessment_mean": [^}]*}', '}', 'g')
        FROM attempt_id AS a
        CROSS JOIN LATERAL derive_attempt_analysis(a.ids) AS d
        INNER JOIN assessment_attempts AS t ON d.attempt_id = t.id
        CROSS JOIN
            LATERAL (
                VALUES
                ('response_patterns', t.response_patterns, d.response_patterns),
                ('knowledge_gaps', t.knowledge_gaps, d.knowledge_gaps),
                ('strength_areas', t.strength_areas, d.strength_areas),
                ('objective_points', t.objective_points, d.objective_points)
            ) AS v (column_name, stored, derived)
        WHERE v.column_name <> ALL(t.supplied)
        UNION ALL
        -- by the assessment
        SELECT
            'assessment_objective_totals' AS table_name,
            o.assessment_id,
            'points' AS column_name,
            format(
                'objective %s: %s of %s', o.objective_id,
                trim_scale(coalesce(sum(o.points) FILTER (WHERE o.is_total), 0)),
                trim_scale(coalesce(sum(o.most) FILTER (WHERE o.is_total), 0))
            ),
            format(
                'objective %s: %s of %s', o.objective_id,
                trim_scale(coalesce(sum(o.points) FILTER (WHERE NOT o.is_total), 0)),
                trim_scale(coalesce(sum(o.most) FILTER (WHERE NOT o.is_total), 0))
            )
        FROM (
            SELECT
                ot.assessment_id,
                ot.objective_id,
                ot.points,
                ot.most_points AS most,
                TRUE AS is_total
            FROM assessment_objective_totals AS ot
            UNION ALL
            SELECT
                t.assessment_id,
                p.*,
                FALSE
            FROM assessment_attempts AS t
            CROSS JOIN LATERAL objective_parts(t.objective_points) AS p
        ) AS o
        INNER JOIN educational_assessments AS a ON o.assessment_id = a.id
        WHERE p_course_id IS NULL OR a.course_id = p_course_id
        GROUP BY o.assessment_id, o.objective_id
        UNION ALL
        -- an application may say less than elapsed
        SELECT
            'assessment_attempts' AS table_name,
            t.id,
            'time_spent_minutes' AS column_name,
            t.time_spent_minutes::text,
            round(m.elapsed)::text
        FROM assessment_attempts AS t
        INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
        CROSS JOIN
            LATERAL (
                SELECT extract(EPOCH FROM t.submitted_at - t.started_at) / 60 AS elapsed
            ) AS m
        WHERE
            (t.time_spent_minutes IS NULL OR t.time_spent_minutes > ceil(m.elapsed))
            AND (p_course_id IS NULL OR a.course_id = p_course_id)
        UNION ALL
        -- an application may say another length
        SELECT
            'learning_sessions' AS table_name,
            ls.id,
            'duration_minutes' AS column_name,
            NULL AS stored,
            round(extract(EPOCH FROM ls.session_end - ls.session_start) / 60)::text
        FROM learning_sessions AS ls
        WHERE
            ls.duration_minutes IS NULL
            AND (p_course_id IS NULL OR ls.course_id = p_course_id)
        UNION ALL
        -- by the session, or else by the learner who lacks it
        SELECT
            'learning_sessions' AS table_name,
            coalesce(ls.id, d.learner_id),
            v.*
        FROM (
            SELECT
                s.*,
                c.id AS course_id
            FROM educational_courses AS c
            CROSS JOIN LATERAL derive_course_sessions(c.id) AS s
            WHERE c.derive_sessions AND (p_course_id IS NULL OR c.id = p_course_id)
        ) AS d
        FULL JOIN (
            SELECT s.*
            FROM educational_courses AS c
            INNER JOIN learning_sessions AS s ON c.id = s.course_id
            WHERE
                c.derive_sessions AND s.derived AND (p_course_id IS NULL OR c.id = p_course_id)
        ) AS ls ON d.id = ls.id
        CROSS JOIN LATERAL (
            VALUES
            ('session_start', ls.session_start::text, d.session_start::text),
            ('session_end', ls.session_end::text, d.session_end::text),
            (
                'interactions_completed', ls.interactions_completed::text,
                d.interactions_completed::text
            ),
            ('assessments_taken', ls.assessments_taken::text, d.assessments_taken::text),
            ('sections_completed', ls.sections_completed::text, d.sections_completed::text),
            (
                'progress_percentage_gain', ls.progress_percentage_gain::text,
                d.progress_percentage_gain::numeric(5, 2)::text
            ),
            ('engagement_level', ls.engagement_level::text, d.engagement_level::text)
        ) AS v (column_name, stored, derived)
        WHERE
            (coalesce(ls.learner_id, d.learner_id), coalesce(ls.course_id, d.course_id))
            NOT IN (SELECT q.learner_id, q.course_id FROM queued AS q)
        UNION ALL
        SELECT
            'interaction_times' AS table_name,
            coalesce(i.id, k.id),
            'timestamp' AS column_name,
            k.timestamp::text,
            i.timestamp::text
        FROM (
            SELECT
                li.id,
                li.timestamp
            FROM learning_interactions AS li
            WHERE p_course_id IS NULL OR li.course_id = p_course_id
        ) AS i
        FULL JOIN interaction_times AS k ON i.id = k.id
        WHERE p_course_id IS NULL OR i.id IS NOT NULL
        UNION ALL
        -- the history ends where the progress row stands
        SELECT
            'section_progress_history' AS table_name,
            sp.id,
            'percentage' AS column_name,
            coalesce(h.percentage, 0.00)::text,
            sp.completion_percentage::text
        FROM section_progress AS sp
        LEFT JOIN LATERAL (
            SELECT sh.percentage
            FROM section_progress_history AS sh
            WHERE sh.learner_id = sp.learner_id AND sh.section_id = sp.section_id
            ORDER BY sh.id DESC
            LIMIT 1
        ) AS h ON TRUE
        WHERE p_course_id IS NULL OR sp.course_id = p_course_id
        UNION ALL
        SELECT
            'section_progress' AS table_name,
            sp.id,
            v.*
        FROM section_progress AS sp
        INNER JOIN counter AS d ON sp.learner_id = d.learner_id AND sp.section_id = d.section_id
        CROSS JOIN LATERAL (
            VALUES
            ('first_accessed', sp.first_accessed::text, d.first_accessed::text),
            ('last_accessed', sp.last_accessed::text, d.last_accessed::text),
            ('total_time_spent', sp.total_time_spent::text, d.total_time_spent::text),
            (
                'active_learning_time', sp.active_learning_time::text,
                d.active_learning_time::text
            ),
            ('interaction_count', sp.interaction_count::text, d.interaction_count::text),
            (
                'meaningful_interactions', sp.meaningful_interactions::text,
                d.meaningful_interactions::text
            ),
            ('help_requests', sp.help_requests::text, d.help_requests::text)
        ) AS v (column_name, stored, derived)
        UNION ALL
        SELECT
            'section_progress' AS table_name,
            sp.id,
            v.column_name,
            v.stored,
            v.derived
        FROM section_progress AS sp
        LEFT JOIN evidence AS e ON sp.learner_id = e.learner_id AND sp.section_id = e.section_id
        LEFT JOIN retention AS r ON sp.learner_id = r.learner_id AND sp.section_id = r.section_id
        LEFT JOIN queued AS q ON sp.learner_id = q.learner_id AND sp.course_id = q.course_id
        CROSS JOIN LATERAL (
            VALUES
            (
                'comprehension_n', sp.comprehension_n::text,
                coalesce(e.comprehension_n, 0)::text
            ),
            (
                'comprehension_sum', sp.comprehension_sum::text,
                coalesce(e.comprehension_sum, 0)::text
            ),
            ('application_n', sp.application_n::text, coalesce(e.application_n, 0)::text),
            ('application_sum', sp.application_sum::text, coalesce(e.application_sum, 0)::text),
            ('retention_n', sp.retention_n::text, coalesce(r.retention_n, 0)::text),
            ('retention_sum', sp.retention_sum::text, coalesce(r.retention_sum, 0)::text),
            (
                'comprehension_score', sp.comprehension_score::text,
                evidence_score(sp.comprehension_sum, sp.comprehension_n)::text
            ),
            (
                'retention_score', sp.retention_score::text,
                evidence_score(sp.retention_sum, sp.retention_n)::text
            ),
            (
                'application_score', sp.application_score::text,
                evidence_score(sp.application_sum, sp.application_n)::text
            )
        ) AS v (column_name, stored, derived)
        WHERE
            (p_course_id IS NULL OR sp.course_id = p_course_id)
            AND v.column_name <> ALL(sp.supplied)
            AND (q.learner_id IS NULL OR v.column_name NOT IN ('retention_n', 'retention_sum'))
        UNION ALL
        -- by the limits of the row's last change, and until it is completed
        SELECT
            'section_progress' AS table_name,
            sp.id,
            'completion_criteria_met' AS column_name,
            sp.completion_criteria_met::text,
            judge_completion(
                l.limits, sp.active_learning_time, sp.interaction_count, sp.comprehension_score,
                sp.comprehension_n
            )::text
        FROM section_progress AS sp
        INNER JOIN learning_sections AS s ON sp.section_id = s.id
        CROSS JOIN
            LATERAL (
                SELECT jsonb_object_agg(m.key, m.value -> 'limit') AS limits
                FROM jsonb_each(sp.completion_criteria_met) AS m
            ) AS l
        WHERE
            (
                s.completion_criteria <> '{}'
                -- which stands in for min_seconds
                OR s.completion_criteria = '{}' AND s.minimum_engagement_time IS NOT NULL
            )
            AND sp.completion_criteria_met <> '{}'
            AND sp.status NOT IN ('completed', 'mastered')
            AND (p_course_id IS NULL OR sp.course_id = p_course_id)
    )

    SELECT
        c.table_name,
        c.row_id,
        c.column_name,
        c.stored,
        c.derived
    FROM comparison AS c
    WHERE c.stored IS DISTINCT FROM c.derived;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_derived_columns(uuid) FROM public;

COMMENT ON FUNCTION check_derived_columns(uuid) IS
'One row for each stored derived value of a course, or of all (NULL), that differs from its '
'definition: table, id of the row (course_structure: of the course; learner_courses: of the '
'learner; section_progress_history: of the progress row), column, what is stored and what it '
'should be. No row means that all are true; those that '
'recalculate_course_metrics keeps are true as of its last call (engagement_score and '
'learning_velocity as of metrics_as_of of the course), those of section_progress when every event '
'came through record_interaction or rebuild_section_progress. Retention and derived sessions of '
'learners who wait for the next refresh_learning_analytics are not compared. percentage_score may '
'be 0.01 off, time_spent_minutes less than elapsed and duration_minutes of a session anything, '
'since applications may supply them. rebuild_derived_columns mends all of it but for responses, '
'points above those of the question, and score, which the sum of the points contradicts: people '
'gave them. What is derived of an attempt follows a change of the questions when '
'regrade_assessment is called; until then it is reported. Reads all tables.';
