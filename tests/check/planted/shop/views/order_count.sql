CREATE MATERIALIZED VIEW order_count AS -- planted materialized-view-key
SELECT count(*) AS n FROM orders;
COMMENT ON MATERIALIZED VIEW order_count IS 'Planted.';
COMMENT ON COLUMN order_count.n IS 'Planted.';
