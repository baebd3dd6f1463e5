-- Whose records must stay as they are, such as in a lawsuit. The foreign key is without a cascade:
-- nobody deletes a learner who is held, past erase_learner either.
CREATE TABLE legal_holds (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    learner_id uuid NOT NULL,
    reason text NOT NULL,
    held_until timestamptz,
    placed_at timestamptz NOT NULL DEFAULT now(),
    placed_by text NOT NULL DEFAULT session_user,

    CONSTRAINT legal_holds_learner_id_fkey FOREIGN KEY (learner_id) REFERENCES learners (id),
    CONSTRAINT legal_holds_reason_check CHECK (reason <> ''),
    CONSTRAINT legal_holds_finite_times_check CHECK (isfinite(held_until) AND isfinite(placed_at))
);

COMMENT ON TABLE legal_holds IS
'Learners whose records must be kept. While a hold is in force erase_learner refuses, and months '
'with their events are not dropped.';
COMMENT ON COLUMN legal_holds.id IS 'Number of the hold.';
COMMENT ON COLUMN legal_holds.learner_id IS 'Learner.';
COMMENT ON COLUMN legal_holds.reason IS 'Why, such as the number of a case.';
COMMENT ON COLUMN legal_holds.held_until IS
'When it ends; NULL: it is open. To release a hold, set it to now(): the row says that there was '
'one, until the learner is erased.';
COMMENT ON COLUMN legal_holds.placed_at IS 'When it was placed.';
COMMENT ON COLUMN legal_holds.placed_by IS 'Login that placed it.';
