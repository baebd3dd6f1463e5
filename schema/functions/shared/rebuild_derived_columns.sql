-- Brings up every derived column after what bypasses the triggers: from its own definition, and in
-- the order in which one rests on the other. Locks are taken as by the triggers: progress rows and
-- attempts, then the course, then its enrollments.
-- depends: functions/change_course_structure functions/check_derived_columns
-- depends: functions/derive_current_grades functions/derive_enrollment_progress
-- depends: functions/derive_learner_courses functions/derive_sessions
-- depends: functions/lock_course_structure functions/objective_parts
-- depends: functions/rebuild_section_progress functions/recalculate_course_metrics
CREATE OR REPLACE FUNCTION rebuild_derived_columns(p_course_id uuid DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_course record;
    v_false record;
    v_ids uuid[];
    v_written bigint;
    v_total bigint := 0;
BEGIN
    FOR v_course IN
        SELECT c.id, c.derive_sessions, coalesce(c.metrics_as_of, now()) AS metrics_as_of
        FROM educational_courses AS c
        WHERE p_course_id IS NULL OR c.id = p_course_id
        ORDER BY c.id
    LOOP
        PERFORM FROM section_progress AS sp
        WHERE sp.course_id = v_course.id
        ORDER BY sp.learner_id, sp.section_id
        FOR NO KEY UPDATE;

        SELECT
            array_agg(f.row_id) FILTER (WHERE f.table_name = 'section_progress_history') AS history,
            array_agg(f.stored) FILTER (WHERE f.table_name = 'section_progress_history') AS stored,
            array_agg(DISTINCT f.row_id) FILTER (
                WHERE
                f.table_name = 'assessment_attempts'
                AND f.column_name IN (
                    'rules_version', 'percentage_score', 'passed', 'time_spent_minutes'
                )
            ) AS attempts,
            array_agg(DISTINCT f.row_id) FILTER (
                WHERE
                f.column_name IN (
                    'response_patterns', 'knowledge_gaps', 'strength_areas', 'objective_points'
                )
            ) AS analyses,
            array_agg(DISTINCT f.row_id) FILTER (
                WHERE
                f.table_name = 'assessment_objective_totals'
            ) AS totals,
            array_agg(f.row_id) FILTER (WHERE f.column_name = 'time_spent_minutes') AS times,
            array_agg(f.row_id) FILTER (WHERE f.column_name = 'duration_minutes') AS sessions,
            count(*) FILTER (WHERE f.table_name = 'course_structure') > 0 AS structure,
            count(*) FILTER (
                WHERE f.column_name IN ('rating_count', 'rating_sum', 'average_rating')
            ) > 0 AS ratings
        INTO v_false
        FROM check_derived_columns(v_course.id) AS f;

        INSERT INTO section_progress_history (
            learner_id, section_id, changed_at, previous_percentage, percentage
        )
        SELECT
            sp.learner_id,
            sp.section_id,
            coalesce(sp.completion_timestamp, sp.last_accessed, now()),
            k.stored::numeric,
            sp.completion_percentage
        FROM unnest(v_false.history, v_false.stored) AS k (id, stored)
        INNER JOIN section_progress AS sp ON k.id = sp.id;
        GET DIAGNOSTICS v_written = ROW_COUNT;
        v_total := v_total + v_written;

        -- what is emptied, the triggers of the table derive again
        UPDATE assessment_attempts AS t SET
            percentage_score = NULL,
            passed = NULL,
            time_spent_minutes = CASE
                WHEN t.id = ANY(v_false.times) THEN NULL
                ELSE t.time_spent_minutes
            END
        WHERE t.id = ANY(v_false.attempts);
        GET DIAGNOSTICS v_written = ROW_COUNT;
        v_total := v_total + v_written;

        UPDATE assessment_attempts AS t SET analyses = NULL
        WHERE t.id = ANY(v_false.analyses);
        GET DIAGNOSTICS v_written = ROW_COUNT;
        v_total := v_total + v_written;

        -- in one statement: writers, who append, go on
        WITH part AS (
            DELETE FROM assessment_objective_totals AS ot
            WHERE ot.assessment_id = ANY(v_false.totals)
        ),

        written AS (
            INSERT INTO assessment_objective_totals (
                assessment_id, objective_id, points, most_points
            )
            SELECT
                t.assessment_id,
                o.objective_id,
                sum(o.points),
                sum(o.most_points)
            FROM assessment_attempts AS t
            CROSS JOIN LATERAL objective_parts(t.objective_points) AS o
            WHERE t.assessment_id = ANY(v_false.totals)
            GROUP BY t.assessment_id, o.objective_id
            RETURNING assessment_id
        )

        SELECT count(*) INTO v_written FROM written;
        v_total := v_total + v_written;

        UPDATE learning_sessions AS ls SET duration_minutes = NULL
        WHERE ls.id = ANY(v_false.sessions);
        GET DIAGNOSTICS v_written = ROW_COUNT;
        v_total := v_total + v_written;

        UPDATE educational_courses AS c SET rating_sum = NULL
        WHERE c.id = v_course.id AND v_false.ratings;
        GET DIAGNOSTICS v_written = ROW_COUNT;
        v_total := v_total + v_written;

        IF v_false.structure THEN
            INSERT INTO course_structure (course_id) VALUES (v_course.id) ON CONFLICT DO NOTHING;
            PERFORM change_course_structure(ARRAY[v_course.id]);
            v_total := v_total + 1;
        ELSE
            PERFORM lock_course_structure(ARRAY[v_course.id]);
        END IF;

        v_ids := ARRAY(SELECT e.id FROM course_enrollments AS e WHERE e.course_id = v_course.id);
        UPDATE course_enrollments AS e SET progress_sum = NULL
        FROM derive_enrollment_progress(v_ids) AS p
        INNER JOIN derive_current_grades(v_ids) AS g ON p.enrollment_id = g.enrollment_id
        WHERE
            e.id = p.enrollment_id
            AND (
                coalesce(e.section_count, p.section_count), e.progress_sum, e.seconds_sum,
                e.overall_progress, e.total_time_spent, e.last_accessed, e.current_grade
            ) IS DISTINCT FROM (
                p.section_count, p.progress_sum, p.seconds_sum, p.overall_progress,
                p.total_time_spent, p.last_accessed, g.current_grade
            );
        GET DIAGNOSTICS v_written = ROW_COUNT;
        v_total := v_total + v_written;

        -- counted here: on Citus, ROW_COUNT would be that of the SELECT
        WITH written AS (
            INSERT INTO learner_courses AS lc (learner_id, course_id, structure_version)
            SELECT d.learner_id, v_course.id, d.structure_version
            FROM derive_learner_courses(v_course.id) AS d
            ORDER BY d.learner_id
            ON CONFLICT (learner_id, course_id) DO UPDATE SET
                structure_version = excluded.structure_version,
                changes = lc.changes + 1
            WHERE lc.structure_version IS DISTINCT FROM excluded.structure_version
            RETURNING lc.learner_id
        )

        SELECT count(*) INTO v_written FROM written;
        v_total := v_total + v_written;

        -- their changes are added to enrollments that are true by now
        v_total := v_total + rebuild_section_progress(v_course.id);
        v_total := v_total + recalculate_course_metrics(v_course.id, v_course.metrics_as_of);
        IF v_course.derive_sessions THEN
            v_total := v_total + derive_sessions(v_course.id);
        END IF;
    END LOOP;

    -- what is of no event is of no course either
    DELETE FROM interaction_times AS k
    WHERE
        p_course_id IS NULL
        AND NOT EXISTS (
            SELECT FROM learning_interactions AS i
            WHERE i.id = k.id AND i.timestamp = k.timestamp
        );
    GET DIAGNOSTICS v_written = ROW_COUNT;
    v_total := v_total + v_written;

    -- by the key alone: NOT EXISTS, planned for a table that is empty yet, would read all of it for
    -- each event
    WITH written AS (
        INSERT INTO interaction_times (id, timestamp)
        SELECT i.id, i.timestamp
        FROM learning_interactions AS i
        WHERE p_course_id IS NULL OR i.course_id = p_course_id
        ON CONFLICT (id) DO NOTHING
        RETURNING id
    )

    SELECT count(*) INTO v_written FROM written;
    RETURN v_total + v_written;
END;
$$;

REVOKE EXECUTE ON FUNCTION rebuild_derived_columns(uuid) FROM public;

COMMENT ON FUNCTION rebuild_derived_columns(uuid) IS
'Mends all that check_derived_columns reports, but for the points and scores that people gave, for '
'one course or for all (NULL); needed only '
'where triggers did not run: after a load with session_replication_role = replica, with disabled '
'triggers, or of data alone. Counters of progress rows are counted from the events, history gets '
'the changes that it lacks, at the time of completion or last access; engagement and velocity '
'stay as of the time stored with them. Returns how many rows it wrote, 0 when called again. For '
'the owner of the tables; rebuild_learning_analytics then mends the analytics. Locks the progress '
'rows and enrollments of the courses until the transaction ends.';
