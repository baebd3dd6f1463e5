-- Adds what progress rows gained or lost to their enrollments. In one UPDATE: all that the new
-- values rest on is in the row, so that what another transaction wrote meanwhile is added to and
-- not overwritten. Several are locked before, in the order of the keys, so that nobody deadlocks.
-- A row is written also where no value changes: one that is only locked is no conflict for the
-- snapshot of a REPEATABLE READ transaction.
-- One that the same statement makes or counts is counted anew: it may have been counted with these
-- rows. So is one that a load of this transaction made, when it is first added to.
-- Only follow_section_progress calls it, as that definer and under its settings of the planner.
-- depends: functions/mark_unenrolled functions/mean_section_progress
-- depends: functions/new_enrollment_version functions/rounded_minutes
CREATE OR REPLACE FUNCTION add_enrollment_measures(
    p_learner_ids uuid[],
    p_course_ids uuid[],
    p_progress bigint[],
    p_seconds bigint[],
    p_was timestamptz[],
    p_last timestamptz[]
) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_old CONSTANT bigint := new_enrollment_version() + 1000;
    v_written record;
    v_lowered_ids uuid[];
BEGIN
    FOR v_look IN 1..2 LOOP
        IF cardinality(p_learner_ids) > 1 THEN
            PERFORM FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
            INNER JOIN course_enrollments AS e
                ON k.learner_id = e.learner_id AND k.course_id = e.course_id
            ORDER BY e.learner_id, e.course_id
            FOR NO KEY UPDATE OF e;
        END IF;
        WITH written AS (
            UPDATE course_enrollments AS e SET
                measures_version = e.measures_version + 1,
                progress_sum = CASE
                    WHEN
                        e.measures_version BETWEEN v_old AND -1
                        OR (e.measures_version >= 0 AND e.updated_at < now())
                        THEN e.progress_sum + l.progress
                END,
                seconds_sum = e.seconds_sum + l.seconds,
                overall_progress = coalesce(
                    mean_section_progress(e.progress_sum + l.progress, e.section_count),
                    e.overall_progress
                ),
                total_time_spent = rounded_minutes(e.seconds_sum + l.seconds),
                last_accessed = greatest(e.last_accessed, l.last)
            FROM unnest(p_learner_ids, p_course_ids, p_progress, p_seconds, p_was, p_last)
                AS l (learner_id, course_id, progress, seconds, was, last)
            WHERE e.learner_id = l.learner_id AND e.course_id = l.course_id
            RETURNING
                e.id, e.learner_id, e.course_id,
                l.was = e.last_accessed AND l.last IS DISTINCT FROM l.was AS is_lowered
        )

        SELECT
            array_agg(w.learner_id) AS learner_ids,
            array_agg(w.course_id) AS course_ids,
            array_agg(w.id) FILTER (WHERE w.is_lowered) AS lowered_ids
        INTO v_written
        FROM written AS w;
        v_lowered_ids := v_lowered_ids || v_written.lowered_ids;
        EXIT WHEN v_look = 2 OR cardinality(v_written.learner_ids) = cardinality(p_learner_ids);

        -- Not enrolled, or by somebody whom the snapshot does not show: one of the two waits for
        -- the row that both write. Who waited here looks again and adds to what the other counted,
        -- which was without our rows; who waited there counts ours himself.
        SELECT
            array_agg(k.learner_id), array_agg(k.course_id), array_agg(k.progress),
            array_agg(k.seconds), array_agg(k.was), array_agg(k.last)
        INTO p_learner_ids, p_course_ids, p_progress, p_seconds, p_was, p_last
        FROM unnest(p_learner_ids, p_course_ids, p_progress, p_seconds, p_was, p_last)
            AS k (learner_id, course_id, progress, seconds, was, last)
        WHERE (k.learner_id, k.course_id) NOT IN (
            SELECT w.learner_id, w.course_id
            FROM unnest(v_written.learner_ids, v_written.course_ids) AS w (learner_id, course_id)
        );
        PERFORM mark_unenrolled(p_learner_ids, p_course_ids);
    END LOOP;

    -- The latest access went: the next latest is looked up, by a statement of its own, which sees
    -- what was committed until the enrollment was locked.
    IF v_lowered_ids IS NOT NULL THEN
        UPDATE course_enrollments AS e SET
            measures_version = e.measures_version + 1,
            last_accessed = (
                SELECT max(sp.last_accessed) FROM section_progress AS sp
                WHERE sp.learner_id = e.learner_id AND sp.course_id = e.course_id
            )
        WHERE e.id = ANY(v_lowered_ids);
    END IF;
END;
$$;

REVOKE EXECUTE ON FUNCTION add_enrollment_measures(
    uuid[], uuid[], bigint[], bigint[], timestamptz[], timestamptz[]
) FROM public;

COMMENT ON FUNCTION add_enrollment_measures(
    uuid[], uuid[], bigint[], bigint[], timestamptz[], timestamptz[]
) IS
'For distinct pairs of learner and course, as parallel arrays: adds to the enrollment''s sums '
'progress (hundredths of a percent) and seconds gained; p_was and p_last are the latest '
'last_accessed of the changed rows before and after. Locks the enrollments until the transaction '
'ends; for a learner who is not enrolled, see mark_unenrolled.';
