-- Progress, events and attempts are of learners of the course's institution, as enrollments are.
-- What a statement inserted is checked at once, what it updated by row: a trigger's WHEN then
-- passes over updates of anything else. Of new events: follow_inserted_interactions.
-- A definer, because the rule counts also rows that the writer may not see.
-- depends: functions/refuse_other_institution
CREATE OR REPLACE FUNCTION check_activity_institution() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a session keeps its plans: one made while the tables were empty must not scan full ones
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_learner_ids uuid[];
    v_assessment_ids uuid[];
    v_course_ids uuid[];
BEGIN
    -- gathered before anything is looked up: Citus sends a join on, where no transition table is
    CASE
        WHEN tg_argv[0] = 'course_id' AND TG_LEVEL = 'STATEMENT' THEN
            SELECT array_agg(k.learner_id), array_agg(k.course_id)
            INTO v_learner_ids, v_course_ids
            FROM (SELECT DISTINCT n.learner_id, n.course_id FROM new_rows AS n) AS k;
        WHEN tg_argv[0] = 'course_id' THEN
            v_learner_ids := ARRAY[new.learner_id];
            v_course_ids := ARRAY[new.course_id];
        WHEN TG_LEVEL = 'STATEMENT' THEN
            SELECT array_agg(k.learner_id), array_agg(k.assessment_id)
            INTO v_learner_ids, v_assessment_ids
            FROM (SELECT DISTINCT n.learner_id, n.assessment_id FROM new_rows AS n) AS k;
        ELSE
            v_learner_ids := ARRAY[new.learner_id];
            v_assessment_ids := ARRAY[new.assessment_id];
    END CASE;
    IF v_assessment_ids IS NOT NULL THEN
        SELECT array_agg(k.learner_id), array_agg(a.course_id) INTO v_learner_ids, v_course_ids
        FROM unnest(v_learner_ids, v_assessment_ids) AS k (learner_id, assessment_id)
        INNER JOIN educational_assessments AS a ON k.assessment_id = a.id;
    END IF;

    PERFORM refuse_other_institution(
        v_learner_ids, v_course_ids, TG_TABLE_SCHEMA, TG_TABLE_NAME, tg_argv[1]
    );
    RETURN new; -- the event table's is a BEFORE trigger, see there
END;
$$;

REVOKE EXECUTE ON FUNCTION check_activity_institution() FROM public;

COMMENT ON FUNCTION check_activity_institution() IS
'Trigger: raises 23514 for a progress row, an event or an attempt of a learner of another '
'institution than the course''s. Its arguments: the column that leads to the course, and the name '
'of the constraint that the error gives. Of a course that changes its institution in the same '
'instant only enrollments are sure to be seen.';
