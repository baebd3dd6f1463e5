CREATE TABLE odd_name (
    id bigint PRIMARY KEY,

    CONSTRAINT positive CHECK (id > 0) -- planted constraint-name
);
COMMENT ON TABLE odd_name IS 'Planted.';
COMMENT ON COLUMN odd_name.id IS 'Planted.';
