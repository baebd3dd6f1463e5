-- Who enrolls, or leaves, writes the row of learner_courses that progress and attempts of a learner
-- without an enrollment write, too. Both may be older than the enrollment: it starts with what they
-- say, and so does one that is given to another learner or course.
-- A definer, because the writer need not be able to read progress and attempts.
-- depends: functions/change_course_structure functions/complete_enrollments
-- depends: functions/is_erased_learner
CREATE OR REPLACE FUNCTION follow_course_enrollments() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
-- and not read all progress of a course for each who enrolls, to combine it with the learner's
SET enable_bitmapscan = off
AS $$
DECLARE
    v_left_learner_ids uuid[];
    v_left_course_ids uuid[];
    v_learner_ids uuid[];
    v_course_ids uuid[];
    v_ids uuid[];
BEGIN
    CASE TG_OP
        WHEN 'TRUNCATE' THEN
            -- whoever enrolled after our snapshot is met by the cascade alone
            PERFORM change_course_structure(ARRAY(SELECT cs.course_id FROM course_structure AS cs));
        WHEN 'INSERT' THEN
            SELECT array_agg(n.learner_id), array_agg(n.course_id)
            INTO v_learner_ids, v_course_ids
            FROM new_rows AS n;
        WHEN 'DELETE' THEN
            SELECT array_agg(o.learner_id), array_agg(o.course_id)
            INTO v_left_learner_ids, v_left_course_ids
            FROM old_rows AS o;
        ELSE
            v_left_learner_ids := ARRAY[old.learner_id];
            v_left_course_ids := ARRAY[old.course_id];
            v_learner_ids := ARRAY[new.learner_id];
            v_course_ids := ARRAY[new.course_id];
    END CASE;

    IF v_left_learner_ids IS NOT NULL THEN
        UPDATE learner_courses AS lc SET changes = lc.changes + 1
        FROM unnest(v_left_learner_ids, v_left_course_ids) AS k (learner_id, course_id)
        WHERE lc.learner_id = k.learner_id AND lc.course_id = k.course_id;
    END IF;

    IF v_learner_ids IS NOT NULL THEN
        SET LOCAL plan_cache_mode = auto; -- Citus has no generic plan for INSERT ... SELECT
        WITH written AS (
            INSERT INTO learner_courses AS lc (learner_id, course_id, structure_version)
            -- a version that nobody changes until the transaction ends, see keep_enrollment_measures
            SELECT k.learner_id, k.course_id, cs.version
            FROM unnest(v_learner_ids, v_course_ids) AS k (learner_id, course_id)
            INNER JOIN course_structure AS cs ON k.course_id = cs.course_id
            ORDER BY k.learner_id, k.course_id
            ON CONFLICT (learner_id, course_id) DO UPDATE SET
                structure_version = excluded.structure_version,
                changes = lc.changes + 1
            RETURNING lc.learner_id, lc.course_id, lc.changes
        )

        SELECT array_agg(w.learner_id), array_agg(w.course_id) INTO v_learner_ids, v_course_ids
        FROM written AS w
        WHERE w.changes > 1;
        SET LOCAL plan_cache_mode = force_generic_plan;
    END IF;

    -- Who had no row has no progress and no attempts either. Of the others they are looked for by a
    -- statement of its own: who waited for the row sees what the other one committed. A value each
    -- and not EXISTS: a session keeps its plan, and one made while the tables were small would hash
    -- all progress and attempts that there are.
    IF v_learner_ids IS NOT NULL THEN
        v_ids := ARRAY(
            SELECT e.id
            FROM unnest(v_learner_ids, v_course_ids) AS k (learner_id, course_id)
            INNER JOIN course_enrollments AS e
                ON k.learner_id = e.learner_id AND k.course_id = e.course_id
            WHERE
                (
                    SELECT sp.id FROM section_progress AS sp
                    WHERE sp.learner_id = k.learner_id AND sp.course_id = k.course_id
                    LIMIT 1
                ) IS NOT NULL
                OR (
                    SELECT t.id FROM assessment_attempts AS t
                    WHERE
                        t.learner_id = k.learner_id
                        AND k.course_id = (
                            SELECT a.course_id FROM educational_assessments AS a
                            WHERE a.id = t.assessment_id
                        )
                    LIMIT 1
                ) IS NOT NULL
        );
        IF v_ids <> '{}' THEN
            UPDATE course_enrollments AS e SET
                progress_sum = NULL,
                completion_status = CASE e.completion_status
                    WHEN 'enrolled' THEN 'in_progress'
                    ELSE e.completion_status
                END
            WHERE e.id = ANY(v_ids);
            -- what a stub gets of erase_learner stays as it is
            IF NOT is_erased_learner(old.learner_id) THEN
                PERFORM complete_enrollments(v_learner_ids, v_course_ids);
            END IF;
        END IF;
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_course_enrollments() FROM public;

COMMENT ON FUNCTION follow_course_enrollments() IS
'Trigger: keeps learner_courses of those who enroll and leave, and derives progress, time spent, '
'last access and grade of enrollments that are new or were given to another learner or course; one '
'that has progress or attempts already is in progress, or completed, see complete_enrollments.';
