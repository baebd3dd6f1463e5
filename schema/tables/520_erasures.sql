-- Who was erased, and what of theirs: the evidence, and the list to go through again after a backup
-- from before is restored. The id names nobody any more; the one of the stub is not written down,
-- because the pair would undo the erasure.
CREATE TABLE erasures (
    learner_id uuid NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    erased_by text NOT NULL DEFAULT session_user,
    erased_rows jsonb NOT NULL,

    CONSTRAINT erasures_pkey PRIMARY KEY (learner_id),
    CONSTRAINT erasures_erased_rows_check CHECK (jsonb_typeof(erased_rows) = 'object'),
    CONSTRAINT erasures_finite_times_check CHECK (isfinite(erased_at))
);

COMMENT ON TABLE erasures IS
'Append-only ledger of the learners that erase_learner erased. It does not say which stubs took '
'their places.';
COMMENT ON COLUMN erasures.learner_id IS 'Id that the learner had.';
COMMENT ON COLUMN erasures.erased_at IS 'When the learner was erased.';
COMMENT ON COLUMN erasures.erased_by IS 'Login that called for it.';
COMMENT ON COLUMN erasures.erased_rows IS
'Number of rows by table: of facts that lost their person, and of rows deleted. (JSON object)';
