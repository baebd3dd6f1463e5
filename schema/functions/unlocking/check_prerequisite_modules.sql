-- The references of prerequisite_modules, which a foreign key cannot check in JSON. The modules
-- named are locked as a foreign key would, so that none is deleted meanwhile. Cycles, which rows
-- make together, are for check_prerequisite_cycles. A definer, because the rule counts also modules
-- that the writer may not see.
CREATE OR REPLACE FUNCTION check_prerequisite_modules() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a session keeps its plans: one made while the table was empty must not scan a full one
SET enable_seqscan = off
AS $$
DECLARE
    v_required uuid[];
    v_offenders text;
BEGIN
    IF TG_OP <> 'INSERT'
        AND NOT EXISTS (
            SELECT FROM learning_modules AS m
            WHERE m.id = old.id AND m.course_id = old.course_id
        )
    THEN
        SELECT string_agg(m.id::text, ', ' ORDER BY m.id) INTO v_offenders
        FROM learning_modules AS m
        WHERE
            m.course_id = old.course_id
            AND m.prerequisite_modules <> '[]'
            AND lower(m.prerequisite_modules::text)::jsonb ? old.id::text;
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

    -- what is no UUID becomes NULL, and is no module
    v_required := ARRAY(
        SELECT substring(
            p.value #>> '{}' FROM '(?i)^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        )::uuid
        FROM jsonb_array_elements(new.prerequisite_modules) AS p (value)
    );
    PERFORM FROM learning_modules AS m
    WHERE m.id = ANY(v_required)
    FOR KEY SHARE;

    SELECT string_agg(coalesce(p.value #>> '{}', 'null'), ', ') INTO v_offenders
    FROM jsonb_array_elements(new.prerequisite_modules) WITH ORDINALITY AS p (value, number)
    LEFT JOIN learning_modules AS m ON v_required[p.number] = m.id
    WHERE m.course_id IS DISTINCT FROM new.course_id;
    IF v_offenders IS NOT NULL THEN
        RAISE foreign_key_violation USING
            MESSAGE = format(
                'prerequisite_modules of module %s names what is no module of course %s: %s',
                new.id, new.course_id, v_offenders
            ),
            HINT = 'Name ids of learning_modules of the same course.',
            CONSTRAINT = 'learning_modules_prerequisite_modules_fkey',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'prerequisite_modules';
    END IF;

    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_prerequisite_modules() FROM public;

COMMENT ON FUNCTION check_prerequisite_modules() IS
'Constraint trigger: prerequisite_modules names existing modules of the same course, else 23503, '
'also when a module that is still required is deleted or leaves the course. Share-locks the '
'modules named.';
