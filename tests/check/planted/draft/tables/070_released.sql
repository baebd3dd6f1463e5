CREATE TABLE released (id bigint PRIMARY KEY, body text); -- planted released-file
