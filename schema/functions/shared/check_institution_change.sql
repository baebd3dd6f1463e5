-- The other side of check_enrollment_institution and check_activity_institution: no learner, course
-- or assessment leaves an institution with what was done there.
-- A definer, because the rule counts also rows that the writer may not see.
CREATE OR REPLACE FUNCTION check_institution_change() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_learner_id uuid := CASE tg_argv[0] WHEN 'learner_id' THEN new.id END;
    v_course_id uuid := CASE tg_argv[0] WHEN 'course_id' THEN new.id END;
    v_assessment_id uuid := CASE tg_argv[0] WHEN 'assessment_id' THEN new.id END;
    v_pair record;
BEGIN
    SELECT
        k.learner_id,
        k.course_id,
        l.institution_id AS learner_institution_id,
        c.institution_id AS course_institution_id
    INTO v_pair
    FROM (
        -- an index for each side: one condition with OR would read whole tables
        SELECT e.learner_id, e.course_id FROM course_enrollments AS e
        WHERE e.learner_id = v_learner_id
        UNION ALL
        SELECT e.learner_id, e.course_id FROM course_enrollments AS e
        WHERE e.course_id = v_course_id
        UNION ALL
        SELECT sp.learner_id, sp.course_id FROM section_progress AS sp
        WHERE sp.learner_id = v_learner_id
        UNION ALL
        SELECT sp.learner_id, sp.course_id FROM section_progress AS sp
        WHERE sp.course_id = v_course_id
        UNION ALL
        SELECT i.learner_id, i.course_id FROM learning_interactions AS i
        WHERE i.learner_id = v_learner_id
        UNION ALL
        SELECT i.learner_id, i.course_id FROM learning_interactions AS i
        WHERE i.course_id = v_course_id
        UNION ALL
        SELECT t.learner_id, a.course_id FROM assessment_attempts AS t
        INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
        WHERE t.learner_id = v_learner_id
        UNION ALL
        SELECT t.learner_id, a.course_id FROM assessment_attempts AS t
        INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
        WHERE a.course_id = v_course_id
        UNION ALL
        SELECT t.learner_id, a.course_id FROM assessment_attempts AS t
        INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
        WHERE t.assessment_id = v_assessment_id
    ) AS k
    INNER JOIN learners AS l ON k.learner_id = l.id
    INNER JOIN educational_courses AS c ON k.course_id = c.id
    WHERE l.institution_id <> c.institution_id
    LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING
            MESSAGE = format(
                'learner %s of institution %s has an enrollment, progress, events or attempts in '
                'course %s of institution %s',
                v_pair.learner_id, v_pair.learner_institution_id,
                v_pair.course_id, v_pair.course_institution_id
            ),
            HINT = 'Move both in one transaction, after SET CONSTRAINTS ALL DEFERRED.',
            CONSTRAINT = tg_argv[1],
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA,
            COLUMN = CASE WHEN v_assessment_id IS NULL THEN 'institution_id' ELSE 'course_id' END;
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_institution_change() FROM public;

COMMENT ON FUNCTION check_institution_change() IS
'Constraint trigger: raises 23514 when a learner, a course or an assessment comes to be of another '
'institution than a course or a learner that enrollments, progress, events or attempts join it '
'with. Its arguments: learner_id, course_id or assessment_id, and the name of the constraint that '
'the error gives.';
