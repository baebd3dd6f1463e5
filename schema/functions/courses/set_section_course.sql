-- Fills learning_sections.course_id from the module. A course given by the application is left
-- alone, since the composite foreign key rejects a wrong one.
-- A definer, because a writer needs no right to read modules.
CREATE OR REPLACE FUNCTION set_section_course() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    IF new.course_id IS NULL
        OR (TG_OP = 'UPDATE' AND new.course_id IS NOT DISTINCT FROM old.course_id)
    THEN
        SELECT m.course_id INTO new.course_id
        FROM learning_modules AS m
        WHERE m.id = new.module_id;
        IF NOT FOUND AND new.module_id IS NOT NULL THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('module %s does not exist', new.module_id),
                HINT = 'Give the id of a row of learning_modules.',
                TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'module_id';
        END IF;
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION set_section_course() FROM public;

COMMENT ON FUNCTION set_section_course() IS
'Trigger: fills the course of a section from its module when it was left out, and again when '
'the section moves to another module. Raises 23503 for an unknown module.';
