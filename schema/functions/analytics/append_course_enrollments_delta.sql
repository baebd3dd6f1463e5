-- Written from src/lms_schema/measures by make generate.
-- Appends what a statement changed in course_enrollments to the queue of the analytics. UPDATE,
-- too, is followed by statement: a WHEN of so many columns is read anew by each, which costs more.
-- A definer, because nobody else writes the queue: a writer could forge figures.
CREATE OR REPLACE FUNCTION append_course_enrollments_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
DECLARE
    v_rows course_enrollments_delta[];
BEGIN
    -- gathered before they are stored: Citus sends an INSERT on, where no transition table is
    CASE TG_OP
        WHEN 'INSERT' THEN
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, r.course_id, count(*),
                        count(*) FILTER (WHERE r.completion_status = 'completed'),
                        sum(100 * r.overall_progress), sum(r.total_time_spent),
                        coalesce(sum(100 * r.engagement_score), 0), count(r.engagement_score)
                    )::course_enrollments_delta
                FROM new_rows AS r
                GROUP BY
                    r.learner_id, r.course_id
            );
        WHEN 'DELETE' THEN
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, r.course_id, -count(*),
                        -count(*) FILTER (WHERE r.completion_status = 'completed'),
                        -sum(100 * r.overall_progress), -sum(r.total_time_spent),
                        -coalesce(sum(100 * r.engagement_score), 0), -count(r.engagement_score)
                    )::course_enrollments_delta
                FROM old_rows AS r
                GROUP BY
                    r.learner_id, r.course_id
            );
        ELSE
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, r.course_id, sum(r.sign), sum(r.sign * r.completed),
                        sum(r.sign * r.progress_sum), sum(r.sign * r.time_sum),
                        sum(r.sign * r.engagement_sum), sum(r.sign * r.engagement_count)
                    )::course_enrollments_delta
                FROM (
                    SELECT
                        -1 AS sign,
                        o.learner_id,
                        o.course_id,
                        (o.completion_status = 'completed')::integer AS completed,
                        (100 * o.overall_progress)::integer AS progress_sum,
                        o.total_time_spent AS time_sum,
                        coalesce((100 * o.engagement_score)::integer, 0) AS engagement_sum,
                        num_nonnulls(o.engagement_score) AS engagement_count
                    FROM old_rows AS o
                    UNION ALL
                    SELECT
                        1,
                        n.learner_id,
                        n.course_id,
                        (n.completion_status = 'completed')::integer,
                        (100 * n.overall_progress)::integer,
                        n.total_time_spent,
                        coalesce((100 * n.engagement_score)::integer, 0),
                        num_nonnulls(n.engagement_score)
                    FROM new_rows AS n
                ) AS r
                GROUP BY r.learner_id, r.course_id
                HAVING
                    sum(r.sign) <> 0
                    OR sum(r.sign * r.completed) <> 0
                    OR sum(r.sign * r.progress_sum) <> 0
                    OR sum(r.sign * r.time_sum) <> 0
                    OR sum(r.sign * r.engagement_sum) <> 0
                    OR sum(r.sign * r.engagement_count) <> 0
            );
    END CASE;
    INSERT INTO course_enrollments_delta (
        learner_id, course_id, enrollments, completed, progress_sum, time_sum, engagement_sum,
        engagement_count
    )
    SELECT
        r.learner_id, r.course_id, r.enrollments, r.completed, r.progress_sum, r.time_sum,
        r.engagement_sum, r.engagement_count
    FROM unnest(v_rows) AS r;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_course_enrollments_delta() FROM public;

COMMENT ON FUNCTION append_course_enrollments_delta() IS
'Trigger: appends signed measures of the enrollments that were inserted or deleted or updated to '
'course_enrollments_delta.';
