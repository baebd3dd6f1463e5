-- Whom reports count: of each course, term and level whole tens, in the order in which they came.
-- Who comes or is erased alone changes no figure: the next ten enter together.
CREATE OR REPLACE FUNCTION report_learners() RETURNS TABLE (
    enrollment_id uuid,
    learner_id uuid,
    course_id uuid,
    academic_term text,
    academic_level academic_level
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN QUERY
    SELECT
        p.id,
        p.learner_id,
        p.course_id,
        p.academic_term,
        p.academic_level
    FROM (
        SELECT
            e.id,
            e.learner_id,
            e.course_id,
            coalesce(e.academic_term, c.academic_term)::text AS academic_term,
            l.academic_level,
            count(*) OVER (cell) AS size,
            row_number() OVER (cell ORDER BY e.created_at, e.id) AS place
        FROM course_enrollments AS e
        INNER JOIN educational_courses AS c ON e.course_id = c.id
        INNER JOIN learners AS l ON e.learner_id = l.id
        WINDOW cell AS (
            PARTITION BY e.course_id, coalesce(e.academic_term, c.academic_term), l.academic_level
        )
    ) AS p
    WHERE p.place <= p.size / 10 * 10;
END;
$$;

REVOKE EXECUTE ON FUNCTION report_learners() FROM public;

COMMENT ON FUNCTION report_learners() IS
'Enrollments that reports count: of each course, term and level the first 10, 20, 30, ... in the '
'order in which they were made.';
