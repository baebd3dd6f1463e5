-- Another file has the number. planted one-number
COMMENT ON TABLE orders IS 'Orders of the shop.';
