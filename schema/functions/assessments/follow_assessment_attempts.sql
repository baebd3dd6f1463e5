-- Evidence, grades and completion follow the attempts: of the learners whose results a statement
-- changed. The progress row is made with the attempt, not with its grade: a grader holds the
-- attempt, and would deadlock with whoever deletes the section and with it the attempts.
-- A definer, because the writer need not be able to read or change enrollments.
-- depends: functions/attempt_evidence functions/change_course_structure
-- depends: functions/complete_enrollments functions/count_section_evidence
-- depends: functions/find_enrollments functions/is_erased_learner
-- depends: functions/lock_section_progress functions/mark_unenrolled
-- depends: functions/update_current_grades
CREATE OR REPLACE FUNCTION follow_assessment_attempts() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    v_learner_ids uuid[];
    v_assessment_ids uuid[];
    v_is_evidence boolean[];
    v_is_wanted boolean[];
    v_is_erased boolean;
    v_evidence record;
    v_course_ids uuid[];
    v_enrollment_ids uuid[];
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            SELECT
                array_agg(k.learner_id), array_agg(k.assessment_id), array_agg(k.is_evidence),
                array_agg(TRUE)
            INTO v_learner_ids, v_assessment_ids, v_is_evidence, v_is_wanted
            FROM (
                SELECT
                    n.learner_id,
                    n.assessment_id,
                    bool_or(
                        attempt_evidence(n.completion_status, n.percentage_score) IS NOT NULL
                    ) AS is_evidence
                FROM new_rows AS n
                GROUP BY n.learner_id, n.assessment_id
            ) AS k;
        WHEN 'DELETE' THEN
            SELECT
                array_agg(k.learner_id), array_agg(k.assessment_id), array_agg(k.is_evidence),
                array_agg(FALSE)
            INTO v_learner_ids, v_assessment_ids, v_is_evidence, v_is_wanted
            FROM (
                SELECT
                    o.learner_id,
                    o.assessment_id,
                    bool_or(
                        attempt_evidence(o.completion_status, o.percentage_score) IS NOT NULL
                    ) AS is_evidence
                FROM old_rows AS o
                GROUP BY o.learner_id, o.assessment_id
            ) AS k;
        WHEN 'TRUNCATE' THEN
            PERFORM change_course_structure(ARRAY(SELECT cs.course_id FROM course_structure AS cs));
            UPDATE course_enrollments AS e SET
                measures_version = e.measures_version + 1,
                current_grade = NULL
            WHERE e.current_grade IS NOT NULL;
            PERFORM count_section_evidence(array_agg(sp.learner_id), array_agg(sp.section_id))
            FROM (
                SELECT p.learner_id, p.section_id FROM section_progress AS p
                WHERE p.comprehension_n > 0 OR p.application_n > 0
                ORDER BY p.learner_id, p.section_id
                FOR NO KEY UPDATE
            ) AS sp;
            RETURN NULL;
        ELSE
            SELECT
                array_agg(k.learner_id), array_agg(k.assessment_id), array_agg(k.is_evidence),
                array_agg(k.is_wanted)
            INTO v_learner_ids, v_assessment_ids, v_is_evidence, v_is_wanted
            FROM (
                SELECT
                    changed.learner_id,
                    changed.assessment_id,
                    bool_or(changed.evidence IS NOT NULL) AS is_evidence,
                    -- not where the attempt got another learner: its progress may follow it
                    count(*) > count(DISTINCT changed.id) AS is_wanted
                FROM (
                    -- a row found once is old or new, a row found twice did not change;
                    -- without a join, whose plan for one row a session would keep for many
                    SELECT
                        r.id,
                        r.learner_id,
                        r.assessment_id,
                        attempt_evidence(r.completion_status, r.percentage_score) AS evidence
                    FROM (
                        SELECT * FROM old_rows
                        UNION ALL
                        SELECT * FROM new_rows
                    ) AS r
                    GROUP BY
                        r.id, r.learner_id, r.assessment_id, r.percentage_score, r.score,
                        r.completion_status
                    HAVING count(*) = 1
                ) AS changed
                GROUP BY changed.learner_id, changed.assessment_id
            ) AS k;
            -- erase_learner gives all to a stub, the progress and the enrollments, too
            v_is_erased := FALSE = ANY(v_is_wanted)
            AND is_erased_learner((SELECT o.learner_id FROM old_rows AS o LIMIT 1));
            IF v_is_erased THEN
                PERFORM mark_unenrolled(array_agg(k.learner_id), array_agg(k.course_id))
                FROM (
                    SELECT DISTINCT p.learner_id, a.course_id
                    FROM unnest(v_learner_ids, v_assessment_ids) AS p (learner_id, assessment_id)
                    INNER JOIN educational_assessments AS a ON p.assessment_id = a.id
                ) AS k;
                RETURN NULL;
            END IF;
    END CASE;
    IF v_learner_ids IS NULL THEN
        RETURN NULL;
    END IF;

    SELECT
        array_agg(k.learner_id) AS learner_ids,
        array_agg(k.section_id) AS section_ids,
        array_agg(k.is_wanted) AS is_wanted
    INTO v_evidence
    FROM (
        SELECT
            p.learner_id,
            a.section_id,
            bool_or(p.is_wanted) AS is_wanted
        FROM unnest(v_learner_ids, v_assessment_ids, v_is_evidence, v_is_wanted)
            AS p (learner_id, assessment_id, is_evidence, is_wanted)
        INNER JOIN educational_assessments AS a ON p.assessment_id = a.id
        WHERE a.section_id IS NOT NULL AND (p.is_evidence OR TG_OP = 'INSERT')
        GROUP BY p.learner_id, a.section_id
    ) AS k;
    IF v_evidence.learner_ids IS NOT NULL THEN
        PERFORM lock_section_progress(
            v_evidence.learner_ids, v_evidence.section_ids, v_evidence.is_wanted
        );
    END IF;
    SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
    FROM (
        SELECT DISTINCT p.learner_id, a.course_id
        FROM unnest(v_learner_ids, v_assessment_ids) AS p (learner_id, assessment_id)
        INNER JOIN educational_assessments AS a ON p.assessment_id = a.id
    ) AS k;
    IF v_learner_ids IS NOT NULL THEN
        v_enrollment_ids := find_enrollments(v_learner_ids, v_course_ids);
    END IF;
    -- the enrollments are locked by now: a section that this completes writes them one by one
    IF v_evidence.learner_ids IS NOT NULL AND TRUE = ANY(v_is_evidence) THEN
        PERFORM count_section_evidence(v_evidence.learner_ids, v_evidence.section_ids);
    END IF;
    IF v_enrollment_ids IS NOT NULL THEN
        PERFORM update_current_grades(v_enrollment_ids);
        UPDATE course_enrollments AS e SET completion_status = 'in_progress'
        WHERE TG_OP = 'INSERT' AND e.id = ANY(v_enrollment_ids) AND e.completion_status = 'enrolled';
        PERFORM complete_enrollments(v_learner_ids, v_course_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_assessment_attempts() FROM public;

COMMENT ON FUNCTION follow_assessment_attempts() IS
'Trigger: keeps the evidence of section_progress and current_grade of the enrollments whose '
'attempts a statement changed, has those with a first attempt in progress, and completes them, see '
'complete_enrollments. A new attempt at an assessment of a section makes the progress row there, '
'where it is missing. Locks these rows until the transaction ends.';
