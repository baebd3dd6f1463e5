-- The scores of a progress row are those of its evidence, but for the columns that supplied names.
-- Evidence changes only together with the next number of measures_version: an application that
-- saves a whole row sends an old one. Whatever else a statement writes is brought back, without an
-- error.
-- A definer, because the writer need not be able to read events and attempts.
-- depends: functions/derive_section_evidence functions/derive_section_retention
-- depends: functions/evidence_score functions/is_erased_learner
CREATE OR REPLACE FUNCTION keep_section_scores() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_evidence record;
    v_retention record;
BEGIN
    -- an event names them all, and most often changes none
    IF (
        old.measures_version, old.comprehension_n, old.comprehension_sum, old.comprehension_score,
        old.retention_n, old.retention_sum, old.retention_score, old.application_n,
        old.application_sum, old.application_score, old.supplied, old.learner_id, old.section_id
    ) IS NOT DISTINCT FROM (
        new.measures_version, new.comprehension_n, new.comprehension_sum, new.comprehension_score,
        new.retention_n, new.retention_sum, new.retention_score, new.application_n,
        new.application_sum, new.application_score, new.supplied, new.learner_id, new.section_id
    ) THEN
        RETURN new;
    END IF;
    -- of a new row, all that is old is NULL
    IF new.measures_version IS DISTINCT FROM coalesce(old.measures_version, 0) + 1 THEN
        new.measures_version := coalesce(old.measures_version, 0);
        new.comprehension_n := coalesce(old.comprehension_n, 0);
        new.comprehension_sum := coalesce(old.comprehension_sum, 0);
        new.retention_n := coalesce(old.retention_n, 0);
        new.retention_sum := coalesce(old.retention_sum, 0);
        new.application_n := coalesce(old.application_n, 0);
        new.application_sum := coalesce(old.application_sum, 0);
    END IF;
    -- an old section that is gone was renamed, and erase_learner gives a stub all that a learner
    -- did: the events and attempts follow, nothing changes
    IF TG_OP = 'UPDATE'
        AND (new.learner_id, new.section_id) IS DISTINCT FROM (old.learner_id, old.section_id)
        AND EXISTS (SELECT FROM learning_sections AS s WHERE s.id = old.section_id)
        AND NOT is_erased_learner(old.learner_id)
    THEN
        SELECT d.* INTO v_evidence
        FROM derive_section_evidence(ARRAY[new.section_id], ARRAY[new.learner_id]) AS d;
        new.comprehension_n := coalesce(v_evidence.comprehension_n, 0);
        new.comprehension_sum := coalesce(v_evidence.comprehension_sum, 0);
        new.application_n := coalesce(v_evidence.application_n, 0);
        new.application_sum := coalesce(v_evidence.application_sum, 0);
        SELECT d.* INTO v_retention
        FROM derive_section_retention(ARRAY[new.section_id], ARRAY[new.learner_id]) AS d;
        new.retention_n := coalesce(v_retention.retention_n, 0);
        new.retention_sum := coalesce(v_retention.retention_sum, 0);
    END IF;
    -- here and not in a CHECK, which each event would read anew
    IF NOT (
        new.comprehension_sum BETWEEN 0 AND 10000::bigint * new.comprehension_n
        AND new.retention_sum BETWEEN 0 AND 10000::bigint * new.retention_n
        AND new.application_sum BETWEEN 0 AND 10000::bigint * new.application_n
    ) THEN
        RAISE check_violation USING
            MESSAGE = format(
                'a sum of evidence of learner %s in section %s is not from 0 to 10000 times its number',
                new.learner_id, new.section_id
            ),
            HINT = 'Leave these columns out: triggers keep them, and rebuild_section_progress counts '
                'them anew.',
            CONSTRAINT = 'section_progress_evidence_check',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    IF NOT 'comprehension_score' = ANY(new.supplied) THEN
        new.comprehension_score := evidence_score(new.comprehension_sum, new.comprehension_n);
    END IF;
    IF NOT 'retention_score' = ANY(new.supplied) THEN
        new.retention_score := evidence_score(new.retention_sum, new.retention_n);
    END IF;
    IF NOT 'application_score' = ANY(new.supplied) THEN
        new.application_score := evidence_score(new.application_sum, new.application_n);
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION keep_section_scores() FROM public;

COMMENT ON FUNCTION keep_section_scores() IS
'Trigger: keeps comprehension_score, retention_score and application_score, unless supplied names '
'the column, and brings back what an application writes into them or into the evidence. Of a row '
'that becomes that of another learner or section, the evidence is counted anew; the stub of an '
'erased learner keeps it. Raises 23514 for a sum of evidence that is not from 0 to 10000 times its '
'number.';
