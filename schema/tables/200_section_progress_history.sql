-- Every change of section_progress.completion_percentage, in order: what learning velocity is
-- computed from. Append-only: rows go, or change owner, only with their progress row.
CREATE TABLE section_progress_history (
    learner_id uuid NOT NULL,
    section_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    changed_at timestamptz NOT NULL,
    previous_percentage decimal(5, 2) NOT NULL,
    percentage decimal(5, 2) NOT NULL,

    CONSTRAINT section_progress_history_pkey PRIMARY KEY (learner_id, section_id, id),
    CONSTRAINT section_progress_history_learner_id_section_id_fkey FOREIGN KEY (
        learner_id, section_id
    ) REFERENCES section_progress (learner_id, section_id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT section_progress_history_previous_percentage_check
    CHECK (previous_percentage BETWEEN 0 AND 100),
    CONSTRAINT section_progress_history_percentage_check CHECK (percentage BETWEEN 0 AND 100),
    CONSTRAINT section_progress_history_finite_times_check CHECK (isfinite(changed_at))
);

COMMENT ON TABLE section_progress_history IS
'Append-only history of completion percentages; written by the trigger on section_progress '
'alone.';
COMMENT ON COLUMN section_progress_history.learner_id IS 'Learner.';
COMMENT ON COLUMN section_progress_history.section_id IS 'Section.';
COMMENT ON COLUMN section_progress_history.id IS
'Number of the change; orders the changes of one progress row.';
COMMENT ON COLUMN section_progress_history.changed_at IS
'When the progress was made: the time of the transaction, or the event''s own time in a bulk'
' load, see record_progress_history.';
COMMENT ON COLUMN section_progress_history.previous_percentage IS
'Percentage before the change; 0 for a new progress row.';
COMMENT ON COLUMN section_progress_history.percentage IS 'Percentage after the change.';
