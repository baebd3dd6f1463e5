-- The statements that take a person out of the records, in one place and by data_map alone: $1 is
-- the learner, $2 the stub.
CREATE OR REPLACE FUNCTION erasure_statements() RETURNS TABLE (
    step text,
    table_name text,
    column_name text,
    statement text
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN QUERY
    WITH line AS (
        SELECT
            d.*,
            d.table_name::regclass::text AS relation,
            CASE d.on_erase
                WHEN 'keep' THEN quote_ident(d.column_name)
                WHEN 'null' THEN 'NULL'
                WHEN 'empty' THEN
                    CASE
                        WHEN d.table_name = 'assessment_attempts' AND d.column_name = 'responses'
                            THEN
                                -- the points stay, as those that a person gave: no key of answers
                                -- may take them away; what is no question is the learner's text
                                '(SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('
                                '''question_id'', coalesce(q.value -> ''id'', '
                                'to_jsonb(''erased-'' || r.ordinality)), '
                                '''points'', r.value -> ''points'', '
                                '''graded_by'', CASE WHEN r.value ? ''points'' THEN ''erasure'' END'
                                ')) ORDER BY r.ordinality), '
                                '''[]'') FROM jsonb_array_elements(responses) WITH ORDINALITY AS r '
                                'LEFT JOIN educational_assessments AS a ON a.id = assessment_id '
                                'LEFT JOIN LATERAL jsonb_array_elements(a.questions) AS q '
                                'ON q.value -> ''id'' = r.value -> ''question_id'')'
                        -- or triggers would bring the analysis back, and derive it anew
                        WHEN d.table_name = 'assessment_attempts' AND d.column_name = 'supplied'
                            THEN
                                '''{response_patterns, knowledge_gaps, strength_areas, '
                                'improvement_suggestions}'''
                        WHEN x.adbin IS NOT NULL THEN pg_get_expr(x.adbin, x.adrelid)
                        WHEN a.atttypid = ANY('{json, jsonb}'::regtype[]) THEN '''{}'''
                        ELSE ''''''
                    END
                WHEN 'stub' THEN
                    CASE d.column_name
                        WHEN 'id' THEN '$2'
                        WHEN 'email' THEN 'format(''erased-%s@erased.invalid'', $2)'
                        WHEN 'first_name' THEN '''Erased'''
                        WHEN 'last_name' THEN '''Learner'''
                        WHEN 'created_at' THEN 'date_trunc(''year'', created_at)'
                        WHEN 'updated_at' THEN 'date_trunc(''year'', created_at)'
                    END
            END AS value
        FROM data_map AS d
        INNER JOIN pg_attribute AS a
            ON d.table_name::regclass = a.attrelid AND d.column_name = a.attname
        LEFT JOIN pg_attrdef AS x ON a.attrelid = x.adrelid AND a.attnum = x.adnum
        WHERE a.attgenerated = ''
    ),

    -- columns in which the id of a person is
    person AS (
        SELECT
            l.relation,
            l.column_name,
            l.on_erase,
            (
                SELECT string_agg(format(', %I = %s', o.column_name, o.value), '')
                FROM line AS o
                WHERE o.table_name = l.table_name AND o.on_erase IN ('null', 'empty')
            ) AS emptied
        FROM line AS l
        WHERE l.category = 'identifier'
    )

    SELECT
        'lock',
        p.relation,
        p.column_name,
        format('SELECT FROM %s WHERE %I = $1 FOR UPDATE', p.relation, p.column_name)
    FROM person AS p
    WHERE p.on_erase IN ('rekey', 'delete')
    UNION ALL
    SELECT
        'stub',
        'learners',
        'id',
        format(
            'INSERT INTO %s (%s) SELECT %s FROM %1$s WHERE id = $1', 'learners',
            string_agg(quote_ident(l.column_name), ', '), string_agg(l.value, ', ')
        )
    FROM line AS l
    WHERE l.table_name = 'learners' AND l.value IS NOT NULL
    UNION ALL
    SELECT
        'erase',
        p.relation,
        p.column_name,
        CASE p.on_erase
            WHEN 'delete' THEN format('DELETE FROM %s WHERE %I = $1', p.relation, p.column_name)
            ELSE
                format(
                    'UPDATE %s SET %I = $2%s WHERE %2$I = $1',
                    p.relation, p.column_name, p.emptied
                )
        END
    FROM person AS p
    WHERE p.on_erase IN ('rekey', 'delete')
    UNION ALL
    SELECT
        'prove',
        p.relation,
        p.column_name,
        format('SELECT count(*) FROM %s WHERE %I = $1', p.relation, p.column_name)
    FROM person AS p
    WHERE p.on_erase <> 'keep'
    ORDER BY 1, 2, 3;
END;
$$;

REVOKE EXECUTE ON FUNCTION erasure_statements() FROM public;

COMMENT ON FUNCTION erasure_statements() IS
'Statements that erase a learner ($1) and put a stub ($2) in their place, by data_map: lock (rows '
'of theirs), stub (the row of the stub), erase (their rows), prove (how many '
'rows still name them). For erase_learner.';
