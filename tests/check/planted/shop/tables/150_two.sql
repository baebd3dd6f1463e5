CREATE TABLE first_one (
    id bigint PRIMARY KEY
);
COMMENT ON TABLE first_one IS 'Planted.';
COMMENT ON COLUMN first_one.id IS 'Planted.';
CREATE TABLE second_one ( -- planted one-object
    id bigint PRIMARY KEY
);
COMMENT ON TABLE second_one IS 'Planted.';
COMMENT ON COLUMN second_one.id IS 'Planted.';
