-- The derived columns of an enrollment are the triggers' own: they change only together with the
-- next measures_version and by a trigger. Both together, since an application that saves a whole
-- row sends an old version, and a trigger of the application's own does not count it. Whatever else
-- a statement writes into them is brought back, without an error. It keeps updated_at, too: a
-- trigger of its own would be one more for each event. A definer, because the writer need not be
-- able to read progress, attempts and sections.
-- depends: functions/derive_current_grades functions/mean_section_progress
-- depends: functions/new_enrollment_version functions/rounded_minutes
CREATE OR REPLACE FUNCTION keep_enrollment_measures() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a session keeps its plans: one made for few courses must not scan many for each enrollment
SET enable_seqscan = off
AS $$
DECLARE
    v_is_derived CONSTANT boolean := (
        new.measures_version = old.measures_version + 1 AND pg_trigger_depth() > 1
    );
    v_is_counted boolean := FALSE;
BEGIN
    IF old.section_count IS NULL AND TG_OP = 'UPDATE' THEN
        -- a change of the structure since the learner enrolled would have set it
        SELECT cs.sections INTO old.section_count
        FROM course_structure AS cs
        WHERE cs.course_id = old.course_id;
        new.section_count := coalesce(new.section_count, old.section_count);
        new.overall_progress := coalesce(
            mean_section_progress(new.progress_sum, new.section_count), new.overall_progress
        );
    END IF;
    IF TG_OP = 'INSERT'
        OR (new.learner_id, new.course_id) IS DISTINCT FROM (old.learner_id, old.course_id)
    THEN
        -- Empty: follow_course_enrollments then adds what there is. Nobody changes the structure
        -- until the transaction ends, which the setting says, too; an unknown course is left to the
        -- foreign key.
        SELECT cs.sections INTO new.section_count
        FROM course_structure AS cs
        WHERE cs.course_id = new.course_id
        FOR KEY SHARE;
        PERFORM set_config('lms_schema.locked_course', new.course_id::text, TRUE);
        new.progress_sum := 0;
        new.seconds_sum := 0;
        new.last_accessed := NULL;
        new.current_grade := NULL;
        new.measures_version := new_enrollment_version();
    ELSE
        IF NOT v_is_derived THEN
            new.section_count := old.section_count;
            new.last_accessed := old.last_accessed;
            new.current_grade := old.current_grade;
            new.measures_version := old.measures_version;
            IF new.progress_sum IS NOT NULL THEN
                new.progress_sum := old.progress_sum;
                new.seconds_sum := old.seconds_sum;
            END IF;
        END IF;
        IF new.progress_sum IS NULL THEN
            v_is_counted := TRUE;
            SELECT cs.sections INTO new.section_count
            FROM course_structure AS cs
            WHERE cs.course_id = new.course_id;
            SELECT
                coalesce(sum(100 * sp.completion_percentage), 0),
                coalesce(sum(sp.total_time_spent), 0),
                max(sp.last_accessed)
            INTO new.progress_sum, new.seconds_sum, new.last_accessed
            FROM section_progress AS sp
            WHERE sp.learner_id = new.learner_id AND sp.course_id = new.course_id;
            SELECT d.current_grade INTO new.current_grade
            FROM derive_current_grades(ARRAY[old.id]) AS d;
            new.measures_version := new_enrollment_version();
        END IF;
        IF v_is_derived THEN
            IF new.completion_status = 'enrolled'
                AND (
                    new.last_accessed IS NOT NULL
                    OR new.progress_sum > 0
                    OR new.seconds_sum > 0
                    OR new.current_grade IS NOT NULL
                )
            THEN
                new.completion_status := 'in_progress';
            END IF;
            IF NOT v_is_counted THEN
                new.updated_at := statement_timestamp();
                RETURN new;
            END IF;
        END IF;
    END IF;
    new.total_time_spent := rounded_minutes(new.seconds_sum);
    new.overall_progress := coalesce(
        mean_section_progress(new.progress_sum, new.section_count), new.overall_progress
    );
    IF TG_OP = 'UPDATE' AND new IS DISTINCT FROM old THEN
        new.updated_at := statement_timestamp();
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION keep_enrollment_measures() FROM public;

COMMENT ON FUNCTION keep_enrollment_measures() IS
'Trigger: starts the derived columns of an enrollment that is new or was given to another learner '
'or course, and brings back what an application writes into them, overall_progress of a course '
'without sections excepted. progress_sum = NULL has all of them counted anew. Share-locks the '
'course''s row of course_structure on enrolling. Keeps updated_at of an enrollment that changes.';
