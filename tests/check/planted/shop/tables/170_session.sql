SET statement_timeout = 0; -- planted session-state
