CREATE SCHEMA elsewhere; -- planted outside-schema
