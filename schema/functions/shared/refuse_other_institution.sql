-- Learner and course are of one institution, wherever a row joins them. For triggers, whose rights
-- it has: the rule counts also rows that the writer may not see.
CREATE OR REPLACE FUNCTION refuse_other_institution(
    p_learner_ids uuid[],
    p_course_ids uuid[],
    p_schema text,
    p_table text,
    p_constraint text
) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made while the tables were empty must not scan full ones
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_pair record;
BEGIN
    -- Each table by its key alone: a join, planned while both are empty, would read all learners
    -- for each row of a load. Learners of a course that is open to all are not looked up.
    SELECT *
    INTO v_pair
    FROM (
        SELECT
            c.*,
            CASE
                WHEN c.course_institution_id IS NOT NULL
                    THEN (SELECT l.institution_id FROM learners AS l WHERE l.id = c.learner_id)
            END AS learner_institution_id
        FROM (
            SELECT
                k.learner_id,
                k.course_id,
                (SELECT c.institution_id FROM educational_courses AS c WHERE c.id = k.course_id)
                    AS course_institution_id
            FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
            OFFSET 0 -- each is looked up once
        ) AS c
        OFFSET 0
    ) AS e
    WHERE e.learner_institution_id <> e.course_institution_id
    LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING
            MESSAGE = format(
                '%s: learner %s is of institution %s, course %s of institution %s',
                p_table, v_pair.learner_id, v_pair.learner_institution_id,
                v_pair.course_id, v_pair.course_institution_id
            ),
            HINT = 'A learner or a course that is open to all institutions has none.',
            CONSTRAINT = p_constraint, TABLE = p_table, SCHEMA = p_schema;
    END IF;
END;
$$;

REVOKE EXECUTE ON FUNCTION refuse_other_institution(uuid[], uuid[], text, text, text) FROM public;

COMMENT ON FUNCTION refuse_other_institution(uuid[], uuid[], text, text, text) IS
'Raises 23514 with the name of this constraint and table when one of these pairs of learner and '
'course is of two institutions. Who or what has no institution goes with any.';
