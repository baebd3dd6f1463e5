-- Definition of what course_enrollments derives from section_progress: check_derived_columns and
-- rebuild_derived_columns read it here, the triggers keep its sums. From the sections to their
-- progress rows, each by its key: right after a bulk load, no statistics tell the planner of
-- another way.
CREATE OR REPLACE FUNCTION derive_enrollment_progress(p_enrollment_ids uuid[]) RETURNS TABLE (
    enrollment_id uuid,
    section_count integer,
    progress_sum bigint,
    seconds_sum bigint,
    overall_progress numeric,
    total_time_spent integer,
    last_accessed timestamptz
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    SELECT
        e.id,
        section.n::integer,
        coalesce(100 * section.percentages, 0)::bigint,
        coalesce(section.seconds, 0)::bigint,
        CASE
            WHEN section.n = 0 THEN e.overall_progress
            ELSE round(coalesce(section.percentages, 0) / section.n, 2)
        END,
        -- an absurd sum must not abort the write of a section
        least(coalesce(round(section.seconds / 60.0), 0), 2147483647)::integer,
        section.last_accessed
    FROM course_enrollments AS e
    CROSS JOIN
        LATERAL (
            SELECT
                count(*) AS n,
                sum(sp.completion_percentage) AS percentages,
                sum(sp.total_time_spent) AS seconds,
                max(sp.last_accessed) AS last_accessed
            FROM learning_sections AS s
            LEFT JOIN section_progress AS sp
                ON s.id = sp.section_id AND e.learner_id = sp.learner_id
            WHERE s.course_id = e.course_id
        ) AS section
    WHERE e.id = any(p_enrollment_ids);
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_enrollment_progress(uuid[]) FROM public;

COMMENT ON FUNCTION derive_enrollment_progress(uuid[]) IS
'For each enrollment: section_count = sections of the course; progress_sum = sum of '
'completion_percentage over them, hundredths of a percent; seconds_sum = seconds of its progress '
'rows; overall_progress = mean completion_percentage over all sections of the course, sections '
'without a progress row counting 0 (a course without sections keeps what is stored); '
'total_time_spent = seconds / 60, rounded half up, at most the largest integer; last_accessed = '
'latest section access.';
