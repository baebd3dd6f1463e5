CREATE UNLOGGED TABLE fleeting ( -- planted logged-table
    id bigint PRIMARY KEY
);
COMMENT ON TABLE fleeting IS 'Planted.';
COMMENT ON COLUMN fleeting.id IS 'Planted.';
