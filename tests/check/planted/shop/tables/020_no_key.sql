CREATE TABLE no_key ( -- planted primary-key
    id bigint NOT NULL
);
COMMENT ON TABLE no_key IS 'Planted.';
COMMENT ON COLUMN no_key.id IS 'Planted.';
