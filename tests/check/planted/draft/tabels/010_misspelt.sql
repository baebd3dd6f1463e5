CREATE TABLE misspelt (id bigint PRIMARY KEY);
