-- A count of some among a whole number of tens that is itself reported. All of them is reported as
-- all but one would be: else it would be known of each that they are one of these.
CREATE OR REPLACE FUNCTION reported_count(p_count bigint, p_of bigint) RETURNS bigint
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN nullif(least(p_count, p_of - 1) / 10 * 10, 0);

REVOKE EXECUTE ON FUNCTION reported_count(bigint, bigint) FROM public;

COMMENT ON FUNCTION reported_count(bigint, bigint) IS
'Count of some among p_of learners as reports show it: the lower end of its range of ten, 20 for '
'20 to 29, the last range also holds p_of itself; NULL for 0 to 9. p_of NULL: there is no limit.';
