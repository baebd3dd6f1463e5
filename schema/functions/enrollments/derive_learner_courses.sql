-- Definition of learner_courses: check_derived_columns and rebuild_derived_columns read it here;
-- triggers keep it. Progress that says nothing yet counts for nothing.
CREATE OR REPLACE FUNCTION derive_learner_courses(p_course_id uuid) RETURNS TABLE (
    learner_id uuid,
    structure_version bigint
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    SELECT
        k.learner_id,
        max(cs.version) FILTER (WHERE k.was_enrolled)
    FROM (
        SELECT e.learner_id, TRUE AS was_enrolled FROM course_enrollments AS e
        WHERE e.course_id = p_course_id
        UNION ALL
        SELECT lc.learner_id, TRUE FROM learner_courses AS lc
        WHERE lc.course_id = p_course_id AND lc.structure_version IS NOT NULL
        UNION ALL
        SELECT sp.learner_id, FALSE FROM section_progress AS sp
        WHERE
            sp.course_id = p_course_id
            AND (
                sp.completion_percentage > 0
                OR sp.total_time_spent > 0
                OR sp.last_accessed IS NOT NULL
            )
        UNION ALL
        SELECT t.learner_id, FALSE FROM educational_assessments AS a
        INNER JOIN assessment_attempts AS t ON a.id = t.assessment_id
        WHERE a.course_id = p_course_id
    ) AS k
    LEFT JOIN course_structure AS cs ON cs.course_id = p_course_id
    GROUP BY k.learner_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_learner_courses(uuid) FROM public;

COMMENT ON FUNCTION derive_learner_courses(uuid) IS
'Learners who are or were enrolled in the course, with its version, or have progress or attempts '
'in it, with NULL. Who was enrolled and left is known from learner_courses itself.';
