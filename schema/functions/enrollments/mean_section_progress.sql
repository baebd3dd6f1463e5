-- Progress of an enrollment from its sums, in one place for the triggers that keep it. At most 100:
-- while a section goes or moves with its progress, sum and number are out of step until the last
-- trigger of the statement.
CREATE OR REPLACE FUNCTION mean_section_progress(
    p_progress_sum bigint,
    p_section_count integer
) RETURNS numeric
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_section_count > 0 THEN least(round(p_progress_sum / 100.0 / p_section_count, 2), 100)
END;

REVOKE EXECUTE ON FUNCTION mean_section_progress(bigint, integer) FROM public;

COMMENT ON FUNCTION mean_section_progress(bigint, integer) IS
'Mean percentage of so many sections, of a sum in hundredths of a percent; at most 100, NULL '
'without a section.';
