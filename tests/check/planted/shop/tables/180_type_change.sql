ALTER TABLE orders ALTER COLUMN body TYPE varchar(20); -- planted squawk
