SELECT pg_current_xact_id(); -- planted apply-again
