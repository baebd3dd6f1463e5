-- Which texts in JSON name one instant for every reader: no zone of the session, no DateStyle, no
-- special word such as now or tomorrow.
CREATE OR REPLACE FUNCTION is_time_with_zone(p_text text) RETURNS boolean
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN p_text ~ (
    '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?'
    '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'
);

REVOKE EXECUTE ON FUNCTION is_time_with_zone(text) FROM public;

COMMENT ON FUNCTION is_time_with_zone(text) IS
'Whether the text has the form of a time with zone in ISO 8601, such as 2030-01-31T08:00:00Z; NULL '
'for NULL. A date that does not exist, such as 30 February, is left to the cast.';
