-- A mean as reports show it, of what lies between 0 and an upper end that is not exceeded. The mean
-- of ten equal values would be each of them; of a range it is not.
-- depends: functions/reported_count
CREATE OR REPLACE FUNCTION reported_mean(
    p_mean numeric,
    p_count bigint,
    p_of bigint
) RETURNS numeric
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN reported_count(p_count, p_of) IS NOT NULL
        THEN least(greatest(floor(p_mean / 10) * 10, 0), 90)
END;

REVOKE EXECUTE ON FUNCTION reported_mean(numeric, bigint, bigint) FROM public;

COMMENT ON FUNCTION reported_mean(numeric, bigint, bigint) IS
'Mean in percent of p_count among p_of learners as reports show it: the lower end of its range of '
'ten, 0 for less than 10, 90 for 90 and more; NULL where p_count is reported as NULL.';
