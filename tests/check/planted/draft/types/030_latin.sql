COMMENT ON TYPE mood IS 'eager: café'; -- planted readable
