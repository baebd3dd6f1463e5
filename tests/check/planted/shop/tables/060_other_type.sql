CREATE TABLE other_type (
    order_id integer PRIMARY KEY, -- planted foreign-key-type

    CONSTRAINT other_type_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id)
);
COMMENT ON TABLE other_type IS 'Planted.';
COMMENT ON COLUMN other_type.order_id IS 'Planted.';
