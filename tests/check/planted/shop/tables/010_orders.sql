CREATE TABLE orders (
    id bigint PRIMARY KEY,
    body varchar(40),

    CONSTRAINT orders_body_key UNIQUE (body)
);
COMMENT ON TABLE orders IS 'Orders.';
COMMENT ON COLUMN orders.id IS 'Number.';
COMMENT ON COLUMN orders.body IS 'Text.';
