-- The statements that bring the partitions of a table up to date, in one place for whoever
-- executes them. LIKE and ATTACH, because PARTITION OF would lock out readers. Partitions
-- get the table's statement triggers and row security, which PostgreSQL does not pass on, and new
-- ones before they are attached: no row can be written to them without, or read past the table.
-- depends: functions/month_partitions functions/statement_triggers
CREATE OR REPLACE FUNCTION month_partition_ddl(
    p_table text,
    p_months_ahead integer DEFAULT 12,
    p_from date DEFAULT NULL
) RETURNS SETOF text[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- bounds are printed and read by these
SET timezone = 'UTC'
SET datestyle = 'ISO'
AS $$
DECLARE
    v_key text := substring(pg_get_partkeydef(p_table::regclass) FROM '[(](.*)[)]');
    v_this_month timestamptz := date_trunc('month', now());
    v_from timestamptz := date_trunc('month', p_from::timestamptz);
    v_history text;
    v_history_end timestamptz;
    v_months timestamptz[];
    v_first timestamptz;
    v_rows bigint;
    v_new record;
BEGIN
    IF p_months_ahead IS NULL OR p_months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format(
                'p_months_ahead must be 0 to 120, not %s', coalesce(p_months_ahead::text, 'NULL')
            );
    END IF;
    IF NOT isfinite(p_from) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'p_from must be a finite date';
    END IF;

    SELECT
        max(p.upper_bound) FILTER (WHERE p.lower_bound IS NULL),
        max(p.partition::text) FILTER (WHERE p.lower_bound IS NULL),
        coalesce(array_remove(array_agg(p.lower_bound ORDER BY p.lower_bound), NULL), '{}')
    INTO v_history_end, v_history, v_months
    FROM month_partitions(p_table) AS p;
    v_first := least(v_from, coalesce(v_history_end, v_months[1], v_this_month));

    IF v_from < v_history_end THEN
        EXECUTE format('SELECT count(*) FROM %s WHERE %s >= $1', v_history, v_key)
        INTO v_rows USING v_from;
        IF v_rows > 0 THEN
            RAISE object_not_in_prerequisite_state USING
                MESSAGE = format(
                    '%s holds %s rows from %s on', v_history, v_rows, v_from::date
                ),
                HINT = 'Make the months before loading their rows, or name a later month.';
        END IF;
        RETURN NEXT ARRAY[
            format('ALTER TABLE %I DETACH PARTITION %s', p_table, v_history),
            format(
                'ALTER TABLE %I ATTACH PARTITION %s FOR VALUES FROM (MINVALUE) TO (%L)',
                p_table, v_history, v_from
            )
        ];
    END IF;

    FOR v_new IN
        SELECT
            p_table || '_history' AS name,
            'Rows before the months that have a partition of their own.' AS comment,
            'MINVALUE' AS lower_bound,
            quote_literal(v_first) AS upper_bound
        WHERE v_history IS NULL
        UNION ALL
        SELECT
            p_table || to_char(m.month, '_YYYY_MM'),
            to_char(m.month, '"Rows of "YYYY-MM" (UTC)."'),
            quote_literal(m.month),
            quote_literal(m.month + interval '1 month')
        FROM generate_series(
            v_first,
            v_this_month + p_months_ahead * interval '1 month',
            interval '1 month'
        ) AS m (month)
        WHERE m.month <> ALL(v_months)
    LOOP
        RETURN NEXT ARRAY[
            format(
                'CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY)',
                v_new.name, p_table
            ),
            format('COMMENT ON TABLE %I IS %L', v_new.name, v_new.comment),
            format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_new.name)
        ] || ARRAY(
            SELECT replace(g.definition, ' ON <table> ', format(' ON %I ', v_new.name))
            FROM statement_triggers(p_table::regclass) AS g
        ) || format(
            'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
            p_table, v_new.name, v_new.lower_bound, v_new.upper_bound
        );
    END LOOP;

    RETURN QUERY
    SELECT
        ARRAY[
            replace(
                replace(g.definition, ' ON <table> ', format(' ON %s ', i.inhrelid::regclass)),
                'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER'
            )
        ]
    FROM pg_inherits AS i
    CROSS JOIN statement_triggers(p_table::regclass) AS g
    WHERE
        i.inhparent = p_table::regclass
        AND g.definition NOT IN (
            SELECT p.definition FROM statement_triggers(i.inhrelid) AS p
        )
    ORDER BY i.inhrelid::regclass::text, g.definition;

    RETURN QUERY
    SELECT ARRAY[format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', c.oid::regclass)]
    FROM pg_inherits AS i
    INNER JOIN pg_class AS c ON i.inhrelid = c.oid
    WHERE i.inhparent = p_table::regclass AND NOT c.relrowsecurity
    ORDER BY c.oid::regclass::text;
END;
$$;

REVOKE EXECUTE ON FUNCTION month_partition_ddl(text, integer, date) FROM public;

COMMENT ON FUNCTION month_partition_ddl(text, integer, date) IS
'Statements that make the partitions of a table which are missing: one for all rows before the '
'first month, and one for each UTC month from there up to p_months_ahead months '
'after the current one, and that give partitions what they lack of the table''s statement triggers '
'and row security; no row when nothing is missing. The statements of a row are for one '
'transaction. p_from moves the first month back, for an import of old rows. Raises 22023 for '
'months outside 0 to 120 and an infinite p_from, and 55000, with the count, when rows from '
'p_from on are stored already.';
