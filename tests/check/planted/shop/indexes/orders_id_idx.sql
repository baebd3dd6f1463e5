CREATE INDEX orders_id_idx ON orders (id); -- planted duplicate-index
COMMENT ON INDEX orders_id_idx IS 'Planted.';
