CREATE TABLE indexed (
    id bigint PRIMARY KEY,
    body text
);
COMMENT ON TABLE indexed IS 'Planted.';
COMMENT ON COLUMN indexed.id IS 'Planted.';
COMMENT ON COLUMN indexed.body IS 'Planted.';
CREATE INDEX indexed_body_idx ON indexed (body); -- planted folder-content
COMMENT ON INDEX indexed_body_idx IS 'Planted.';
