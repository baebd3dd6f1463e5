-- What attempts derive from: the foreign key on (assessment_id, rules_version) then writes all
-- attempts of the assessment. So who changes its points and who changes a score meet in the
-- attempt, and a change of a score needs no lock of the assessment.
CREATE OR REPLACE FUNCTION count_rules_version() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    new.rules_version := old.rules_version + (
        (
            old.total_points, old.passing_score, old.course_id, old.questions, old.section_id,
            old.format
        )
        IS DISTINCT FROM (
            new.total_points, new.passing_score, new.course_id, new.questions, new.section_id,
            new.format
        )
    )::integer;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION count_rules_version() FROM public;

COMMENT ON FUNCTION count_rules_version() IS
'Trigger: counts changes of total_points, passing_score, course, section, format and questions of '
'an assessment in rules_version; whatever else is written into it is brought back.';
