-- squawk-ignore ban-drop-constraint
ALTER TABLE orders DROP CONSTRAINT orders_body_key CASCADE; -- planted drop-cascade
