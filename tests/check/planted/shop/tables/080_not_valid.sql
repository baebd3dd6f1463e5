ALTER TABLE orders ADD CONSTRAINT orders_filled_check -- planted constraint-valid
CHECK (body <> '') NOT VALID;
