CREATE TABLE released (id bigint PRIMARY KEY);
