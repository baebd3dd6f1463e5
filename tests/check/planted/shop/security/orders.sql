INSERT INTO orders (id) VALUES (1); -- planted replace-again
