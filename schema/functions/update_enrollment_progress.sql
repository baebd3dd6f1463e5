-- Writes what derive_enrollment_progress says. The rows are locked first, in the order of their
-- ids, so that whoever waited then sees what the other transaction committed, and nobody deadlocks.
CREATE OR REPLACE FUNCTION update_enrollment_progress(p_enrollment_ids uuid[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM FROM course_enrollments AS e
    WHERE e.id = ANY(p_enrollment_ids)
    ORDER BY e.id
    FOR NO KEY UPDATE;

    UPDATE course_enrollments AS e SET
        overall_progress = d.overall_progress,
        total_time_spent = d.total_time_spent,
        last_accessed = d.last_accessed
    FROM derive_enrollment_progress(p_enrollment_ids) AS d
    WHERE
        e.id = d.enrollment_id
        AND (e.overall_progress, e.total_time_spent, e.last_accessed)
        IS DISTINCT FROM (d.overall_progress, d.total_time_spent, d.last_accessed);
END;
$$;

REVOKE EXECUTE ON FUNCTION update_enrollment_progress(uuid[]) FROM public;

COMMENT ON FUNCTION update_enrollment_progress(uuid[]) IS
'Derives overall_progress, total_time_spent and last_accessed of these enrollments and writes the '
'rows that differ. Definer: called by triggers for writers who may not change enrollments.';
