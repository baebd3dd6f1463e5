-- Appends what a statement changed in course_enrollments to the queue of the analytics. UPDATE is
-- followed by row, so that a trigger's WHEN can pass over updates of anything else.
-- A definer, because nobody else writes the queue: a writer could forge figures.
CREATE OR REPLACE FUNCTION append_course_enrollments_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO course_enrollments_delta (
                learner_id, course_id, enrollments, completed,
                progress_sum, time_sum, engagement_sum, engagement_count
            )
            SELECT
                r.learner_id,
                r.course_id,
                count(*),
                count(*) FILTER (WHERE r.completion_status = 'completed'),
                sum(100 * r.overall_progress),
                sum(r.total_time_spent),
                coalesce(sum(100 * r.engagement_score), 0),
                count(r.engagement_score)
            FROM new_rows AS r
            GROUP BY r.learner_id, r.course_id;
        WHEN 'DELETE' THEN
            INSERT INTO course_enrollments_delta (
                learner_id, course_id, enrollments, completed,
                progress_sum, time_sum, engagement_sum, engagement_count
            )
            SELECT
                r.learner_id,
                r.course_id,
                -count(*),
                -count(*) FILTER (WHERE r.completion_status = 'completed'),
                -sum(100 * r.overall_progress),
                -sum(r.total_time_spent),
                -coalesce(sum(100 * r.engagement_score), 0),
                -count(r.engagement_score)
            FROM old_rows AS r
            GROUP BY r.learner_id, r.course_id;
        ELSE
            INSERT INTO course_enrollments_delta (
                learner_id, course_id, enrollments, completed,
                progress_sum, time_sum, engagement_sum, engagement_count
            )
            SELECT
                r.learner_id,
                r.course_id,
                sum(r.sign),
                sum(r.sign * (r.completion_status = 'completed')::integer),
                sum(r.sign * 100 * r.overall_progress),
                sum(r.sign * r.total_time_spent),
                sum(r.sign * coalesce(100 * r.engagement_score, 0)),
                sum(r.sign * (r.engagement_score IS NOT NULL)::integer)
            FROM (
                SELECT
                    -1 AS sign,
                    old.learner_id,
                    old.course_id,
                    old.completion_status,
                    old.overall_progress,
                    old.total_time_spent,
                    old.engagement_score
                UNION ALL
                SELECT
                    1,
                    new.learner_id,
                    new.course_id,
                    new.completion_status,
                    new.overall_progress,
                    new.total_time_spent,
                    new.engagement_score
            ) AS r
            GROUP BY r.learner_id, r.course_id;
    END CASE;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_course_enrollments_delta() FROM public;

COMMENT ON FUNCTION append_course_enrollments_delta() IS
'Trigger: appends signed measures of the enrollments that were inserted, updated or deleted to '
'course_enrollments_delta.';
