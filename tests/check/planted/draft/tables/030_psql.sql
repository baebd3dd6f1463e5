\set on off -- planted psql-command
CREATE TABLE psql (id bigint PRIMARY KEY);
