CREATE TABLE no_index (
    id bigint PRIMARY KEY,
    order_id bigint,

    CONSTRAINT no_index_order_id_fkey -- planted foreign-key-index
    FOREIGN KEY (order_id) REFERENCES orders (id)
);
COMMENT ON TABLE no_index IS 'Planted.';
COMMENT ON COLUMN no_index.id IS 'Planted.';
COMMENT ON COLUMN no_index.order_id IS 'Planted.';
