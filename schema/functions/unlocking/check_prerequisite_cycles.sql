-- No module requires itself by way of others. All of a course is looked at once for a statement:
-- modules without an open prerequisite are taken away, with what they are required for, until none
-- is left or a cycle is. The course row is locked, so that two transactions cannot close a cycle
-- together.
-- A definer, because the rule counts also modules that the writer may not see.
CREATE OR REPLACE FUNCTION check_prerequisite_cycles() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_course_ids uuid[] := ARRAY(
        SELECT DISTINCT n.course_id
        FROM new_rows AS n
        WHERE n.prerequisite_modules <> '[]'
        ORDER BY n.course_id
    );
    v_module_ids uuid[] := ARRAY(
        SELECT n.id FROM new_rows AS n WHERE n.prerequisite_modules <> '[]'
    );
    v_course_id uuid;
    v_ids uuid[];
    v_open integer[]; -- prerequisites that are left, for each module
    v_requiring integer[]; -- modules that require one, those of the first module first
    v_ends integer[]; -- where those of a module end
    v_free integer[]; -- modules without an open prerequisite
    v_taken integer;
    v_next integer;
    v_cycle integer[];
BEGIN
    FOREACH v_course_id IN ARRAY v_course_ids LOOP
        PERFORM FROM educational_courses AS c WHERE c.id = v_course_id FOR NO KEY UPDATE;
        -- what nobody requires, such as a module that is added behind the others, closes no cycle
        CONTINUE WHEN NOT EXISTS (
            SELECT FROM learning_modules AS m
            CROSS JOIN LATERAL jsonb_array_elements_text(m.prerequisite_modules) AS p (id)
            INNER JOIN unnest(v_module_ids) AS k (id) ON lower(p.id) = k.id::text
            WHERE m.course_id = v_course_id
        );

        WITH module AS MATERIALIZED (
            SELECT
                m.id,
                m.prerequisite_modules,
                (row_number() OVER (ORDER BY m.id))::integer AS number
            FROM learning_modules AS m
            WHERE m.course_id = v_course_id
        ),

        pair AS MATERIALIZED (
            SELECT r.number AS requiring, m.number AS required
            FROM module AS r
            CROSS JOIN LATERAL jsonb_array_elements_text(r.prerequisite_modules) AS p (id)
            INNER JOIN module AS m ON lower(p.id) = m.id::text
        ),

        requiring AS (
            SELECT p.requiring AS number, count(*)::integer AS n FROM pair AS p GROUP BY p.requiring
        ),

        required AS (
            SELECT p.required AS number, count(*)::integer AS n FROM pair AS p GROUP BY p.required
        )

        SELECT
            array_agg(m.id ORDER BY m.number),
            array_agg(coalesce(g.n, 0) ORDER BY m.number),
            (SELECT array_agg(p.requiring ORDER BY p.required) FROM pair AS p),
            array_agg(m.ends ORDER BY m.number),
            coalesce(array_agg(m.number) FILTER (WHERE g.n IS NULL), '{}')
        INTO v_ids, v_open, v_requiring, v_ends, v_free
        FROM (
            SELECT
                o.*,
                (sum(coalesce(d.n, 0)) OVER (ORDER BY o.number))::integer AS ends
            FROM module AS o
            LEFT JOIN required AS d ON o.number = d.number
        ) AS m
        LEFT JOIN requiring AS g ON m.number = g.number;

        v_taken := 0;
        WHILE v_taken < cardinality(v_free) LOOP
            v_taken := v_taken + 1;
            FOR v_place IN coalesce(v_ends[v_free[v_taken] - 1], 0) + 1..v_ends[v_free[v_taken]] LOOP
                v_next := v_requiring[v_place];
                v_open[v_next] := v_open[v_next] - 1;
                IF v_open[v_next] = 0 THEN
                    v_free[cardinality(v_free) + 1] := v_next;
                END IF;
            END LOOP;
        END LOOP;
        CONTINUE WHEN v_taken = cardinality(v_ids);

        -- each that is left requires one that is left: following them ends in the cycle
        v_cycle := '{}';
        v_next := (SELECT min(m.number) FROM unnest(v_open) WITH ORDINALITY AS m (n, number) WHERE m.n > 0);
        WHILE v_next <> ALL(v_cycle) LOOP
            v_cycle := v_cycle || v_next;
            SELECT min(r.number) INTO v_next
            FROM learning_modules AS m
            CROSS JOIN LATERAL jsonb_array_elements_text(m.prerequisite_modules) AS p (id)
            INNER JOIN unnest(v_ids, v_open) WITH ORDINALITY AS r (id, n, number)
                ON lower(p.id) = r.id::text AND r.n > 0
            WHERE m.id = v_ids[v_next];
        END LOOP;
        v_cycle := v_cycle[array_position(v_cycle, v_next):];
        RAISE check_violation USING
            MESSAGE = format(
                'prerequisite_modules would let module %s require itself, by way of %s',
                v_ids[v_next],
                (
                    SELECT string_agg(v_ids[c.number]::text, ', ' ORDER BY c.place)
                    FROM unnest(v_cycle[2:] || v_next) WITH ORDINALITY AS c (number, place)
                )
            ),
            HINT = 'Take a module out of the prerequisite_modules of one of these.',
            CONSTRAINT = 'learning_modules_prerequisite_cycle_check',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'prerequisite_modules';
    END LOOP;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_prerequisite_cycles() FROM public;

COMMENT ON FUNCTION check_prerequisite_cycles() IS
'Trigger: raises 23514 when a module requires itself by way of prerequisite_modules. Locks the '
'row of the course.';
