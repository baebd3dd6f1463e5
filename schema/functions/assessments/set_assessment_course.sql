-- Fills educational_assessments.course_id from the section, so that a section-level assessment
-- reaches its course. A definer, because a writer needs no right to read sections.
CREATE OR REPLACE FUNCTION set_assessment_course() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    SELECT s.course_id INTO new.course_id
    FROM learning_sections AS s
    WHERE s.id = new.section_id;
    IF NOT FOUND AND new.section_id IS NOT NULL THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('section %s does not exist', new.section_id),
            HINT = 'Give the id of a row of learning_sections, or leave section_id out.',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'section_id';
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION set_assessment_course() FROM public;

COMMENT ON FUNCTION set_assessment_course() IS
'Trigger: fills the course of an assessment from its section when it was left out. Raises 23503 '
'for an unknown section.';
