-- What an application may write where an event has a label, for the hint of an error.
CREATE OR REPLACE FUNCTION event_labels() RETURNS text
LANGUAGE sql
STABLE PARALLEL SAFE
RETURN format(
    'interaction_type: %s; outcome: %s; bloom_taxonomy_level: %s; difficulty_level: %s',
    array_to_string(enum_range(NULL::interaction_type), ', '),
    array_to_string(enum_range(NULL::interaction_outcome), ', '),
    array_to_string(enum_range(NULL::bloom_taxonomy_level), ', '),
    array_to_string(enum_range(NULL::difficulty_level), ', ')
);

REVOKE EXECUTE ON FUNCTION event_labels() FROM public;

COMMENT ON FUNCTION event_labels() IS 'The labels of each column of an event that has labels.';
