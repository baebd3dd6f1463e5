CREATE TABLE clock (
    id bigint PRIMARY KEY,
    seen_at timestamp -- planted time-zone
);
COMMENT ON TABLE clock IS 'Planted.';
COMMENT ON COLUMN clock.id IS 'Planted.';
COMMENT ON COLUMN clock.seen_at IS 'Planted.';
