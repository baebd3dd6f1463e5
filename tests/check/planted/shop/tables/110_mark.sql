CREATE TABLE mark (
    id bigint PRIMARY KEY,
    written_by xid8 -- planted transaction-mark
);
COMMENT ON TABLE mark IS 'Planted.';
COMMENT ON COLUMN mark.id IS 'Planted.';
COMMENT ON COLUMN mark.written_by IS 'Planted.';
