-- The rows of the reports: for each course and term all levels, and the total, whether there are
-- learners or not. A term of the course itself is always there, another one once ten of a level
-- are: that a row is there says nothing of anybody.
-- depends: functions/report_learners
CREATE OR REPLACE FUNCTION report_cells() RETURNS TABLE (
    course_id uuid,
    course_title text,
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
        c.id,
        c.title::text,
        t.term,
        v.level
    FROM (
        SELECT
            o.id,
            o.academic_term::text AS term
        FROM educational_courses AS o
        UNION
        SELECT
            r.course_id,
            r.academic_term
        FROM report_learners() AS r
    ) AS t
    INNER JOIN educational_courses AS c ON t.id = c.id
    CROSS JOIN unnest(enum_range(NULL::academic_level) || NULL::academic_level) AS v (level);
END;
$$;

REVOKE EXECUTE ON FUNCTION report_cells() FROM public;

COMMENT ON FUNCTION report_cells() IS
'Rows of the reports: each course, term and level, and with the level NULL all levels of these.';
