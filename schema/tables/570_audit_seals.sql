-- Seals of the audit log: each holds the hash of a batch of its rows and of the seal before it. A
-- seal names its rows by their ids: a row that was committed late has a low id, and goes into a
-- later seal. Neither snapshots nor transaction ids count, so that a restored dump goes on. The
-- rows of a seal are of one month, so that months can be dropped: one more seal says which.
CREATE TABLE audit_seals (
    id bigint NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now(),
    row_ids int8multirange NOT NULL,
    rows_hash bytea NOT NULL,
    hash bytea NOT NULL,
    expired_before timestamptz,

    CONSTRAINT audit_seals_pkey PRIMARY KEY (id),
    CONSTRAINT audit_seals_id_check CHECK (id > 0),
    CONSTRAINT audit_seals_row_ids_check
    CHECK (NOT isempty(row_ids) AND NOT lower_inf(row_ids) AND NOT upper_inf(row_ids)),
    CONSTRAINT audit_seals_rows_hash_check CHECK (octet_length(rows_hash) = 32),
    CONSTRAINT audit_seals_hash_check CHECK (octet_length(hash) = 32),
    CONSTRAINT audit_seals_finite_times_check
    CHECK (isfinite(sealed_at) AND isfinite(expired_before))
);

COMMENT ON TABLE audit_seals IS
'Append-only chain of seals over audit_log; written by seal_audit_log, read by check_audit_log.';
COMMENT ON COLUMN audit_seals.id IS 'Number of the seal, from 1, without a gap.';
COMMENT ON COLUMN audit_seals.sealed_at IS 'When the batch was sealed.';
COMMENT ON COLUMN audit_seals.row_ids IS 'Ids of the rows of audit_log in this batch.';
COMMENT ON COLUMN audit_seals.rows_hash IS 'SHA-256 over these rows, see audit_rows_hash.';
COMMENT ON COLUMN audit_seals.hash IS
'SHA-256 over the seal and the hash of the one before it. Kept outside of the database, the latest '
'one proves all rows before it.';
COMMENT ON COLUMN audit_seals.expired_before IS
'Of a seal over rows that were dropped with it, since they had been kept long enough: the time '
'before which all rows went; NULL: none did.';
