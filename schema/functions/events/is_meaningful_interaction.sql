-- Which interactions count as meaningful, in one place.
CREATE OR REPLACE FUNCTION is_meaningful_interaction(p_type interaction_type) RETURNS boolean
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN p_type IN ('knowledge_check', 'practice_activity', 'reflection', 'discussion');

REVOKE EXECUTE ON FUNCTION is_meaningful_interaction(interaction_type) FROM public;

COMMENT ON FUNCTION is_meaningful_interaction(interaction_type) IS
'Whether the learner does something with the content: knowledge_check, practice_activity, '
'reflection or discussion.';
