-- What unlock_criteria of a module and unlock_conditions of a section mean, in one place.
CREATE OR REPLACE FUNCTION is_unlock_rule_met(
    p_rule jsonb,
    p_progress numeric,
    p_as_of timestamptz
) RETURNS boolean
LANGUAGE sql
STABLE PARALLEL SAFE
RETURN
(p_rule ->> 'min_progress' IS NULL OR p_progress >= (p_rule ->> 'min_progress')::numeric)
AND (p_rule ->> 'after' IS NULL OR p_as_of >= (p_rule ->> 'after')::timestamptz);

REVOKE EXECUTE ON FUNCTION is_unlock_rule_met(jsonb, numeric, timestamptz) FROM public;

COMMENT ON FUNCTION is_unlock_rule_met(jsonb, numeric, timestamptz) IS
'Whether {"min_progress": percent, "after": time} holds for a learner with that progress in the '
'course at that time. A key that is absent holds, and so does a rule that is NULL.';
