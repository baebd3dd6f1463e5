CREATE TABLE open_ended (id bigint PRIMARY KEY; -- planted syntax
