CREATE TABLE baskets ( -- planted upgrade-ends-alike
    id bigint PRIMARY KEY
);
COMMENT ON TABLE baskets IS 'Planted.';
COMMENT ON COLUMN baskets.id IS 'Planted.';
