-- lms-schema: ignore primary-key: planted ignore-comment
CREATE TABLE unused (
    id bigint PRIMARY KEY
);
COMMENT ON TABLE unused IS 'Planted.';
COMMENT ON COLUMN unused.id IS 'Planted.';
