-- The references of prerequisite_modules, which a foreign key cannot check in JSON. The course row
-- is locked so that two transactions cannot close a cycle together, and the modules named are
-- locked as a foreign key would, so that none is deleted meanwhile.
-- A definer, because the rule counts also modules that the writer may not see.
CREATE OR REPLACE FUNCTION check_prerequisite_modules() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_offenders text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT string_agg(m.id::text, ', ' ORDER BY m.id) INTO v_offenders
        FROM learning_modules AS m
        WHERE
            m.course_id = old.course_id
            AND m.prerequisite_modules ? old.id::text
            AND NOT EXISTS (
                SELECT FROM learning_modules AS p
                WHERE p.id = old.id AND p.course_id = old.course_id
            );
        IF v_offenders IS NOT NULL THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('module %s is still required by %s', old.id, v_offenders),
                HINT = 'Take it out of their prerequisite_modules first.',
                CONSTRAINT = 'learning_modules_prerequisite_modules_fkey',
                TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
        END IF;
    END IF;

    IF TG_OP = 'DELETE' OR new.prerequisite_modules = '[]' THEN
        RETURN NULL;
    END IF;

    PERFORM FROM educational_courses AS c WHERE c.id = new.course_id FOR NO KEY UPDATE;
    PERFORM FROM learning_modules AS m
    WHERE new.prerequisite_modules ? m.id::text AND m.course_id = new.course_id
    FOR KEY SHARE;

    SELECT string_agg(coalesce(p.value #>> '{}', 'null'), ', ') INTO v_offenders
    FROM jsonb_array_elements(new.prerequisite_modules) AS p (value)
    LEFT JOIN learning_modules AS m
        ON p.value = to_jsonb(m.id) AND m.course_id = new.course_id
    WHERE m.id IS NULL;
    IF v_offenders IS NOT NULL THEN
        RAISE foreign_key_violation USING
            MESSAGE = format(
                'prerequisite_modules of module %s names what is no module of course %s: %s',
                new.id, new.course_id, v_offenders
            ),
            CONSTRAINT = 'learning_modules_prerequisite_modules_fkey',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'prerequisite_modules';
    END IF;

    WITH RECURSIVE required (by_way_of, id) AS (
        SELECT p.value, p.value::uuid
        FROM jsonb_array_elements_text(new.prerequisite_modules) AS p (value)
        UNION
        SELECT r.by_way_of, p.value::uuid
        FROM required AS r
        INNER JOIN learning_modules AS m ON r.id = m.id
        CROSS JOIN LATERAL jsonb_array_elements_text(m.prerequisite_modules) AS p (value)
    )
    SELECT string_agg(r.by_way_of, ', ' ORDER BY r.by_way_of) INTO v_offenders
    FROM required AS r
    WHERE r.id = new.id;
    IF v_offenders IS NOT NULL THEN
        RAISE check_violation USING
            MESSAGE = format(
                'prerequisite_modules would let module %s require itself, by way of %s',
                new.id, v_offenders
            ),
            CONSTRAINT = 'learning_modules_prerequisite_cycle_check',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'prerequisite_modules';
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_prerequisite_modules() FROM public;

COMMENT ON FUNCTION check_prerequisite_modules() IS
'Constraint trigger: prerequisite_modules names existing modules of the same course (else '
'23503, also when a module that is still required is deleted or leaves the course) and no '
'cycle (else 23514). Locks the row of the course, and share-locks the modules named.';
