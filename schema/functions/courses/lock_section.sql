-- An event starts from its section: this neither goes nor moves to another course until the
-- transaction ends. Of many: lock_sections.
-- A definer: the lock would ask the writer of an event for the right to change sections.
CREATE OR REPLACE FUNCTION lock_section(p_section_id uuid) RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_course_id uuid;
BEGIN
    SELECT s.course_id INTO v_course_id
    FROM learning_sections AS s
    WHERE s.id = p_section_id
    FOR KEY SHARE;
    RETURN v_course_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION lock_section(uuid) FROM public;

COMMENT ON FUNCTION lock_section(uuid) IS
'Course of this section, NULL if there is none; share-locks the section''s key until the '
'transaction ends. Definer: called for writers of events, who may not change sections.';
