-- Writes the audit log of enrollments, a row at a time: a row trigger names the columns that it
-- watches, and so costs the events nothing, which update other ones. A statement trigger that reads
-- the changed rows cannot name columns.
-- That erase_learner gives an enrollment to a stub is not logged: it would tell which one.
-- A definer, because nobody writes the log.
-- depends: functions/audit_person functions/is_erased_learner
CREATE OR REPLACE FUNCTION record_enrollment_audit() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- times in values are printed by it
SET timezone = 'UTC'
AS $$
DECLARE
    v_is_other_row CONSTANT boolean := coalesce(OLD.id <> NEW.id, FALSE); -- deleted and inserted
    v_names CONSTANT text[] := array_remove(
        ARRAY[
            CASE WHEN OLD.learner_id IS DISTINCT FROM NEW.learner_id THEN 'learner_id' END,
            CASE WHEN OLD.course_id IS DISTINCT FROM NEW.course_id THEN 'course_id' END,
            CASE WHEN OLD.final_grade IS DISTINCT FROM NEW.final_grade THEN 'final_grade' END,
            CASE
                WHEN OLD.completion_status IS DISTINCT FROM NEW.completion_status
                    THEN 'completion_status'
            END,
            CASE
                WHEN OLD.completion_date IS DISTINCT FROM NEW.completion_date
                    THEN 'completion_date'
            END
        ],
        NULL
    );
    v_old_values CONSTANT jsonb := CASE WHEN OLD.id IS NOT NULL THEN
        jsonb_build_object(
            'final_grade', OLD.final_grade, 'completion_status', OLD.completion_status,
            'completion_date', OLD.completion_date
        )
    END;
    v_new_values CONSTANT jsonb := CASE WHEN NEW.id IS NOT NULL THEN
        jsonb_build_object(
            'final_grade', NEW.final_grade, 'completion_status', NEW.completion_status,
            'completion_date', NEW.completion_date
        )
    END;
    v_person_id uuid;
BEGIN
    IF NOT v_is_other_row
        AND (
            v_names = '{}'
            OR (v_names = '{learner_id}' AND is_erased_learner(OLD.learner_id))
        )
    THEN
        RETURN NULL;
    END IF;
    -- here, since PL/pgSQL sets up a call once a transaction, an INSERT for each row
    v_person_id := audit_person();
    IF v_is_other_row THEN
        INSERT INTO audit_log (
            table_name, operation, row_key, learner_id, changed_columns, old_values, person_id
        )
        VALUES (
            'course_enrollments', 'DELETE', jsonb_object(ARRAY['id', OLD.id::text]),
            OLD.learner_id, v_names, v_old_values, v_person_id
        );
    END IF;
    INSERT INTO audit_log (
        table_name, operation, row_key, learner_id, changed_columns, old_values, new_values,
        person_id
    )
    VALUES (
        'course_enrollments',
        CASE WHEN v_is_other_row THEN 'INSERT' ELSE TG_OP END,
        jsonb_object(ARRAY['id', coalesce(NEW.id, OLD.id)::text]),
        coalesce(OLD.learner_id, NEW.learner_id),
        v_names,
        CASE WHEN NOT v_is_other_row THEN v_old_values END,
        v_new_values,
        v_person_id
    );
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_enrollment_audit() FROM public;

COMMENT ON FUNCTION record_enrollment_audit() IS
'Trigger: writes into audit_log who changed final grade or status of an enrollment, with the '
'values before and after, or gave it to another learner or course.';
