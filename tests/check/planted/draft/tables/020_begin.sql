BEGIN; -- planted transaction-control
CREATE TABLE begun (id bigint PRIMARY KEY);
