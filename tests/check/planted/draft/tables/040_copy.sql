CREATE TABLE copied (id bigint PRIMARY KEY);
COPY copied FROM STDIN; -- planted copy-from-stdin
